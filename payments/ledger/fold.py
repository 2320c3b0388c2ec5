"""The fold: from the set of a payment's events to its state and its movements; pure, and blind to arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from payments.facts import NeutralEvent
from payments.ledger.attempts import AttemptState, fold_attempt
from payments.ledger.identities import AttemptEvents, group_attempts
from payments.ledger.money import DisputeState, FoldedMovement, Home, Money, RefundState, Told, fold_captures
from payments.ledger.money_back import fold_disputes, fold_refunds
from payments.ledger.states import CANONICAL_ORDER, AttemptStatus, Conflict, ConflictCode, PaymentStatus


@dataclass(frozen=True, slots=True)
class PaymentState:
    """Where a payment stands; amounts in minor units of its currency."""

    status: PaymentStatus
    currency: str
    amount: int
    """Of the first attempt that states one; 0 when none does."""
    authorized: int
    """Promised and taken, or still to be taken: what was voided or lapsed is no longer among it."""
    captured: int
    refunded: int
    charged_back: int
    attempts: tuple[AttemptState, ...]
    refunds: tuple[RefundState, ...]
    disputes: tuple[DisputeState, ...]
    movements: tuple[FoldedMovement, ...]
    conflicts: tuple[Conflict, ...]
    created_at: datetime

    @property
    def leading(self) -> AttemptState | None:
        """The attempt that people mean by the payment: the first that succeeded, else the last."""
        succeeded = next((attempt for attempt in self.attempts if attempt.has_succeeded), None)
        return succeeded or (self.attempts[-1] if self.attempts else None)


def canonical(events: Iterable[NeutralEvent]) -> list[NeutralEvent]:
    """Each event once, in the order they are folded in: by instant, then by a payment's life, then by name."""
    unique = {(event.source, event.source_event_id): event for event in events}
    return sorted(
        unique.values(),
        key=lambda event: (event.occurred_at, CANONICAL_ORDER[event.kind], event.source, event.source_event_id),
    )


def fold(
    events: Iterable[NeutralEvent],
    *,
    speaking: frozenset[str] = frozenset(),
    currency: str = "",
    owed: int | None = None,
) -> PaymentState:
    """Fold all events of one payment, at least one. Any order and any repetition of them gives the same state.

    `speaking` are the providers that tell us themselves what happens there: the shop's word moves no money at them.
    `currency` is the payment's; without it, that of the first event that names one. `owed` is what the shop says that
    the order costs, minor units; None while it has not said. Raises ValueError for no events.
    """
    ordered = canonical(events)
    if not ordered:
        raise ValueError("a payment without events has no state")
    currency = currency or next((event.currency for event in ordered if event.currency), "")
    conflicts = _in_other_currencies(ordered, currency)
    groups = group_attempts(ordered)
    attempts = tuple(fold_attempt(group, [ordered[place] for place in group.places], conflicts) for group in groups)
    money = _money(ordered, groups, attempts, Money(speaking, currency, conflicts=conflicts))
    _judge(attempts, money, owed)
    return PaymentState(
        status=_status(attempts, money),
        currency=currency,
        amount=next((attempt.amount for attempt in attempts if attempt.amount), 0),
        authorized=max(_authorized(attempts, money), default=0),
        captured=money.captured,
        refunded=money.refunded,
        charged_back=max(money.charged_back, 0),
        attempts=attempts,
        refunds=tuple(money.refunds),
        disputes=tuple(money.disputes),
        movements=tuple(money.movements),
        conflicts=tuple(dict.fromkeys(conflicts)),
        created_at=min(attempt.requested_at for attempt in attempts) if attempts else ordered[0].occurred_at,
    )


def _in_other_currencies(events: Sequence[NeutralEvent], currency: str) -> list[Conflict]:
    return [
        Conflict(ConflictCode.CURRENCY_DIFFERS, f"{event.source}:{event.source_event_id}")
        for event in events
        if event.currency not in ("", currency)
    ]


def _money(
    ordered: Sequence[NeutralEvent], groups: Sequence[AttemptEvents], attempts: Sequence[AttemptState], money: Money
) -> Money:
    attempt_at = {place: number for number, group in enumerate(groups) for place in group.places}
    by_reference = {attempt.provider_reference: n for n, attempt in enumerate(attempts) if attempt.provider_reference}
    told = []
    for place, event in enumerate(ordered):
        if event.currency not in ("", money.currency):
            continue
        number = attempt_at.get(place, by_reference.get(event.attempt_reference, -1))
        if number < 0 and len(attempts) == 1 and event.provider in ("", attempts[0].provider):
            number = 0
        attempt = attempts[number] if number >= 0 else None
        home = Home(
            provider=event.provider or (attempt.provider if attempt else ""),
            attempt=number,
        )
        told.append(Told(event, home))
    fold_captures(told, money)
    fold_refunds(told, money)
    fold_disputes(told, money)
    return money


def _judge(attempts: Sequence[AttemptState], money: Money, owed: int | None) -> None:
    """Name what the sums say that cannot be; each disappears when the event that explains it arrives."""
    for number, taken in sorted(money.captured_by_attempt.items()):
        attempt = attempts[number] if number >= 0 else None
        limits = (attempt.amount if attempt else None, owed)
        if any(limit is not None and taken > limit for limit in limits):
            money.conflicts.append(Conflict(ConflictCode.CAPTURED_TOO_MUCH, attempt.key if attempt else ""))
    if sum(taken > 0 for taken in money.captured_by_attempt.values()) > 1:
        money.conflicts.append(Conflict(ConflictCode.PAID_TWICE, ""))
    if money.refunded > money.captured:
        money.conflicts.append(Conflict(ConflictCode.REFUNDED_TOO_MUCH, ""))


def _authorized(attempts: Sequence[AttemptState], money: Money) -> Iterator[int]:
    """Of each attempt: all that was promised, or what was taken of it once the rest was given back."""
    for number, attempt in enumerate(attempts):
        promised = attempt.amount or 0
        if attempt.status is AttemptStatus.AUTHORIZED or (attempt.status is AttemptStatus.CAPTURED and attempt.is_held):
            yield promised
        elif attempt.status is AttemptStatus.CAPTURED:
            yield min(promised, money.captured_by_attempt.get(number, 0))


def _status(attempts: Sequence[AttemptState], money: Money) -> PaymentStatus:
    if money.charged_back > 0:
        return PaymentStatus.CHARGED_BACK
    if money.captured > 0:
        if money.refunded:
            is_whole = money.refunded >= money.captured
            return PaymentStatus.REFUNDED if is_whole else PaymentStatus.PARTIALLY_REFUNDED
        promised = max((attempt.amount or 0 for attempt in attempts if attempt.has_succeeded), default=0)
        return PaymentStatus.PARTIALLY_CAPTURED if money.captured < promised else PaymentStatus.CAPTURED
    if money.refunded:
        return PaymentStatus.REFUNDED
    statuses = {attempt.status for attempt in attempts}
    for status, meaning in _WHILE_NOTHING_IS_TAKEN:
        if status in statuses:
            return meaning
    return PaymentStatus(attempts[-1].status) if attempts else PaymentStatus.CREATED


_WHILE_NOTHING_IS_TAKEN = (
    (AttemptStatus.CAPTURED, PaymentStatus.CAPTURED),
    (AttemptStatus.AUTHORIZED, PaymentStatus.AUTHORIZED),
    (AttemptStatus.UNKNOWN, PaymentStatus.UNKNOWN),
    (AttemptStatus.WAITING, PaymentStatus.PENDING),
    (AttemptStatus.STARTED, PaymentStatus.PENDING),
)
