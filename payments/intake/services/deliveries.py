"""Rows of the inbox as those who work on them see them: claimed, judged and marked, always set by set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
import structlog
from django.db import DatabaseError, connection

from payments.acts.services.clients import terms_of
from payments.facts import NeutralEvent
from payments.intake.masking import masked_text
from payments.intake.models import DeliveryState
from payments.ledger.history import EventRefused
from payments.ledger.services.tables import arrays
from payments.methods.models import Provider
from payments.providers.events import EVENT_ADAPTERS, EventAdapter, ProviderTerms, Untranslatable

MOST_TRIES: Final = 5
ADOPTED_AFTER: Final = timedelta(hours=24)
"""A delivery that names a payment only by an id of the provider waits so long for somebody who knows that id."""
_BACK_OFF_SECONDS: Final = (60, 300, 1800, 7200)
_LONGEST_ERROR: Final = 300

_MARK: Final = """
UPDATE payments_inboxdelivery AS d
   SET state = g.state, error = g.error, tries = g.tries, parked_references = string_to_array(g.names, ' '),
       next_try_at = now() + make_interval(secs => g.pause),
       drained_at = CASE WHEN g.state IN ('done', 'ignored') THEN now() END
  FROM {given} AS g(id, state, error, tries, names, pause)
 WHERE d.id = g.id
"""
_MARKED: Final = {
    "id": "bigint", "state": "text", "error": "text", "tries": "integer", "names": "text", "pause": "integer",
}  # fmt: skip


logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose deliveries they are, and how these are read."""

    adapter: EventAdapter
    terms: ProviderTerms
    provider: Provider


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row."""

    id: int
    provider_id: int
    body: bytes
    tries: int
    received_at: datetime
    hint: str = ""
    """Of one to be read back: the payment that it hints at."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row."""

    id: int
    state: DeliveryState
    tries: int
    error: str = ""
    names: tuple[str, ...] = ()
    """The provider's ids that a parked one waits for."""
    pause: int | None = None
    """Seconds until it is tried again."""


def origins() -> dict[int, Origin]:
    """Every provider whose deliveries can be read, by its id."""
    providers = Provider.objects.exclude(event_adapter="")
    return {
        each.pk: Origin(
            EVENT_ADAPTERS[each.event_adapter],
            terms_of(each),
            each,
        )
        for each in providers
        if each.event_adapter in EVENT_ADAPTERS
    }


def claimed(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Delivery]:
    """The rows that a statement claims and returns: id, provider, body, tries, instant of arrival, perhaps the hint."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Delivery(row[0], row[1], bytes(row[2]), *row[3:]) for row in cursor.fetchall()]


def mark(verdicts: Iterable[Verdict]) -> None:
    """Write what became of claimed rows."""
    found = list(verdicts)
    if not found:
        return
    rows = [(each.id, each.state.value, each.error, each.tries, " ".join(each.names), each.pause) for each in found]
    source, parameters = arrays(_MARKED, rows)
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(given=source), parameters)


def done(delivery: Delivery, state: DeliveryState = DeliveryState.DONE, error: str = "") -> Verdict:
    """It was understood, or tells nothing."""
    return Verdict(delivery.id, state, delivery.tries, error)


def poison(delivery: Delivery, problem: Exception, again: DeliveryState) -> Verdict:
    """It could not be understood, which is logged: once more later, as `again`, and set aside after five tries."""
    found = failed(delivery, _said(problem), again, DeliveryState.SET_ASIDE)
    logger.warning("delivery_poisoned", delivery=delivery.id, tries=found.tries, error=found.error)
    return found


def failed(delivery: Delivery, error: str, again: DeliveryState, at_last: DeliveryState) -> Verdict:
    """It came to nothing: once more later, as `again`, and after five tries left as `at_last`."""
    tries = delivery.tries + 1
    if tries >= MOST_TRIES:
        return Verdict(delivery.id, at_last, tries, error)
    return Verdict(delivery.id, again, tries, error, pause=_BACK_OFF_SECONDS[tries - 1])


def _names_of(events: Iterable[NeutralEvent]) -> tuple[str, ...]:
    """The provider's ids by which events call their payment; one with a blank in it is nobody's."""
    found = {name: None for event in events for name in (event.attempt_reference, *event.references)}
    return tuple(name for name in found if name and " " not in name)


def parked_under(delivery: Delivery, events: Sequence[NeutralEvent]) -> Verdict:
    """It waits for somebody to tell whose these ids are."""
    return Verdict(delivery.id, DeliveryState.PARKED, delivery.tries, names=_names_of(events))


def _said(problem: Exception) -> str:
    """Why it failed, without anything that the body says: it may be shown and logged."""
    if isinstance(problem, Untranslatable | EventRefused):
        return masked_text(str(problem))[:_LONGEST_ERROR]
    cause = problem.__cause__
    if isinstance(problem, DatabaseError) and isinstance(cause, psycopg.Error):
        where = cause.diag.constraint_name or cause.diag.column_name or ""
        return f"{type(cause).__name__} {where}".strip()[:_LONGEST_ERROR]
    return type(problem).__name__[:_LONGEST_ERROR]


def adopted(events: Sequence[NeutralEvent], reference: str) -> tuple[NeutralEvent, ...]:
    """The events under the provider's own id where they name no payment of ours."""
    return tuple(
        event
        if event.merchant_reference
        else replace(event, merchant_reference=event.attempt_reference or (*event.references, reference)[0])
        for event in events
    )
