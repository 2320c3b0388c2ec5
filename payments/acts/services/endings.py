"""What becomes of an act that was sent: done or failed with its events, or to be tried again under the same key."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from payments.acts.models import ActKind, ActState, PaymentAct
from payments.acts.services.wishes import hold, refund_event
from payments.facts import EventKind
from payments.ledger.services.record import record
from payments.notices.services import messages
from payments.providers.answers import ActResult
from payments.records.services import audit

PAUSES: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""After the first, second, … try; from then on the last, until somebody knows."""
ANSWER_LOST: Final = "the answer could not be recorded"


def done(act: PaymentAct, result: ActResult) -> None:
    """Record what the provider told and finish the act, in one transaction; an act finished meanwhile stays."""
    with transaction.atomic():
        row = _unfinished(act)
        if row is None:
            return
        row.provider_reference = result.provider_reference[:120]
        events = list(result.events)
        if row.kind == ActKind.REFUND and row.provider_reference:
            # Names both keys, so that our request and the provider's refund are one.
            events.append(refund_event(row, EventKind.REFUND_REQUESTED, "taken", timezone.now()))
        record(events)
        _finish(row, ActState.SUCCEEDED, "")


def failed(act: PaymentAct, result: ActResult) -> None:
    """Keep a refusal in the provider's words; what it told besides is recorded too."""
    with transaction.atomic():
        row = _unfinished(act)
        if row is None:
            return
        row.provider_reference = result.provider_reference[:120]
        row.error = result.error[:300]
        events = list(result.events)
        if row.kind == ActKind.REFUND:
            events.append(refund_event(row, EventKind.REFUND_FAILED, "failed", timezone.now()))
        if events:
            record(events)
        _finish(row, ActState.FAILED, row.error)


def later(act: PaymentAct, error: str) -> None:
    """Nobody knows: try again later, under the same key."""
    _put_off(act, ActState.UNKNOWN, error, is_sent=True)


def never_arrived(act: PaymentAct, error: str) -> None:
    """The provider did not get it this time; whether it got an earlier try decides what that means."""
    is_sent = act.tries > 1
    _put_off(act, ActState.UNKNOWN if is_sent else ActState.QUEUED, error, is_sent=is_sent)


def _put_off(act: PaymentAct, state: ActState, error: str, *, is_sent: bool) -> None:
    # `tries` is the fence: a worker that was taken for dead must not move what another has in hand.
    mine = PaymentAct.objects.filter(pk=act.pk, state=ActState.SENDING, tries=act.tries)
    pause = PAUSES[min(act.tries, len(PAUSES)) - 1]
    mine.update(
        state=state,
        error=error[:300],
        next_try_at=timezone.now() + pause,
        sent_at=act.sent_at if is_sent else None,
        tries=act.tries if is_sent else 0,
    )


def _unfinished(act: PaymentAct) -> PaymentAct | None:
    row = hold(act)
    return row if row.state in (ActState.SENDING, ActState.UNKNOWN, ActState.QUEUED) else None


def _finish(row: PaymentAct, state: ActState, error: str) -> None:
    row.state, row.error, row.next_try_at, row.finished_at = state, error, None, timezone.now()
    row.save(update_fields=["state", "error", "next_try_at", "finished_at", "provider_reference"])
    detail = {"provider_reference": row.provider_reference, "error": error, "tries": row.tries}
    audit.record(f"act.{state.value}", by=None, about=("payment_act", row.pk), detail=detail)
    tell_the_shop(row)


def tell_the_shop(row: PaymentAct) -> None:
    """Write the message that an act is finished, by whatever end; in the caller's transaction."""
    messages.write(
        [
            messages.Told(
                "act.changed",
                (str(row.idempotency_key), str(row.state)),
                {
                    "id": str(row.idempotency_key), "kind": row.kind, "state": str(row.state), "amount": row.amount,
                    "currency": row.currency, "reference": row.payment.merchant_reference, "error": row.error,
                },
            )
        ]
    )  # fmt: skip
