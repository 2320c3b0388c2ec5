"""Turns disputes into labels, beside the warnings of issuers: a step of `LEDGER_PIPELINE`, and for all of history."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from fraud.labels.codes import is_about_fraud
from fraud.labels.models import LabelSource
from fraud.labels.services import warnings
from fraud.labels.services.telling import LATER, WON, Told, tell
from payments.ledger.pipeline import Changed
from payments.ledger.services.tables import array
from payments.ledger.states import DisputeStatus

GIVEN_BACK: Final = (DisputeStatus.WON.value, DisputeStatus.REVERSED.value)
AT_ONCE: Final = 5_000

_READ: Final = """
SELECT d.id, d.payment_id, d.reason, d.status, d.opened_at, d.closed_at,
       EXISTS (SELECT FROM fraud_label l WHERE l.payment_id = d.payment_id AND l.source = 1
                  AND l.reference = 'dispute/' || d.id AND l.is_fraud IS NULL)
  FROM payments_dispute d WHERE d.payment_id IS NOT NULL AND {which} ORDER BY d.id
"""
_OF_THESE: Final = _READ.format(which="d.id = ANY(%s::bigint[])")
_OF_PAYMENTS: Final = _READ.format(which="d.payment_id = ANY(%s::bigint[])")
_ALL: Final = _READ.format(which="d.id > %s") + " LIMIT %s"


class _Dispute(NamedTuple):
    pk: int
    payment_id: int
    reason: str
    status: str
    opened_at: datetime
    closed_at: datetime | None
    was_about_something_else: bool
    """It was told before, without a reason that speaks of fraud."""


def note(changed: Changed) -> None:
    """A step of the pipeline: every dispute of a payment is a label of it, one that was won another, and so is every
    warning of an issuer."""
    if changed.disputes:
        _tell(_read(_OF_THESE, [array("bigint", changed.disputes)]))
    if changed.warned:
        warnings.tell_of(changed.warned)


def tell_of(payment_ids: Collection[int]) -> int:
    """Keep the labels of every dispute of some payments; how many were new."""
    return _tell(_read(_OF_PAYMENTS, [array("bigint", payment_ids)]))


def backfill() -> int:
    """Labels of all disputes there are; how many were new. May be repeated."""
    count = last = 0
    while found := _read(_ALL, [last, AT_ONCE]):
        count += _tell(found)
        last = found[-1].pk
    return count


def _read(statement: str, parameters: Sequence[str | int]) -> list[_Dispute]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_Dispute(*row) for row in cursor.fetchall()]


def _tell(disputes: Collection[_Dispute]) -> int:
    return tell([label for dispute in disputes for label in _labels(dispute, timezone.now())], by=None)


def _labels(dispute: _Dispute, now: datetime) -> Iterator[Told]:
    name, is_fraud = f"dispute/{dispute.pk}", is_about_fraud(dispute.reason)
    yield Told(dispute.payment_id, LabelSource.CHARGEBACK, is_fraud or None, dispute.opened_at, name)
    if not is_fraud:
        return  # it says nothing of fraud, and neither does its end
    if dispute.was_about_something_else:
        # A statement tells of it without a reason, and the provider's event says why later.
        yield Told(dispute.payment_id, LabelSource.CHARGEBACK, True, now, name + LATER)
    if dispute.status in GIVEN_BACK:
        yield Told(dispute.payment_id, LabelSource.CHARGEBACK, False, dispute.closed_at or now, name + WON)
