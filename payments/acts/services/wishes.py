"""Asks for an act on a payment: checked against what there is, kept as a row, sent by the worker after commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from payments.acts.models import ActKind, ActState, PaymentAct
from payments.acts.selectors import attempts_for, is_held, room_of
from payments.acts.services.clients import has_client
from payments.acts.services.refusals import ActRefused, Refusal
from payments.acts.signals import acts_queued
from payments.cards import holds_card_data
from payments.facts import EventKind, NeutralEvent
from payments.ledger.models import Attempt, Payment
from payments.ledger.services.homes import lock_payments
from payments.ledger.services.record import record
from payments.records.models import ApprovalLimit
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_ON_ONE_WORD: Final = (ActState.QUEUED, ActState.SENDING, ActState.UNKNOWN, ActState.SUCCEEDED)
"""Acts that go on, or went through, without a second person where none decided."""
SOURCE: Final = "act"
"""Of the events that acts tell."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who asks: a person, or an API key by its prefix."""

    user: AbstractBaseUser | None = None
    key_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked."""

    amount: int
    """Minor units of the payment's currency, as typed."""
    reason: str = ""
    attempt_reference: str = ""
    """The provider's id of the attempt; needed only where several could be meant."""
    ticket: UUID | None = None
    """Of the form that it was typed into: the same wish with the same ticket is one act, however often it is sent."""

    def key(self, payment: Payment, kind: ActKind) -> UUID:
        """The idempotency key of the act: a random one without a ticket."""
        name = f"{payment.pk}:{kind.value}:{self.amount}:{self.attempt_reference}"
        return uuid5(self.ticket, name) if self.ticket else uuid4()


@transaction.atomic
def request(payment: Payment, kind: ActKind, wish: Wish, *, by: Author) -> PaymentAct:
    """Keep an act: queued, or awaiting approval when its amount is above the limit of its kind and currency.

    The checks hold under the payment's lock, so that acts asked for at the same time never exceed what there is. A wish
    that was kept before is answered with its act.

    Raises:
        ActRefused: with the code of what stands in the way; nothing is written.
    """
    _check_words(wish, by)
    held = lock(payment)
    key = wish.key(held, kind)
    if asked_before := PaymentAct.objects.filter(idempotency_key=key).first():
        return asked_before
    attempt = _attempt(held, kind, wish)
    check_room(held, kind, wish.amount)
    assert attempt.provider is not None
    if not has_client(attempt.provider):
        raise ActRefused(Refusal.NO_CLIENT)
    now = timezone.now()
    must_wait = needs_second_person(held, kind, wish.amount)
    act = PaymentAct.objects.create(
        payment=held,
        provider=attempt.provider,
        attempt_reference=attempt.provider_reference,
        kind=kind,
        amount=wish.amount,
        currency=held.currency,
        reason=wish.reason.strip()[:200],
        requested_by_id=by.user.pk if by.user else None,
        requested_with=by.key_prefix,
        idempotency_key=key,
        state=ActState.AWAITING_APPROVAL if must_wait else ActState.QUEUED,
        next_try_at=None if must_wait else now,
    )
    _tell(act, by.user, now)
    if not must_wait:
        transaction.on_commit(wake)
    return act


def _check_words(wish: Wish, by: Author) -> None:
    if by.user is None and not by.key_prefix:
        raise ActRefused(Refusal.NOBODY)
    if holds_card_data(wish.reason):
        raise ActRefused(Refusal.CARD_DATA)


def _tell(act: PaymentAct, by: AbstractBaseUser | None, now: datetime) -> None:
    if act.kind == ActKind.REFUND:
        record([refund_event(act, EventKind.REFUND_REQUESTED, "requested", now)])
    audit.record(
        "act.requested", by=by, about=("payment_act", act.pk), reason=act.reason,
        detail={
            "payment": act.payment.merchant_reference, "kind": str(act.kind), "amount": act.amount,
            "currency": act.currency, "state": str(act.state), "api_key": act.requested_with,
        },
    )  # fmt: skip


def lock(payment: Payment) -> Payment:
    """The payment as it is now, held until the transaction ends, in the order in which `record` takes its locks."""
    lock_payments([payment.merchant_reference])
    return Payment.objects.get(pk=payment.pk)


def hold(act: PaymentAct) -> PaymentAct:
    """The act as it is now, with its payment, both held until the transaction ends."""
    payment = lock(act.payment)
    row = PaymentAct.objects.select_for_update(of=("self",)).select_related("provider").get(pk=act.pk)
    row.payment = payment
    return row


def check_room(payment: Payment, kind: ActKind, amount: int, *, besides: int | None = None) -> None:
    """Raise ActRefused unless the payment has room for an act of an amount, not counting the act `besides`."""
    if amount <= 0:
        raise ActRefused(Refusal.NOT_POSITIVE)
    room = room_of(payment, besides=besides).of(kind)
    if amount > room:
        raise ActRefused(Refusal.TOO_MUCH)
    if kind == ActKind.VOID and amount != room:
        raise ActRefused(Refusal.NOT_WHOLE)


def needs_second_person(payment: Payment, kind: ActKind, amount: int) -> bool:
    """Whether an amount is above the limit of its kind; without a limit one person is enough.

    What was asked for on the same payment and nobody else has looked at counts too: a large refund cannot be had in
    small ones.
    """
    unseen = PaymentAct.objects.filter(payment=payment, kind=kind, decided_by=None, state__in=_ON_ONE_WORD)
    whole = amount + (unseen.aggregate(whole=Sum("amount"))["whole"] or 0)
    return ApprovalLimit.objects.filter(verb=kind.value, currency=payment.currency, limit_minor__lt=whole).exists()


def refund_event(act: PaymentAct, kind: EventKind, told: str, at: datetime) -> NeutralEvent:
    """What an act tells of its refund. The key of the act names the refund until the provider has a name for it."""
    return NeutralEvent(
        source=SOURCE,
        source_event_id=f"{act.idempotency_key}:{told}",
        kind=kind,
        occurred_at=at,
        provider=act.provider.code,
        merchant_reference=act.payment.merchant_reference,
        attempt_reference=act.attempt_reference,
        provider_key=act.provider_reference[:80],
        object_key=str(act.idempotency_key),
        amount=act.amount,
        currency=act.currency,
        reason=act.error[:200] if kind is EventKind.REFUND_FAILED else act.reason,
    )


def wake() -> None:
    """Tell whoever sends that something is queued; ids are not needed, the rows are the truth."""
    acts_queued.send_robust(sender=PaymentAct)


def _attempt(payment: Payment, kind: ActKind, wish: Wish) -> Attempt:
    if kind == ActKind.CAPTURE and is_held(payment):
        raise ActRefused(Refusal.HELD)
    found = list(attempts_for(payment, kind))
    if wish.attempt_reference:
        found = [each for each in found if each.provider_reference == wish.attempt_reference]
    if not found:
        raise ActRefused(Refusal.WRONG_STATE)
    if len(found) > 1:
        raise ActRefused(Refusal.WHICH_ATTEMPT)
    if found[0].amount is not None and wish.amount > found[0].amount:
        raise ActRefused(Refusal.TOO_MUCH)
    return found[0]
