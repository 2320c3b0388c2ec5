"""Layer 3: the two parties of a deposit, payouts that wait and bank lines, and what becomes of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

LATE_AFTER = timedelta(days=7)
"""A line without a reference is taken until this long after the bank was due."""

Marks: TypeAlias = Mapping[int, Sequence[str]]
"""The words by which a bank knows a provider, by provider id."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A payout that waits for its money."""

    id: int
    provider_id: int
    key: str
    """The provider's own: two providers may use the same one."""
    amount: int
    """Minor units; negative when the provider takes from our account."""
    currency: str
    paid_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Credit:
    """A bank line, in or out."""

    id: int
    amount: int
    currency: str
    booked_on: date
    text: str
    """References and remittance text."""
    counterparty: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Payouts and bank lines that belong together."""

    rule: str
    claim_ids: tuple[int, ...]
    credit_ids: tuple[int, ...]
    expected: int
    received: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules make of an account."""

    pairings: list[Pairing]
    ambiguous: frozenset[int]
    """Payouts with several equally good candidates: a person must choose."""
    foreign: dict[int, int]
    """Payouts without a deposit, each with a bank line in another currency that names it."""


def pairing_of(rule: str, claims: Sequence[Claim], credits: Sequence[Credit]) -> Pairing:
    """Return the pairing of some payouts and lines of one currency."""
    return Pairing(
        rule=rule,
        claim_ids=tuple(sorted(claim.id for claim in claims)),
        credit_ids=tuple(sorted(line.id for line in credits)),
        expected=sum(claim.amount for claim in claims),
        received=sum(line.amount for line in credits),
    )


def by_currency_and_amount(
    credits: Sequence[Credit], wanted: Collection[tuple[str, int]]
) -> dict[tuple[str, int], list[Credit]]:
    """Return the lines of each wanted currency and amount; most lines of an account are nobody's payout."""
    by_amount: dict[tuple[str, int], list[Credit]] = defaultdict(list)
    for line in credits:
        if (line.currency, line.amount) in wanted:
            by_amount[line.currency, line.amount].append(line)
    return by_amount


def is_in_window(claims: Sequence[Claim], line: Credit) -> bool:
    """Whether a line without a reference may be the money of these payouts."""
    first = max(claim.paid_on for claim in claims)
    last = max(claim.due_on for claim in claims) + LATE_AFTER
    return line.currency == claims[0].currency and first <= line.booked_on <= last
