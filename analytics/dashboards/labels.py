"""The words of the dashboards for dimensions and their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    "cause": _("Cause"),
    "decline_code": _("Decline code"),
    "first_attempt_failed": _("First attempt failed"),
}
_CAUSES: Final[Mapping[str, Promise]] = {
    **{str(result): words for result, words in ledger.RESULTS.items()},
    "expired": _("Voucher expired"),
}
_YES_OR_NO: Final[Mapping[str, Promise]] = {"true": _("Yes"), "false": _("No")}
NOT_TOLD: Final = _("not told")


def value_label(dimension: str, value: str) -> str:
    """What people call a value of a dimension."""
    if not value:
        return str(NOT_TOLD)
    known = {"cause": _CAUSES, "first_attempt_failed": _YES_OR_NO}.get(dimension, {})
    return str(known.get(value, value))
