"""Toss Payments: the answer of its settlements API for one sold date."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.facts import LineKind
from payments.simulator.chance import chance
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

INSTRUMENTS: Final = {
    "카드": "card",
    "가상계좌": "virtualAccount",
    "휴대폰": "mobilePhone",
    "간편결제": "easyPay",
}
EMPTY: Final[Mapping[str, Any]] = dict.fromkeys(
    ("card", "virtualAccount", "transfer", "mobilePhone", "giftCertificate", "easyPay", "cancel")
)


def file_name(_plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of a delivered version."""
    return f"settlements_{document.label}{version.suffix}.json"


def render(plan: ProviderPlan, _document: Document, version: Version) -> bytes:
    """Return the settlements of a sold date as JSON, one transaction a line."""
    rows = ",\n".join(
        " " + json.dumps(_transaction(plan, line), ensure_ascii=False, separators=(", ", ": "))
        for line in version.lines
    )
    return f"[\n{rows}\n]\n".encode()


def _transaction(plan: ProviderPlan, line: Line) -> Mapping[str, Any]:
    zone = ZoneInfo(plan.zone)
    withheld = line.charges.fee + line.charges.vat
    is_cancel = line.kind is LineKind.REFUND
    approved_at = line.movement.captured_at if is_cancel and line.movement else line.occurred_at
    approved_amount = line.movement.captured_amount if is_cancel and line.movement else line.gross
    return {
        "mId": plan.account_name,
        "paymentKey": line.payment_reference,
        "transactionKey": line.provider_key,
        "orderId": line.merchant_reference,
        "currency": line.currency,
        "method": line.method,
        "amount": line.gross,
        "interestFee": 0,
        "fee": withheld,
        "fees": [{"type": "BASE", "fee": withheld}, {"type": "ETC", "fee": 0}],
        "supplyAmount": line.charges.fee,
        "vat": line.charges.vat,
        "payOutAmount": line.net,
        "approvedAt": _stamp(approved_at, zone),
        "soldDate": str(line.booked_on),
        "paidOutDate": str(line.paid_on),
        **EMPTY,
        INSTRUMENTS[line.method]: instrument(line.method, line.payment_reference, approved_amount),
        **({"cancel": _cancel(line, approved_amount, zone)} if is_cancel else {}),
    }


def _cancel(line: Line, approved_amount: int, zone: ZoneInfo) -> Mapping[str, Any]:
    return {
        "transactionKey": line.provider_key,
        "cancelReason": "구매자 변심",
        "canceledAt": _stamp(line.occurred_at, zone),
        "cancelAmount": -line.gross,
        "refundableAmount": max(0, approved_amount + line.gross),
        "cancelStatus": "DONE",
        "receiptKey": None,
        "cancelRequestId": None,
    }


def instrument(method: str, payment_reference: str, approved_amount: int) -> Mapping[str, Any]:
    """What Toss shows of the instrument of a payment; the amount is in minor units."""
    generator = chance(0, "instrument", payment_reference)
    match method:
        case "카드":
            return {
                "issuerCode": generator.choice(("11", "31", "41", "51", "61", "71")),
                "acquirerCode": generator.choice(("11", "31", "41", "51")),
                "number": f"{generator.randrange(400_000, 560_000)}**********{generator.randrange(10)}*",
                "installmentPlanMonths": generator.choice((0, 0, 0, 0, 2, 3, 6)),
                "isInterestFree": False,
                "interestPayer": None,
                "approveNo": f"{generator.randrange(10**8):08d}",
                "useCardPoint": False,
                "cardType": generator.choice(("신용", "신용", "체크")),
                "ownerType": "개인",
                "acquireStatus": "COMPLETED",
                "amount": approved_amount,
            }
        case "가상계좌":
            return {"bankCode": generator.choice(("04", "20", "88")), "settlementStatus": "COMPLETED"}
        case "휴대폰":
            return {"settlementStatus": "COMPLETED", "receiptUrl": None}
        case _:
            return {"provider": generator.choice(("토스페이", "카카오페이", "삼성페이")), "amount": approved_amount}


def _stamp(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()
