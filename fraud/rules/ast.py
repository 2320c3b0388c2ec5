"""What a rule says, as a tree of few kinds of nodes with one canonical form in JSON; pure.

A comparison with a missing value is false, `!=` too. `Not` turns true and false around: there is no third value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fraud.rules.vocabulary import Field

MAX_NODES: Final = 60
MAX_DEPTH: Final = 6
MAX_JSON: Final = 8_000
"""Characters of the canonical form."""
MAX_VALUES: Final = 100
MAX_TEXT: Final = 40
MAX_NUMBER: Final = 10**15


class Op(StrEnum):
    """How two things are compared; texts only by the first two."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    MORE = ">"


@dataclass(frozen=True, slots=True)
class Compare:
    """A field beside a constant, or beside another field of the same unit."""

    field: Field
    op: Op
    value: int | str | Field


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `low` to `high`, both of them included."""

    field: Field
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field is one of some constants."""

    field: Field
    values: tuple[int, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is known of a field."""

    field: Field


@dataclass(frozen=True, slots=True)
class InList:
    """A key of one kind stood on a list when the payment was decided about."""

    list_name: int
    kind: int


@dataclass(frozen=True, slots=True)
class StartsWith:
    """A text begins with these characters, exactly."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Contains:
    """A text has these characters in it, exactly."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class And:
    """All are true."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one is true."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It is not true."""

    of: Node


Leaf = Compare | Between | OneOf | Missing | InList | StartsWith | Contains
Node = And | Or | Not | Leaf


def depth(node: Node) -> int:
    """How many nodes stand below each other at most; 1 for a leaf."""
    if isinstance(node, And | Or):
        return 1 + max(depth(each) for each in node.of)
    return 1 + depth(node.of) if isinstance(node, Not) else 1


def size(node: Node) -> int:
    """How many nodes there are."""
    if isinstance(node, And | Or):
        return 1 + sum(size(each) for each in node.of)
    return 1 + size(node.of) if isinstance(node, Not) else 1


def leaves_of(node: Node) -> list[Leaf]:
    """Every leaf, in the order in which it is written."""
    if isinstance(node, And | Or):
        return [leaf for each in node.of for leaf in leaves_of(each)]
    return leaves_of(node.of) if isinstance(node, Not) else [node]
