"""How the signs of a file are meant, from the sums of its own rows: net = gross - fee - VAT holds in one way only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from payments.intake.describing.description import Description
from payments.intake.describing.sampling import SampleColumn
from payments.money import UnknownCurrency, UnreadableAmount, parse_minor

TAKING: Final = frozenset({"refund", "chargeback", "fee", "tax", "reserve_hold", "payout", "carry_out"})
"""Kinds that take from the balance."""


class Row(NamedTuple):
    """The amounts of one row as the file writes them, in minor units; None where the file has no such column."""

    kind: str
    gross: int
    fee: int
    vat: int
    net: int | None


def signs_of(columns: Mapping[str, SampleColumn], description: Description, currency: str) -> dict[str, Any]:
    """The fields of a description about signs that most rows agree with; those of the default where nothing tells."""
    rows = _rows(columns, description, currency)
    if not rows:
        return {}
    takes = [row for row in rows if row.kind in TAKING and row.gross]
    is_by_kind = bool(takes) and all(row.gross > 0 for row in takes) and all(row.gross >= 0 for row in rows)
    found: dict[str, Any] = {"amount_signs": "by_kind" if is_by_kind else "as_written"}
    costs = [row for row in rows if row.fee or row.vat]
    ways = ["cost", "deduction", "by_kind"] if is_by_kind else ["cost", "deduction"]
    told = [row for row in costs if row.net is not None]
    if not told:
        positive = sum(row.fee > 0 for row in costs if row.gross > 0)
        negative = sum(row.fee < 0 for row in costs if row.gross > 0)
        return found | {"fee_signs": "deduction" if negative > positive else "cost"}
    best = max(
        ((way, includes) for includes in (False, True) for way in ways),
        key=lambda each: (sum(_holds(row, *each, is_by_kind=is_by_kind) for row in told), not each[1]),
    )
    return found | {"fee_signs": best[0], "fee_includes_vat": best[1]}


def _holds(row: Row, way: str, includes: bool, *, is_by_kind: bool) -> bool:
    sign = -1 if is_by_kind and row.kind in TAKING else 1
    direction = {"cost": 1, "deduction": -1, "by_kind": sign}[way]
    costs = row.fee * direction + (0 if includes else row.vat * direction)
    return row.net is not None and row.net * sign == row.gross * sign - costs


def _rows(columns: Mapping[str, SampleColumn], description: Description, currency: str) -> list[Row]:
    """The rows whose amounts can be read."""
    gross, kinds = columns.get("gross"), columns.get("kind")
    if gross is None or not currency:
        return []
    rows = []
    for place in range(len(gross.values)):
        given = {name: columns[name].values[place] for name in ("gross", "fee", "fee_vat", "net") if name in columns}
        kind = description.kinds.get(kinds.values[place], "") if kinds else ""
        try:
            read = {
                name: parse_minor(text, currency, decimal_mark=description.plain.get("decimal_mark") or None)
                for name, text in given.items()
                if text
            }
        except (UnreadableAmount, UnknownCurrency):
            continue
        rows.append(Row(kind, read.get("gross", 0), read.get("fee", 0), read.get("fee_vat", 0), read.get("net")))
    return rows
