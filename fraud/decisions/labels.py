"""How decisions are said on a screen: outcomes, what made them, and holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fraud.assessments.models import Basis, Outcome
from fraud.lists.models import ListName
from payments.acts.models import HoldEffect, HoldEnding
from payments.web import Badge, Tone

OUTCOMES: Final[Mapping[int, Badge]] = {
    Outcome.ALLOW: Badge(Tone.SUCCESS, Outcome.ALLOW.label),
    Outcome.REVIEW: Badge(Tone.WARNING, Outcome.REVIEW.label, "eye"),
    Outcome.STEP_UP: Badge(Tone.WARNING, Outcome.STEP_UP.label, "shield"),
    Outcome.BLOCK: Badge(Tone.DANGER, Outcome.BLOCK.label),
}
BASES: Final[Mapping[int, str | Promise]] = {basis.value: basis.label for basis in Basis}
LISTS: Final[Mapping[int, str | Promise]] = {each.value: each.label for each in ListName}
EFFECTS: Final[Mapping[str, Promise]] = {
    HoldEffect.CAPTURE_POSTPONED: _("No money can be taken"),
    HoldEffect.SHIPPING_FLAGGED: _("The shop was told not to ship"),
}
AT_DEADLINE: Final[Mapping[str, Promise]] = {
    HoldEnding.RELEASED: _("then the clock releases it"),
    HoldEnding.CANCELLED: _("then the clock cancels it"),
}
HELD: Final = Badge(Tone.WARNING, _("Held"), "lock")
ENDED: Final[Mapping[str, Badge]] = {
    HoldEnding.RELEASED: Badge(Tone.SUCCESS, _("Hold released")),
    HoldEnding.CANCELLED: Badge(Tone.DANGER, _("Held payment cancelled")),
}


def percent(ppm: int) -> str:
    """A probability: whole per cent, one decimal below ten."""
    return f"{ppm // 1_000 / 10:.1f} %" if ppm < 100_000 else f"{ppm // 10_000} %"
