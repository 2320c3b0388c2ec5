"""PayPal's settlement report (STL): typed records, unsigned minor units with CR and DR, and counts of everything."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import LineKind
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

COLUMNS: Final = (
    "CH", "Transaction ID", "Invoice ID", "PayPal Reference ID", "PayPal Reference ID Type", "Transaction Event Code",
    "Transaction Initiation Date", "Transaction Completion Date", "Transaction  Debit or Credit",
    "Gross Transaction Amount", "Gross Transaction Currency", "Fee Debit or Credit", "Fee Amount", "Fee Currency",
    "Custom Field", "Consumer ID", "Payment Tracking ID", "Store ID", "Bank Reference ID", "Credit Transactional Fee",
    "Credit Promotional Fee", "Credit Term",
)  # fmt: skip
_CODES: Final = {
    LineKind.SALE: "T0006",
    LineKind.REFUND: "T1107",
    LineKind.CHARGEBACK: "T1201",
    LineKind.CHARGEBACK_REVERSAL: "T1202",
    LineKind.FEE: "T0107",
    LineKind.RESERVE_HOLD: "T2103",
    LineKind.RESERVE_RELEASE: "T2104",
    LineKind.ADJUSTMENT: "T1200",
    LineKind.PAYOUT: "T0400",
    LineKind.PAYOUT_RETURN: "T1101",
    LineKind.FX: "T0200",
}
_STAMP: Final = "%Y/%m/%d %H:%M:%S %z"


def file_name(_plan: ProviderPlan, document: Document, version: Version, part: int = 1) -> str:
    """Return the name of a delivered version, or of one of its files."""
    return f"STL-{document.booked_on:%Y%m%d}.{part:02}.009{version.suffix}.CSV"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return the report of a day in one file.

    It is read back as statement `<account>/<date>`, the date being that of the document; a later version was generated
    later. Amounts of a line are in its settlement currency.
    """
    [(_, content)] = files(plan, document, version, 1)
    return content


def files(plan: ProviderPlan, document: Document, version: Version, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each of so many files; footers of section and report stand in the last."""
    zone = ZoneInfo(plan.zone)
    generated = datetime.combine(version.delivered_on, time(11, 30, version.number % 60), tzinfo=zone)
    first, last = (datetime.combine(document.booked_on, at, tzinfo=zone) for at in (time.min, time(23, 59, 59)))
    size = -(-len(version.lines) // count)
    for part in range(1, count + 1):
        lines = version.lines[(part - 1) * size : part * size]
        text = StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
        writer.writerow(["RH", generated.strftime(_STAMP), "A", plan.account_name, "009"])
        writer.writerow(["FH", f"{part:02}"])
        writer.writerow(["SH", first.strftime(_STAMP), last.strftime(_STAMP), plan.account_name, ""])
        writer.writerow(COLUMNS)
        writer.writerows(_body(line, zone) for line in lines)
        if part == count:
            writer.writerows(_footers("SF", version.lines))
            writer.writerow(["SC", len(version.lines)])
            writer.writerows(_footers("RF", version.lines))
            writer.writerow(["RC", len(version.lines)])
        writer.writerow(["FF", len(lines)])
        yield file_name(plan, document, version, part), text.getvalue().encode()


def _body(line: Line, zone: ZoneInfo) -> list[str]:
    at = line.occurred_at.astimezone(zone).strftime(_STAMP)
    gross, fee = _amounts(line)
    code = _CODES.get(line.kind, line.words)
    key = line.payout_key if line.kind is LineKind.PAYOUT else line.provider_key or line.line_key
    reference = line.payment_reference if line.payment_reference != key else ""
    is_fee = bool(fee)
    return [
        "SB", key, line.merchant_reference, reference, "TXN" if reference else "", code, at, at, _side(gross),
        str(abs(gross)), line.net_currency, _side(-fee) if is_fee else "", str(abs(fee)) if is_fee else "",
        line.net_currency if is_fee else "", "", "", "", "", line.payout_key if line.kind is LineKind.PAYOUT else "",
        "", "", "",
    ]  # fmt: skip


def _amounts(line: Line) -> tuple[int, int]:
    """Gross and fee: a fee that belongs to no payment is the gross of its row."""
    if line.kind is LineKind.FEE:
        return line.net, 0
    return line.gross_settled, line.charges.fee + line.charges.vat


def _side(amount: int) -> str:
    return "DR" if amount < 0 else "CR"


def _footers(record: str, lines: Sequence[Line]) -> list[list[str]]:
    rows = []
    for currency in dict.fromkeys(line.net_currency for line in lines):
        told = [_amounts(line) for line in lines if line.net_currency == currency]
        gross, fees = [each[0] for each in told], [-each[1] for each in told]
        total = sum(gross) + sum(fees)
        sums = [_sum(gross, 1), _sum(gross, -1), _sum(fees, 1), _sum(fees, -1)]
        # Balance and available balance before and behind the day, and what is payable to PayPal.
        balances = ["CR", "0", _side(total), str(abs(total))] * 2 + ["CR", "0"] * 2
        rows.append([record, currency, *map(str, sums), *balances, str(len(told))])
    return rows


def _sum(amounts: Sequence[int], sign: int) -> int:
    return sum(abs(amount) for amount in amounts if amount * sign > 0)
