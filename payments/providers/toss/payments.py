"""A payment as Toss Payments' API shows it, told as neutral events.

Where the facts come from:

- `provider_key`: `transactionKey` of the approval and of each cancel, as the settlements have it. A payment shows only
  the key of its last transaction, so once something was cancelled the approval's is looked up in the transactions.
- `merchant_reference`: `orderId`; `attempt_reference`: `paymentKey`.
- events are named by those keys, so that what is read twice is the same event.
- amounts are in major units; times without an offset are in Korea.
- a payment is authorized and captured at once (`approvedAt`). A cancel after that is a refund, for Toss settles it as
  one, however soon it came; a virtual account cancelled before the deposit is a void.
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

ZONE: Final = "Asia/Seoul"
_PAID: Final = frozenset({"DONE", "CANCELED", "PARTIAL_CANCELED"})
_SILENT: Final = frozenset({"READY"})
_CANCELS: Final = {
    "DONE": (EventKind.REFUNDED, ""),
    "IN_PROGRESS": (EventKind.REFUND_REQUESTED, ":requested"),
    "ABORTED": (EventKind.REFUND_FAILED, ":failed"),
}
_OF_AN_ATTEMPT: Final = {
    "IN_PROGRESS": EventKind.ATTEMPT_STARTED,
    "WAITING_FOR_DEPOSIT": EventKind.ATTEMPT_WAITING,
    "ABORTED": EventKind.FAILED,
    "EXPIRED": EventKind.EXPIRED,
}


class _Payment:
    """One payment object, half read."""

    def __init__(self, fields: EventFields, terms: ProviderTerms) -> None:
        self.fields = fields
        self.terms = terms
        self.key = fields.reference("paymentKey", longest=LONGEST_KEY, is_required=True)
        self.status = fields.text("status", is_required=True)
        self.currency = fields.currency() if fields.has("currency") else "KRW"
        self.amount = fields.major("totalAmount", self.currency)

    def event(self, name: str, kind: EventKind, at: datetime, **facts: Any) -> NeutralEvent:
        """One neutral event called `name`."""
        standing: dict[str, Any] = {
            "provider": self.terms.code,
            "merchant_reference": self.fields.shop_reference("orderId", is_required=True),
            "attempt_reference": self.key,
            "amount": self.amount,
            "currency": self.currency,
            "method": self.fields.words("method", LONGEST_METHOD),
            "references": (self.key,),
        }
        return NeutralEvent(
            source=self.terms.source, source_event_id=name, kind=kind, occurred_at=at, **{**standing, **facts}
        )

    def named(self, suffix: str) -> str:
        """The name of an event that no transaction names."""
        return f"{self.key}:{suffix}"

    def instant(self, key: str) -> datetime:
        """An instant of the payment."""
        return self.fields.instant(key, ZONE)


def needs_approval_key(payment: EventFields) -> bool:
    """Whether the key of the approval is no longer in the payment: something was cancelled after it was paid."""
    return payment.has("approvedAt") and bool(payment.rows("cancels"))


def payment_events(payment: EventFields, terms: ProviderTerms, approval_key: str = "") -> tuple[NeutralEvent, ...]:
    """Everything a payment tells; `approval_key` where `needs_approval_key`. Raises Untranslatable."""
    read = _Payment(payment, terms)
    if read.status in _SILENT:
        return ()
    told = _voucher(read)
    if read.status in _OF_AN_ATTEMPT:
        return told or _attempt(read, _OF_AN_ATTEMPT[read.status])
    if read.status not in _PAID:
        raise payment.wrong("status", "is none that we know")
    if not payment.has("approvedAt"):
        return *told, *_void(read)
    return *told, *_approval(read, approval_key), *_cancels(read)


def cancel_events(payment: EventFields, terms: ProviderTerms) -> tuple[NeutralEvent, ...]:
    """What was cancelled of a payment, and nothing else. Raises Untranslatable."""
    read = _Payment(payment, terms)
    return _cancels(read) if payment.has("approvedAt") else _void(read)


def _voucher(read: _Payment) -> tuple[NeutralEvent, ...]:
    account = read.fields.maybe("virtualAccount")
    if account is None:
        return ()
    at, until = read.instant("requestedAt"), account.maybe_instant("dueDate", ZONE)
    issued = read.event(read.named("issued"), EventKind.ATTEMPT_WAITING, at, expires_at=until)
    if read.status != "EXPIRED":
        return (issued,)
    return issued, read.event(read.named("expired"), EventKind.EXPIRED, until or at)


def _attempt(read: _Payment, kind: EventKind) -> tuple[NeutralEvent, ...]:
    at = read.instant("requestedAt")
    if kind is not EventKind.FAILED:
        return (read.event(read.named(read.status.lower()), kind, at, instrument=_instrument(read.fields)),)
    failure = read.fields.maybe("failure") or EventFields({})
    code = failure.words("code", LONGEST_METHOD)
    decline = decline_of("toss", code)
    return (
        read.event(
            read.named("aborted"),
            kind,
            at,
            **decline.facts(code),
            reason=failure.words("message"),
            instrument=_instrument(read.fields),
        ),
    )


def _approval(read: _Payment, approval_key: str) -> tuple[NeutralEvent, ...]:
    key = approval_key
    if not key and not needs_approval_key(read.fields):
        key = read.fields.reference("lastTransactionKey", longest=LONGEST_KEY)
    if not key:
        raise read.fields.wrong("lastTransactionKey", "is not that of the approval")
    at, asked = read.instant("approvedAt"), read.fields.maybe_instant("requestedAt", ZONE)
    facts = {"instrument": _instrument(read.fields), "extra": _extra(read.fields)}
    references = tuple(dict.fromkeys((read.key, key)))
    authorized = read.event(
        f"{key}:authorized", EventKind.AUTHORIZED, at, **facts, requested_at=asked, references=references
    )
    captured = read.event(key, EventKind.CAPTURED, at, **facts, provider_key=key, references=references)
    return authorized, captured


def _cancels(read: _Payment) -> tuple[NeutralEvent, ...]:
    told = []
    for cancel in read.fields.rows("cancels"):
        key = cancel.reference("transactionKey", longest=LONGEST_KEY, is_required=True)
        state = cancel.text("cancelStatus") or "DONE"
        if state not in _CANCELS:
            raise cancel.wrong("cancelStatus", "is none that we know")
        kind, suffix = _CANCELS[state]
        told.append(
            read.event(
                key + suffix,
                kind,
                cancel.instant("canceledAt" if cancel.has("canceledAt") else "requestedAt", ZONE),
                amount=cancel.major("cancelAmount", read.currency),
                reason=cancel.words("cancelReason"),
                references=(read.key, key),
                **({"object_key": key} if kind is EventKind.REFUND_REQUESTED else {"provider_key": key}),
            )
        )
    return tuple(told)


def _void(read: _Payment) -> tuple[NeutralEvent, ...]:
    cancels = read.fields.rows("cancels")
    at = cancels[0].instant("canceledAt", ZONE) if cancels else read.instant("requestedAt")
    reason = cancels[0].words("cancelReason") if cancels else ""
    return (read.event(read.named("voided"), EventKind.VOIDED, at, reason=reason),)


def _instrument(payment: EventFields) -> Instrument | None:
    card = payment.maybe("card")
    if card is None:
        return None
    first, last = masked_number(card.text("number"))
    return instrument("", last, first, months=card.integer("installmentPlanMonths", is_required=False))


def _extra(payment: EventFields) -> dict[str, Any]:
    card, easy = payment.maybe("card"), payment.maybe("easyPay")
    known = {
        "issuer_code": card.words("issuerCode", 10) if card else "",
        "acquirer_code": card.words("acquirerCode", 10) if card else "",
        "approval_number": card.reference("approveNo", longest=20) if card else "",
        "wallet": easy.words("provider", LONGEST_METHOD) if easy else "",
    }
    return {name: value for name, value in known.items() if value}
