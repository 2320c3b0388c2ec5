"""What the bank files that are here show: which payouts arrived, with how much, and where balances do not meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from payments.simulator.simulation import World
from payments.simulator.truth import BreakTruth

_WITHOUT_BALANCES: Final = frozenset({"camt054", "ofx"})
"""Layouts that tell no opening balance: nothing shows that a file between two is missing."""


@dataclass(slots=True)
class Received:
    """What the bank shows of one payout."""

    amount: int = 0
    together: set[tuple[str, str]] = field(default_factory=set)
    """(provider, payout key) of all that came in the same entries: only the sum of those that are known could differ,
    and where all are, it never does."""


Credited = dict[tuple[str, str], Received]


def credited_payouts(world: World) -> Credited:
    """The payouts of which delivered bank statements show a credit, or reports of a day whose statement is to come."""
    credited: Credited = {}
    for document in world.bank_documents:
        is_here = document.delivered_on is not None and document.delivered_on <= world.request.as_of
        for entry in document.entries if is_here else document.entries[: document.interim_count]:
            for payout in entry.payouts:
                received = credited.setdefault(payout, Received())
                received.amount += entry.amount
                received.together.update(entry.payouts)
    return credited


def gaps(world: World) -> Iterator[BreakTruth]:
    """Where a bank statement does not begin with what the one before it ended with."""
    for account in world.merchant.accounts:
        if account.layout in _WITHOUT_BALANCES:
            continue
        delivered = [
            document
            for document in world.bank_documents
            if document.account == account.code
            and document.delivered_on is not None
            and document.delivered_on <= world.request.as_of
        ]
        for before, after in pairwise(delivered):
            gap = after.opening_balance - before.closing_balance
            if gap:
                yield BreakTruth(
                    "residual", account.code, True, account.currency, abs(gap), booked_on=str(after.booked_on)
                )
