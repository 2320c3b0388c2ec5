"""Stripe's itemised reports: one per automatic payout, or one a day where payouts are made by hand: no row names one.

Amounts are major units, currencies lower case, times UTC.
"""

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


def file_name(plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of a delivered version."""
    report = "balance_history" if _is_by_hand(plan) else "payout_reconciliation_itemized"
    return f"{report}_{document.label}{version.suffix}.csv"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one payout or day as CSV. Rows are read back as statement `payout_key`, or `balance/<day>` without one.

    A balance cannot be carried over at Stripe: it stays in the balance, and its rows wait for a payout.
    """
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_cells(plan, document, line) for line in version.lines)
    return text.getvalue().encode()


def _is_by_hand(plan: ProviderPlan) -> bool:
    return plan.practice is not None and plan.practice.is_withdrawn_by_hand


def _source(line: Line, *, is_by_hand: bool) -> str:
    """The object a row is about; a failed payout that was made by hand is about itself."""
    if line.kind in MOVEMENT_LINE_KINDS:
        return line.provider_key
    is_payout = line.kind is LineKind.PAYOUT or (is_by_hand and line.kind is LineKind.PAYOUT_RETURN)
    return line.payout_key if is_payout else line.line_key


def _cells(plan: ProviderPlan, document: Document, line: Line) -> dict[str, str]:
    is_movement, is_by_hand = line.kind in MOVEMENT_LINE_KINDS, _is_by_hand(plan)
    payout = "" if is_by_hand else line.payout_key
    withheld = line.charges.fee + line.charges.vat
    # A fee that belongs to no payment is the gross of its row, and costs nothing.
    is_cost = line.kind in (LineKind.FEE, LineKind.TAX)
    gross, fee = (line.net, 0) if is_cost else (line.gross_settled, withheld)
    day = f"{line.paid_on or document.booked_on} 00:00:00"
    return {
        "automatic_payout_id": payout,
        "automatic_payout_effective_at_utc": day if payout else "",
        "balance_transaction_id": f"txn_{line.provider_key}" if is_movement else line.line_key,
        "created_utc": f"{line.occurred_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "available_on_utc": day,
        "currency": line.net_currency.lower(),
        "gross": format_minor(gross, line.net_currency),
        "fee": format_minor(fee, line.net_currency),
        "net": format_minor(line.net, line.net_currency),
        "reporting_category": _CATEGORIES.get(line.kind, line.words),
        "source_id": _source(line, is_by_hand=is_by_hand),
        "description": "" if is_movement else line.words,
        "customer_facing_amount": format_minor(line.gross, line.currency) if is_movement else "",
        "customer_facing_currency": line.currency.lower() if is_movement else "",
        "charge_id": "",
        "payment_intent_id": line.payment_reference,
        "payment_method_type": "card" if is_movement else "",
        "card_brand": line.method,
        "payment_metadata[order_id]": line.merchant_reference,
    }
