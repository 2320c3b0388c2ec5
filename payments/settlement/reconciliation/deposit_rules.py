"""Layer 3, the rules: which bank lines are which payouts. Pure: the same two sets give the same pairs, in any order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from payments.settlement.reconciliation import deposit_names as names
from payments.settlement.reconciliation import deposit_sums as sums
from payments.settlement.reconciliation.deposit_parties import (
    Claim,
    Credit,
    Marks,
    Outcome,
    Pairing,
    by_currency_and_amount,
    is_in_window,
    pairing_of,
)

GIVEN_BACK_WITHIN = timedelta(days=14)
"""A credit that goes back to the party it came from within this time was never ours."""


def pair(claims: Iterable[Claim], credits: Iterable[Credit], marks: Marks | None = None) -> Outcome:
    """Return which payouts and bank lines belong together, and what only a person can tell.

    `marks` are the words by which a bank knows each provider, by provider.
    """
    speaking = names.Speaking(marks or {})
    left = {claim.id: claim for claim in sorted(claims, key=_place_of_claim)}
    right = {line.id: line for line in sorted(credits, key=_place_of_credit)}
    found: list[Pairing] = []

    def settle(pairings: Sequence[Pairing]) -> None:
        for pairing in pairings:
            found.append(pairing)
            for claim_id in pairing.claim_ids:
                del left[claim_id]
            for credit_id in pairing.credit_ids:
                del right[credit_id]

    named = names.references(list(left.values()), list(right.values()), speaking)
    back = _given_back(list(left.values()), list(right.values()), named.edges)
    settle([pairing_of("reference", ours, theirs) for ours, theirs in _groups(_with_returns(named, back), left, right)])
    for pair_of_lines in back.items():
        for credit_id in pair_of_lines:
            right.pop(credit_id, None)
    settle(_by_amount(left, right, speaking))
    settle(_by_amount(left, right, None))
    settle(sums.many_in_one(list(left.values()), list(right.values())))
    settle(sums.one_in_many(list(left.values()), list(right.values())))
    foreign = {
        claim_id: credit_id for claim_id, credit_id in named.foreign.items() if claim_id in left and credit_id in right
    }
    ambiguous = {claim_id for claim_id, _ in _equal_amounts(list(left.values()), list(right.values()))}
    ambiguous |= {claim_id for claim_id in named.shared if claim_id in left}
    return Outcome(found, frozenset(ambiguous - foreign.keys()), foreign)


def _place_of_claim(claim: Claim) -> tuple[object, ...]:
    return claim.paid_on, claim.key, claim.provider_id, claim.currency


def _place_of_credit(line: Credit) -> tuple[object, ...]:
    return line.booked_on, line.amount, line.text, line.counterparty, line.currency, line.id


def _given_back(claims: Sequence[Claim], credits: Sequence[Credit], named: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return the lines that look like a payout and went back, each with the line in which it went.

    The latest equal line before it is the one that went back. A line that may itself be a payout went nowhere.
    """
    likely = {credit_id for _, credit_id in (*_equal_amounts(claims, credits), *named)}
    arrived: dict[tuple[str, str, int], list[Credit]] = defaultdict(list)
    back: dict[int, int] = {}
    for line in sorted(credits, key=lambda line: (line.booked_on, line.id not in likely)):
        if not line.counterparty:
            continue
        if line.id in likely:
            arrived[line.counterparty, line.currency, line.amount].append(line)
            continue
        earlier = arrived.get((line.counterparty, line.currency, -line.amount), [])
        if earlier and line.booked_on - earlier[-1].booked_on <= GIVEN_BACK_WITHIN:
            back[earlier.pop().id] = line.id
    return back


def _with_returns(named: names.References, back: Mapping[int, int]) -> list[tuple[int, int]]:
    """What names a payout, and what takes that back: together they say how much of it is here."""
    returns = [(claim_id, back[credit_id]) for claim_id, credit_id in named.edges if credit_id in back]
    return [*named.edges, *returns]


def _by_amount(left: Mapping[int, Claim], right: Mapping[int, Credit], told: names.Speaking | None) -> list[Pairing]:
    """One payout and one line of equal amounts that have no other candidate.

    Where lines tell of a provider, only the claims of that provider are candidates.
    """
    edges = _equal_amounts(list(left.values()), list(right.values()))
    if told is not None:
        edges = [
            (claim_id, credit_id)
            for claim_id, credit_id in edges
            if left[claim_id].provider_id in told.of(right[credit_id])
        ]
    per_claim: dict[int, int] = defaultdict(int)
    per_credit: dict[int, int] = defaultdict(int)
    for claim_id, credit_id in edges:
        per_claim[claim_id] += 1
        per_credit[credit_id] += 1
    return [
        pairing_of("amount_and_date", [left[claim_id]], [right[credit_id]])
        for claim_id, credit_id in edges
        if per_claim[claim_id] == 1 and per_credit[credit_id] == 1
    ]


def _equal_amounts(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[tuple[int, int]]:
    by_amount = by_currency_and_amount(credits, {(claim.currency, claim.amount) for claim in claims})
    return [
        (claim.id, line.id)
        for claim in claims
        for line in by_amount.get((claim.currency, claim.amount), [])
        if is_in_window((claim,), line)
    ]


def _groups(
    edges: Sequence[tuple[int, int]], left: Mapping[int, Claim], right: Mapping[int, Credit]
) -> list[tuple[list[Claim], list[Credit]]]:
    """Return the connected groups of a two-sided graph."""
    ours: dict[int, set[int]] = defaultdict(set)
    theirs: dict[int, set[int]] = defaultdict(set)
    for claim_id, credit_id in edges:
        ours[claim_id].add(credit_id)
        theirs[credit_id].add(claim_id)
    groups: list[tuple[list[Claim], list[Credit]]] = []
    seen: set[int] = set()
    for start in ours:
        if start in seen:
            continue
        claims, credits, waiting = {start}, set[int](), [start]
        while waiting:
            for credit_id in ours[waiting.pop()] - credits:
                credits.add(credit_id)
                new = theirs[credit_id] - claims
                claims |= new
                waiting += new
        seen |= claims
        groups.append(([left[claim_id] for claim_id in claims], [right[credit_id] for credit_id in credits]))
    return groups
