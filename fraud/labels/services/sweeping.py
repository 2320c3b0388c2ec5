"""Finds disputes and warnings whose step of `LEDGER_PIPELINE` failed, and keeps the labels that it left out."""

from __future__ import annotations

from typing import Final

import structlog
from django.db import connection, transaction

from fraud.labels.codes import is_about_fraud
from fraud.labels.services import disputes, warnings
from fraud.labels.services.telling import LATER, WON
from payments.ledger.services.homes import lock_payments
from payments.ledger.services.tables import array

AT_ONCE: Final = 1_000

# The labels that `disputes` and `warnings` make of what stands, less those that are kept.
_TOLD: Final = "EXISTS (SELECT FROM fraud_label l WHERE l.payment_id = {of}.payment_id AND l.source = {source}{more})"
_OF_DISPUTE: Final = _TOLD.format(of="d", source=1, more=" AND l.reference = 'dispute/' || d.id{more}")
_UNTOLD: Final = f"""
SELECT p.id, p.merchant_reference FROM (
  SELECT d.payment_id FROM payments_dispute d
   WHERE d.payment_id IS NOT NULL AND (
         NOT {_OF_DISPUTE.format(more="")}
      OR d.reason = ANY(%(reasons)s::text[]) AND (
         {_OF_DISPUTE.format(more=" AND l.is_fraud IS NULL")} AND NOT {_OF_DISPUTE.format(more=f" || '{LATER}'")}
      OR d.status = ANY(%(given_back)s::text[]) AND NOT {_OF_DISPUTE.format(more=f" || '{WON}'")}))
   UNION
  SELECT e.payment_id FROM payments_paymentevent e
   WHERE e.kind = 'fraud.warned' AND NOT {_TOLD.format(of="e", source=2, more=f" AND l.reference = {warnings.NAME}")}
) untold JOIN payments_payment p ON p.id = untold.payment_id ORDER BY p.id LIMIT %(limit)s
"""  # noqa: S608
_REASONS: Final = "SELECT DISTINCT reason FROM payments_dispute WHERE payment_id IS NOT NULL"

logger = structlog.get_logger(__name__)


def sweep() -> int:
    """Keep the labels of disputes and warnings that have none; how many were new.

    They are few: a step fails only with the database. Each payment has a transaction of its own, so that one that
    cannot be labelled keeps none of the others, and is tried again by the next run.
    """
    return sum(_tell(payment, reference) for payment, reference in _untold())


def _untold() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_REASONS)
        reasons = [reason for (reason,) in cursor.fetchall() if is_about_fraud(reason)]
        asked: dict[str, str | int] = {
            "reasons": array("text", reasons), "given_back": array("text", disputes.GIVEN_BACK), "limit": AT_ONCE,
        }  # fmt: skip
        cursor.execute(_UNTOLD, asked)
        return [(pk, reference) for pk, reference in cursor.fetchall()]


def _tell(payment: int, reference: str) -> int:
    try:
        with transaction.atomic():
            # As the ledger locks it: its keys stand still while the label is counted for them.
            lock_payments([reference])
            return disputes.tell_of([payment]) + warnings.tell_of([payment])
    except Exception:
        logger.exception("payment_not_labelled", payment=payment)
        return 0
