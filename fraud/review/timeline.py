"""The page of a case, piece by piece: what each payment shows, and one timeline of tries to pay and what people did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fraud.labels.words import TurnedOut, turned_out
from fraud.review import labels
from fraud.review.pictures import AlertShown, AttemptShown, CaseShown, Reason, Words
from payments.ledger.labels import ATTEMPT_BADGES, DISPUTE_BADGES, PAYMENT_BADGES, RESULTS, three_d_secure
from payments.web import Badge

_OPEN_AT_MOST: Final = 3
"""So many payments of a case are shown whole; of more, the others are folded."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline, the newest first."""

    at: datetime
    badge: Badge | None
    words: Words
    by: str
    detail: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """One payment of the case as its card shows it."""

    shown: AlertShown
    url: str
    badge: Badge
    outcome: Badge | None
    basis: str | Promise
    score: str
    held: str
    hold_due: Badge | None
    disputes: tuple[Badge, ...]
    is_folded: bool
    turned_out: TurnedOut | None
    """None in a blind case."""

    @property
    def speaking_for(self) -> tuple[Reason, ...]:
        """Reasons that make fraud more likely, the heaviest first."""
        return tuple(each for each in self.shown.reasons or () if each.weight_ppm >= 0)

    @property
    def speaking_against(self) -> tuple[Reason, ...]:
        """Reasons that make it less likely."""
        return tuple(each for each in self.shown.reasons or () if each.weight_ppm < 0)

    @property
    def is_new(self) -> bool:
        """Whether no decision was made with it in view."""
        return not self.shown.is_settled_by_decision


def parts_of(case: CaseShown) -> tuple[PaymentPart, ...]:
    """Every payment of the case, in the order given."""
    return tuple(
        _part(alert, number >= _OPEN_AT_MOST, is_blind=case.is_blind) for number, alert in enumerate(case.alerts)
    )


def _part(alert: AlertShown, is_folded: bool, *, is_blind: bool) -> PaymentPart:
    hold, created_at = alert.hold, alert.created_at
    return PaymentPart(
        shown=alert,
        url=reverse("payments:payment_by_id", args=[alert.payment_id]),
        badge=PAYMENT_BADGES[alert.status],
        outcome=None if alert.outcome is None else labels.OUTCOMES[alert.outcome],
        basis="" if alert.basis is None else labels.BASES[alert.basis],
        score="" if alert.score_ppm is None else labels.percent(alert.score_ppm),
        held=labels.held(hold.effect, hold.at_deadline) if hold else "",
        hold_due=labels.due_badge(hold.until) if hold else None,
        disputes=tuple(DISPUTE_BADGES[status] for status in alert.dispute_statuses),
        is_folded=is_folded,
        turned_out=None if is_blind or created_at is None else turned_out(alert.truth, created_at),
    )


def timeline_of(case: CaseShown) -> tuple[Moment, ...]:
    """Tries to pay and the history of the case in one line of time."""
    several = len(case.alerts) > 1
    moments = [Moment(each.at, None, each.words, each.by, each.detail, each.note) for each in case.moments]
    for alert in case.alerts:
        moments += [_try(each, alert.reference if several else "") for each in alert.attempts]
    return tuple(sorted(moments, key=lambda each: each.at, reverse=True))


def _try(attempt: AttemptShown, reference: str) -> Moment:
    """A try to pay, with the card as far as it is shown and the payment where there are several."""
    words = [attempt.method, attempt.brand, f"···· {attempt.last4}" if attempt.last4 else ""]
    if attempt.three_d_secure:
        words.append(three_d_secure(attempt.three_d_secure))
    result = RESULTS.get(attempt.result, attempt.result)
    title = _("Try to pay %(reference)s") % {"reference": reference} if reference else _("Try to pay")
    detail = " · ".join(part for part in (str(result), " ".join(filter(None, words))) if part)
    return Moment(attempt.requested_at, ATTEMPT_BADGES[attempt.status], title, "", detail)
