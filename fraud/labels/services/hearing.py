"""Hears from the shop what a payment turned out to be: what issuers warn of, and what customers say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fraud.labels.models import LabelSource
from fraud.labels.services.telling import Told, tell
from payments.ledger.services.homes import lock_payments
from payments.records.services import audit

HEARD: tuple[LabelSource, ...] = (LabelSource.ISSUER_WARNING, LabelSource.CUSTOMER)
"""Whose word a shop passes on; disputes are told as such, and reviewers decide here."""


class NoSuchPayment(Exception):
    """Nobody has told of a payment of this reference."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a shop passes on."""

    merchant_reference: str
    source: LabelSource
    is_fraud: bool
    observed_at: datetime
    """When it was said to the shop."""
    reference: str
    """The shop's own name of the telling: the same one again is the same telling."""


@transaction.atomic
def hear(heard: Heard, *, key_prefix: str) -> bool:
    """Keep a label that a machine of the shop tells; whether it is new.

    Raises:
        NoSuchPayment: tell of the payment first.
    """
    # As the ledger locks it: what is seen of the payment at this moment is counted before or after, and once.
    payment = lock_payments([heard.merchant_reference]).get(heard.merchant_reference)
    if payment is None:
        raise NoSuchPayment(heard.merchant_reference)
    told = Told(payment.pk, heard.source, heard.is_fraud, heard.observed_at, f"shop/{heard.reference}")
    if not tell([told], by=None):
        return False
    detail = {"source": int(heard.source), "is_fraud": heard.is_fraud, "reference": told.reference, "key": key_prefix}
    audit.record("label.told", by=None, about=("payment", payment.pk), detail=detail)
    return True
