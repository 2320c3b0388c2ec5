"""What becomes of an act sent to a provider: done, refused, or unknown, which is neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from payments.facts import NeutralEvent
from payments.providers.deliveries import Untranslatable
from payments.providers.event_fields import EventFields
from payments.providers.transport import Answer, Call, CallFailed, Transport

_TOO_MANY: Final = 429
_CONFLICT: Final = 409
_REFUSALS: Final = range(400, 500)


class ActState(StrEnum):
    """How an act ended."""

    DONE = "done"
    """The provider took it; `events` say how far it is."""
    FAILED = "failed"
    """The provider refused it, and did nothing."""
    UNKNOWN = "unknown"
    """It may have happened: read the payment back, or send it again under the same key."""


@dataclass(frozen=True, slots=True)
class ActResult:
    """The outcome of one act."""

    state: ActState
    provider_reference: str = ""
    """The provider's id of what was made: the charge captured, the refund, the cancel."""
    events: tuple[NeutralEvent, ...] = ()
    """What the answer tells of the payment; the same events as read back."""
    error: str = ""
    """The provider's code, else ours in words; never a secret, nor a body."""
    was_sent: bool = True
    """False when the provider never got it, however often it was tried."""
    is_after_doubt: bool = False
    """Whether a refusal may be of a repetition: an earlier try may have been acted upon without our hearing of it."""


class ProviderClient(Protocol):
    """What can be asked of a provider. References are `attempt_reference`s of its events."""

    repeats_within: timedelta
    """How long the provider remembers an idempotency key: an act sent again later could act again."""

    def read_payment(self, reference: str) -> tuple[NeutralEvent, ...]:
        """The payment as it stands.

        Raises PaymentNotFound, CallRefused (our key or request is wrong), CallFailed (try later), Untranslatable.
        """
        ...

    def capture(self, reference: str, amount: int, currency: str, key: str) -> ActResult:
        """Take `amount` minor units of what was authorized."""
        ...

    def void(self, reference: str, key: str) -> ActResult:
        """Give back what was authorized and not captured."""
        ...

    def refund(self, reference: str, amount: int, currency: str, key: str, reason: str) -> ActResult:
        """Give back `amount` minor units of what was captured."""
        ...


NOT_SUPPORTED: Final = ActResult(ActState.FAILED, error="not_supported", was_sent=False)


def act(
    transport: Transport,
    call: Call,
    code_of: Callable[[EventFields], str],
    done: Callable[[EventFields], ActResult],
) -> ActResult:
    """Send an act; `code_of` finds the provider's word in a refusal, `done` reads the object of an answer.

    Only an answer that says so is success or failure. Everything else is unknown.
    """
    try:
        answer = transport.call(call)
        if answer.is_ok:
            return done(answer.fields())
        return _not_done(answer, code_of)
    except CallFailed as failure:
        return ActResult(ActState.UNKNOWN, error=str(failure), was_sent=failure.was_sent)
    except Untranslatable as problem:
        return ActResult(ActState.UNKNOWN, error=f"an answer that is unreadable: {problem}")


def _not_done(answer: Answer, code_of: Callable[[EventFields], str]) -> ActResult:
    try:
        code = code_of(answer.fields())
    except (CallFailed, Untranslatable):
        code = ""
    error = code or f"http_{answer.status}"
    if answer.status == _TOO_MANY:
        return ActResult(ActState.UNKNOWN, error=error, was_sent=answer.is_after_doubt)
    # A refusal without the provider's word may come from something in between.
    if answer.status in _REFUSALS and answer.status != _CONFLICT and code:
        return ActResult(ActState.FAILED, error=error, is_after_doubt=answer.is_after_doubt)
    return ActResult(ActState.UNKNOWN, error=error)
