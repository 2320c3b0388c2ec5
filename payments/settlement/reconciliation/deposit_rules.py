"""Layer 3, the rules: which bank lines are which payouts. Pure: the same two sets give the same pairs, in any order."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

REFERENCE_BEFORE = timedelta(days=3)
REFERENCE_AFTER = timedelta(days=45)
"""A line that names a payout is believed this long around the payout date: a returned payout is sent again."""
LATE_AFTER = timedelta(days=7)
"""A line without a reference is taken until this long after the bank was due."""
SHORT_REFERENCE = 6
"""A shorter reference (a batch number) counts only behind the word *batch*: `380` alone may be anything."""
LONGEST_RUN = 6
"""At most so many payouts of consecutive dates are looked for in one bank line, or bank lines in one payout."""

_TOKEN = re.compile(r"[0-9A-Za-z]+")
_DATE = re.compile(r"(19|20)[0-9]{2}([-/.]?)[0-9]{2}\2[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A payout that waits for its money."""

    id: int
    provider_id: int
    key: str
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


def pair(claims: Iterable[Claim], credits: Iterable[Credit]) -> tuple[list[Pairing], set[int]]:
    """Return the pairings, and the payouts with several equally good candidates (a person must choose)."""
    left = {claim.id: claim for claim in sorted(claims, key=lambda claim: (claim.paid_on, claim.key, claim.id))}
    right = {
        line.id: line for line in sorted(credits, key=lambda line: (line.booked_on, line.amount, line.text, line.id))
    }
    found: list[Pairing] = []
    for step in (_by_reference, _by_amount, _many_in_one, _one_in_many):
        for pairing in step(list(left.values()), list(right.values())):
            found.append(pairing)
            for claim_id in pairing.claim_ids:
                del left[claim_id]
            for credit_id in pairing.credit_ids:
                del right[credit_id]
    edges = _equal_amounts(list(left.values()), list(right.values()))
    return found, {claim_id for claim_id, _ in edges}


def names(text: str, key: str) -> bool:
    """Whether a remittance text names a payout reference as a whole word.

    A date never does: it is the key of payouts without one of their own, and stands in the rent's text as well.
    """
    if _DATE.fullmatch(key):
        return False
    word = rf"(?<![0-9A-Za-z]){re.escape(key)}(?![0-9A-Za-z])"
    if len(key) < SHORT_REFERENCE:
        word = rf"batch\W{{0,3}}{word}"
    return re.search(word, text, re.IGNORECASE) is not None


def _by_reference(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[Pairing]:
    by_token: dict[str, list[Credit]] = defaultdict(list)
    for line in credits:
        for token in set(_TOKEN.findall(line.text.upper())):
            by_token[token].append(line)
    edges = [
        (claim.id, line.id)
        for claim in claims
        for line in by_token.get(max(_TOKEN.findall(claim.key.upper()), key=len, default=""), [])
        if line.currency == claim.currency
        and claim.paid_on - REFERENCE_BEFORE <= line.booked_on <= claim.paid_on + REFERENCE_AFTER
        and names(line.text, claim.key)
    ]
    claim_by_id = {claim.id: claim for claim in claims}
    credit_by_id = {line.id: line for line in credits}
    return [
        _pairing("reference", [claim_by_id[i] for i in ours], [credit_by_id[i] for i in theirs])
        for ours, theirs in _components(edges)
    ]


def _by_amount(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[Pairing]:
    edges = _equal_amounts(claims, credits)
    per_claim: dict[int, int] = defaultdict(int)
    per_credit: dict[int, int] = defaultdict(int)
    for claim_id, credit_id in edges:
        per_claim[claim_id] += 1
        per_credit[credit_id] += 1
    claim_by_id = {claim.id: claim for claim in claims}
    credit_by_id = {line.id: line for line in credits}
    return [
        _pairing("amount_and_date", [claim_by_id[claim_id]], [credit_by_id[credit_id]])
        for claim_id, credit_id in edges
        if per_claim[claim_id] == 1 and per_credit[credit_id] == 1
    ]


def _many_in_one(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[Pairing]:
    """Several payouts of one provider, neighbours by date, in one bank line."""
    groups: dict[tuple[int, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.provider_id, claim.currency].append(claim)
    by_amount = _by_currency_and_amount(credits)
    options: list[tuple[tuple[Claim, ...], tuple[Credit, ...]]] = []
    for neighbours in groups.values():
        for length in range(2, LONGEST_RUN + 1):
            for start in range(len(neighbours) - length + 1):
                run = tuple(neighbours[start : start + length])
                total = sum(claim.amount for claim in run)
                equal = by_amount.get((run[0].currency, total), [])
                options += [(run, (line,)) for line in equal if _in_window(run, line)]
    return _exclusive(options)


def _one_in_many(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[Pairing]:
    """One payout in two or three bank lines of one counterparty."""
    ordered = sorted(credits, key=lambda line: line.booked_on)
    days = [line.booked_on for line in ordered]
    options: list[tuple[tuple[Claim, ...], tuple[Credit, ...]]] = []
    for claim in claims:
        parties: dict[str, list[Credit]] = defaultdict(list)
        window = slice(bisect_left(days, claim.paid_on), bisect_right(days, claim.due_on + LATE_AFTER))
        for line in ordered[window]:
            if (
                line.counterparty
                and _in_window((claim,), line)
                and line.amount * claim.amount > 0
                and abs(line.amount) < abs(claim.amount)
            ):
                parties[line.counterparty].append(line)
        for lines in parties.values():
            for length in (2, 3):
                options += [
                    ((claim,), parts)
                    for parts in combinations(lines[:12], length)
                    if sum(line.amount for line in parts) == claim.amount
                ]
    return _exclusive(options)


def _exclusive(options: Sequence[tuple[tuple[Claim, ...], tuple[Credit, ...]]]) -> list[Pairing]:
    """Keep the options none of whose members stands in another option."""
    uses: dict[tuple[str, int], int] = defaultdict(int)
    for claims, credits in options:
        for claim in claims:
            uses["claim", claim.id] += 1
        for line in credits:
            uses["credit", line.id] += 1
    return [
        _pairing("amount_and_date", claims, credits)
        for claims, credits in options
        if all(uses["claim", claim.id] == 1 for claim in claims)
        and all(uses["credit", line.id] == 1 for line in credits)
    ]


def _equal_amounts(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[tuple[int, int]]:
    by_amount = _by_currency_and_amount(credits)
    return [
        (claim.id, line.id)
        for claim in claims
        for line in by_amount.get((claim.currency, claim.amount), [])
        if _in_window((claim,), line)
    ]


def _by_currency_and_amount(credits: Sequence[Credit]) -> dict[tuple[str, int], list[Credit]]:
    by_amount: dict[tuple[str, int], list[Credit]] = defaultdict(list)
    for line in credits:
        by_amount[line.currency, line.amount].append(line)
    return by_amount


def _in_window(claims: Sequence[Claim], line: Credit) -> bool:
    first = max(claim.paid_on for claim in claims)
    last = max(claim.due_on for claim in claims) + LATE_AFTER
    return line.currency == claims[0].currency and first <= line.booked_on <= last


def _pairing(rule: str, claims: Sequence[Claim], credits: Sequence[Credit]) -> Pairing:
    return Pairing(
        rule=rule,
        claim_ids=tuple(sorted(claim.id for claim in claims)),
        credit_ids=tuple(sorted(line.id for line in credits)),
        expected=sum(claim.amount for claim in claims),
        received=sum(line.amount for line in credits),
    )


def _components(edges: Sequence[tuple[int, int]]) -> list[tuple[set[int], set[int]]]:
    """Return the connected groups of a two-sided graph."""
    ours: dict[int, set[int]] = defaultdict(set)
    theirs: dict[int, set[int]] = defaultdict(set)
    for claim_id, credit_id in edges:
        ours[claim_id].add(credit_id)
        theirs[credit_id].add(claim_id)
    groups: list[tuple[set[int], set[int]]] = []
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
        groups.append((claims, credits))
    return groups
