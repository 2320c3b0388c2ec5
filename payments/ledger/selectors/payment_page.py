"""Everything the ledger knows of one payment, in a number of questions that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BigIntegerField, Func, Q, QuerySet, Value
from django.utils.functional import Promise

from payments.facts import MovementKind
from payments.ledger.labels import CONFLICTS
from payments.ledger.models import (
    Attempt,
    CheckoutStep,
    Dispute,
    EventContradiction,
    Movement,
    OrderLine,
    Payment,
    PaymentEvent,
    PaymentReference,
    Refund,
)
from payments.methods.models import Provider

MOST_EVENTS: Final = 500
"""Of each table; a payment with more is a loop at the provider, and the page says that it shows only these."""
_CODES: Final = 64
"""Factor of the provider's id in the hash of a reference (`match_hash`)."""


@dataclass(frozen=True, slots=True)
class ConflictStory:
    """Something the events say that cannot be, in words."""

    words: str | Promise
    event: str
    """`source:id` of the event that cannot follow, or the attempt it is about; '' when only the sums contradict."""


@dataclass(frozen=True, slots=True)
class PaymentDetail:
    """One payment with all that belongs to it, each in the order of its happening."""

    row: Payment
    conflicts: tuple[ConflictStory, ...]
    steps: tuple[CheckoutStep, ...]
    lines: tuple[OrderLine, ...]
    attempts: tuple[Attempt, ...]
    refunds: tuple[Refund, ...]
    disputes: tuple[Dispute, ...]
    events: tuple[PaymentEvent, ...]
    contradictions: tuple[EventContradiction, ...]
    movements: tuple[Movement, ...]
    references: tuple[PaymentReference, ...]
    providers: dict[str, Provider]
    """All there are, by code."""
    is_cut: bool
    """True when there are more events than are shown."""


def whole_payments() -> QuerySet[Payment]:
    """Payments with what the head of their page shows."""
    return Payment.objects.select_related("checkout", "customer", "provider", "method")


def find_payment(reference: str) -> Payment:
    """The payment of a merchant's reference, else of an id. Raises Payment.DoesNotExist."""
    rows = whole_payments()
    found = rows.filter(merchant_reference=reference).first()
    if found is not None:
        return found
    if not (reference.isascii() and reference.isdigit() and len(reference) < 19):
        raise Payment.DoesNotExist(reference)
    return rows.get(pk=int(reference))


def payment_detail(row: Payment) -> PaymentDetail:
    """Read what belongs to a payment: ten questions."""
    providers = {provider.code: provider for provider in Provider.objects.order_by("code")}
    events = tuple(row.events.order_by("occurred_at", "pk")[: MOST_EVENTS + 1])
    attempts = row.attempts.select_related("provider", "method")
    return PaymentDetail(
        row=row,
        conflicts=tuple(
            ConflictStory(CONFLICTS.get(each["code"], each["code"]), each.get("event", "")) for each in row.conflicts
        ),
        steps=_steps_of(row),
        lines=tuple(OrderLine.objects.filter(checkout=row.checkout_id).order_by("position")[:MOST_EVENTS]),
        attempts=tuple(attempts.order_by("requested_at", "pk")[:MOST_EVENTS]),
        refunds=tuple(row.refunds.select_related("provider").order_by("requested_at", "pk")[:MOST_EVENTS]),
        disputes=tuple(row.disputes.select_related("provider").order_by("opened_at", "pk")[:MOST_EVENTS]),
        events=events[:MOST_EVENTS],
        contradictions=tuple(row.contradictions.order_by("received_at", "pk")[:MOST_EVENTS]),
        movements=movements_of(row, events, providers.values()),
        references=tuple(row.references.select_related("provider").order_by("pk")[:MOST_EVENTS]),
        providers=providers,
        is_cut=len(events) > MOST_EVENTS,
    )


def _steps_of(row: Payment) -> tuple[CheckoutStep, ...]:
    """In the order of their happening; those of one instant in the order of a checkout."""
    steps = CheckoutStep.objects.filter(checkout=row.checkout_id).order_by("occurred_at", "pk")[:MOST_EVENTS]
    places = {step: place for place, step in enumerate(CheckoutStep.Step.values)}
    return tuple(sorted(steps, key=lambda each: (each.occurred_at, places[each.step])))


def movements_of(row: Payment, events: Sequence[PaymentEvent], providers: Iterable[Provider]) -> tuple[Movement, ...]:
    """The movements that events posted, and those of our ledger's export that name the same money; one question.

    An export knows no payment. Its movements are found by the provider's key, through the index of matching.
    """
    ids = {provider.code: provider.pk for provider in providers}
    keys = {(ids[code], key) for each in events for code, key in [_money(each.body)] if key and code in ids}
    hashes: list[Any] = [
        Func(
            Value(key), Value(provider * _CODES + kind, output_field=BigIntegerField()),
            function="hashtextextended", output_field=BigIntegerField(),
        )
        for provider, key in sorted(keys)
        for kind in MovementKind
    ]  # fmt: skip
    found = Movement.objects.filter(Q(payment=row.pk) | Q(match_key__in=hashes) if hashes else Q(payment=row.pk))
    ours = found.select_related("provider").order_by("occurred_at", "pk")[:MOST_EVENTS]
    # Two keys may share one hash.
    return tuple(each for each in ours if each.payment_id == row.pk or (each.provider_id, each.provider_key) in keys)


def _money(body: dict[str, Any]) -> tuple[str, str]:
    return body.get("provider", ""), body.get("provider_key", "")
