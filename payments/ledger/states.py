"""The states of payments, attempts, refunds and disputes, and the one table of what may follow what; pure."""

from __future__ import annotations

from enum import StrEnum


class AttemptStatus(StrEnum):
    """Where one try stands."""

    STARTED = "started"
    WAITING = "waiting"
    """For the buyer: authentication, or a voucher to be paid."""
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    """Some or all of the money was taken."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have happened: the provider is asked again."""
    VOIDED = "voided"
    EXPIRED = "expired"


class PaymentStatus(StrEnum):
    """Where a payment stands, from all of its attempts, refunds and disputes."""

    CREATED = "created"
    """Nothing was tried yet."""
    PENDING = "pending"
    """An attempt runs or waits for the buyer."""
    AUTHORIZED = "authorized"
    PARTIALLY_CAPTURED = "partially_captured"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    FAILED = "failed"
    UNKNOWN = "unknown"
    VOIDED = "voided"
    EXPIRED = "expired"


class RefundStatus(StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeStatus(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    CHARGED_BACK = "charged_back"
    REVERSED = "reversed"
    WON = "won"
    LOST = "lost"
