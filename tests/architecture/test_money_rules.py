"""Money is integers: no float, no `/` and no floating-point column ever touches an amount."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.db import models

from tests.architecture.sources import Source, listed, sample, sources, texts

STRICT: Final = ("payments/money/", "payments/ledger/", "payments/facts.py", "payments/tabular/amounts.py")
"""Here nothing at all is divided by `/` or written with a decimal point; elsewhere nothing that is named like money."""
_WORDS = (
    "amount amounts balance captured fee fees gross interest minor net price received refunded residual rounding "
    "settled supply total vat withheld"
)
MONEY_NAMES: Final = frozenset(_WORDS.split())
_FLOATING_SQL: Final = re.compile(
    r"::\s*(?:float\d?|real|double precision)\b|\bAS (?:float|real|double precision)\b", re.I
)


def _is_money(name: str) -> bool:
    return bool(MONEY_NAMES & set(name.lower().split("_")))


def float_calls(source: Source) -> Iterator[str]:
    """`float(…)` anywhere in strict rooms, and on anything named like money elsewhere."""
    is_strict = source.path.startswith(STRICT)
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "float":
            continue
        if is_strict or _names_money(node):
            yield f"{source.path}:{node.lineno} {ast.unparse(node)}"


def divisions(source: Source) -> Iterator[str]:
    """True division in strict rooms, and of anything named like money elsewhere."""
    is_strict = source.path.startswith(STRICT)
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.BinOp | ast.AugAssign) or not isinstance(node.op, ast.Div):
            continue
        if is_strict or _names_money(node):
            yield f"{source.path}:{node.lineno} {ast.unparse(node)}"


def float_literals(source: Source) -> Iterator[str]:
    """Numbers such as 0.1 in the strict rooms."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{source.path}:{node.lineno} {node.value}"


def floating_sql(source: Source) -> Iterator[str]:
    """SQL that turns something into a floating-point number."""
    for line, text in texts(source.tree):
        if _FLOATING_SQL.search(text):
            yield f"{source.path}:{line}"


def _names_money(node: ast.AST) -> bool:
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    names += [each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)]
    return any(_is_money(name) for name in names)


def _payments() -> Iterator[Source]:
    yield from (source for source in sources("payments") if not source.is_migration)


def test_no_amount_becomes_a_float() -> None:
    assert listed(each for source in _payments() for each in float_calls(source)) == ""


def test_no_amount_is_divided_inexactly() -> None:
    drawn = "payments/web/display.py"
    assert listed(each for source in _payments() if source.path != drawn for each in divisions(source)) == ""


def test_the_strict_rooms_hold_no_float() -> None:
    strict = (source for source in _payments() if source.path.startswith(STRICT))
    assert listed(each for source in strict for each in float_literals(source)) == ""


def test_sql_never_computes_in_floating_point() -> None:
    assert listed(each for source in _payments() for each in floating_sql(source)) == ""


def test_no_column_is_a_float() -> None:
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    assert len(fields) > 200
    assert listed(str(field) for field in fields if isinstance(field, models.FloatField)) == ""


def test_every_amount_column_is_a_big_integer() -> None:
    plain = {"amount", "gross", "net", "fee", "fee_vat", "expected", "found", "received", "captured", "refunded"}
    wrong = [
        str(field)
        for model in apps.get_app_config("payments").get_models()
        for field in model._meta.get_fields()
        if field.name in plain and not isinstance(field, models.BigIntegerField | models.GeneratedField)
    ]
    assert wrong == []


def test_the_checkers_bite() -> None:
    bad = sample("x = float(gross)\ny = net / 2\nnet /= 3\nz = 0.5\nq = 'SELECT fee::float8'\n")
    assert [each.split(" ", 1)[1] for each in float_calls(bad)] == ["float(gross)"]
    assert [each.split(" ", 1)[1] for each in divisions(bad)] == ["net /= 3", "net / 2"]
    assert len(list(float_literals(bad))) == 1
    assert len(list(floating_sql(bad))) == 1


def test_elsewhere_only_names_of_money_count() -> None:
    path = "payments/simulator/sample.py"
    assert list(divisions(sample("folder / name\nshare / weight\n", path))) == []
    assert list(float_calls(sample("float(rate)\n", path))) == []
    assert len(list(divisions(sample("line.gross_settled / 2\n", path)))) == 1
    assert len(list(float_calls(sample("float(total_fee)\n", path)))) == 1
