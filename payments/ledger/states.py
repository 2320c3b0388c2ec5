"""The states of payments, attempts, refunds and disputes, and the one table of what may follow what; pure.

`docs/states.md` is drawn from these tables by `payments.ledger.diagram`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from payments.facts import EventKind


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
    """It never happened, or its money came back."""


class DisputeStatus(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    CHARGED_BACK = "charged_back"
    REVERSED = "reversed"
    WON = "won"
    LOST = "lost"


class ConflictCode(StrEnum):
    """What events can say that cannot be. A conflict is shown until an event explains it; nothing is overwritten."""

    SUCCEEDED_AFTER_FAILURE = "succeeded_after_failure"
    FAILED_AFTER_SUCCESS = "failed_after_success"
    TAKEN_AFTER_VOID = "taken_after_void"
    VOIDED_AFTER_CAPTURE = "voided_after_capture"
    AMOUNTS_DIFFER = "amounts_differ"
    """One movement of money, told with two amounts."""
    KEYS_DIFFER = "keys_differ"
    """One movement of money, told under two keys of the provider: its settlement will show only one of them."""
    CURRENCY_DIFFERS = "currency_differs"
    CAPTURED_TOO_MUCH = "captured_too_much"
    """More than was authorized."""
    REFUNDED_TOO_MUCH = "refunded_too_much"
    """More than was captured."""
    PAID_TWICE = "paid_twice"
    """Two attempts took money for one payment."""
    REFERENCE_OF_ANOTHER = "reference_of_another"
    """A provider's id in it belongs to another payment."""
    TOLD_DIFFERENTLY = "told_differently"
    """One event id came with two contents."""


class Conflict(NamedTuple):
    """Something the events say that cannot be."""

    code: ConflictCode
    event: str
    """`source:id` of the event that contradicts what comes before it in canonical order."""

    def to_json(self) -> dict[str, str]:
        """As `Payment.conflicts` keeps it."""
        return {"code": str(self.code), "event": self.event}


class Step(NamedTuple):
    """What an event makes of an attempt."""

    status: AttemptStatus
    conflict: ConflictCode | None = None


_S = AttemptStatus
_K = EventKind
_OPEN: Final = (None, _S.STARTED, _S.WAITING, _S.UNKNOWN)
_ENDED: Final = (_S.FAILED, _S.VOIDED, _S.EXPIRED)

FAILED_UNKNOWN: Final = "attempt.failed:unknown"
"""The event FAILED whose result nobody knows; in the table it is a kind of its own."""

_Table = dict[tuple[AttemptStatus | None, str], Step]


def _keep(*statuses: AttemptStatus) -> dict[AttemptStatus | None, Step]:
    """Late news that changes nothing."""
    return {status: Step(status) for status in statuses}


def _to(
    status: AttemptStatus, *before: AttemptStatus | None, conflict: ConflictCode | None = None
) -> dict[AttemptStatus | None, Step]:
    return {each: Step(status, conflict) for each in before}


_BY_KIND: Final[Mapping[str, dict[AttemptStatus | None, Step]]] = {
    _K.ATTEMPT_STARTED: _to(_S.STARTED, None) | _keep(*_S),
    _K.ATTEMPT_WAITING: _to(_S.WAITING, None, _S.STARTED, _S.UNKNOWN)
    | _keep(_S.WAITING, _S.AUTHORIZED, _S.CAPTURED, *_ENDED),
    _K.AUTHORIZED: _to(_S.AUTHORIZED, *_OPEN, _S.AUTHORIZED, _S.EXPIRED)
    | _keep(_S.CAPTURED)
    | _to(_S.AUTHORIZED, _S.FAILED, conflict=ConflictCode.SUCCEEDED_AFTER_FAILURE)
    | _to(_S.AUTHORIZED, _S.VOIDED, conflict=ConflictCode.TAKEN_AFTER_VOID),
    _K.FAILED: _to(_S.FAILED, *_OPEN, _S.FAILED)
    | _keep(_S.EXPIRED, _S.VOIDED)
    | _to(_S.AUTHORIZED, _S.AUTHORIZED, conflict=ConflictCode.FAILED_AFTER_SUCCESS)
    | _to(_S.CAPTURED, _S.CAPTURED, conflict=ConflictCode.FAILED_AFTER_SUCCESS),
    FAILED_UNKNOWN: _to(_S.UNKNOWN, *_OPEN) | _keep(_S.AUTHORIZED, _S.CAPTURED, *_ENDED),
    _K.VOIDED: _to(_S.VOIDED, *_OPEN, _S.AUTHORIZED, _S.VOIDED, _S.EXPIRED)
    | _keep(_S.FAILED)
    | _to(_S.CAPTURED, _S.CAPTURED, conflict=ConflictCode.VOIDED_AFTER_CAPTURE),
    _K.EXPIRED: _to(_S.EXPIRED, *_OPEN, _S.AUTHORIZED, _S.EXPIRED) | _keep(_S.CAPTURED, _S.FAILED, _S.VOIDED),
    # A voucher that is paid after it lapsed was paid: a fact, not an error.
    _K.CAPTURED: _to(_S.CAPTURED, *_OPEN, _S.AUTHORIZED, _S.CAPTURED, _S.EXPIRED)
    | _to(_S.CAPTURED, _S.FAILED, conflict=ConflictCode.SUCCEEDED_AFTER_FAILURE)
    | _to(_S.CAPTURED, _S.VOIDED, conflict=ConflictCode.TAKEN_AFTER_VOID),
}

TRANSITIONS: Final[Mapping[tuple[AttemptStatus | None, str], Step]] = {
    (status, str(kind)): step for kind, steps in _BY_KIND.items() for status, step in steps.items()
}
"""Every status (None: nothing known yet) × every kind of event that concerns an attempt. A test holds it complete."""

ATTEMPT_KINDS: Final = tuple(str(kind) for kind in _BY_KIND)

CANONICAL_ORDER: Final[Mapping[EventKind, int]] = {kind: place for place, kind in enumerate(EventKind)}
"""Which of two events of one instant comes first: the order of a payment's life."""
