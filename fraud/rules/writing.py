"""Writes a condition as canonical JSON, and gives what it says a digest; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from fraud.rules.ast import And, Between, Compare, Contains, InList, Leaf, Missing, Node, Not, OneOf, Or, StartsWith
from fraud.rules.vocabulary import Field

NAMES: Final[Mapping[type, str]] = {
    And: "and", Or: "or", Not: "not", Between: "between", OneOf: "one_of", Missing: "missing", InList: "in_list",
    StartsWith: "starts_with", Contains: "contains",
}  # fmt: skip


def dump(node: Node) -> dict[str, Any]:
    """The canonical form: what `parse` reads back as the same node."""
    if isinstance(node, And | Or):
        return {"of": [dump(each) for each in node.of], "op": NAMES[type(node)]}
    if isinstance(node, Not):
        return {"of": dump(node.of), "op": "not"}
    return dict(sorted(_leaf(node).items()))


def text_of(node: Node) -> str:
    """The canonical form as text."""
    return json.dumps(dump(node), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(action: int, node: Node) -> str:
    """SHA-256, hex, of an action and a condition."""
    return hashlib.sha256(f"{action}:{text_of(node)}".encode()).hexdigest()


def _leaf(node: Leaf) -> dict[str, Any]:
    if isinstance(node, InList):
        return {"op": "in_list", "list": node.list_name, "kind": node.kind}
    left = _field(node.field)
    if isinstance(node, Compare):
        right = _field(node.value) if isinstance(node.value, Field) else node.value
        return {"op": str(node.op), "left": left, "right": right}
    found: dict[str, Any] = {"op": NAMES[type(node)], "left": left}
    if isinstance(node, Between):
        return found | {"low": node.low, "high": node.high}
    if isinstance(node, OneOf):
        return found | {"values": list(node.values)}
    return found if isinstance(node, Missing) else found | {"text": node.text}


def _field(field: Field) -> list[str]:
    return ["field", field.name]
