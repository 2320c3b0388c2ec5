"""From what a model says to how often it is so: a line through points, in parts per million; pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

Points = Sequence[Sequence[int]]
WHOLE: Final = 1_000_000
TAKEN_AT_ITS_WORD: Final = ((0, 0), (WHOLE, WHOLE))
FEWEST: Final = 20
"""Frauds, and good payments; with fewer the model is taken at its word."""
_STEPS: Final = 41
_ROUNDS: Final = 30
_STILL: Final = 1e-9


def calibrated(raw_ppm: int, points: Points) -> int:
    """The share at this place of the line, rounded down; before the first point and after the last it is theirs."""
    after = bisect_right(points, raw_ppm, key=lambda point: point[0])
    if after == 0:
        return points[0][1]
    if after == len(points):
        return points[-1][1]
    (from_raw, low), (to_raw, high) = points[after - 1], points[after]
    return low + (high - low) * (raw_ppm - from_raw) // (to_raw - from_raw)


def fit(raw_ppm: Sequence[int], is_fraud: Sequence[bool]) -> list[list[int]]:
    """Points of a line that always rises, from what was said of payments that were not learned from.

    The log odds are stretched and shifted until as many frauds are expected as there were: two numbers, so that a few
    frauds cannot bend it. A model whose higher scores are not worse is taken at its word.
    """
    if not FEWEST <= sum(is_fraud) <= len(is_fraud) - FEWEST:
        return [list(point) for point in TAKEN_AT_ITS_WORD]
    shift, stretch = _fitted(Counter(zip(map(_odds, raw_ppm), is_fraud, strict=True)))
    if stretch <= 0:
        return [list(point) for point in TAKEN_AT_ITS_WORD]
    inner = {raw: round(WHOLE * _chance(shift + stretch * _odds(raw))) for raw in _grid()}
    return [[0, 0], *([raw, share] for raw, share in inner.items()), [WHOLE, WHOLE]]


def _grid() -> Iterable[int]:
    """Places dense where scores are: near nought and near the whole."""
    limit = math.log(WHOLE - 1)
    ends = (_chance(limit * (2 * step / (_STEPS - 1) - 1)) for step in range(_STEPS))
    return sorted({min(max(round(WHOLE * chance), 1), WHOLE - 1) for chance in ends})


def _fitted(told: Counter[tuple[float, bool]]) -> tuple[float, float]:
    """Shift and stretch of the greatest likelihood, by Newton's steps, held back where there is little to learn."""
    shift, stretch = 0.0, 1.0
    for _ in range(_ROUNDS):
        slope = [0.0, stretch - 1.0]
        bend = [_STILL, 0.0, 1.0]  # as if one unit of doubt said that the model is right
        for (odds, is_fraud), count in told.items():
            chance = _chance(shift + stretch * odds)
            missed, weight = count * (chance - is_fraud), count * chance * (1 - chance)
            slope[0] += missed
            slope[1] += missed * odds
            bend[0] += weight
            bend[1] += weight * odds
            bend[2] += weight * odds * odds
        whole = bend[0] * bend[2] - bend[1] * bend[1]
        step = ((slope[0] * bend[2] - slope[1] * bend[1]) / whole, (slope[1] * bend[0] - slope[0] * bend[1]) / whole)
        far = max(1.0, abs(step[0]), abs(step[1]))
        shift, stretch = shift - step[0] / far, stretch - step[1] / far
        if abs(step[0]) + abs(step[1]) < _STILL:
            break
    return shift, stretch


def _odds(raw_ppm: int) -> float:
    inside = min(max(raw_ppm, 1), WHOLE - 1)
    return math.log(inside / (WHOLE - inside))


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds)) if odds > 0 else math.exp(odds) / (1 + math.exp(odds))
