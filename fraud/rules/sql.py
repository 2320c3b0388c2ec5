"""Makes SQL of a condition, over the columns of assessments, that says the same as its function; pure."""

from __future__ import annotations

from typing import Any

from fraud.lists.hits import code_of
from fraud.rules.ast import And, Between, Compare, Contains, InList, Leaf, Missing, Node, Not, OneOf, Op, Or, StartsWith
from fraud.rules.vocabulary import Field, Kind

_OfField = Compare | Between | OneOf | StartsWith | Contains


def to_sql(node: Node, alias: str = "a") -> tuple[str, list[Any]]:
    """A boolean expression that is never null, over `alias` as `fraud_assessment`, and its parameters in order."""
    if isinstance(node, And | Or):
        parts = [to_sql(each, alias) for each in node.of]
        word = " AND " if isinstance(node, And) else " OR "
        return f"({word.join(sql for sql, _ in parts)})", [value for _, values in parts for value in values]
    if isinstance(node, Not):
        sql, values = to_sql(node.of, alias)
        return f"(NOT {sql})", values
    return _leaf(node, alias)


def column(field: Field, alias: str) -> str:
    """The value of a field in SQL, null when it is missing."""
    if field.kind is Kind.FEATURE:
        return f"{alias}.features[{field.position:d}]"
    return f"nullif({alias}.{field.name}, '')" if field.is_text else f"{alias}.{field.name}"


def _leaf(leaf: Leaf, alias: str) -> tuple[str, list[Any]]:
    if isinstance(leaf, InList):
        return f"({code_of(leaf.list_name, leaf.kind):d}::smallint = ANY({alias}.list_hits))", []
    value = column(leaf.field, alias)
    if isinstance(leaf, Missing):
        return f"({value} IS NULL)", []
    sql, values = _question(leaf, value, alias)
    return f"coalesce({sql}, false)", values


def _question(leaf: Compare | Between | OneOf | StartsWith | Contains, value: str, alias: str) -> tuple[str, list[Any]]:
    if isinstance(leaf, Compare):
        op = "<>" if leaf.op is Op.NOT_EQUAL else str(leaf.op)
        if isinstance(leaf.value, Field):
            return f"{value} {op} {column(leaf.value, alias)}", []
        return f"{value} {op} %s", [leaf.value]
    if isinstance(leaf, Between):
        return f"{value} BETWEEN %s AND %s", [leaf.low, leaf.high]
    if isinstance(leaf, OneOf):
        return f"{value} = ANY(%s)", [list(leaf.values)]
    if isinstance(leaf, StartsWith):
        return f"starts_with({value}, %s)", [leaf.text]
    return f"strpos({value}, %s) > 0", [leaf.text]
