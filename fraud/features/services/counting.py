"""Counts what is told of payments: for every key they were made with, in the hour in which it was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from fraud.features.sums import COLUMNS, added_up, sums_of_observed
from payments.ledger.services.tables import arrays

_COLUMNS: Final = {
    "payment_id": "bigint", "observed_at": "timestamptz", "is_fraud": "boolean", "is_dispute": "boolean",
    "place": "integer",
}  # fmt: skip
# Labels of a payment beyond those told now were counted before: a payment is one fraud, whoever says so.
_FIRST: Final = """(
SELECT DISTINCT ON (g.payment_id) g.payment_id, g.observed_at, {as_fraud} AS is_fraud, {as_dispute} AS is_dispute
  FROM given g
 WHERE g.{flag} AND (SELECT count(*) FROM fraud_label l WHERE l.payment_id = g.payment_id AND {kept})
                 <= (SELECT count(*) FROM given o WHERE o.payment_id = g.payment_id AND o.{flag})
 ORDER BY g.payment_id, g.place)"""
_FRAUDS: Final = _FIRST.format(as_fraud="true", as_dispute="false", flag="is_fraud", kept="l.is_fraud")
_DISPUTES: Final = _FIRST.format(
    as_fraud="false", as_dispute="true", flag="is_dispute", kept="l.source = 1 AND l.is_fraud IS NOT FALSE"
)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a new label says of a payment; both false is nothing to count."""

    payment_id: int
    observed_at: datetime
    is_fraud: bool
    is_dispute: bool


def count_labels(observed: Sequence[Observed]) -> None:
    """Count labels that were just kept, in the order of their ids; each once, by whoever keeps them, after keeping.

    A payment counts as one fraud and as one dispute for each of its keys, in the hour the first of them observed it.
    """
    told = [each for each in observed if each.is_fraud or each.is_dispute]
    if not told:
        return
    source, parameters = arrays(_COLUMNS, [(*astuple(each), place) for place, each in enumerate(told)])
    sums = added_up(sums_of_observed(_FRAUDS), sums_of_observed(_DISPUTES))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH given AS (SELECT * FROM {source} AS given ({', '.join(_COLUMNS)}))"  # noqa: S608
            f" INSERT INTO fraud_keyhour ({COLUMNS}) {sums}",
            parameters,
        )
