"""Features of payments: at an instant for a few, and of all history; the same definitions, so the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import Any, Final

from django.conf import settings
from django.db import connection

from fraud.features.statements import OF_ATTEMPTS, SUBJECT, features_sql
from fraud.features.subjects import FeatureRow, Subject
from payments.ledger.services.tables import array, arrays

_COUNT: Final = len(SUBJECT)


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


def _read(subjects: str, parameters: Sequence[Any]) -> list[FeatureRow]:
    with connection.cursor() as cursor:
        cursor.execute(features_sql(subjects), [settings.REPORTING_ZONE, *parameters])
        return list(rows(cursor))


def rows(answers: Iterable[tuple[Any, ...]]) -> Iterator[FeatureRow]:
    """What the statement answers."""
    for answer in answers:
        yield FeatureRow(Subject(*answer[:_COUNT]), tuple(answer[_COUNT]))
