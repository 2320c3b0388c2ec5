"""How well scores find fraud: the measures that others publish, and the money; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

WHOLE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Judged:
    """One payment with what became of it."""

    score: float
    is_fraud: bool
    amount: int = 0
    """In the reference currency, hundredths."""
    expected_loss: int = 0
    """Calibrated score × amount: what the queue is ordered by."""
    day: int = 0
    card: int = 0
    """Whom a reviewer would ring up: a customer or a card."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Whole parts per million."""

    auc: int
    ap: int
    cp100: int
    value_at_1pct: int
    """Of the value of fraud, what is among the one payment in a hundred with the highest expected loss."""
    recall_at_1pct: int
    """Of the frauds, how many are among the one payment in a hundred with the highest score."""


def measure(judged: Sequence[Judged]) -> Measures:
    """All measures; each is 0 where there is nothing to find."""
    return Measures(
        auc=round(WHOLE * auc(judged)),
        ap=round(WHOLE * average_precision(judged)),
        cp100=round(WHOLE * card_precision(judged, 100)),
        value_at_1pct=round(WHOLE * value_caught(judged, 0.01)),
        recall_at_1pct=round(WHOLE * recall(judged, 0.01)),
    )


def auc(judged: Sequence[Judged]) -> float:
    """The chance that a fraud has a higher score than a good payment; half a chance for the same score."""
    frauds = sum(each.is_fraud for each in judged)
    pairs = frauds * (len(judged) - frauds)
    below, won = 0, 0.0
    for _, same in groupby(sorted(judged, key=_by_score), key=_by_score):
        tied = [each.is_fraud for each in same]
        good = len(tied) - sum(tied)
        won += sum(tied) * (below + good / 2)
        below += good
    return won / pairs if pairs else 0.0


def average_precision(judged: Sequence[Judged]) -> float:
    """The mean over frauds of the share of frauds among all with at least their score."""
    frauds = sum(each.is_fraud for each in judged)
    seen, found, total = 0, 0, 0.0
    for _, same in groupby(sorted(judged, key=_by_score, reverse=True), key=_by_score):
        tied = [each.is_fraud for each in same]
        seen, found = seen + len(tied), found + sum(tied)
        total += sum(tied) * found / seen
    return total / frauds if frauds else 0.0


def card_precision(judged: Sequence[Judged], places: int) -> float:
    """Of so many cards a day with the highest scores, the share with fraud that day; a card found once is out."""
    found: set[int] = set()
    shares = []
    for _, of_day in groupby(sorted(judged, key=lambda each: each.day), key=lambda each: each.day):
        highest: dict[int, float] = {}
        bad: set[int] = set()
        for each in of_day:
            if each.card not in found:
                highest[each.card] = max(each.score, highest.get(each.card, each.score))
                bad |= {each.card} if each.is_fraud else set()
        top = sorted(highest, key=lambda card: -highest[card])[:places]
        caught = bad.intersection(top)
        found |= caught
        shares.append(len(caught) / places)
    return sum(shares) / len(shares) if shares else 0.0


def value_caught(judged: Sequence[Judged], share: float) -> float:
    """Of the value of fraud, the part within a share of payments, those with the highest score × amount."""
    whole = sum(each.amount for each in judged if each.is_fraud)
    first = sorted(judged, key=lambda each: -each.expected_loss)[: int(len(judged) * share)]
    return sum(each.amount for each in first if each.is_fraud) / whole if whole else 0.0


def recall(judged: Sequence[Judged], share: float) -> float:
    """Of the frauds, the part within a share of payments, those with the highest score."""
    frauds = sum(each.is_fraud for each in judged)
    first = sorted(judged, key=_by_score, reverse=True)[: int(len(judged) * share)]
    return sum(each.is_fraud for each in first) / frauds if frauds else 0.0


def _by_score(each: Judged) -> float:
    return each.score
