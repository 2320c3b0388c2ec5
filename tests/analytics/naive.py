"""The same figures by the longest way round: every row read into Python and counted by hand, in no hurry."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from payments.ledger.models import Attempt

ENDED = ("failed", "expired")


@dataclass(frozen=True)
class Group:
    """The attempts of one checkout for one amount."""

    at: datetime
    outcome: str
    provider: str
    method: str
    currency: str
    cause: str
    is_first_failed: bool


def groups() -> list[Group]:
    """Every payment group there is."""
    found: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.select_related("payment", "provider", "method"):
        amount = attempt.payment.amount if attempt.amount is None else attempt.amount
        found[attempt.payment_id, amount].append(attempt)
    return [_group(sorted(each, key=lambda a: (a.requested_at, a.attempt_key))) for each in found.values()]


def _group(attempts: list[Attempt]) -> Group:
    first, last = attempts[0], attempts[-1]
    good = [each for each in attempts if each.result == "succeeded"]
    decisive = good[-1] if good else last
    if good:
        outcome = "succeeded"
    elif any(each.status in ("started", "waiting", "unknown") for each in attempts):
        outcome = "open"
    else:
        outcome = "failed" if any(each.status in ENDED for each in attempts) else "dropped"
    return Group(
        at=first.requested_at,
        outcome=outcome,
        provider=decisive.provider.code if decisive.provider else "",
        method=decisive.method.code if decisive.method else "",
        currency=decisive.payment.currency,
        cause=(decisive.result or decisive.status) if outcome == "failed" else "",
        is_first_failed=first.status in ENDED and first.result != "succeeded",
    )


def failures(zone: str, split: str = "") -> dict[tuple[date, str], tuple[int, int]]:
    """(day, value) → failed groups, and those that came to an end."""
    counted: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for group in groups():
        day = group.at.astimezone(ZoneInfo(zone)).date()
        counted[day, str(getattr(group, split)) if split else ""][group.outcome] += 1
    return {
        key: (each["failed"], each["failed"] + each["succeeded"])
        for key, each in counted.items()
        if each["failed"] + each["succeeded"]
    }


def latencies() -> list[int]:
    """The milliseconds of every answered attempt, ascending."""
    return sorted(
        int((each.responded_at - each.requested_at).total_seconds() * 1000)
        for each in Attempt.objects.filter(responded_at__isnull=False)
        if each.responded_at and each.responded_at >= each.requested_at
    )
