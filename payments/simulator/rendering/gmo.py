"""A Japanese gateway's payout details: Shift-JIS CSV, fees netted from the payout, a small one withheld and carried."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Final

from payments.facts import LineKind
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

COLUMNS: Final = (
    "ショップID",
    "明細番号",
    "取引ID",
    "決済ID",
    "オーダーID",
    "取引種別",
    "決済手段",
    "処理日",
    "計上日",
    "取引金額",
    "手数料",
    "手数料消費税",
    "差引金額",
    "振込予定日",
    "振込番号",
)
WORDS: Final = {
    LineKind.SALE: "売上",
    LineKind.REFUND: "返金",
    LineKind.CHARGEBACK: "チャージバック",
    LineKind.CHARGEBACK_REVERSAL: "チャージバック取消",
    LineKind.CARRY_IN: "前回繰越",
    LineKind.CARRY_OUT: "次回繰越",
    LineKind.PAYOUT: "振込",
}


def file_name(plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of the file; a corrected one is known by its suffix alone."""
    return f"GMO_{plan.account_name}_{document.label}{version.suffix}.csv"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one closing as Shift-JIS CSV with a title above the header and a total row at the end."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([f"振込明細書 {plan.name} 締日 {_day(document.booked_on)}"])
    writer.writerow(COLUMNS)
    writer.writerows(_row(plan, line) for line in version.lines)
    gross, net = sum(line.gross for line in version.lines), sum(line.net for line in version.lines)
    total: dict[str, object] = dict.fromkeys(COLUMNS, "")
    total |= {"ショップID": "合計", "明細番号": len(version.lines), "取引金額": gross, "差引金額": net}
    writer.writerow(total.values())
    return text.getvalue().encode("cp932")


def _row(plan: ProviderPlan, line: Line) -> tuple[object, ...]:
    return (
        plan.account_name,
        line.line_key,
        line.provider_key,
        line.payment_reference,
        line.merchant_reference,
        WORDS.get(line.kind, line.words),
        line.method,
        _day(line.occurred_on),
        _day(line.booked_on),
        line.gross,
        line.charges.fee,
        line.charges.vat,
        line.net,
        _day(line.paid_on) if line.paid_on else "",
        line.payout_key,
    )


def _day(day: date) -> str:
    return f"{day:%Y/%m/%d}"
