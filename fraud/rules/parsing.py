"""Reads a condition from JSON: only what is known, of bounded size, into its canonical form; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from fraud.rules.ast import (
    MAX_DEPTH,
    MAX_JSON,
    MAX_NODES,
    MAX_NUMBER,
    MAX_TEXT,
    MAX_VALUES,
    And,
    Between,
    Compare,
    Contains,
    InList,
    Missing,
    Node,
    Not,
    OneOf,
    Op,
    Or,
    StartsWith,
    depth,
    size,
)
from fraud.rules.vocabulary import AMOUNT, CURRENCY, Field, Vocabulary
from fraud.rules.writing import text_of

_LISTS: Final = range(1, 4)
_KEY_KINDS: Final = range(1, 8)
_PAIR: Final = 2


class Refused(StrEnum):
    """Why a condition is not taken."""

    SHAPE = "shape"
    """Not an object of a known operator with exactly its keys."""
    EMPTY = "empty"
    DEPTH = "depth"
    NODES = "nodes"
    LENGTH = "length"
    FIELD = "field"
    """There is no such field."""
    NUMBER = "number"
    """Not a whole number of at most 10^15 either way, or a lower bound above the higher."""
    TEXT = "text"
    """Not 1 to 40 printable characters."""
    VALUES = "values"
    """Not 1 to 100 constants."""
    OPERATOR = "operator"
    """Texts know no order, and numbers no beginning."""
    UNIT = "unit"
    """Two fields that cannot be compared."""
    BOTH = "both"
    """A value and another field beside it: one of them too many."""
    LIST = "list"
    CURRENCY = "currency"
    """An amount is compared without saying of which currency."""


class ConditionRefused(ValueError):
    """A condition that is not taken: where in it, as `of.1.left`, and why."""

    def __init__(self, path: str, code: Refused) -> None:
        super().__init__(f"{path or 'condition'}: {code}")
        self.path = path
        self.code = code


def parse(json: object, vocabulary: Vocabulary) -> Node:
    """Read a condition; nested `and` and `or` become flat, so that what says the same is written the same.

    Raises:
        ConditionRefused: it is not of the form, too large, or speaks of what there is not.
    """
    reader = _Reader(vocabulary)
    node = reader.node(json, "", 1)
    if size(node) > MAX_NODES:
        raise ConditionRefused("", Refused.NODES)
    _check_amounts(node, "", is_in_currency=False)
    if len(text_of(node)) > MAX_JSON:
        raise ConditionRefused("", Refused.LENGTH)
    assert depth(node) <= MAX_DEPTH  # flattening only takes away
    return node


class _Reader:
    """One reading: how many nodes there were so far."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.count = 0

    def node(self, json: object, path: str, level: int) -> Node:
        """One node and all below it."""
        self.count += 1
        if level > MAX_DEPTH:
            raise ConditionRefused(path, Refused.DEPTH)
        if self.count > MAX_NODES:
            raise ConditionRefused(path, Refused.NODES)
        if not isinstance(json, dict):
            raise ConditionRefused(path, Refused.SHAPE)
        op = json.get("op")
        if op in ("and", "or"):
            return self._group(_keyed(json, path, "of"), path, level)
        if op == "not":
            return Not(self.node(_keyed(json, path, "of")["of"], _below(path, "of"), level + 1))
        read = _LEAVES.get(op) if isinstance(op, str) else None
        if read is None:
            raise ConditionRefused(_below(path, "op"), Refused.SHAPE)
        return read(self, json, path)

    def _group(self, json: Mapping[str, Any], path: str, level: int) -> Node:
        parts = json["of"]
        if not isinstance(parts, list):
            raise ConditionRefused(_below(path, "of"), Refused.SHAPE)
        if not parts:
            raise ConditionRefused(_below(path, "of"), Refused.EMPTY)
        kind = And if json["op"] == "and" else Or
        flat: list[Node] = []
        for index, part in enumerate(parts):
            each = self.node(part, _below(path, f"of.{index}"), level + 1)
            flat += each.of if isinstance(each, kind) else (each,)
        return flat[0] if len(flat) == 1 else kind(tuple(flat))

    def field(self, json: object, path: str) -> Field:
        """A field by its name."""
        if not isinstance(json, list) or len(json) != _PAIR or json[0] != "field" or not isinstance(json[1], str):
            raise ConditionRefused(path, Refused.SHAPE)
        if json[1] not in self.vocabulary:
            raise ConditionRefused(path, Refused.FIELD)
        return self.vocabulary[json[1]]

    def left(self, json: Mapping[str, Any], path: str) -> Field:
        """The field that a leaf is about."""
        return self.field(json["left"], _below(path, "left"))

    def compare(self, json: dict[str, Any], path: str) -> Node:
        """Two things beside each other."""
        _keyed(json, path, "left", "right")
        field, op, right, at = self.left(json, path), Op(json["op"]), json["right"], _below(path, "right")
        if field.is_text and op not in (Op.EQUAL, Op.NOT_EQUAL):
            raise ConditionRefused(_below(path, "op"), Refused.OPERATOR)
        if not isinstance(right, list):
            return Compare(field, op, _constant(field, right, at))
        other = self.field(right, at)
        if other.unit != field.unit or AMOUNT in (field.name, other.name):
            raise ConditionRefused(at, Refused.UNIT)
        return Compare(field, op, other)

    def between(self, json: dict[str, Any], path: str) -> Node:
        """A number within bounds."""
        _keyed(json, path, "left", "low", "high")
        field = self.left(json, path)
        if field.is_text:
            raise ConditionRefused(_below(path, "op"), Refused.OPERATOR)
        low, high = _number(json["low"], _below(path, "low")), _number(json["high"], _below(path, "high"))
        if low > high:
            raise ConditionRefused(_below(path, "high"), Refused.NUMBER)
        return Between(field, low, high)

    def one_of(self, json: dict[str, Any], path: str) -> Node:
        """One of some constants, each once and in order."""
        _keyed(json, path, "left", "values")
        field, values, at = self.left(json, path), json["values"], _below(path, "values")
        if not isinstance(values, list) or not 0 < len(values) <= MAX_VALUES:
            raise ConditionRefused(at, Refused.VALUES)
        if field.is_text:
            return OneOf(field, tuple(sorted({_text(each, f"{at}.{n}") for n, each in enumerate(values)})))
        return OneOf(field, tuple(sorted({_number(each, f"{at}.{n}") for n, each in enumerate(values)})))

    def missing(self, json: dict[str, Any], path: str) -> Node:
        """Nothing known."""
        return Missing(self.left(_keyed(json, path, "left"), path))

    def in_list(self, json: dict[str, Any], path: str) -> Node:
        """On a list."""
        _keyed(json, path, "list", "kind")
        name, kind = json["list"], json["kind"]
        if type(name) is not int or type(kind) is not int or name not in _LISTS or kind not in _KEY_KINDS:
            raise ConditionRefused(path, Refused.LIST)
        return InList(name, kind)

    def part(self, json: dict[str, Any], path: str) -> Node:
        """Some characters of a text."""
        _keyed(json, path, "left", "text")
        field = self.left(json, path)
        if not field.is_text:
            raise ConditionRefused(_below(path, "op"), Refused.OPERATOR)
        text = _text(json["text"], _below(path, "text"))
        return StartsWith(field, text) if json["op"] == "starts_with" else Contains(field, text)


_LEAVES: Final[Mapping[str, Callable[[_Reader, dict[str, Any], str], Node]]] = {
    **{str(op): _Reader.compare for op in Op},
    "between": _Reader.between,
    "one_of": _Reader.one_of,
    "missing": _Reader.missing,
    "in_list": _Reader.in_list,
    "starts_with": _Reader.part,
    "contains": _Reader.part,
}


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _keyed(json: dict[str, Any], path: str, *names: str) -> dict[str, Any]:
    if json.keys() != {"op", *names}:
        raise ConditionRefused(path, Refused.SHAPE)
    return json


def _constant(field: Field, json: object, path: str) -> int | str:
    return _text(json, path) if field.is_text else _number(json, path)


def _number(json: object, path: str) -> int:
    if type(json) is not int or abs(json) > MAX_NUMBER:
        raise ConditionRefused(path, Refused.NUMBER)
    return json


def _text(json: object, path: str) -> str:
    if not isinstance(json, str) or not json.isprintable() or not 0 < len(json) <= MAX_TEXT or json != json.strip():
        raise ConditionRefused(path, Refused.TEXT)
    return json


def _check_amounts(node: Node, path: str, *, is_in_currency: bool) -> None:
    """Refuse an amount that no `currency = …` stands beside or above."""
    if isinstance(node, And | Or):
        is_named = isinstance(node, And) and any(map(_names_currency, node.of))
        for index, each in enumerate(node.of):
            _check_amounts(each, _below(path, f"of.{index}"), is_in_currency=is_in_currency or is_named)
    elif isinstance(node, Not):
        _check_amounts(node.of, _below(path, "of"), is_in_currency=is_in_currency)
    elif isinstance(node, Compare | Between | OneOf) and node.field.name == AMOUNT and not is_in_currency:
        raise ConditionRefused(path, Refused.CURRENCY)


def _names_currency(node: Node) -> bool:
    if not isinstance(node, Compare) or node.field.name != CURRENCY:
        return False
    return node.op is Op.EQUAL and isinstance(node.value, str)
