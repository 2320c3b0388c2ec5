"""A payment as PortOne's API shows it, told as neutral events.

Where the facts come from:

- `provider_key`: `pgTxId` of the payment and `pgCancellationId` of a cancellation, the ids of the payment company
  behind PortOne, whose settlement it is; PortOne's own ids where those are missing.
- `merchant_reference`: `id`, the payment id that the shop chose; `attempt_reference`: `transactionId`.
- events are named by PortOne's ids, so that what is read twice is the same event.
- amounts are integers of minor units.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from payments.facts import EventKind, Instrument, NeutralEvent
from payments.providers.declines import decline_of
from payments.providers.deliveries import ProviderTerms
from payments.providers.event_fields import (
    LONGEST_KEY,
    LONGEST_METHOD,
    EventFields,
    instrument,
    masked_number,
)

_ZONE: Final = "UTC"
_PAID: Final = frozenset({"PAID", "PARTIAL_CANCELLED", "CANCELLED"})
_CANCELLATIONS: Final = {
    "SUCCEEDED": (EventKind.REFUNDED, ""),
    "REQUESTED": (EventKind.REFUND_REQUESTED, ":requested"),
    "FAILED": (EventKind.REFUND_FAILED, ":failed"),
}
_NOTHING: Final = EventFields({})


class _Payment:
    """One payment object, half read."""

    def __init__(self, fields: EventFields, terms: ProviderTerms) -> None:
        self.fields = fields
        self.terms = terms
        self.transaction = fields.reference("transactionId", longest=LONGEST_KEY, is_required=True)
        self.currency = fields.currency()
        self.amount = fields.inner("amount").integer("total")
        self.method = fields.maybe("method") or _NOTHING

    def event(self, suffix: str, kind: EventKind, at: datetime, **facts: Any) -> NeutralEvent:
        """One neutral event of the transaction."""
        name = self.method.words("type", LONGEST_METHOD).removeprefix("PaymentMethod")
        company = self.fields.reference("pgTxId", longest=LONGEST_KEY)
        standing: dict[str, Any] = {
            "source_event_id": self.transaction + suffix,
            "merchant_reference": self.fields.shop_reference("id", is_required=True),
            "attempt_reference": self.transaction,
            "amount": self.amount,
            "currency": self.currency,
            "method": name,
            "references": tuple(dict.fromkeys(each for each in (self.transaction, company) if each)),
        }
        known = {**standing, **facts}
        return NeutralEvent(source=self.terms.source, kind=kind, occurred_at=at, provider=self.terms.code, **known)

    def instant(self, key: str) -> datetime:
        """An instant of the payment."""
        return self.fields.instant(key, _ZONE)


def payment_events(payment: EventFields, terms: ProviderTerms) -> tuple[NeutralEvent, ...]:
    """Everything a payment tells. Raises Untranslatable."""
    status = payment.text("status", is_required=True)
    if status == "READY":
        return ()
    read = _Payment(payment, terms)
    told = _voucher(read)
    if status == "PAY_PENDING":
        return (read.event(":pending", EventKind.ATTEMPT_STARTED, read.instant("requestedAt")),)
    if status == "VIRTUAL_ACCOUNT_ISSUED":
        return told
    if status == "FAILED":
        return *told, _failed(read)
    if status not in _PAID:
        raise payment.wrong("status", "is none that we know")
    if not payment.has("paidAt"):
        return *told, read.event(":voided", EventKind.VOIDED, read.instant("cancelledAt"))
    return *told, *_paid(read), *_cancellations(read)


def _voucher(read: _Payment) -> tuple[NeutralEvent, ...]:
    if read.method.text("type") != "PaymentMethodVirtualAccount":
        return ()
    issued = read.method.maybe_instant("issuedAt", _ZONE) or read.instant("requestedAt")
    until = read.method.maybe_instant("expiredAt", _ZONE)
    return (read.event(":issued", EventKind.ATTEMPT_WAITING, issued, expires_at=until),)


def _failed(read: _Payment) -> NeutralEvent:
    failure = read.fields.maybe("failure") or _NOTHING
    code = failure.words("pgCode", LONGEST_METHOD)
    decline = decline_of("toss", code)
    return read.event(
        ":failed",
        EventKind.FAILED,
        read.instant("failedAt" if read.fields.has("failedAt") else "statusChangedAt"),
        **decline.facts(code),
        reason=failure.words("pgMessage") or failure.words("reason"),
        instrument=_instrument(read.method),
    )


def _paid(read: _Payment) -> tuple[NeutralEvent, ...]:
    key = read.fields.reference("pgTxId", longest=LONGEST_KEY) or read.transaction
    at = read.instant("paidAt")
    card = _instrument(read.method)
    return (
        read.event(":authorized", EventKind.AUTHORIZED, at, instrument=card, requested_at=read.instant("requestedAt")),
        read.event(":paid", EventKind.CAPTURED, at, instrument=card, provider_key=key),
    )


def _cancellations(read: _Payment) -> tuple[NeutralEvent, ...]:
    told = []
    for each in read.fields.rows("cancellations"):
        own = each.reference("id", longest=LONGEST_KEY, is_required=True)
        state = each.text("status", is_required=True)
        if state not in _CANCELLATIONS:
            raise each.wrong("status", "is none that we know")
        kind, suffix = _CANCELLATIONS[state]
        key = each.reference("pgCancellationId", longest=LONGEST_KEY) or own
        names = {"object_key": own} if kind is EventKind.REFUND_REQUESTED else {"provider_key": key, "object_key": own}
        told.append(
            read.event(
                "",
                kind,
                each.instant("cancelledAt" if each.has("cancelledAt") else "requestedAt", _ZONE),
                source_event_id=own + suffix,
                amount=each.integer("totalAmount"),
                reason=each.words("reason"),
                references=tuple(dict.fromkeys((read.transaction, own, key))),
                **names,
            )
        )
    return tuple(told)


def _instrument(method: EventFields) -> Instrument | None:
    # A wallet holds the method it charged.
    charged = method.maybe("easyPayMethod") or method
    card = charged.maybe("card")
    if card is None:
        return None
    first, last = masked_number(card.text("number"))
    installment = charged.maybe("installment")
    months = installment.integer("month", is_required=False) if installment else 0
    return instrument(card.text("brand"), last, card.text("bin")[:8] or first, months=months)
