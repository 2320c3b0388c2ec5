"""Where the page of a payment is."""

from __future__ import annotations

import re
from typing import Final

from django.urls import reverse

from payments.ledger.models import Payment

_PLAIN: Final = re.compile(r"[\w-][\w.~:@+-]*")
"""References that stand in an address as they are; a slash or a lone dot would lead elsewhere."""


def payment_url(payment: Payment) -> str:
    """By the merchant's reference, or by id where an address cannot hold the reference."""
    if _PLAIN.fullmatch(payment.merchant_reference):
        return reverse("payments:payment", args=[payment.merchant_reference])
    return reverse("payments:payment_by_id", args=[payment.pk])
