"""Features of payments: at an instant for a few, and of all history; the same definitions, so the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import datetime
from itertools import count
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from fraud.features.statements import OF_ATTEMPTS, OF_RANGE, SUBJECT, features_sql
from fraud.features.subjects import FeatureRow, Subject
from fraud.features.sums import ALL_SUMS
from payments.ledger.services.tables import array, arrays

_COUNT: Final = len(SUBJECT)
_FETCHED: Final = 2_000
_SUMS: Final = """
CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {sums};
CREATE INDEX ON {name} (kind, key, hour_at);
CREATE INDEX ON {name} (kind, key, hour_at) WHERE frauds <> 0 OR disputes <> 0 OR refunds <> 0;
ANALYZE {name}
"""
_numbers = count(1)


def features_at(subjects: Sequence[Subject]) -> list[FeatureRow]:
    """Features of some subjects, in their order; one statement whatever their number."""
    if not subjects:
        return []
    columns = {**SUBJECT, "place": "integer"}
    source, parameters = arrays(columns, [(*astuple(subject), place) for place, subject in enumerate(subjects)])
    given = f"SELECT * FROM {source} AS given ({', '.join(columns)})"  # noqa: S608
    return _read(given, parameters)


def features_of_attempts(attempt_ids: Sequence[int]) -> list[FeatureRow]:
    """Features of some attempts as of when they were requested, in the order given; of those that were seen.

    One statement whatever their number.
    """
    return _read(OF_ATTEMPTS, [array("bigint", attempt_ids)]) if attempt_ids else []


def bulk_features(since: datetime, until: datetime, *, zone: str = "") -> Iterator[FeatureRow]:
    """Features of every attempt seen in [since, until), in the order of time, as they were at that instant.

    All of it is one snapshot, taken before the first row is handed out. The sums by the hour are made anew, of
    whatever relations are called `fraud_sighting` and `fraud_label`. `zone` is of hours and weekdays, by default
    the reporting zone.
    """
    name = f"fraud_sums_{next(_numbers)}"
    statement = features_sql(OF_RANGE, hours="{sums}", order="t.as_of, t.attempt_id").replace("{sums}", name)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SUMS.format(name=name, sums=ALL_SUMS))
        # Held over the commit: rows are taken one after the other, and who takes them has transactions of their own.
        cursor.execute(
            f"DECLARE {name}_rows NO SCROLL CURSOR WITH HOLD FOR {statement}",
            [zone or settings.REPORTING_ZONE, since, until],
        )
    with connection.cursor() as cursor:
        while True:
            cursor.execute(f"FETCH {_FETCHED} FROM {name}_rows")
            found = cursor.fetchall()
            if not found:
                break
            yield from _rows(found)
        cursor.execute(f"CLOSE {name}_rows")


def _read(subjects: str, parameters: Sequence[Any]) -> list[FeatureRow]:
    with connection.cursor() as cursor:
        cursor.execute(features_sql(subjects), [settings.REPORTING_ZONE, *parameters])
        return list(_rows(cursor))


def _rows(answers: Iterable[tuple[Any, ...]]) -> Iterator[FeatureRow]:
    """What the statement answers."""
    for answer in answers:
        yield FeatureRow(Subject(*answer[:_COUNT]), tuple(answer[_COUNT]))
