"""Where chance comes from: one small generator per question, so that no answer depends on earlier ones."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def chance(seed: int, *question: object) -> Random:
    """Return the generator that belongs to one question, such as `chance(7, "shop", "toss", day)`.

    Seeding by text is the same in every Python; seeding by a tuple would go through `hash`, which is not.
    """
    return Random("|".join([str(seed), *map(str, question)]))  # noqa: S311


def week_of(day: date) -> int:
    """Return the number of the week a day lies in; weeks begin on Monday."""
    return (day.toordinal() - 1) // 7


def pick_by_weight(generator: Random, weighted: Sequence[tuple[Item, float]]) -> Item:
    """Return one of the items, each as often as its weight says."""
    total = sum(weight for _, weight in weighted)
    mark = generator.random() * total
    for item, weight in weighted:
        mark -= weight
        if mark < 0:
            return item
    return weighted[-1][0]


def letters(generator: Random, alphabet: str, length: int) -> str:
    """Return a random word of an alphabet."""
    return "".join(generator.choices(alphabet, k=length))
