"""Stripe's itemised payout reconciliation: one file per automatic payout, major units, lower-case currencies, UTC."""

from __future__ import annotations

import csv
from datetime import UTC
from io import StringIO
from typing import Final

from payments.facts import MOVEMENT_LINE_KINDS, LineKind
from payments.money import format_minor
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

COLUMNS: Final = (
    "automatic_payout_id",
    "automatic_payout_effective_at_utc",
    "balance_transaction_id",
    "created_utc",
    "available_on_utc",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "source_id",
    "description",
    "customer_facing_amount",
    "customer_facing_currency",
    "charge_id",
    "payment_intent_id",
    "payment_method_type",
    "card_brand",
    "payment_metadata[order_id]",
)
_CATEGORIES: Final = {
    LineKind.SALE: "charge",
    LineKind.REFUND: "refund",
    LineKind.CHARGEBACK: "dispute",
    LineKind.CHARGEBACK_REVERSAL: "dispute_reversal",
    LineKind.REFUND_FAILURE: "refund_failure",
    LineKind.FEE: "fee",
    LineKind.TAX: "tax",
    LineKind.RESERVE_HOLD: "risk_reserved_funds",
    LineKind.RESERVE_RELEASE: "risk_reserved_funds",
    LineKind.ADJUSTMENT: "other_adjustment",
    LineKind.TRANSFER: "topup",
    LineKind.PAYOUT: "payout",
    LineKind.PAYOUT_RETURN: "payout_reversal",
}


def file_name(_plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of a delivered version."""
    return f"payout_reconciliation_itemized_{document.label}{version.suffix}.csv"


def render(_plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one payout as CSV. Rows are read back as statement `payout_key`, or `balance/<day>` where that is blank.

    A balance cannot be carried over at Stripe: it stays in the balance, and its rows wait for a payout.
    """
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_cells(document, line) for line in version.lines)
    return text.getvalue().encode()


def _cells(document: Document, line: Line) -> dict[str, str]:
    is_movement = line.kind in MOVEMENT_LINE_KINDS
    withheld = line.charges.fee + line.charges.vat
    # A fee that belongs to no payment is the gross of its row, and costs nothing.
    is_cost = line.kind in (LineKind.FEE, LineKind.TAX)
    gross, fee = (line.net, 0) if is_cost else (line.gross_settled, withheld)
    day = f"{line.paid_on or document.booked_on} 00:00:00"
    source = line.provider_key if is_movement else line.payout_key if line.kind is LineKind.PAYOUT else line.line_key
    return {
        "automatic_payout_id": line.payout_key,
        "automatic_payout_effective_at_utc": day if line.payout_key else "",
        "balance_transaction_id": f"txn_{line.provider_key}" if is_movement else line.line_key,
        "created_utc": f"{line.occurred_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "available_on_utc": day,
        "currency": line.net_currency.lower(),
        "gross": format_minor(gross, line.net_currency),
        "fee": format_minor(fee, line.net_currency),
        "net": format_minor(line.net, line.net_currency),
        "reporting_category": _CATEGORIES.get(line.kind, line.words),
        "source_id": source,
        "description": "" if is_movement else line.words,
        "customer_facing_amount": format_minor(line.gross, line.currency) if is_movement else "",
        "customer_facing_currency": line.currency.lower() if is_movement else "",
        "charge_id": "",
        "payment_intent_id": line.payment_reference,
        "payment_method_type": "card" if is_movement else "",
        "card_brand": line.method,
        "payment_metadata[order_id]": line.merchant_reference,
    }
