"""The fold of money: what was captured of one payment, and the movements that follow from its events; pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from payments.facts import EventKind, MovementKind, NeutralEvent
from payments.ledger.states import Conflict, ConflictCode, DisputeStatus, RefundStatus
from payments.ledger.withdrawals import withdrawn

SHOP: Final = "shop"
"""Source of what the merchant's own shop says."""

LONGEST_KEY: Final = 80


def movement_key(kind: MovementKind, name: str) -> str:
    """What a movement that an event tells of is called in our ledger; `name` is the provider's key, or the event's."""
    key = f"{kind.name.lower()}:{name}"
    return key if len(key) <= LONGEST_KEY else f"{kind.name.lower()}:{hashlib.sha256(key.encode()).hexdigest()[:48]}"


class MovementName(NamedTuple):
    """By what one telling of money is known: in our ledger, at the provider, and at the shop."""

    movement_key: str
    provider_key: str
    """'' where the telling has none."""
    shop_key: str
    """What the shop calls it: the id of its event, and the movement's key in its export; '' where a provider's key
    names it."""


class Word(NamedTuple):
    """What the shop alone says of money that its provider tells of too."""

    name: MovementName
    amount: int
    """Minor units, without sign."""


class FoldedMovement(NamedTuple):
    """One change of money the events tell of, as a movement of our ledger."""

    provider: str
    name: MovementName
    payment_reference: str
    kind: MovementKind
    amount: int
    """Minor units, signed from the merchant's balance."""
    currency: str
    occurred_at: datetime
    method: str
    others: tuple[MovementName, ...] = ()
    """What other tellings of the same money are called: where one of them was posted, this one is too."""
    words: tuple[Word, ...] = ()
    """What the shop says of this movement and its like, posted if nobody else had spoken by then."""
    told_by: str = ""
    """`source:id` of the event that it is made of."""


class RefundState(NamedTuple):
    """Where one refund stands."""

    key: str
    provider: str
    provider_reference: str
    status: RefundStatus
    amount: int
    reason: str
    requested_at: datetime
    finished_at: datetime | None
    former: tuple[str, ...]
    """Keys under which it may have stood before more was told of it."""


class DisputeState(NamedTuple):
    """Where one dispute stands."""

    provider: str
    key: str
    status: DisputeStatus
    amount: int
    reason: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """What the attempts of a payment know about an event: at which provider it happened, and of which attempt."""

    provider: str
    """Code; '' while nobody has said."""
    attempt: int
    """Its place among the payment's; -1 for none."""


@dataclass(slots=True)
class Money:
    """The money of one payment, minor units."""

    speaking: frozenset[str]
    currency: str
    captured_by_attempt: dict[int, int] = field(default_factory=dict)
    refunds: list[RefundState] = field(default_factory=list)
    disputes: list[DisputeState] = field(default_factory=list)
    charged_back: int = 0
    movements: list[FoldedMovement] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def believes(self, told: Told) -> bool:
        """Whether a movement follows from this telling alone: the provider's, the shop's where nobody else speaks."""
        return not told.is_word_alone or told.home.provider not in self.speaking

    def count(self, told: Told) -> None:
        """Count a capture."""
        attempt = told.home.attempt
        self.captured_by_attempt[attempt] = self.captured_by_attempt.get(attempt, 0) + told.amount

    def post(
        self, kind: MovementKind, tellings: Sequence[Told], sign: int = 1, *, words: tuple[Word, ...] = ()
    ) -> None:
        """Add the one movement of all tellings of some money, `sign` seen from the merchant's balance.

        It is made of one event alone: it is posted once, and events that come later must not make another of it. What
        happened at no named provider is none.
        """
        able = [each for each in tellings if each.event.provider and each.amount and self.believes(each)]
        if not able:
            return
        # Of several keys nobody can say which the settlement will show; but one that has none finds nothing there.
        told = min(able, key=lambda each: not each.event.provider_key)
        event, name = told.event, told.as_movement(kind)
        names = dict.fromkeys(each.as_movement(kind) for each in tellings)
        self.movements.append(
            FoldedMovement(
                provider=event.provider,
                name=name,
                payment_reference=event.attempt_reference,
                kind=kind,
                amount=sign * told.amount,
                currency=self.currency,
                occurred_at=event.occurred_at,
                method=event.method,
                others=tuple(each for each in names if each != name),
                words=words,
                told_by=told.name,
            )
        )

    @property
    def captured(self) -> int:
        """Taken from the buyer and not withdrawn."""
        return sum(self.captured_by_attempt.values())

    @property
    def refunded(self) -> int:
        """Given back by refunds that stand."""
        return sum(refund.amount for refund in self.refunds if refund.status is RefundStatus.SUCCEEDED)


class Told(NamedTuple):
    """An event that moves money, and where it belongs."""

    event: NeutralEvent
    home: Home

    @property
    def name(self) -> str:
        """`source:id`."""
        return f"{self.event.source}:{self.event.source_event_id}"

    @property
    def amount(self) -> int:
        """Minor units; 0 when none is stated."""
        return self.event.amount or 0

    @property
    def is_word_alone(self) -> bool:
        """Whether only the shop says so, naming no key of the provider's."""
        return self.event.source == SHOP and not self.event.provider_key

    def as_movement(self, kind: MovementKind) -> MovementName:
        """What a movement is called that follows from this telling."""
        key = self.event.provider_key
        shop_key = self.event.source_event_id if self.is_word_alone else ""
        return MovementName(movement_key(kind, key or self.name), key, shop_key)

    def as_word(self, kind: MovementKind) -> Word:
        """The shop's word of a movement."""
        return Word(self.as_movement(kind), self.amount)


def fold_captures(told: Sequence[Told], money: Money) -> None:
    """Add captures. One that failed after all counts for nothing, but its movement was told and stands.

    Where a provider has told of an attempt, what the shop says of it without a key is a second telling, whatever is
    configured now: `speaking` decides only whether the shop's word alone is posted.
    """
    failed_after_all = _failed_after_all(told)
    captures = [each for each in told if each.event.kind is EventKind.CAPTURED and each.amount]
    told_by_provider = {each.home.attempt for each in captures if each.event.source != SHOP}
    again = [each for each in captures if each.is_word_alone and each.home.attempt in told_by_provider]
    known = {id(each) for each in again}
    proved = _each_once([each for each in captures if id(each) not in known], money)
    words = {
        attempt: tuple(each.as_word(MovementKind.CAPTURE) for each in again if each.home.attempt == attempt)
        for attempt in dict.fromkeys(each.home.attempt for each in again)
    }
    for attempt, told_again in words.items():
        parts = [tellings[0].amount for tellings in proved if tellings[0].home.attempt == attempt]
        if not _agree([word.amount for word in told_again], parts):
            first = next(each for each in again if each.home.attempt == attempt)
            money.conflicts.append(Conflict(ConflictCode.AMOUNTS_DIFFER, first.name))
    for tellings in proved:
        money.post(MovementKind.CAPTURE, tellings, words=words.get(tellings[0].home.attempt, ()))
        if (tellings[0].event.source, tellings[0].event.source_event_id) not in failed_after_all:
            money.count(tellings[0])


def _agree(words: Sequence[int], parts: Sequence[int]) -> bool:
    """Whether each amount is told by both, or one word sums up the rest; what one side has not told yet agrees."""
    left, free = Counter(words) - Counter(parts), Counter(parts) - Counter(words)
    is_summed_up = left.total() == 1 and sum(left.elements()) == sum(free.elements())
    return not left or not free or is_summed_up


def _failed_after_all(told: Sequence[Told]) -> frozenset[tuple[str, str]]:
    """Captures by source and id; one with a key also where its failure was told of another attempt."""
    by_attempt: dict[int, list[NeutralEvent]] = {}
    captures = [each for each in told if each.event.kind in (EventKind.CAPTURED, EventKind.CAPTURE_FAILED)]
    for each in captures:
        by_attempt.setdefault(each.home.attempt, []).append(each.event)
    with_key = [each.event for each in captures if each.event.provider_key]
    return frozenset().union(withdrawn(with_key), *(withdrawn(events) for events in by_attempt.values()))


def _each_once(told: Sequence[Told], money: Money) -> list[list[Told]]:
    """The tellings of each movement of money; another amount under the same key is a conflict."""
    kept: dict[tuple[str, str], list[Told]] = {}
    for each in told:
        tellings = kept.setdefault((each.home.provider, each.event.provider_key or each.name), [])
        tellings.append(each)
        if tellings[0].amount != each.amount:
            money.conflicts.append(Conflict(ConflictCode.AMOUNTS_DIFFER, each.name))
    return list(kept.values())
