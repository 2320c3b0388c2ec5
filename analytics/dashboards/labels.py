"""The words of the dashboards for dimensions and their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.dashboards.names import names
from payments.ledger import labels as ledger

DIMENSIONS: Final[Mapping[str, Promise]] = {
    "provider": _("Provider"),
    "method": _("Method"),
    "family": _("Kind of method"),
    "currency": _("Currency"),
    "country": _("Country"),
    "device": _("Device"),
    "channel": _("Channel"),
    "campaign": _("Campaign"),
    "customer_kind": _("New or returning"),
    "cause": _("Cause"),
    "decline_code": _("Decline code"),
    "provider_decline_code": _("Code of the provider"),
    "first_attempt_failed": _("First attempt failed"),
    "refunded": _("Refunded"),
    "left_step": _("Left at"),
    "brand": _("Brand"),
    "bin": _("BIN"),
    "three_d_secure": _("3-D Secure"),
    "hour": _("Hour of day"),
    "weekday": _("Weekday"),
}
STEPS: Final[Mapping[str, Promise]] = {
    "hour": pgettext_lazy("length of time", "Hour"), "day": pgettext_lazy("length of time", "Day"),
    "week": pgettext_lazy("length of time", "Week"), "month": pgettext_lazy("length of time", "Month"),
}  # fmt: skip
_CAUSES: Final[Mapping[str, Promise]] = {
    **{str(result): words for result, words in ledger.RESULTS.items()},
    "expired": _("Voucher expired"),
    "blocked": _("Blocked before it was sent"),
    "authentication": _("Authentication"),
    "declined": _("Declined"),
    "technical": _("Technical failure"),
}
_KINDS: Final[Mapping[str, Promise]] = {"new": _("New customer"), "returning": _("Returning customer")}
_STEPS_LEFT: Final[Mapping[str, Promise]] = {
    "started": _("Before a method was chosen"),
    "method_selected": _("After a method was chosen"),
    "submitted": _("After it was submitted"),
    "refused": _("After a refusal"),
    "": _("Paid later, or may still be"),
}
NOT_TOLD: Final = _("not told")


_WEEKDAYS: Final = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
_FAMILIES: Final[Mapping[str, Promise]] = {
    "card": _("Card"),
    "wallet": _("Wallet"),
    "bank_transfer": _("Bank transfer"),
    "virtual_account": _("Virtual account"),
    "convenience_store": _("Convenience store"),
    "carrier_billing": _("Carrier billing"),
    "e_money": _("E-money"),
    "crypto": _("Crypto"),
    "contactless": _("Contactless"),
}
_KNOWN: Final[Mapping[str, Mapping[str, Promise]]] = {
    "cause": _CAUSES,
    "decline_code": ledger.DECLINE_CODES,
    "customer_kind": _KINDS,
    "left_step": _STEPS_LEFT,
    "first_attempt_failed": {"true": _("First attempt failed"), "false": _("No failure at the first attempt")},
    "refunded": {"true": _("Refunded"), "false": _("Not refunded")},
    "weekday": {str(number): name for number, name in enumerate(_WEEKDAYS, 1)},
    "family": _FAMILIES,
}

USUAL: Final[Mapping[str, Mapping[str, Promise]]] = {
    "device": ledger.DEVICES,
    "channel": ledger.CHANNELS,
}
"""Usual values of dimensions that the shop fills with what it likes."""


def choices_of(dimension: str) -> list[tuple[str, str]]:
    """The values that a dimension can have, as an address writes them, with what people call them; empty for most."""
    if dimension == "hour":
        return [(f"{hour:02d}", value_label("hour", f"{hour:02d}")) for hour in range(24)]
    if called := names().of(dimension):
        return list(called.items())
    return [(value or "-", str(words)) for value, words in _KNOWN.get(dimension, {}).items()]


def value_label(dimension: str, value: str) -> str:
    """What people call a value of a dimension; a code that has no name of its own stays as it is."""
    labels = names().labels
    if (dimension, value) not in labels:
        labels[dimension, value] = _label(dimension, value)
    return labels[dimension, value]


def _label(dimension: str, value: str) -> str:
    known = _KNOWN.get(dimension) or USUAL.get(dimension, {})
    if value in known:
        return str(known[value])
    if not value:
        return str(NOT_TOLD)
    return f"{value}:00" if dimension == "hour" else names().of(dimension).get(value, value)
