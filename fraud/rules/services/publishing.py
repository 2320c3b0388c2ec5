"""Brings rules into force and takes them out: by a second person, on trial beside the live ones, and by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from fraud.rules.models import RuleState, RuleVersion
from fraud.rules.services.refusals import AlreadyOver, MustExpire, OwnRule
from fraud.rules.services.rulesets import held, note, noted

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

LONGEST_TRIAL: Final = timedelta(days=90)


@transaction.atomic
def publish(version: RuleVersion, *, by: AbstractBaseUser) -> RuleVersion:
    """Make a submitted version the live one of its rule; the one before retires in the same moment.

    Raises:
        NotInState: it is not submitted, or somebody was faster.
        OwnRule: the person wrote it.
        MustExpire: its end has come meanwhile.
    """
    row = held(version, RuleState.SUBMITTED)
    if row.written_by_id == by.pk:
        raise OwnRule(row.pk)
    now = timezone.now()
    if row.expires_at is not None and row.expires_at <= now:
        raise MustExpire
    for before in RuleVersion.objects.filter(rule_id=row.rule_id, state=RuleState.LIVE):
        _retired(before, now)
        noted("replaced", before, by, followed_by=row.number)
    row.state, row.published_by_id, row.published_at, row.shadow_until = RuleState.LIVE, by.pk, now, None
    row.save(update_fields=["state", "published_by", "published_at", "shadow_until"])
    noted("published", row, by, digest=row.digest)
    note(now)
    return row


@transaction.atomic
def retire(version: RuleVersion, *, by: AbstractBaseUser, reason: str = "") -> RuleVersion:
    """Take a live version out of force at once.

    Raises:
        NotInState: it is not live any more.
    """
    row = held(version, RuleState.LIVE)
    _retired(row, timezone.now())
    noted("retired", row, by, reason)
    note(timezone.now())
    return row


@transaction.atomic
def start_trial(version: RuleVersion, until: datetime, *, by: AbstractBaseUser) -> RuleVersion:
    """Let a draft run beside the live rules until an instant: what it is true of is kept, and decides nothing.

    Raises:
        NotInState: it is no draft, submitted or not.
        AlreadyOver: the end is past, or more than 90 days away.
    """
    row = held(version, RuleState.DRAFT, RuleState.SUBMITTED)
    now = timezone.now()
    if not now < until <= now + LONGEST_TRIAL:
        raise AlreadyOver
    if row.shadow_until is None:
        row.shadow_since = now
    row.shadow_until = until
    row.save(update_fields=["shadow_since", "shadow_until"])
    noted("trial_started", row, by, until=until.isoformat())
    note(now)
    return row


@transaction.atomic
def end_trial(version: RuleVersion, *, by: AbstractBaseUser) -> RuleVersion:
    """Stop a trial before its time; one that is over is left as it is.

    Raises:
        NotInState: it is no draft, submitted or not.
    """
    row = held(version, RuleState.DRAFT, RuleState.SUBMITTED)
    if row.shadow_until is not None and row.shadow_until > timezone.now():
        row.shadow_until = timezone.now()
        row.save(update_fields=["shadow_until"])
        noted("trial_ended", row, by)
        note(timezone.now())
    return row


@transaction.atomic
def expire() -> int:
    """Retire what has expired, and write down what is in force without it; how many. By the clock, may run twice.

    Nobody decides by an expired rule even before: `in_force` leaves it out from its instant on.
    """
    now = timezone.now()
    expired = RuleVersion.objects.filter(state=RuleState.LIVE, expires_at__lte=now)
    due = list(expired.select_for_update().order_by("pk"))
    for row in due:
        _retired(row, now)
        noted("expired", row, None)
    note(now)
    return len(due)


def _retired(row: RuleVersion, at: datetime) -> None:
    row.state, row.retired_at = RuleState.RETIRED, at
    row.save(update_fields=["state", "retired_at"])
