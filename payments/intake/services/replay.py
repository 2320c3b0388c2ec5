"""Lets deliveries that were set aside be tried again, by a person or a command, with a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.db.models import Case, QuerySet, Value, When

from payments.intake.models import DeliveryState, InboxDelivery
from payments.intake.services.door import CHANNEL
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

REPLAYABLE: Final = frozenset({DeliveryState.SET_ASIDE, DeliveryState.IGNORED, DeliveryState.PARKED})
"""What was done is in the ledger, and what waits is tried anyway."""


class NotReplayable(ValueError):
    """Deliveries in this state are not tried again."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which deliveries; each part narrows the others."""

    state: DeliveryState = DeliveryState.SET_ASIDE
    provider: str = ""
    """Code; '' for all."""
    since: datetime | None = None
    """Received at or after."""
    ids: Sequence[int] = ()
    """None: all."""

    def deliveries(self) -> QuerySet[InboxDelivery]:
        """The rows that are meant."""
        found = InboxDelivery.objects.filter(state=self.state)
        if self.provider:
            found = found.filter(provider__code=self.provider)
        if self.since is not None:
            found = found.filter(received_at__gte=self.since)
        return found.filter(pk__in=self.ids) if self.ids else found

    def told(self) -> dict[str, Any]:
        """As the trail keeps it."""
        since = None if self.since is None else self.since.isoformat()
        return {"state": self.state, "provider": self.provider, "since": since, "ids": list(self.ids)[:100]}


@transaction.atomic
def replay(choice: Choice, *, by: AbstractBaseUser | None, reason: str = "") -> int:
    """Let them wait again, with as many tries as at first; how many there were.

    Raises:
        NotReplayable: the state is not one of `REPLAYABLE`.
    """
    if choice.state not in REPLAYABLE:
        raise NotReplayable(f"deliveries that are {choice.state} are not tried again")
    again = Case(When(needs_read_back=True, then=Value(DeliveryState.UNVERIFIED)), default=Value(DeliveryState.WAITING))
    count = choice.deliveries().update(
        state=again, tries=0, error="", next_try_at=None, parked_references=[], drained_at=None
    )
    if count:
        audit.record(
            "delivery.replayed", by=by, about=("inbox", choice.provider or "*"), reason=reason,
            detail=choice.told() | {"count": count},
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return count


@transaction.atomic
def replay_these(ids: Sequence[int], *, by: AbstractBaseUser | None) -> int:
    """Let these deliveries wait again whatever replayable state they are in; the others stay. How many there were."""
    if not ids:
        return 0
    return sum(replay(Choice(state=state, ids=ids), by=by) for state in sorted(REPLAYABLE))
