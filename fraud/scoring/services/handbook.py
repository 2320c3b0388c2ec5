"""Payments of the Fraud Detection Handbook as ours: features of the same catalogue, learned from in the same way.

They live in temporary tables with the names of the real ones, which hide those for one transaction, and with negative
numbers of attempts, so that nothing of the house is read or written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db import connection, transaction

from fraud.features.catalogue import BY_NAME
from fraud.features.selectors import bulk_features
from fraud.labels.models import LabelSource
from fraud.scoring.rows import Row

START: Final = datetime(2018, 4, 1, tzinfo=UTC)
"""Second 0 of its payments."""
DAY: Final = timedelta(days=1)
WEEK: Final = 7
TRAIN_FROM: Final = 115
"""25 July: the week of chapter 3 that is learned from; then a week of delay, then the week that is judged."""
TUNED_FROM: Final = 101
"""Two weeks before: there the settings of `Settings` were chosen, so that they know nothing of the week judged."""
_AMOUNT: Final = BY_NAME["amount"].position - 1
_HIDE: Final = (
    "CREATE TEMP TABLE fraud_sighting (LIKE fraud_sighting INCLUDING ALL) ON COMMIT DROP",
    "CREATE TEMP TABLE fraud_label (LIKE fraud_label INCLUDING ALL) ON COMMIT DROP",
)
_SIGHTINGS: Final = (
    "COPY fraud_sighting (attempt_id, payment_id, at, customer_id, shop, amount, currency, bin) FROM STDIN"
)
_LABELS: Final = (
    "COPY fraud_label (payment_id, source, is_fraud, observed_at, told_at, reference) FROM STDIN"  # with no one's name
)


@dataclass(frozen=True, slots=True)
class Week:
    """A week to learn from and the one to be judged by, two weeks later."""

    learned: list[Row]
    judged: list[Row]
    """Without payments of customers whose fraud was known by then."""


def read(path: Path) -> dict[str, Any]:
    """The columns of the file: t (seconds), customer, terminal, cents, fraud. Raises ValueError, OSError, KeyError."""
    with np.load(path, allow_pickle=False) as told:
        return {name: told[name].tolist() for name in ("t", "customer", "terminal", "cents", "fraud")}


def week(columns: dict[str, Any], first_day: int = TRAIN_FROM) -> Week:
    """Features of a week to learn from and a week to judge, as the catalogue has them. Nothing remains in the database.

    Days are the handbook's, from 0.
    """
    last_day = first_day + 3 * WEEK
    with transaction.atomic():
        _fill(columns, last_day)
        learned = list(_rows(columns, first_day, first_day + WEEK))
        judged = list(_rows(columns, last_day - WEEK, last_day))
        transaction.set_rollback(True)
    return Week(learned, _unknown(columns, judged, first_day))


def _fill(columns: dict[str, Any], last_day: int) -> None:
    """All payments up to a day; the label of a fraud is observed at once, since the delay is in the features."""
    with connection.cursor() as cursor:
        for statement in _HIDE:
            cursor.execute(statement)
        seen = [place for place, second in enumerate(columns["t"]) if second < last_day * DAY.total_seconds()]
        with cursor.copy(_SIGHTINGS) as copy:
            for place in seen:
                number = -1 - place
                customer, shop, cents = (columns[name][place] for name in ("customer", "terminal", "cents"))
                copy.write_row((number, number, _at(columns, place), customer, shop, cents, "EUR", ""))
        with cursor.copy(_LABELS) as copy:
            for place in seen:
                if columns["fraud"][place]:
                    at = _at(columns, place)
                    copy.write_row((-1 - place, int(LabelSource.CUSTOMER), True, at, at, f"handbook/{place}"))
        cursor.execute("ANALYZE fraud_sighting, fraud_label")


def _at(columns: dict[str, Any], place: int) -> datetime:
    return START + timedelta(seconds=columns["t"][place])


def _rows(columns: dict[str, Any], since: int, until: int) -> Iterator[Row]:
    for found in bulk_features(START + since * DAY, START + until * DAY, zone="UTC"):
        place = -1 - found.subject.attempt_id
        yield Row(
            values=found.values,
            is_fraud=bool(columns["fraud"][place]),
            as_of=found.subject.as_of,
            group=columns["customer"][place],
            amount=found.values[_AMOUNT] or 0,
        )


def _unknown(columns: dict[str, Any], judged: list[Row], first_day: int) -> list[Row]:
    """Without customers whose fraud, in the week learned from or later, was known: more than a week before."""
    found: dict[int, int] = {}
    for second, customer, fraud in zip(columns["t"], columns["customer"], columns["fraud"], strict=True):
        day = second // 86_400
        if fraud and day >= first_day:
            found[customer] = min(day, found.get(customer, day))
    return [row for row in judged if (row.as_of - START).days - found.get(row.group, 10**6) < _KNOWN_AFTER]


_KNOWN_AFTER: Final = 8
"""Days."""
