"""Layer 3: several payouts in one bank line, and one payout in several. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations
from typing import TypeAlias

from payments.settlement.reconciliation.deposit_parties import (
    LATE_AFTER,
    Claim,
    Credit,
    Pairing,
    by_currency_and_amount,
    is_in_window,
    pairing_of,
)

LONGEST_RUN = 6
"""At most so many payouts of consecutive dates are looked for in one bank line."""
LONGEST_SPAN = timedelta(days=45)
"""A line is not the money of payouts older than this."""
MOST_PARTS = 12
"""Of so many lines of one counterparty two or three are looked for that add up to a payout."""

_Option: TypeAlias = tuple[tuple[Claim, ...], tuple[Credit, ...]]


def many_in_one(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[Pairing]:
    """Several payouts of one provider, neighbours by date, in one bank line. The claims come in order of date."""
    groups: dict[tuple[int, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.provider_id, claim.currency].append(claim)
    runs = [
        tuple(neighbours[start : start + length])
        for neighbours in groups.values()
        for length in range(2, LONGEST_RUN + 1)
        for start in range(len(neighbours) - length + 1)
    ]
    totals = [(run[0].currency, sum(claim.amount for claim in run)) for run in runs]
    by_amount = by_currency_and_amount(credits, set(totals))
    options: list[_Option] = [
        (run, (line,))
        for run, total in zip(runs, totals, strict=True)
        for line in by_amount.get(total, [])
        if is_in_window(run, line) and line.booked_on <= run[0].paid_on + LONGEST_SPAN
    ]
    return _exclusive(options)


def one_in_many(claims: Sequence[Claim], credits: Sequence[Credit]) -> list[Pairing]:
    """One payout in two or three bank lines of one counterparty."""
    ordered = sorted(credits, key=lambda line: line.booked_on)
    days = [line.booked_on for line in ordered]
    options: list[_Option] = []
    for claim in claims:
        parties: dict[str, list[Credit]] = defaultdict(list)
        window = slice(bisect_left(days, claim.paid_on), bisect_right(days, claim.due_on + LATE_AFTER))
        for line in ordered[window]:
            if (
                line.counterparty
                and is_in_window((claim,), line)
                and line.amount * claim.amount > 0
                and abs(line.amount) < abs(claim.amount)
            ):
                parties[line.counterparty].append(line)
        for lines in parties.values():
            for length in (2, 3):
                options += [
                    ((claim,), parts)
                    for parts in combinations(lines[:MOST_PARTS], length)
                    if sum(line.amount for line in parts) == claim.amount
                ]
    return _exclusive(options)


def _exclusive(options: Sequence[_Option]) -> list[Pairing]:
    """Keep the options none of whose members stands in another option."""
    uses: dict[tuple[str, int], int] = defaultdict(int)
    for claims, credits in options:
        for claim in claims:
            uses["claim", claim.id] += 1
        for line in credits:
            uses["credit", line.id] += 1
    return [
        pairing_of("amount_and_date", claims, credits)
        for claims, credits in options
        if all(uses["claim", claim.id] == 1 for claim in claims)
        and all(uses["credit", line.id] == 1 for line in credits)
    ]
