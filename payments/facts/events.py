"""The facts of events: what a provider or the shop says happened to a payment, in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What happened. The values are stored, and are the kinds of the merchant API."""

    ATTEMPT_STARTED = "attempt.started"
    """The request was sent to the provider, or the shop is about to."""
    ATTEMPT_WAITING = "attempt.waiting"
    """The provider waits for the buyer: authentication, redirect, or a voucher (virtual account, convenience store)
    that was issued and may be paid until `expires_at`."""
    AUTHORIZED = "attempt.authorized"
    FAILED = "attempt.failed"
    """With its `result`; `unknown` when nobody can say whether it happened."""
    VOIDED = "attempt.voided"
    """An authorization, or what is left of it, was given back before capture."""
    EXPIRED = "attempt.expired"
    """A voucher or an authorization lapsed."""
    CAPTURED = "capture.succeeded"
    CAPTURE_FAILED = "capture.failed"
    """A capture that was reported before did not happen after all; it names the same `provider_key`."""
    REFUND_REQUESTED = "refund.requested"
    REFUNDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    """A refund was refused, or never happened after all; it names the refund's `provider_key`, and moves no money."""
    REFUND_RETURNED = "refund.returned"
    """The money of a refund that was paid came back to us (a closed card), as the settlement will show on a line of
    its own; `provider_key` is that line's, `object_key` the refund's."""
    DISPUTE_OPENED = "dispute.opened"
    CHARGED_BACK = "dispute.charged_back"
    """The money of a dispute was taken from us."""
    CHARGEBACK_REVERSED = "dispute.reversed"
    """The money of a dispute came back to us."""
    DISPUTE_CLOSED = "dispute.closed"
    FRAUD_WARNED = "fraud.warned"
    """The issuer reported the payment as fraud (TC40, SAFE); moves no money, and `object_key` names the warning."""


class AttemptResult(StrEnum):
    """The leaves of the result tree of an attempt."""

    SUCCEEDED = "succeeded"
    BLOCKED_OURS = "blocked.ours"
    BLOCKED_PROVIDER = "blocked.provider"
    AUTHENTICATION_FAILED = "authentication.failed"
    AUTHENTICATION_ABANDONED = "authentication.abandoned"
    DECLINED_SOFT = "declined.soft"
    DECLINED_HARD = "declined.hard"
    TECHNICAL_NOT_SENT = "technical.not_sent"
    TECHNICAL_TIMEOUT = "technical.timeout"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the buyer paid with, as far as it may be known: never a card number."""

    brand: str = ""
    last4: str = ""
    bin: str = ""
    """Six or eight digits; '' when the provider does not tell."""
    fingerprint: str = ""
    """Hexadecimal keyed hash, or the provider's own opaque fingerprint; the ledger hashes it again with its key."""
    installment_months: int = 0


@dataclass(frozen=True, slots=True)
class NeutralEvent:
    """One thing that happened to a payment. Equal `source` and `source_event_id` are the same event, told again."""

    source: str
    """Who tells it: `provider:<code>` (webhook or read back), `shop`, `act`, `statement:<code>`."""
    source_event_id: str
    """Of the source; never ''. A body that tells several things adds a suffix to the provider's id."""
    kind: EventKind
    occurred_at: datetime
    """Aware, UTC; by the clock of whoever tells it."""
    provider: str = ""
    """Code of the provider it happened at; '' when the shop does not say."""
    merchant_reference: str = ""
    """The merchant's own reference of the payment; '' when the provider does not repeat it: then `references` lead
    to the payment."""
    attempt_reference: str = ""
    """The provider's id of the attempt (pi_…, pspReference of the authorisation, paymentKey)."""
    shop_attempt: str = ""
    """The shop's own id of the attempt."""
    provider_key: str = ""
    """The identity of the money moved, as the provider's settlement file has it (each adapter names the field)."""
    object_key: str = ""
    """What names the refund or dispute where `provider_key` does not: of a request, a returned refund, a reversal; and
    the warning of an issuer."""
    amount: int | None = None
    """Minor units, not negative; None when the event moves and states no money."""
    currency: str = ""
    method: str = ""
    """The provider's own name of the payment method, or our code of it when the shop speaks."""
    result: AttemptResult | None = None
    """Of FAILED."""
    decline_code: str = ""
    """Our unified code."""
    provider_decline_code: str = ""
    reason: str = ""
    """Of a refund, dispute or void, in the source's words."""
    outcome: str = ""
    """Of DISPUTE_CLOSED: won or lost."""
    instrument: Instrument | None = None
    requested_at: datetime | None = None
    """When the request that this answers was sent, where the source knows."""
    expires_at: datetime | None = None
    """Of a voucher, or of the authorization."""
    three_d_secure: str = ""
    """authenticated, attempted, not_supported, failed, or ''."""
    ip: str = ""
    device: str = ""
    customer: str = ""
    """The merchant's id of the customer."""
    references: tuple[str, ...] = ()
    """Every id by which this provider may call the payment later (charge, payment intent, original reference)."""
    extra: dict[str, Any] = field(default_factory=dict)
    """What the source adds and nobody folds; shown on the payment page."""


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A buyer as the shop names them; address and telephone are hashed before they are kept."""

    merchant_customer_id: str
    email: str = ""
    phone: str = ""
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLineFact:
    """One line of what is bought; the amount is of the whole line, in minor units of the checkout's currency."""

    sku: str
    name: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class StepFact:
    """One step of a checkout: started, method_selected, submitted, paid or abandoned."""

    step: str
    occurred_at: datetime
    """Aware, UTC."""
    method: str = ""
    """Our code of the method, once one is chosen."""


@dataclass(frozen=True, slots=True)
class CheckoutFact:
    """What the shop says of a checkout. Told again, it fills in what was missing and adds steps; it erases nothing."""

    merchant_reference: str
    amount: int
    """Minor units."""
    currency: str
    started_at: datetime
    """Aware, UTC."""
    customer: CustomerFact | None = None
    country: str = ""
    device: str = ""
    channel: str = ""
    campaign: str = ""
    shipping_address: str = ""
    """Hashed before it is kept."""
    promised_ship_at: datetime | None = None
    lines: tuple[OrderLineFact, ...] = ()
    steps: tuple[StepFact, ...] = ()
