"""Makes a function of a condition, that asks one payment; pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fraud.lists.hits import code_of
from fraud.rules.ast import (
    And,
    Between,
    Compare,
    InList,
    Leaf,
    Missing,
    Node,
    Not,
    OneOf,
    Op,
    Or,
    StartsWith,
    leaves_of,
)
from fraud.rules.given import Given
from fraud.rules.vocabulary import Field, Kind

Judge = Callable[[Given], bool]
Read = Callable[[Given], Any]
"""Gives the value of a field: a whole number, a text that is not empty, or None."""
_OPERATORS: Final[Mapping[Op, Callable[[Any, Any], bool]]] = {
    Op.EQUAL: operator.eq, Op.NOT_EQUAL: operator.ne, Op.LESS: operator.lt,
    Op.AT_MOST: operator.le, Op.AT_LEAST: operator.ge, Op.MORE: operator.gt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """How one leaf came out, with the values it saw, for whoever asks why."""

    leaf: Leaf
    is_true: bool
    value: int | str | None = None
    """Of the field; None when it is missing, or the leaf is about a list."""
    other: int | str | None = None
    """Of the field compared with, if there is one."""


def compiled(node: Node) -> Judge:
    """A function that says whether a condition is true of a payment."""
    if isinstance(node, And):
        return _every(tuple(map(compiled, node.of)))
    if isinstance(node, Or):
        return _some(tuple(map(compiled, node.of)))
    if isinstance(node, Not):
        return _turned(compiled(node.of))
    return _leaf(node)


def leaves(node: Node, given: Given) -> list[Found]:
    """Every leaf of a condition with how it came out of a payment."""
    return [_found(leaf, given) for leaf in leaves_of(node)]


def reading(field: Field) -> Read:
    """A function that gives the value of a field."""
    if field.kind is Kind.FEATURE:
        return _feature(field.position - 1)
    if field.kind is Kind.SCORE:
        return lambda given: given.score_ppm
    if field.kind is Kind.AMOUNT:
        return lambda given: given.facts.amount
    fact = operator.attrgetter(f"facts.{field.name}")
    return lambda given: fact(given) or None


def _found(leaf: Leaf, given: Given) -> Found:
    is_true = _leaf(leaf)(given)
    if isinstance(leaf, InList):
        return Found(leaf, is_true)
    other = reading(leaf.value)(given) if isinstance(leaf, Compare) and isinstance(leaf.value, Field) else None
    return Found(leaf, is_true, reading(leaf.field)(given), other)


def _feature(index: int) -> Read:
    def read(given: Given) -> int | None:
        values = given.values
        return values[index] if index < len(values) else None

    return read


def _every(judges: tuple[Judge, ...]) -> Judge:
    # A loop, since a generator for each of many small groups costs more than what it asks.
    def judge(given: Given) -> bool:
        for each in judges:  # noqa: SIM110
            if not each(given):
                return False
        return True

    return judge


def _some(judges: tuple[Judge, ...]) -> Judge:
    def judge(given: Given) -> bool:
        for each in judges:  # noqa: SIM110
            if each(given):
                return True
        return False

    return judge


def _turned(judge: Judge) -> Judge:
    return lambda given: not judge(given)


def _leaf(leaf: Leaf) -> Judge:
    if isinstance(leaf, InList):
        code = code_of(leaf.list_name, leaf.kind)
        return lambda given: code in given.list_hits
    read = reading(leaf.field)
    if isinstance(leaf, Missing):
        return lambda given: read(given) is None
    if isinstance(leaf, Compare):
        return _comparison(leaf, read)
    if isinstance(leaf, Between):
        low, high = leaf.low, leaf.high
        return lambda given: (value := read(given)) is not None and low <= value <= high
    if isinstance(leaf, OneOf):
        values = frozenset(leaf.values)
        return lambda given: read(given) in values
    text = leaf.text
    if isinstance(leaf, StartsWith):
        return lambda given: (value := read(given)) is not None and value.startswith(text)
    return lambda given: (value := read(given)) is not None and text in value


def _comparison(leaf: Compare, read: Read) -> Judge:
    is_so = _OPERATORS[leaf.op]
    if not isinstance(leaf.value, Field):
        constant = leaf.value
        return lambda given: (value := read(given)) is not None and is_so(value, constant)
    read_other = reading(leaf.value)

    def judge(given: Given) -> bool:
        value, other = read(given), read_other(given)
        return value is not None and other is not None and is_so(value, other)

    return judge
