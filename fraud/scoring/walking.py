"""Scoring with what was learned, from its text alone: no learning library, no numpy; pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

Values = Sequence[int | None]
Node = tuple[int, float, Any, Any, Any]
"""Place in the values, limit, then where to go at or below it, above it, and without a value: a node, or a weight."""

_IS_CATEGORY: Final = 1
_LEFT_WITHOUT_VALUE: Final = 2
_MISSING_IS: Final = 12
_MISSING_IS_ZERO: Final = 4
_MISSING_IS_NAN: Final = 8


class Unreadable(Exception):
    """The text is not a model of this kind, or has parts that whole numbers never need."""


class Walker(Protocol):
    """Something that scores one payment."""

    def raw(self, values: Values) -> float:
        """Log odds of fraud from all features by position."""

    def contributions(self, values: Values) -> dict[int, float]:
        """What each position added to the log odds; what every payment begins with is left out."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees; the sum of one leaf of each."""

    roots: tuple[Any, ...]
    means: Mapping[int, float]
    """By the identity of a node: the weight of its leaves, for what a step down adds."""

    def raw(self, values: Values) -> float:
        """Log odds of fraud from all features by position."""
        total = 0.0
        for root in self.roots:
            node = root
            while node.__class__ is tuple:
                place, limit, low, high, none = node
                value = values[place]
                node = none if value is None else low if value <= limit else high
            total += node
        return total

    def contributions(self, values: Values) -> dict[int, float]:
        """By position, along the path that was taken: quick, and less fair to features near the leaves than SHAP."""
        added: dict[int, float] = {}
        for root in self.roots:
            node = root
            while node.__class__ is tuple:
                place, limit, low, high, none = node
                value = values[place]
                after = none if value is None else low if value <= limit else high
                step = self._mean(after) - self.means[id(node)]
                added[place + 1] = added.get(place + 1, 0.0) + step
                node = after
        return added

    def _mean(self, node: Any) -> float:
        return self.means[id(node)] if node.__class__ is tuple else node


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the logistic model: its place in the values, and how a value becomes a weight."""

    place: int
    centre: float
    scale: float
    weight: float
    without: float
    """What is added when there is no value."""

    def adds(self, value: int | None) -> float:
        """To the log odds."""
        return self.without if value is None else self.weight * (flattened(value) - self.centre) / self.scale


@dataclass(frozen=True, slots=True)
class Logistic:
    """A weighted sum of logarithms."""

    intercept: float
    inputs: tuple[Input, ...]

    def raw(self, values: Values) -> float:
        """Log odds of fraud from all features by position."""
        return self.intercept + sum(each.adds(values[each.place]) for each in self.inputs)

    def contributions(self, values: Values) -> dict[int, float]:
        """By position."""
        return {each.place + 1: each.adds(values[each.place]) for each in self.inputs}


def flattened(value: int) -> float:
    """The logarithm of a size with its sign: amounts and counts have long tails."""
    return math.copysign(math.log1p(abs(value)), value)


def probability_ppm(log_odds: float) -> int:
    """Parts per million of log odds."""
    if log_odds < 0:
        odds = math.exp(log_odds)
        return round(1_000_000 * odds / (1 + odds))
    return round(1_000_000 / (1 + math.exp(-log_odds)))


def load_trees(content: str, positions: Sequence[int]) -> Trees:
    """Trees in the text form of the library; `positions` are of its inputs. Raises Unreadable."""
    try:
        means: dict[int, float] = {}
        roots = tuple(_root(block, positions, means) for block in _blocks(content))
    except (KeyError, IndexError, ValueError) as refusal:
        raise Unreadable(f"not a text of trees: {refusal!r}") from refusal
    if not roots:
        raise Unreadable("no trees")
    return Trees(roots, means)


def load_logistic(content: str, positions: Sequence[int]) -> Logistic:
    """`{"intercept", "inputs": [[centre, scale, weight, without], …]}`. Raises Unreadable."""
    try:
        told = json.loads(content)
        inputs = tuple(
            Input(position - 1, *map(float, numbers))
            for position, numbers in zip(positions, told["inputs"], strict=True)
        )
        return Logistic(float(told["intercept"]), inputs)
    except (KeyError, TypeError, ValueError) as refusal:
        raise Unreadable(f"not a text of weights: {refusal!r}") from refusal


def _blocks(content: str) -> Iterator[dict[str, str]]:
    """The lines `name=value` of each tree."""
    trees, ended, _ = content.partition("\nend of trees")
    if not ended:
        raise Unreadable("the text of the trees does not end")
    for text in trees.split("\nTree=")[1:]:
        yield dict(line.split("=", 1) for line in text.splitlines()[1:] if "=" in line)


def _root(block: Mapping[str, str], positions: Sequence[int], means: dict[int, float]) -> Any:
    """The first node of one tree."""
    leaves = [float(text) for text in block["leaf_value"].split()]
    if int(block["num_cat"]):
        raise Unreadable("a tree asks for categories")
    if len(leaves) == 1:
        return leaves[0]
    counts = [int(text) for text in block["leaf_count"].split()]
    columns = zip(
        *(block[name].split() for name in ("split_feature", "threshold", "decision_type", "left_child", "right_child")),
        strict=True,
    )
    splits = [(positions[int(f)] - 1, float(t), int(d), int(low), int(high)) for f, t, d, low, high in columns]

    def node(number: int) -> tuple[Any, float, int]:
        """A node, the mean of its leaves, and how many rows fell into it."""
        if number < 0:
            return leaves[~number], leaves[~number], counts[~number]
        place, limit, kind, low, high = splits[number]
        left, left_mean, left_count = node(low)
        right, right_mean, right_count = node(high)
        made: Node = (place, limit, left, right, left if _is_left_without(kind, limit) else right)
        count = left_count + right_count
        means[id(made)] = (left_mean * left_count + right_mean * right_count) / max(count, 1)
        return made, means[id(made)], count

    return node(0)[0]


def _is_left_without(kind: int, limit: float) -> bool:
    """Where a missing value goes; a tree that never saw one takes it for nought, as the library does."""
    if kind & _IS_CATEGORY or kind & _MISSING_IS == _MISSING_IS_ZERO:
        raise Unreadable("a split takes nought for missing, or asks for categories")
    return bool(kind & _LEFT_WITHOUT_VALUE) if kind & _MISSING_IS == _MISSING_IS_NAN else limit >= 0
