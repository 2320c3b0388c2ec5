"""The words of payments for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.ledger.states import PaymentStatus

PAYMENT_STATUSES: Final[Mapping[PaymentStatus, Promise]] = {
    PaymentStatus.CREATED: pgettext_lazy("payment", "Created"),
    PaymentStatus.PENDING: pgettext_lazy("payment", "Pending"),
    PaymentStatus.AUTHORIZED: pgettext_lazy("payment", "Authorized"),
    PaymentStatus.PARTIALLY_CAPTURED: pgettext_lazy("payment", "Partially captured"),
    PaymentStatus.CAPTURED: pgettext_lazy("payment", "Captured"),
    PaymentStatus.PARTIALLY_REFUNDED: pgettext_lazy("payment", "Partially refunded"),
    PaymentStatus.REFUNDED: pgettext_lazy("payment", "Refunded"),
    PaymentStatus.CHARGED_BACK: pgettext_lazy("payment", "Charged back"),
    PaymentStatus.FAILED: pgettext_lazy("payment", "Failed"),
    PaymentStatus.UNKNOWN: pgettext_lazy("payment", "Unknown"),
    PaymentStatus.VOIDED: pgettext_lazy("payment", "Voided"),
    PaymentStatus.EXPIRED: pgettext_lazy("payment", "Expired"),
}
DEFAULT_PERIOD: Final = _("The last 31 days, unless a period or a reference is given.")
