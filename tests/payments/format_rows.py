"""Rows of mappings and of compared totals: valid ones, and those that the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db import models

from payments import models as rows

DAY: Final = date(2026, 7, 1)
NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
Maker = Callable[..., Callable[[], Any]]


def format_rows(one: Maker) -> dict[type[models.Model], Callable[[int], dict[str, Any]]]:
    """One valid row of each; `one` makes the rows that they need."""
    return {
        rows.MappingVersion: lambda n: {
            "provider": one(rows.Provider), "number": 1, "mapping": {"columns": {"gross": "amount"}}, "origin": "screen",
        },
        rows.TotalComparison: lambda n: {
            "provider": one(rows.Provider), "statement": one(rows.Statement), "kind": 1, "method": "card",
            "currency": "KRW", "sold_from": DAY, "sold_on": DAY, "stated_count": 1, "stated_sum": 1000,
            "ledger_count": 1, "ledger_sum": 1000, "due_on": DAY, "compared_at": NOON,
        },
        rows.ComparedLine: lambda n: {"line": one(rows.StatementLine), "comparison": one(rows.TotalComparison)},
        rows.ComparedMovement: lambda n: {"movement": one(rows.Movement), "comparison": one(rows.TotalComparison)},
    }  # fmt: skip


def format_attacks(bad: Callable[..., Any], twice: Callable[..., Any]) -> dict[str, list[Any]]:
    """By the constraint that must refuse it."""
    version, total = rows.MappingVersion, rows.TotalComparison
    return {
        "mapping_version_has_one_owner": [bad(version, {"provider": None})],
        "mapping_version_numbers_are_unique": [twice(version, ("provider", "number"))],
        "mapping_versions_begin_at_one": [bad(version, {"number": 0})],
        "mapping_origin_is_known": [bad(version, {"origin": "rumour"})],
        "total_compared_once": [twice(total, ("statement", "kind", "method", "currency", "sold_from"))],
        "total_is_of_movements": [bad(total, {"kind": 6})],
        "total_counts_up": [bad(total, {"stated_count": -1}), bad(total, {"ledger_count": -1})],
        "total_period_in_order": [bad(total, {"sold_on": DAY - timedelta(days=1)})],
        "total_currency_is_iso": [bad(total, {"currency": "krw"})],
    }  # fmt: skip
