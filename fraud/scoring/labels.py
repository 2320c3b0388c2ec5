"""How models are said on a screen: where they stand, and how well they do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fraud.scoring.models import ModelState
from payments.web import Badge, Tone

STATES: Final = {
    ModelState.CANDIDATE: Badge(Tone.INFO, pgettext_lazy("scoring model", "Candidate")),
    ModelState.LIVE: Badge(Tone.SUCCESS, pgettext_lazy("scoring model", "Live")),
    ModelState.RETIRED: Badge(Tone.NEUTRAL, pgettext_lazy("scoring model", "Retired")),
}
MEASURES: Final[Mapping[str, Promise]] = {
    "value_at_1pct": _("Value of fraud within the hundredth of payments with the highest expected loss"),
    "recall_at_1pct": _("Frauds within the hundredth of payments with the highest score"),
    "ap": _("Average precision"),
    "cp100": _("Customers with fraud among the hundred a day with the highest score"),
    "auc": _("Area under the curve: chance that a fraud has the higher score"),
}
_NO_SCORE: Final = 1_000_001


def share(ppm: int) -> str:
    """Parts per million as people read them: `82.4%`."""
    return f"{number_format(Decimal(ppm) / 10_000, 1)}%"


def measures(told: Mapping[str, Any]) -> list[tuple[Promise, str]]:
    """The measures of a model that there are, in words."""
    return [(words, share(told[name])) for name, words in MEASURES.items() if name in told]


def limit(ppm: int) -> str | Promise:
    """From which score on something is done."""
    return _("never by the score alone") if ppm >= _NO_SCORE else share(ppm)
