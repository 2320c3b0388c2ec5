"""What Toss Payments tells: each change of a payment as an unsigned hint that holds the payment as its API shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.simulator.events.sales import VOUCHERS, Sale, Telling
from payments.simulator.rendering.toss import EMPTY, INSTRUMENTS, instrument
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Movement

_FAILURES: Final = (
    ("REJECT_ACCOUNT_PAYMENT", "잔액부족으로 결제에 실패했습니다."),
    ("REJECT_CARD_COMPANY", "결제 승인이 거절되었습니다."),
    ("EXCEED_MAX_DAILY_PAYMENT_COUNT", "하루 결제 가능 횟수를 초과했습니다."),
    ("INVALID_CARD_EXPIRATION", "카드 정보를 다시 확인해주세요. (유효기간)"),
    ("PAY_PROCESS_CANCELED", "사용자에 의해 결제가 취소되었습니다."),
)


class TossPayments:
    """The payments of one shop at Toss, as they stand."""

    def __init__(self, plan: ProviderPlan) -> None:
        self._plan = plan
        self._zone = ZoneInfo(plan.zone)
        self._payments: dict[str, dict[str, Any]] = {}

    def open(self, sale: Sale) -> Iterator[Telling]:
        """The tries that failed, and a voucher that was issued, or lapsed."""
        for number, at in enumerate(sale.failed_at, 1):
            code, message = sale.luck(f"refusal {number}").choice(_FAILURES)
            failed = self._new(sale, sale.own_reference(number), at)
            yield self._told(at, failed | {"status": "ABORTED", "failure": {"code": code, "message": message}})
        if sale.method in VOUCHERS and sale.expires_at:
            issued = self._new(sale, sale.payment_reference, sale.requested_at)
            issued["virtualAccount"] |= {"dueDate": self._stamp(sale.expires_at)}
            issued["status"] = "WAITING_FOR_DEPOSIT"
            self._payments[sale.payment_reference] = issued
            yield self._told(sale.requested_at, issued)
            if sale.paid_at is None:
                yield self._told(sale.expires_at, issued | {"status": "EXPIRED"})

    def approve(self, sale: Sale, capture: Movement) -> Telling:
        """The payment is approved and captured at once."""
        payment = self._payments.setdefault(
            sale.payment_reference, self._new(sale, sale.payment_reference, sale.requested_at)
        )
        payment |= {
            "status": "DONE",
            "approvedAt": self._stamp(capture.occurred_at),
            "lastTransactionKey": capture.provider_key,
            "balanceAmount": payment["totalAmount"],
        }
        return self._told(capture.occurred_at, payment)

    def cancel(self, refund: Movement) -> Telling | None:
        """A part of a payment, or all of it, is cancelled; nothing when nobody has told of the payment."""
        payment = self._payments.get(refund.payment_reference)
        if refund.kind is not MovementKind.REFUND or payment is None:
            return None
        left = payment["balanceAmount"] + refund.amount
        cancel = {
            "transactionKey": refund.provider_key,
            "cancelReason": "구매자 변심",
            "canceledAt": self._stamp(refund.occurred_at),
            "cancelAmount": -refund.amount,
            "refundableAmount": left,
            "cancelStatus": "DONE",
        }
        payment |= {
            "status": "CANCELED" if left <= 0 else "PARTIAL_CANCELED",
            "lastTransactionKey": refund.provider_key,
            "balanceAmount": left,
            "cancels": [*(payment["cancels"] or ()), cancel],
        }
        return self._told(refund.occurred_at, payment)

    def _new(self, sale: Sale, key: str, at: datetime) -> dict[str, Any]:
        return {
            "mId": self._plan.account_name,
            "paymentKey": key,
            "orderId": sale.reference,
            "status": "READY",
            "requestedAt": self._stamp(at),
            "approvedAt": None,
            "currency": sale.currency,
            "totalAmount": sale.amount,
            "balanceAmount": 0,
            "method": sale.brand,
            "lastTransactionKey": None,
            **{name: value for name, value in EMPTY.items() if name != "cancel"},
            INSTRUMENTS[sale.brand]: dict(instrument(sale.brand, key, sale.amount)),
            "cancels": None,
            "failure": None,
        }

    def _told(self, at: datetime, payment: dict[str, Any]) -> Telling:
        body = {"eventType": "PAYMENT_STATUS_CHANGED", "createdAt": self._stamp(at), "data": dict(payment)}
        return Telling(at, self._plan.code, "webhook", body)

    def _stamp(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).isoformat()
