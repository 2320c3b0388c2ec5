"""Marks what changed, in the transaction that changes it: a step of `LEDGER_PIPELINE`."""

from __future__ import annotations

from typing import Final

from django.db import connection

from analytics.rollups.models import Mark
from payments.ledger.pipeline import Changed
from payments.ledger.services.tables import array

_MARK: Final = """
INSERT INTO analytics_mark (kind, subject_id, marked_at)
SELECT given.kind, given.id, now() FROM unnest(%s::text[], %s::bigint[]) AS given (kind, id)
"""


def mark(changed: Changed) -> None:
    """Note what changed; in which buckets it is counted, and was, finds out whoever counts them anew."""
    marks = [
        (kind.value, subject)
        for kind, subjects in (
            (Mark.Kind.PAYMENT, changed.payments),
            (Mark.Kind.CHECKOUT, changed.checkouts),
            (Mark.Kind.STATEMENT, changed.statements),
        )
        for subject in subjects
    ]
    if not marks:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK, [array("text", [kind for kind, _ in marks]), array("bigint", [subject for _, subject in marks])]
        )
