"""What scores a payment, as whoever decides sees it; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


class ScorerBroken(Exception):
    """The live model cannot be asked: its features are not those of the catalogue, or its content cannot be read."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """The live model."""

    model_id: int
    review_from_ppm: int
    block_from_ppm: int
    score: Callable[[Sequence[int | None]], int]
    """All features by position → calibrated probability of fraud, parts per million."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One score with the limits that it is held against."""

    score_ppm: int
    review_from_ppm: int
    block_from_ppm: int
