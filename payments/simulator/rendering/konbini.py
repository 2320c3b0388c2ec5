"""The Japanese provider's payout details: Shift-JIS CSV with a title above the header and a total row at the end."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Final

from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

COLUMNS: Final = (
    "加盟店番号",
    "明細番号",
    "処理番号",
    "注文番号",
    "処理区分",
    "決済手段",
    "処理日",
    "決済金額",
    "手数料",
    "手数料消費税",
    "入金額",
    "入金予定日",
    "精算番号",
)


def file_name(plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of a delivered version."""
    return f"SBPS_{plan.account_name}_{document.label}{version.suffix}.csv"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one week as Shift-JIS CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([f"精算明細書 {plan.name} 締日 {_day(document.booked_on)}"])
    writer.writerow(COLUMNS)
    writer.writerows(_row(plan, line) for line in version.lines)
    gross, net = sum(line.gross for line in version.lines), sum(line.net for line in version.lines)
    total: dict[str, object] = dict.fromkeys(COLUMNS, "")
    total |= {"加盟店番号": "合計", "明細番号": len(version.lines), "決済金額": gross, "入金額": net}
    writer.writerow(total.values())
    return text.getvalue().encode("cp932")


def _row(plan: ProviderPlan, line: Line) -> tuple[object, ...]:
    return (
        plan.account_name,
        line.line_key,
        line.payment_reference,
        line.merchant_reference,
        line.words,
        line.method,
        _day(line.occurred_on),
        line.gross,
        line.charges.fee,
        line.charges.vat,
        line.net,
        _day(line.paid_on) if line.paid_on else "",
        line.payout_key,
    )


def _day(day: date) -> str:
    return f"{day:%Y/%m/%d}"
