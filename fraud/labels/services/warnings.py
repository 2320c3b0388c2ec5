"""Turns warnings of issuers into labels: of some payments, and of all of history."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import connection

from fraud.labels.models import LabelSource
from fraud.labels.services.telling import Told, tell
from payments.ledger.services.tables import array

# Whoever tells of a warning, webhook or shop, tells of one: its name is the provider's. Of several tellings the first.
NAME: Final = (
    "'warning/' || coalesce(e.body->>'provider' || '/' || coalesce(e.body->>'object_key', e.body->>'provider_key'),"
    " e.id::text)"
)
_READ: Final = f"""
SELECT DISTINCT ON (e.payment_id, reference) e.payment_id, e.occurred_at, {NAME} AS reference
  FROM payments_paymentevent e WHERE e.kind = 'fraud.warned' AND {{which}}
 ORDER BY e.payment_id, reference, e.occurred_at, e.id
"""  # noqa: S608
_OF_THESE: Final = _READ.format(which="e.payment_id = ANY(%s::bigint[])")
_ALL: Final = _READ.format(which="true")


def tell_of(payment_ids: Collection[int]) -> int:
    """Keep a label for every warning about some payments; how many were new."""
    return _tell(_OF_THESE, [array("bigint", payment_ids)])


def backfill() -> int:
    """Labels of all warnings there are, which are few; how many were new. May be repeated."""
    return _tell(_ALL, [])


def _tell(statement: str, parameters: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = cursor.fetchall()
    told = [Told(payment, LabelSource.ISSUER_WARNING, True, at, name) for payment, at, name in found]
    return tell(told, by=None)
