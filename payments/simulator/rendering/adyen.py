"""Adyen's settlement detail report: the two column orders that real reports have, amounts without trailing zeros."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import MOVEMENT_LINE_KINDS, LineKind
from payments.money import format_minor
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

_TYPES: Final = {
    LineKind.SALE: "Settled",
    LineKind.REFUND: "Refunded",
    LineKind.CHARGEBACK: "Chargeback",
    LineKind.CHARGEBACK_REVERSAL: "ChargebackReversed",
    LineKind.REFUND_FAILURE: "RefundedReversed",
    LineKind.FEE: "Fee",
    LineKind.RESERVE_HOLD: "DepositCorrection",
    LineKind.RESERVE_RELEASE: "DepositCorrection",
    LineKind.PAYOUT: "MerchantPayout",
    LineKind.PAYOUT_RETURN: "BankInstructionReturned",
    LineKind.CARRY_IN: "Balancetransfer",
    LineKind.CARRY_OUT: "Balancetransfer",
}
_BEFORE_VARIANT: Final = (
    "Company Account",
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Payment Method",
    "Creation Date",
    "TimeZone",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Exchange Rate",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Commission (NC)",
    "Markup (NC)",
    "Scheme Fees (NC)",
    "Interchange (NC)",
)
_RESERVED: Final = [f"Reserved{number}" for number in range(4, 11)]
_COLUMNS: Final = {
    "adyen-eu": [
        *_BEFORE_VARIANT,
        "Payment Method Variant",
        "Modification Merchant Reference",
        "Batch Number",
        *_RESERVED,
    ],
    "adyen-jp": [
        *_BEFORE_VARIANT,
        "Batch Number",
        "Payment Method Variant",
        "Modification Merchant Reference",
        "Booking Date",
        "Booking Date TimeZone",
        *_RESERVED,
    ],
}
_VARIANTS: Final = {"visa": "visaclassic", "mc": "mccredit", "amex": "amex", "jcb": "jcb", "ideal": "ideal"}


def file_name(_plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of a delivered version."""
    return f"settlement_detail_report_batch_{document.label}{version.suffix}.csv"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one batch as CSV."""
    text = StringIO()
    columns = _COLUMNS[plan.code]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for line in version.lines:
        cells = _cells(plan, document, line)
        writer.writerow({name: cell for name, cell in cells.items() if name in columns})
    return text.getvalue().encode()


def _cells(plan: ProviderPlan, document: Document, line: Line) -> dict[str, str]:
    zone = ZoneInfo(plan.zone)
    created = line.occurred_at.astimezone(zone)
    booked = datetime.combine(line.booked_on, created.time().replace(hour=6, minute=0, second=0), tzinfo=zone)
    cells = {
        "Company Account": "JeongsanGroup",
        "Merchant Account": plan.account_name,
        "Merchant Reference": line.merchant_reference,
        "Creation Date": f"{created:%Y-%m-%d %H:%M:%S}",
        "TimeZone": created.tzname() or "",
        "Type": line.words if line.kind is LineKind.UNKNOWN else _TYPES[line.kind],
        "Net Currency": line.net_currency,
        "Batch Number": document.label,
        "Booking Date": f"{booked:%Y-%m-%d %H:%M:%S}",
        "Booking Date TimeZone": booked.tzname() or "",
        **_sides("Net", "NC", line.net, line.net_currency),
    }
    return cells | (_movement_cells(line) if line.kind in MOVEMENT_LINE_KINDS else _batch_cells(line))


def _movement_cells(line: Line) -> dict[str, str]:
    charges = line.charges
    return {
        "Psp Reference": line.payment_reference,
        "Payment Method": line.method,
        "Payment Method Variant": _VARIANTS[line.method],
        "Modification Reference": line.provider_key,
        "Modification Merchant Reference": "" if line.kind is LineKind.SALE else "<auto>",
        "Gross Currency": line.currency,
        "Exchange Rate": format(line.rate, "f"),
        "Commission (NC)": _short(charges.commission, line.net_currency),
        "Markup (NC)": _short(charges.markup, line.net_currency),
        "Scheme Fees (NC)": _short(charges.scheme, line.net_currency),
        "Interchange (NC)": _short(charges.interchange, line.net_currency),
        **_sides("Gross", "GC", line.gross, line.currency),
    }


def _batch_cells(line: Line) -> dict[str, str]:
    if line.kind in (LineKind.CARRY_IN, LineKind.CARRY_OUT):
        return {"Modification Reference": "Balancetransfer", "Modification Merchant Reference": line.words}
    return {"Modification Reference": "" if line.kind is LineKind.UNKNOWN else line.words}


def _sides(name: str, unit: str, amount: int, currency: str) -> dict[str, str]:
    """The debit or the credit cell of an amount."""
    side = "Debit" if amount < 0 else "Credit"
    return {f"{name} {side} ({unit})": _short(abs(amount), currency) or "0"}


def _short(amount: int, currency: str) -> str:
    """An amount as Adyen spells it: 38.1 for 38.10, nothing for nothing."""
    if not amount:
        return ""
    text = format_minor(amount, currency)
    return text.rstrip("0").rstrip(".") if "." in text else text
