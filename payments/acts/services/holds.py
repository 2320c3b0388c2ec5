"""Keeps payments from being captured or shipped until somebody has looked, or the clock says how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from payments.acts.models import ActKind, ActState, HoldEffect, HoldEnding, PaymentAct, PaymentHold
from payments.acts.selectors import room_of
from payments.acts.services import wishes
from payments.acts.services.endings import tell_the_shop
from payments.acts.services.wishes import Author, Wish
from payments.ledger.models import Payment
from payments.ledger.services.homes import lock_payments
from payments.ledger.services.tables import array, arrays
from payments.notices.services import messages
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

HELD: Final = "the payment was held and cancelled"
"""Why a capture that had not left yet never does."""
_COLUMNS: Final = {
    "payment_id": "bigint", "effect": "text", "reason": "text", "until": "timestamptz", "at_deadline": "text",
    "placed_by_id": "bigint",
}  # fmt: skip
# Whether money was taken is the payment's word at this instant, not that of whoever wanted the hold a moment ago.
_PLACE: Final = """
INSERT INTO payments_paymenthold ({names}, placed_at, ending, is_ended_by_clock)
SELECT g.payment_id, CASE WHEN p.captured > 0 THEN 'shipping_flagged' ELSE g.effect END, g.reason, g.until,
       g.at_deadline, g.placed_by_id, now(), '', false
  FROM {source} AS g({names}) JOIN payments_payment p ON p.id = g.payment_id
 WHERE p.status NOT IN ('failed', 'voided', 'expired', 'refunded') ORDER BY g.payment_id
ON CONFLICT (payment_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Placing:
    """A hold that is wanted."""

    payment_id: int
    effect: HoldEffect
    """What it can keep from happening; of a payment whose money is taken already only the shipping."""
    reason: str
    until: datetime
    at_deadline: HoldEnding


def place(placings: Sequence[Placing], *, by: AbstractBaseUser | None) -> list[int]:
    """Hold payments and tell the shop; ids of the new holds. In the caller's transaction, three statements and a row of
    the trail each.

    One that is held already keeps its hold, and there is nothing to hold of what failed or was given back.
    """
    if not placings:
        return []
    _lock(each.payment_id for each in placings)
    pk = by.pk if by is not None else None
    rows = [
        (each.payment_id, str(each.effect), each.reason[:200], each.until, str(each.at_deadline), pk)
        for each in placings
    ]
    source, parameters = arrays(_COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.execute(_PLACE.format(names=", ".join(_COLUMNS), source=source), parameters)
        ids = [row[0] for row in cursor.fetchall()]
    new = list(PaymentHold.objects.filter(pk__in=ids).select_related("payment").order_by("pk")) if ids else []
    for hold in new:
        _note("hold.placed", hold, by)
    messages.write([_told("payment.held", hold) for hold in new])
    return ids


@transaction.atomic
def turn(hold_ids: Sequence[int], *, reason: str, until: datetime) -> list[int]:
    """Let holds that stand end against the buyer at an instant, whatever they were placed for; ids of those turned.

    One that has ended, or was placed or turned for this very reason, stays as it is. By machines alone.
    """
    rows = PaymentHold.objects.filter(pk__in=hold_ids, ended_at=None).exclude(reason=reason)
    turned = list(rows.select_for_update(of=("self",)).select_related("payment").order_by("pk"))
    for row in turned:
        row.reason, row.until, row.at_deadline = reason, until, HoldEnding.CANCELLED
        row.save(update_fields=["reason", "until", "at_deadline"])
        _note("hold.turned", row, None)
    return [row.pk for row in turned]


@transaction.atomic
def release(hold: PaymentHold, *, by: AbstractBaseUser | None, is_by_clock: bool = False) -> PaymentHold:
    """End a hold in favour of the buyer: captures go on, the shop may ship. One that has ended is returned as it is."""
    row = _held(hold)
    if row.ended_at is None:
        _end(row, HoldEnding.RELEASED, by, is_by_clock=is_by_clock)
        messages.write([_told("payment.released", row)])
        transaction.on_commit(wishes.wake)
    return row


@transaction.atomic
def cancel(hold: PaymentHold, *, by: Author, ticket: UUID, is_by_clock: bool = False) -> PaymentAct | None:
    """End a hold against the buyer: what is authorized is released, what was taken goes back.

    Returns the act, which is sent after commit; None when there is nothing to void or refund. The same ticket again is
    the same act. Captures that had not left yet never do.

    Raises:
        ActRefused: it cannot be done from here; the hold stands, and nothing was written.
    """
    row = _held(hold)
    if row.ended_at is not None:
        return _act_of(row.payment, ticket)
    _end(row, HoldEnding.CANCELLED, by.user, is_by_clock=is_by_clock)
    _stop_captures(row.payment)
    room = room_of(row.payment)
    kind, amount = (ActKind.VOID, room.void) if room.void else (ActKind.REFUND, room.refund)
    if not amount:
        return None
    return wishes.request(row.payment, kind, Wish(amount, row.reason, ticket=ticket), by=by)


@transaction.atomic
def reject(hold: PaymentHold, *, by: AbstractBaseUser) -> PaymentHold:
    """Let the clock never release what a person rejected but nobody could cancel yet; the shop is told. It is tried
    again at the deadline. One that has ended, or would be cancelled anyway, is returned as it is."""
    row = _held(hold)
    if row.ended_at is None and row.at_deadline != HoldEnding.CANCELLED:
        row.at_deadline = HoldEnding.CANCELLED
        row.save(update_fields=["at_deadline"])
        _note("hold.rejected", row, by)
        told = _told("payment.held", row)
        messages.write([messages.Told(told.kind, (*told.name, "rejected"), told.payload)])
    return row


def _lock(payment_ids: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merchant_reference FROM payments_payment WHERE id = ANY(%s::bigint[])",
            [array("bigint", payment_ids)],
        )
        references = [row[0] for row in cursor.fetchall()]
    lock_payments(references)


def _held(hold: PaymentHold) -> PaymentHold:
    """The hold as it is now, with its payment, both locked in the order in which `record` takes its locks."""
    payment = wishes.lock(hold.payment)
    row = PaymentHold.objects.select_for_update().get(pk=hold.pk)
    row.payment = payment
    return row


def _end(row: PaymentHold, ending: HoldEnding, by: AbstractBaseUser | None, *, is_by_clock: bool) -> None:
    row.ended_at, row.ending, row.is_ended_by_clock = timezone.now(), ending, is_by_clock
    row.ended_by_id = by.pk if by is not None else None
    row.save(update_fields=["ended_at", "ending", "ended_by", "is_ended_by_clock"])
    _note(f"hold.{ending.value}", row, by)


def _act_of(payment: Payment, ticket: UUID) -> PaymentAct | None:
    acts = PaymentAct.objects.filter(payment=payment, kind__in=(ActKind.VOID, ActKind.REFUND))
    return next(
        (act for act in acts if Wish(act.amount, ticket=ticket).key(payment, ActKind(act.kind)) == act.idempotency_key),
        None,
    )


def _stop_captures(payment: Payment) -> None:
    """End captures that never left: they would take what is to be released."""
    waiting = PaymentAct.objects.filter(
        payment=payment, kind=ActKind.CAPTURE, sent_at=None, state__in=(ActState.QUEUED, ActState.AWAITING_APPROVAL)
    )
    for act in waiting.select_for_update(of=("self",)).select_related("payment"):
        act.state, act.error, act.next_try_at, act.finished_at = ActState.FAILED, HELD, None, timezone.now()
        act.save(update_fields=["state", "error", "next_try_at", "finished_at"])
        audit.record("act.failed", by=None, about=("payment_act", act.pk), detail={"error": HELD})
        tell_the_shop(act)


def _note(verb: str, hold: PaymentHold, by: AbstractBaseUser | None) -> None:
    audit.record(
        verb, by=by, about=("payment", hold.payment_id), reason=hold.reason,
        detail={
            "hold": hold.pk, "effect": str(hold.effect), "until": hold.until.isoformat(),
            "at_deadline": str(hold.at_deadline), "is_by_clock": hold.is_ended_by_clock,
        },
    )  # fmt: skip


def _told(kind: str, hold: PaymentHold) -> messages.Told:
    payload = {
        "reference": hold.payment.merchant_reference, "effect": str(hold.effect), "until": hold.until.isoformat(),
        "at_deadline": str(hold.at_deadline),
    }  # fmt: skip
    return messages.Told(kind, (str(hold.pk),), payload)
