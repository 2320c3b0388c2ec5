"""What a payment turned out to be, in words: who says so, since when, and whether it may still be disputed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fraud.labels.selectors import Truth, is_mature, mature_at
from payments.web import Badge, Tone

_FRAUD = Badge(Tone.DANGER, _("Fraud"), "alert")
_NO_FRAUD = Badge(Tone.SUCCESS, _("No fraud"), "check")
_MATURE = Badge(Tone.NEUTRAL, _("Mature"), "double-check")
_IMMATURE = Badge(Tone.NEUTRAL, _("Not mature"), "clock")


@dataclass(frozen=True, slots=True)
class TurnedOut:
    """What is said of one payment, and whether more may come."""

    badge: Badge | None
    """None while nobody says anything."""
    source: str | Promise
    observed_at: datetime | None
    maturity: Badge
    is_mature: bool
    mature_on: date
    """In the viewer's zone."""


def turned_out(truth: Truth | None, as_of: datetime) -> TurnedOut:
    """What is said of a payment of an instant."""
    is_old_enough = is_mature(as_of, timezone.now())
    return TurnedOut(
        badge=None if truth is None else _FRAUD if truth.is_fraud else _NO_FRAUD,
        source=truth.source.label if truth else "",
        observed_at=truth.observed_at if truth else None,
        maturity=_MATURE if is_old_enough else _IMMATURE,
        is_mature=is_old_enough,
        mature_on=timezone.localtime(mature_at(as_of)).date(),
    )
