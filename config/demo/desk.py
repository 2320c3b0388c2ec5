"""The demo's finance desk: it has explained the breaks of the past weeks, so that Today shows what a real Today shows.

It works through the same services as a person, and only on the first start: whatever somebody does in the demo stays.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from config.staff.models import User
from payments.settlement.models import Break, BreakEvent, BreakKind, BreakState, ResolutionReason
from payments.settlement.services import breaks

WORKED_DAYS: Final = timedelta(days=9)
"""Breaks of settlement days longer ago than this are explained, all but one in `LEFT_EVERY`."""
LEFT_EVERY: Final = 14

EXPLANATIONS: Final[dict[str, tuple[ResolutionReason, str]]] = {
    BreakKind.MISSING_ON_STATEMENT: (ResolutionReason.PROVIDER_ERROR, "PG 확인: 다음 정산서에 포함 예정."),
    BreakKind.MISSING_IN_LEDGER: (ResolutionReason.OUR_ERROR, "주문 시스템 누락. 수기로 등록 요청함."),
    BreakKind.MISSING_DEPOSIT: (ResolutionReason.PROVIDER_ERROR, "PG에 지급 확인 요청, 재송금 예정 회신 받음."),
    BreakKind.AMOUNT: (ResolutionReason.OUR_ERROR, "부분취소 금액이 당사 원장에 반영되지 않았음."),
    BreakKind.CURRENCY: (ResolutionReason.OUR_ERROR, "原帳の通貨が誤って登録されていた。修正依頼済み。"),
    BreakKind.DUPLICATE: (ResolutionReason.PROVIDER_ERROR, "중복 행. PG가 다음 정산에서 상계하기로 함."),
    BreakKind.FEE: (ResolutionReason.FEE_AGREED, "契約改定前の料率。差額は翌月調整で合意。"),
    BreakKind.RESIDUAL: (ResolutionReason.PROVIDER_ERROR, "明細にない調整。決済代行会社に照会し回答済み。"),
    BreakKind.UNKNOWN_KIND: (ResolutionReason.PROVIDER_ERROR, "Promotion credit of the provider, confirmed by e-mail."),
    BreakKind.AMBIGUOUS: (ResolutionReason.OUR_ERROR, "같은 주문번호의 두 건. 금액 일치 확인함."),
}


def has_worked() -> bool:
    """Whether any person has touched a break."""
    return BreakEvent.objects.filter(by__isnull=False).exists()


def work_through(*, preparer: User, lead: User, until: date) -> int:
    """Explain the old breaks of a first start and take the rest of them in hand; return how many are explained."""
    explained = 0
    old = Break.objects.filter(state=BreakState.OPEN, booked_on__lt=until - WORKED_DAYS).order_by(
        "booked_on", "natural_key"
    )
    for number, broken in enumerate(old, 1):
        if number % LEFT_EVERY == 0:
            breaks.assign(broken, to=preparer, by=lead)
            breaks.investigate(broken, by=preparer)
            continue
        reason, words = EXPLANATIONS[broken.kind]
        breaks.resolve(broken, reason, words, by=preparer)
        explained += 1
    return explained
