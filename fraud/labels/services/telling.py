"""Keeps what payments turned out to be: each telling once, counted for the keys that the payment was made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction

from fraud.features.services.counting import Observed, count_labels
from fraud.labels.models import LabelSource
from payments.ledger.services.tables import arrays
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

WON: Final = "/won"
LATER: Final = "/later"
"""End the references of a dispute's further labels: that it was won, and that its reason became known."""
_COLUMNS: Final = {
    "payment_id": "bigint", "source": "smallint", "is_fraud": "boolean", "observed_at": "timestamptz",
    "reference": "text", "told_by_id": "bigint",
}  # fmt: skip
# Whoever keeps another label of the payment waits here, and counts after this one is seen: by themselves neither would
# know of the other, and one fraud would count as two. Payments share 64 locks, so that a large batch takes few, and
# rows are kept in the order of these, so that nobody waits in a circle.
_TELL: Final = """
INSERT INTO fraud_label ({names}, told_at)
SELECT {names}, now() FROM {source} AS given({names}) ORDER BY payment_id %% 64, payment_id, source, reference
ON CONFLICT (payment_id, source, reference) DO NOTHING
RETURNING payment_id, source, is_fraud, observed_at, reference,
          is_fraud IS NOT FALSE
          AND pg_advisory_xact_lock(hashtext('fraud.labels'), (payment_id %% 64)::int) IS NULL AS is_waiting
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What one source says of one payment."""

    payment_id: int
    source: LabelSource
    is_fraud: bool | None
    """None: of a dispute that is not about fraud."""
    observed_at: datetime
    """When it could be known."""
    reference: str
    """Of the source; the same one again is the same telling."""


@transaction.atomic
def tell(labels: Sequence[Told], *, by: AbstractBaseUser | None) -> int:
    """Keep labels and count them for the keys of their payments; how many were new.

    What a person tells is in the audit trail.
    """
    if not labels:
        return 0
    pk = by.pk if by is not None else None
    rows = [(each.payment_id, int(each.source), each.is_fraud, each.observed_at, each.reference, pk) for each in labels]
    source, parameters = arrays(_COLUMNS, rows)
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(_TELL.format(names=names, source=source), parameters)
        new = cursor.fetchall()
    count_labels([
        Observed(payment_id, observed_at, bool(is_fraud), source == LabelSource.CHARGEBACK and is_fraud is not False)
        for payment_id, source, is_fraud, observed_at, _reference, _is_waiting in new
    ])  # fmt: skip
    if by is not None:
        for row in new:
            _note(row, by)
    return len(new)


def _note(row: tuple[Any, ...], by: AbstractBaseUser) -> None:
    payment_id, source, is_fraud, _observed_at, reference, _is_waiting = row
    detail = {"source": source, "is_fraud": is_fraud, "reference": reference}
    audit.record("label.told", by=by, about=("payment", payment_id), detail=detail)
