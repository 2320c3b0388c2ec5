"""Reasons as people read them: `3.1 times what is usual for the customer, of 30 days`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from fraud.features.catalogue import BY_NAME
from fraud.features.declarations import Unit
from fraud.features.labels import show, words_of

_SAID: Final[tuple[tuple[re.Pattern[str], Any], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"customer_amount_ratio_\w+", _("%(value)s this customer's usual amount")),
        (r"customer_amount_to_max_30d", _("%(value)s the largest amount of this customer in 30 days")),
        (r"instrument_amount_ratio_30d", _("%(value)s the usual amount of this card or account")),
        (r"customer_age", _("First seen as a customer %(value)s ago")),
        (r"instrument_age", _("Card or account first seen %(value)s ago")),
        (r"device_age", _("Device first seen %(value)s ago")),
        (r"customer_gap", _("The customer's last payment was %(value)s ago")),
        (r"shop_frauds_\w+", _("%(value)s of this shop's payments turned out to be fraud")),
    )
)
"""Of features with a value, those that make a sentence of their own."""


def sentence(reason: Mapping[str, Any]) -> Promise:
    """One of an assessment's reasons: `{"feature", "value", …}`; of a feature nobody knows any more, its name."""
    said: Promise = _lazy_sentence(str(reason["feature"]), reason["value"])
    return said


def _sentence(name: str, value: int | None) -> str:
    feature = BY_NAME.get(name)
    if feature is None:
        return name
    shown = str(show(feature, value))
    own = next((words for pattern, words in _SAID if value is not None and pattern.fullmatch(name)), None)
    if own is not None:
        return str(own) % {"value": shown}
    if feature.unit is Unit.YES_NO and value:
        return str(words_of(name))
    return str(_("%(what)s: %(value)s")) % {"what": words_of(name), "value": shown}


_lazy_sentence: Callable[[str, int | None], Any] = lazy(_sentence, str)
