"""What Toss Payments tells: each change of a payment as an unsigned hint that holds the payment as its API shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from payments.facts import MovementKind
from payments.simulator.events.tellings import Telling
from payments.simulator.journeys import Journey, Try, ceiled
from payments.simulator.rendering.toss import EMPTY, INSTRUMENTS, instrument
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Movement


class TossPayments:
    """The payments of one shop at Toss, as they stand."""

    def __init__(self, plan: ProviderPlan) -> None:
        self._plan = plan
        self._zone = ZoneInfo(plan.zone)
        self._payments: dict[str, dict[str, Any]] = {}

    def open(self, journey: Journey) -> Iterator[Telling]:
        """The tries that failed, and a voucher that was issued, or lapsed."""
        for each in journey.tries:
            refusal = each.refusal
            if refusal is not None and not refusal.is_silent and each.finished_at is not None:
                # A payment that failed tells one instant: the shop alone knows how long it took.
                at = ceiled(each.finished_at)
                failure = {"code": refusal.word, "message": refusal.message}
                yield self._told(at, self._new(journey, each, at) | {"status": "ABORTED", "failure": failure})
        if journey.expires_at is not None:
            issued = self._begun(journey)
            issued["virtualAccount"] |= {"dueDate": self._stamp(journey.expires_at)}
            issued["status"] = "WAITING_FOR_DEPOSIT"
            yield self._told(ceiled(journey.deciding.responded_at), issued)
            if journey.paid_at is None:
                yield self._told(journey.expires_at, issued | {"status": "EXPIRED"})

    def approve(self, journey: Journey, capture: Movement) -> Telling:
        """The payment is approved and captured at once."""
        payment = self._begun(journey)
        payment |= {
            "status": "DONE",
            "approvedAt": self._stamp(capture.occurred_at),
            "lastTransactionKey": capture.provider_key,
            "balanceAmount": payment["totalAmount"],
        }
        return self._told(capture.occurred_at, payment)

    def _begun(self, journey: Journey) -> dict[str, Any]:
        tried = journey.deciding
        known = self._payments.get(tried.reference)
        if known is None:
            asked_at = ceiled(tried.responded_at if journey.expires_at else tried.requested_at)
            known = self._payments[tried.reference] = self._new(journey, tried, asked_at)
        return known

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

    def _new(self, journey: Journey, tried: Try, at: datetime) -> dict[str, Any]:
        wish = journey.wish
        return {
            "mId": self._plan.account_name,
            "paymentKey": tried.reference,
            "orderId": wish.reference,
            "status": "READY",
            "requestedAt": self._stamp(at),
            "approvedAt": None,
            "currency": wish.currency,
            "totalAmount": journey.amount,
            "balanceAmount": 0,
            "method": wish.brand,
            "lastTransactionKey": None,
            **{name: value for name, value in EMPTY.items() if name != "cancel"},
            INSTRUMENTS[wish.brand]: dict(instrument(wish.brand, tried.reference, journey.amount)),
            "cancels": None,
            "failure": None,
        }

    def _told(self, at: datetime, payment: dict[str, Any]) -> Telling:
        body = {"eventType": "PAYMENT_STATUS_CHANGED", "createdAt": self._stamp(at), "data": dict(payment)}
        return Telling(at, self._plan.code, "webhook", body)

    def _stamp(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).isoformat()
