"""KOMOJU: the settlement CSV of one transfer, fees and their tax as deductions on every row."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import LineKind
from payments.money import format_minor
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

COLUMNS: Final = (
    "Type",
    "Payment External Order#",
    "Payment UUID",
    "Timestamp",
    "Payment Method",
    "Currency",
    "Description",
    "Transaction UUID",
    "Clearing UUID",
    "Processing Currency",
    "Transaction Amount",
    "Fee Amount",
    "Fee Tax Amount",
    "Remittance Currency",
    "Exchange Rate",
    "Settlement Amount",
    "Transfer Date",
)
TYPES: Final = {
    LineKind.SALE: "Capture",
    LineKind.REFUND: "Refund",
    LineKind.CHARGEBACK: "Chargeback",
    LineKind.CHARGEBACK_REVERSAL: "Chargeback",
    LineKind.ADJUSTMENT: "Correction",
}


def file_name(plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of the file; a corrected one is known by its suffix alone."""
    return f"komoju_settlement_{document.label}{version.suffix}.csv"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return the lines of one version as CSV; lines without a type of KOMOJU's are written by their own words."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(plan, line) for line in version.lines)
    return text.getvalue().encode()


def _row(plan: ProviderPlan, line: Line) -> tuple[object, ...]:
    stamp = line.occurred_at.astimezone(ZoneInfo(plan.zone))
    return (
        TYPES.get(line.kind, line.words),
        line.merchant_reference,
        line.payment_reference,
        f"{stamp:%Y-%m-%d %H:%M:%S %z}",
        line.method,
        line.currency,
        "",
        line.identity,
        "",
        line.currency,
        format_minor(line.gross, line.currency),
        format_minor(-line.charges.fee, line.net_currency),
        format_minor(-line.charges.vat, line.net_currency),
        line.net_currency,
        format(line.rate, "f"),
        format_minor(line.net, line.net_currency),
        line.paid_on or "",
    )
