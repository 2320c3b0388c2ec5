"""From what a model says to how often it is so: a line through points, in parts per million; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

Points = Sequence[Sequence[int]]
WHOLE: Final = 1_000_000
BINS: Final = 20
LEAST_FRAUDS: Final = 10
"""In a bin: below it a share says more of chance than of fraud."""


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
    """Points of a line that never falls, from payments that the model did not learn from.

    Bins hold equally many frauds, so that the sparse upper end is not one bin; bins in the wrong order become one.
    With fewer than two bins' worth of frauds the model is taken at its word.
    """
    pairs = sorted(zip(raw_ppm, is_fraud, strict=True), reverse=True)
    frauds = sum(is_fraud)
    per_bin = max(LEAST_FRAUDS, -(-frauds // BINS))
    if frauds < 2 * per_bin:
        return [[0, 0], [WHOLE, WHOLE]]
    pooled: list[tuple[int, int, int]] = []  # sum of raw, frauds, payments; raw falling
    for bin_ in _bins(pairs, per_bin):
        pooled.append(bin_)
        while len(pooled) > 1 and pooled[-1][1] * pooled[-2][2] >= pooled[-2][1] * pooled[-1][2]:
            last, before = pooled.pop(), pooled.pop()
            pooled.append((last[0] + before[0], last[1] + before[1], last[2] + before[2]))
    middle = {raw // count: WHOLE * found // count for raw, found, count in reversed(pooled)}
    inner = [[raw, share] for raw, share in sorted(middle.items()) if 0 < raw < WHOLE]
    return [[0, 0], *inner, [WHOLE, max([WHOLE, *middle.values()])]]


def _bins(pairs: Sequence[tuple[int, bool]], per_bin: int) -> list[tuple[int, int, int]]:
    """From the highest raw down, each closed when it holds enough frauds; what is left over is the last."""
    bins: list[tuple[int, int, int]] = []
    total = found = count = 0
    for raw, is_fraud in pairs:
        total, found, count = total + raw, found + is_fraud, count + 1
        if found == per_bin:
            bins.append((total, found, count))
            total = found = count = 0
    return [*bins, (total, found, count)] if count else bins
