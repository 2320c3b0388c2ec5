"""Which line of a corrected statement says again what an earlier line said; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from enum import IntEnum


class Likeness(IntEnum):
    """How much of a line is said again; less is better."""

    SAME = 1
    """Everything."""
    SAME_AMOUNT = 2
    """References, currency and gross amount; fees or dates are others."""
    OTHER_AMOUNT = 3
    """The references alone, where one line is left of each version."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One line of one version, as far as its successor depends on it."""

    line_id: int
    line_number: int
    references: str
    """Everything that names the transaction, as one word."""
    amount: tuple[str, int]
    """Currency and gross in minor units."""
    content: str
    """Everything the line says, as one word."""


@dataclass(frozen=True, slots=True)
class Successor:
    """The line that took the place of another."""

    line_id: int
    likeness: Likeness


def successors(old: Iterable[VersionLine], new: Iterable[VersionLine]) -> dict[int, Successor]:
    """Return the successors of the old lines by line id; a line that is gone, or may be several, has none.

    Equal lines are taken in the order of their files, the n-th for the n-th.
    """
    before, after = sorted(old, key=_place), sorted(new, key=_place)
    found: dict[int, Successor] = {}
    for likeness, trait in _TRAITS.items():
        pairs = _paired(before, after, trait, is_one_only=likeness is Likeness.OTHER_AMOUNT)
        found |= {one.line_id: Successor(other.line_id, likeness) for one, other in pairs}
        taken = {other.line_id for _, other in pairs}
        before = [line for line in before if line.line_id not in found]
        after = [line for line in after if line.line_id not in taken]
    return found


def _place(line: VersionLine) -> int:
    return line.line_number


_TRAITS: dict[Likeness, Callable[[VersionLine], Hashable]] = {
    Likeness.SAME: lambda line: line.content,
    Likeness.SAME_AMOUNT: lambda line: (line.references, line.amount),
    Likeness.OTHER_AMOUNT: lambda line: line.references,
}


def _paired(
    before: list[VersionLine], after: list[VersionLine], trait: Callable[[VersionLine], Hashable], *, is_one_only: bool
) -> list[tuple[VersionLine, VersionLine]]:
    ours, theirs = _grouped(before, trait), _grouped(after, trait)
    return [
        pair
        for name, group in ours.items()
        if not is_one_only or len(group) == len(theirs[name]) == 1
        for pair in zip(group, theirs[name], strict=False)
    ]


def _grouped(
    lines: list[VersionLine], trait: Callable[[VersionLine], Hashable]
) -> defaultdict[Hashable, list[VersionLine]]:
    groups: defaultdict[Hashable, list[VersionLine]] = defaultdict(list)
    for line in lines:
        groups[trait(line)].append(line)
    return groups
