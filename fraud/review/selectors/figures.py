"""How far decisions of people can be trusted: how often two of them say the same, and who is overturned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection

from fraud.review.models import Verdict

WHOLE: Final = 10_000
"""Basis points of one."""

# Of a first case that was opened again, the decision is meant that the second look's payments were decided with.
_PAIRS: Final = """
SELECT DISTINCT ON (again.id) first.decided_by_id, first.verdict, again.verdict
  FROM fraud_decision again
  JOIN fraud_case looked ON looked.id = again.case_id AND looked.looks_again_at_id IS NOT NULL
  JOIN fraud_alert second ON second.settled_by_id = again.id
  JOIN fraud_alert own ON own.payment_id = second.payment_id AND own.case_id = looked.looks_again_at_id
  JOIN fraud_decision first ON first.id = own.settled_by_id AND first.state = 3
 WHERE again.is_blind AND again.state = 3 AND again.settled_at >= %s::timestamptz AND again.settled_at < %s::timestamptz
 ORDER BY again.id, first.id
"""


class Pair(NamedTuple):
    """What two people said of the same payments, the second without knowing the first."""

    reviewer_id: int
    """Who decided first."""
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Overturned:
    """The decisions of one person that were looked at again."""

    reviewer_id: int
    looked_at: int
    overturned: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people agree."""

    looked_at: int
    overturned: int
    kappa_bp: int | None
    """Cohen's kappa in basis points: 10 000 is always the same, 0 no more than by chance. None where chance alone would
    always agree, as when everybody only ever approved."""
    reviewers: tuple[Overturned, ...]
    """By who decided first, the most overturned first."""


def agreement(since: datetime, until: datetime) -> Agreement:
    """Of the second looks that were decided from one instant to before another; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [str(since), str(until)])
        return agreement_of([Pair(*row) for row in cursor.fetchall()])


def agreement_of(pairs: Sequence[Pair]) -> Agreement:
    """The figures of some pairs."""
    by_reviewer: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_reviewer[pair.reviewer_id].append(pair)
    reviewers = [Overturned(pk, len(found), _overturned(found)) for pk, found in by_reviewer.items()]
    return Agreement(
        looked_at=len(pairs),
        overturned=_overturned(pairs),
        kappa_bp=kappa_bp(pairs),
        reviewers=tuple(sorted(reviewers, key=lambda each: (-each.overturned, each.reviewer_id))),
    )


def _overturned(pairs: Sequence[Pair]) -> int:
    return sum(pair.first != pair.second for pair in pairs)


def kappa_bp(pairs: Sequence[Pair]) -> int | None:
    """Cohen's kappa of two verdicts, in basis points, rounded down."""
    count = len(pairs)
    by_chance = sum(
        sum(pair.first == verdict for pair in pairs) * sum(pair.second == verdict for pair in pairs)
        for verdict in Verdict.values
    )
    observed = (count - _overturned(pairs)) * count
    return None if count * count == by_chance else WHOLE * (observed - by_chance) // (count * count - by_chance)
