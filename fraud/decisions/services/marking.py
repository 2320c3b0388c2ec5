"""Marks payments whose assessment is due, in the transaction that changes them: a step of `LEDGER_PIPELINE`."""

from __future__ import annotations

from typing import Final

from django.db import connection

from payments.ledger.pipeline import Changed
from payments.ledger.services.tables import array

_MARK: Final = """
INSERT INTO fraud_due (payment_id, since) SELECT id, now() FROM unnest(%s::bigint[]) AS given(id) ORDER BY id
ON CONFLICT (payment_id) DO NOTHING
"""


def mark(changed: Changed) -> None:
    """Note which payments changed: a step of its own, so that the mark stays when assessing them fails."""
    if changed.payments:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [array("bigint", changed.payments)])
