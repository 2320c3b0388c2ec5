"""A condition as the rows of a form: groups of sentences, all or any of them, and back from the tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fraud.rules.ast import And, Between, Compare, Contains, InList, Missing, Node, Not, OneOf, Op, Or, StartsWith
from fraud.rules.entering import ValueRefused, typed, typed_amount, written, written_amount
from fraud.rules.parsing import ConditionRefused, Refused, parse
from fraud.rules.vocabulary import AMOUNT, CURRENCY, Field, Kind, Vocabulary

YES: Final = "yes"
NO: Final = "no"
YES_NO: Final = (YES, NO)
COMPARISONS: Final = (">=", ">", "<=", "<", "=", "!=")
RANGE: Final = "between"
CHOICES: Final = ("one_of", "none_of")
PARTS: Final = ("starts_with", "contains")
ABSENCES: Final = ("missing", "known")
_LIST: Final = "list"
_YES_OR_NO: Final = "yes_no"


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence: a field or `list:2:5`, an operator, and what was typed or which other field it is beside."""

    field: str
    op: str
    value: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Some sentences, all or any of them."""

    is_all: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """Some groups, all or any of them."""

    is_all: bool
    groups: tuple[Group, ...]


class RowRefused(ValueError):
    """A sentence that cannot be read: its group and row, from 0, and why."""

    def __init__(self, place: tuple[int, int], code: Refused) -> None:
        super().__init__(f"{place}: {code}")
        self.place = place
        self.code = code


def to_json(composed: Composed, vocabulary: Vocabulary) -> dict[str, Any]:
    """The condition that some rows say, for `parse`. Raises RowRefused."""
    groups = []
    for g, group in enumerate(composed.groups):
        rows = []
        for r, row in enumerate(group.rows):
            try:
                rows.append(_json_of(row, vocabulary))
                parse(rows[-1], vocabulary)
            except (ValueRefused, ConditionRefused) as refusal:
                raise RowRefused((g, r), refusal.code) from refusal
        if rows:
            groups.append({"op": "and" if group.is_all else "or", "of": rows})
    return {"op": "and" if composed.is_all else "or", "of": groups}


def from_node(node: Node) -> Composed | None:
    """The rows that say what a condition says; None when it says more than rows can."""
    try:
        group = _group(node)
    except _Unsayable:
        pass
    else:
        return Composed(True, (group,))
    if not isinstance(node, And | Or):
        return None
    is_all = isinstance(node, And)
    try:
        return Composed(is_all, tuple(_groups(node.of, is_all)))
    except _Unsayable:
        return None


class _Unsayable(Exception):
    """More than a row can say."""


def _json_of(row: Row, vocabulary: Vocabulary) -> dict[str, Any]:
    if row.other:
        return _beside(row, vocabulary)
    if row.field.startswith(f"{_LIST}:"):
        if row.op not in YES_NO:
            raise ValueRefused(Refused.OPERATOR)
        _name, name, kind = row.field.split(":")
        return _turned({"op": "in_list", "list": int(name), "kind": int(kind)}, row.op == NO)
    field = vocabulary.get(row.field)
    if field is None:
        raise ValueRefused(Refused.FIELD)
    left = {"left": ["field", field.name]}
    if row.op in ABSENCES:
        return _turned({"op": "missing"} | left, row.op == "known")
    if (row.op in YES_NO) != (field.unit == _YES_OR_NO) or (row.op in PARTS and not field.is_text):
        raise ValueRefused(Refused.OPERATOR)
    if row.op in YES_NO:
        return {"op": "=", "right": int(row.op == YES)} | left
    if field.kind is Kind.AMOUNT:
        return _amount(row, left)
    return _valued(row, field, left)


def _beside(row: Row, vocabulary: Vocabulary) -> dict[str, Any]:
    """Two fields; whether their units agree is for `parse` to say."""
    if row.value.strip():
        raise ValueRefused(Refused.BOTH)
    if row.field not in vocabulary or row.other not in vocabulary:
        raise ValueRefused(Refused.FIELD)
    if row.op not in COMPARISONS:
        raise ValueRefused(Refused.OPERATOR)
    return {"op": row.op, "left": ["field", row.field], "right": ["field", row.other]}


def _valued(row: Row, field: Field, left: Mapping[str, Any]) -> dict[str, Any]:
    if row.op in CHOICES:
        values = [typed(field, each) for each in row.value.split(",") if each.strip()]
        return _turned({"op": "one_of", "values": values, **left}, row.op == "none_of")
    if row.op == RANGE:
        low, high = _two(row.value)
        return {"op": RANGE, "low": typed(field, low), "high": typed(field, high), **left}
    if not row.value.strip():
        raise ValueRefused(Refused.TEXT if field.is_text else Refused.NUMBER)
    return {"op": row.op, ("text" if row.op in PARTS else "right"): typed(field, row.value), **left}


def _amount(row: Row, left: Mapping[str, Any]) -> dict[str, Any]:
    """An amount is compared within its currency, so it says both."""
    if row.op == RANGE:
        low, high = _two(row.value)
        top, currency = typed_amount(high)
        bottom, other = typed_amount(low if low[-1:].isalpha() or low[:1].isalpha() else f"{low} {currency}")
        if other != currency:
            raise ValueRefused(Refused.CURRENCY)
        leaf: dict[str, Any] = {"op": RANGE, "low": bottom, "high": top, **left}
    elif row.op in COMPARISONS:
        minor, currency = typed_amount(row.value)
        leaf = {"op": row.op, "right": minor, **left}
    else:
        raise ValueRefused(Refused.OPERATOR)
    return {"op": "and", "of": [{"op": "=", "left": ["field", CURRENCY], "right": currency}, leaf]}


def _two(text: str) -> tuple[str, str]:
    low, separator, high = text.partition("–" if "–" in text else " - ")
    if not separator:
        raise ValueRefused(Refused.NUMBER)
    return low.strip(), high.strip()


def _turned(json: dict[str, Any], is_turned: bool) -> dict[str, Any]:
    return {"op": "not", "of": json} if is_turned else json


def _groups(nodes: Sequence[Node], is_all: bool) -> Iterator[Group]:
    """Sentences that stand beside groups are a group of their own."""
    loose = [node for node in nodes if not isinstance(node, And | Or) or _is_amount_pair(node)]
    if loose:
        yield Group(is_all, tuple(_rows(loose)))
    for node in nodes:
        if isinstance(node, And | Or) and not _is_amount_pair(node):
            yield _group(node)


def _group(node: Node) -> Group:
    if isinstance(node, And | Or) and not _is_amount_pair(node):
        return Group(isinstance(node, And), tuple(_rows(node.of)))
    return Group(True, tuple(_rows([node])))


def _rows(nodes: Sequence[Node]) -> Iterator[Row]:
    rest = [
        each for node in nodes for each in (node.of if _is_amount_pair(node) and isinstance(node, And) else (node,))
    ]
    while rest:
        node = rest.pop(0)
        if rest and isinstance(node, Compare) and _is_amount_pair(And((node, rest[0]))):
            yield _amount_row(rest.pop(0), str(node.value))
        else:
            yield _row(node)


def _names_currency(node: Node) -> bool:
    """Whether a leaf says which currency it is."""
    if not isinstance(node, Compare) or node.field.name != CURRENCY:
        return False
    return node.op is Op.EQUAL and isinstance(node.value, str)


def _is_amount_pair(node: Node) -> bool:
    if not isinstance(node, And) or len(node.of) != 2:
        return False
    first, second = node.of
    return _names_currency(first) and isinstance(second, Compare | Between) and second.field.name == AMOUNT


def _amount_row(node: Node, currency: str) -> Row:
    if isinstance(node, Between):
        return Row(AMOUNT, RANGE, f"{_amount_again(node.low, currency)} – {_amount_again(node.high, currency)}")
    assert isinstance(node, Compare)
    assert isinstance(node.value, int)
    return Row(AMOUNT, str(node.op), _amount_again(node.value, currency))


def _row(node: Node) -> Row:
    is_turned = isinstance(node, Not)
    leaf = node.of if isinstance(node, Not) else node
    if isinstance(leaf, InList):
        return Row(f"{_LIST}:{leaf.list_name}:{leaf.kind}", NO if is_turned else YES)
    if isinstance(leaf, Missing):
        return Row(leaf.field.name, "known" if is_turned else "missing")
    if isinstance(leaf, OneOf) and leaf.field.name != AMOUNT:
        values = ", ".join(_typed_again(leaf.field, each) for each in leaf.values)
        return Row(leaf.field.name, "none_of" if is_turned else "one_of", values)
    if is_turned or isinstance(leaf, And | Or | Not | OneOf) or leaf.field.name == AMOUNT:
        raise _Unsayable
    if isinstance(leaf, Between):
        return Row(
            leaf.field.name, RANGE, f"{_typed_again(leaf.field, leaf.low)} – {_typed_again(leaf.field, leaf.high)}"
        )
    if isinstance(leaf, StartsWith):
        return Row(leaf.field.name, "starts_with", _typed_again(leaf.field, leaf.text))
    if isinstance(leaf, Contains):
        return Row(leaf.field.name, "contains", _typed_again(leaf.field, leaf.text))
    return _compared(leaf)


def _compared(leaf: Compare) -> Row:
    if isinstance(leaf.value, Field):
        return Row(leaf.field.name, str(leaf.op), other=leaf.value.name)
    if leaf.field.unit == _YES_OR_NO:
        if leaf.op is not Op.EQUAL or leaf.value not in (0, 1):
            raise _Unsayable
        return Row(leaf.field.name, YES if leaf.value else NO)
    return Row(leaf.field.name, str(leaf.op), _typed_again(leaf.field, leaf.value))


def _typed_again(field: Field, value: int | str) -> str:
    """What would be typed, if it would be read as it is: `kr` is read as KR, and commas stand between values."""
    text = written(field, value)
    if field.unit == _YES_OR_NO:
        raise _Unsayable
    try:
        is_kept = typed(field, text) == value and "," not in text
    except ValueRefused as error:
        raise _Unsayable from error
    if not is_kept:
        raise _Unsayable
    return text


def _amount_again(minor: int, currency: str) -> str:
    text = written_amount(minor, currency)
    try:
        is_kept = typed_amount(text) == (minor, currency)
    except ValueRefused as error:
        raise _Unsayable from error
    if not is_kept:
        raise _Unsayable
    return text
