"""A Korean wallet's settlement: CP949 CSV in won, cancels negative with their fee given back, a total row below."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import LineKind
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

COLUMNS: Final = (
    "가맹점코드",
    "정산번호",
    "거래구분",
    "거래번호",
    "원거래번호",
    "주문번호",
    "결제수단",
    "거래일시",
    "정산기준일",
    "지급예정일",
    "거래금액",
    "수수료",
    "부가세",
    "정산금액",
)
WORDS: Final = {
    LineKind.SALE: "결제",
    LineKind.REFUND: "취소",
    LineKind.RESERVE_HOLD: "지급보류",
    LineKind.RESERVE_RELEASE: "보류해제",
    LineKind.ADJUSTMENT: "조정",
}


def file_name(plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of the file; a corrected one is known by its suffix alone."""
    return f"kakaopay_settlement_{document.label}{version.suffix}.csv"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one settlement date as CP949 CSV; amounts are won with commas between thousands."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(plan, line) for line in version.lines)
    total: dict[str, object] = dict.fromkeys(COLUMNS, "")
    total |= {"가맹점코드": "합계", "정산번호": f"{len(version.lines)}건"}
    total |= {"거래금액": _won(sum(line.gross for line in version.lines))}
    total |= {"정산금액": _won(sum(line.net for line in version.lines))}
    writer.writerow(total.values())
    return text.getvalue().encode("cp949")


def _row(plan: ProviderPlan, line: Line) -> tuple[object, ...]:
    stamp = line.occurred_at.astimezone(ZoneInfo(plan.zone))
    return (
        plan.account_name,
        line.payout_key,
        WORDS.get(line.kind, line.words),
        line.identity,
        line.payment_reference,
        line.merchant_reference,
        line.method,
        f"{stamp:%Y-%m-%d %H:%M:%S}",
        line.booked_on,
        line.paid_on or "",
        _won(line.gross),
        _won(line.charges.fee),
        _won(line.charges.vat),
        _won(line.net),
    )


def _won(amount: int) -> str:
    return f"{amount:,}"
