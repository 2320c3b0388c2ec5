"""The words and badges of cases: one vocabulary for the queue, the page of a case and the lines of Today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from fraud.assessments.models import Basis, Outcome
from fraud.review.models import CaseState, Queue, Verdict
from fraud.review.queues import Promise as QueuePromise
from payments.acts.models import HoldEffect, HoldEnding
from payments.web import Badge, Tone

QUEUES: Final[Mapping[int, str | Promise]] = {queue.value: queue.label for queue in Queue}
QUEUE_LEADS: Final[Mapping[int, Promise]] = {
    Queue.REVIEW: _("What can be lost comes first, sooner the nearer its deadline."),
    Queue.ESCALATED: _("Cases that a reviewer handed on."),
    Queue.SAMPLE: _("Payments that were allowed, drawn by chance: they show what nothing objected to."),
    Queue.QUALITY: _("Decided cases, to be decided again by somebody else without knowing the first decision."),
}
STATES: Final[Mapping[int, Badge]] = {
    CaseState.OPEN: Badge(Tone.INFO, pgettext_lazy("case", "Open")),
    CaseState.SNOOZED: Badge(Tone.NEUTRAL, CaseState.SNOOZED.label, "clock"),
    CaseState.WAITING: Badge(Tone.NEUTRAL, CaseState.WAITING.label, "person"),
    CaseState.DECIDED: Badge(Tone.SUCCESS, CaseState.DECIDED.label, "undo"),
    CaseState.AWAITING_SECOND: Badge(Tone.WARNING, CaseState.AWAITING_SECOND.label, "people"),
    CaseState.CLOSED: Badge(Tone.NEUTRAL, pgettext_lazy("case", "Closed"), "double-check"),
}
VERDICTS: Final[Mapping[int, Badge]] = {
    Verdict.APPROVE: Badge(Tone.SUCCESS, pgettext_lazy("verdict", "Approved"), "check"),
    Verdict.REJECT: Badge(Tone.DANGER, pgettext_lazy("verdict", "Rejected"), "cross"),
}
OUTCOMES: Final[Mapping[int, Badge]] = {
    Outcome.ALLOW: Badge(Tone.SUCCESS, Outcome.ALLOW.label),
    Outcome.REVIEW: Badge(Tone.WARNING, Outcome.REVIEW.label, "eye"),
    Outcome.STEP_UP: Badge(Tone.WARNING, Outcome.STEP_UP.label, "shield"),
    Outcome.BLOCK: Badge(Tone.DANGER, Outcome.BLOCK.label),
}
BASES: Final[Mapping[int, str | Promise]] = {basis.value: basis.label for basis in Basis}
_KEPT: Final[Mapping[tuple[str, str], Promise]] = {
    (HoldEffect.CAPTURE_POSTPONED, HoldEnding.RELEASED): _("The money is not taken yet. At the deadline it may be."),
    (HoldEffect.CAPTURE_POSTPONED, HoldEnding.CANCELLED): _(
        "The money is not taken yet. At the deadline the authorization is released."
    ),
    (HoldEffect.SHIPPING_FLAGGED, HoldEnding.RELEASED): _(
        "The money is taken, the shop was told not to ship. At the deadline it may."
    ),
    (HoldEffect.SHIPPING_FLAGGED, HoldEnding.CANCELLED): _(
        "The money is taken, the shop was told not to ship. At the deadline it is refunded."
    ),
}


def held(effect: str, at_deadline: str) -> str:
    """What a payment is kept from, and what happens at the deadline."""
    return str(_KEPT[effect, at_deadline])


def due_badge(due_at: datetime, now: datetime | None = None) -> Badge:
    """How much time is left, in the largest unit that tells something: colour, icon and words."""
    minutes = int((due_at - (now or timezone.now())).total_seconds()) // 60
    if minutes < 0:
        return Badge(Tone.DANGER, _("%(time)s overdue") % {"time": _time(-minutes)}, "alert")
    return Badge(Tone.WARNING if minutes < 60 else Tone.NEUTRAL, _("%(time)s left") % {"time": _time(minutes)}, "clock")


def promised(promise: QueuePromise) -> str:
    """Within which time a queue decides, and which hours count where not all do."""
    within = _("decided within %(time)s") % {"time": _time(int(promise.sla.total_seconds()) // 60)}
    if promise.hours is None:
        return str(within)
    hours = promise.hours
    told = {"opens": f"{hours.opens:%H:%M}", "closes": f"{hours.closes:%H:%M}", "zone": hours.zone}
    words = _("business days %(opens)s–%(closes)s (%(zone)s, %(country)s) count")
    return f"{within}, {words % (told | {'country': hours.country})}"


def _time(minutes: int) -> str:
    if minutes < 60:
        return ngettext("%(count)s min", "%(count)s min", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)s h", "%(count)s h", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": f"{days:,}"}


def percent(ppm: int) -> str:
    """A probability as people say it: whole per cent, one decimal below ten."""
    return f"{ppm / 10_000:.1f} %" if ppm < 100_000 else f"{ppm // 10_000} %"
