"""Hands the chargebacks of posted statements to the ledger, which opens the disputes that nobody else has told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Final

from payments.facts import LineKind
from payments.ledger.services.disputes import ChargebackLine, open_from_statement
from payments.methods.models import Provider
from payments.settlement.models import LineTotal, StatementLine

_KINDS: Final = (LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL)


def open_disputes(provider: Provider | None, statements: Sequence[int]) -> None:
    """Open disputes for the chargebacks in some statements; one query where there are none."""
    if provider is None or not LineTotal.objects.filter(statement__in=statements, kind__in=_KINDS).exists():
        return
    lines = StatementLine.objects.filter(statement__in=statements, kind__in=_KINDS).order_by(
        "statement_id", "line_number"
    )
    rows = [
        ChargebackLine(
            provider_key=line.provider_key,
            payment_reference=line.payment_reference,
            merchant_reference=line.merchant_reference,
            amount=abs(line.gross),
            currency=line.currency,
            # A file of business dates alone names no hour.
            occurred_at=line.occurred_at or datetime.combine(line.booked_on, time(), UTC),
            is_reversal=line.kind == LineKind.CHARGEBACK_REVERSAL,
        )
        for line in lines
        if line.gross
    ]
    open_from_statement(provider, rows)
