"""How rules are said on a screen: actions, states, fields, and why something is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fraud.features.labels import words_of
from fraud.rules.models import RuleAction, RuleState, RuleVersion
from fraud.rules.parsing import Refused
from fraud.rules.vocabulary import AMOUNT, REFERENCE_AMOUNT, SCORE
from payments.web import Badge, Tone

ACTIONS: Final = {
    RuleAction.STEP_UP: Badge(Tone.INFO, RuleAction.STEP_UP.label, "lock"),
    RuleAction.ALLOW: Badge(Tone.SUCCESS, RuleAction.ALLOW.label),
    RuleAction.BLOCK: Badge(Tone.DANGER, RuleAction.BLOCK.label),
    RuleAction.REVIEW: Badge(Tone.WARNING, RuleAction.REVIEW.label),
}
HEADS: Final = {
    RuleAction.STEP_UP: _("Ask for more proof when"),
    RuleAction.ALLOW: _("Allow a payment when"),
    RuleAction.BLOCK: _("Block a payment when"),
    RuleAction.REVIEW: _("Have a payment reviewed when"),
}
STATES: Final = {
    RuleState.DRAFT: Badge(Tone.NEUTRAL, RuleState.DRAFT.label),
    RuleState.SUBMITTED: Badge(Tone.INFO, RuleState.SUBMITTED.label),
    RuleState.LIVE: Badge(Tone.SUCCESS, RuleState.LIVE.label),
    RuleState.RETIRED: Badge(Tone.NEUTRAL, RuleState.RETIRED.label, "cross"),
}
ON_TRIAL: Final = Badge(Tone.WARNING, _("On trial"), "clock")
_FACTS: Final[Mapping[str, Promise]] = {
    AMOUNT: _("Amount"),
    SCORE: _("Score"),
    "currency": _("Currency"),
    "country": _("Country of delivery"),
    "card_country": _("Country of the card"),
    "ip_country": _("Country of the IP address"),
    "method": _("Payment method"),
    "provider": _("Provider"),
    "shop": _("Shop"),
    "brand": _("Card brand"),
    "bin": pgettext_lazy("rule", "BIN"),
}
REFUSALS: Final[Mapping[str, Promise]] = {
    Refused.EMPTY: _("Say at least one thing that must be true."),
    Refused.DEPTH: _("There are too many groups within each other."),
    Refused.NODES: _("There are too many conditions: 60 at most."),
    Refused.LENGTH: _("The rule is too long: use a list for many values."),
    Refused.FIELD: _("This cannot be asked about."),
    Refused.NUMBER: _("Write a whole number, and the lower one first."),
    Refused.TEXT: _("Write 1 to 40 characters."),
    Refused.VALUES: _("Write 1 to 100 values with commas between them."),
    Refused.OPERATOR: _("This comparison does not go with what is asked about."),
    Refused.UNIT: _("These two cannot be compared."),
    Refused.BOTH: _("Write a value or choose another figure, not both."),
    Refused.LIST: _("There is no such list."),
    Refused.CURRENCY: _("Write the amount with its currency, like 50,000 KRW."),
    Refused.SHAPE: _("This cannot be read."),
}


def field_words(name: str) -> Promise:
    """What a field of the vocabulary is called."""
    if name in _FACTS:
        return _FACTS[name]
    return words_of(AMOUNT if name == REFERENCE_AMOUNT else name)


def is_on_trial(version: RuleVersion, at: datetime) -> bool:
    """Whether a version runs beside the live ones at an instant."""
    return version.state != RuleState.LIVE and version.shadow_until is not None and version.shadow_until > at
