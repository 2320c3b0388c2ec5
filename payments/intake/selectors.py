"""Questions to the staging tables: what the staged lines of an import add up to, and which of them cannot be posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from payments.facts import Problem
from payments.intake.models import FileImport, ImportKind
from payments.intake.summaries import KindTotal
from payments.intake.tables import staging_of
from payments.wording import translatable

SHOWN_PROBLEMS: Final = 200

TOO_LONG: Final = translatable("“%(field)s” is longer than %(limit)s characters.")
NET_DIFFERS: Final = translatable("The net amount is not the gross amount less fees and VAT.")

_NET_DIFFERS_SQL: Final = (
    "net <> gross_settled - fee - fee_vat + rounding OR rounding NOT BETWEEN -1 AND 1 "
    "OR (currency = net_currency AND gross <> gross_settled)"
)
_GROUPS: Final = {
    ImportKind.STATEMENT: (
        "SELECT statement_key, kind, net_currency, count(*), sum(gross_settled), sum(fee), sum(fee_vat), sum(rounding),"
        " sum(net), min(coalesce(sold_on, booked_on)), max(coalesce(sold_on, booked_on)), currency, {flaws}"
        " FROM payments_stagedstatementline WHERE file_import_id = %s"
        " GROUP BY statement_key, kind, currency, net_currency"
    ),
    ImportKind.MOVEMENTS: (
        "SELECT '', kind, currency, count(*), sum(amount), 0, 0, 0, sum(amount), min(occurred_on), max(occurred_on),"
        " currency, {flaws} FROM payments_stagedmovement WHERE file_import_id = %s GROUP BY kind, currency"
    ),
    ImportKind.BANK: (
        "SELECT statement_key, 0, currency, count(*), sum(amount), 0, 0, 0, sum(amount), min(booked_on),"
        " max(booked_on), currency, {flaws} FROM payments_stagedbankline WHERE file_import_id = %s"
        " GROUP BY statement_key, currency"
    ),
}


@dataclass(frozen=True, slots=True)
class StagedTotals:
    """What the staged lines of an import add up to."""

    totals: tuple[KindTotal, ...]
    lines_by_statement: dict[str, int]
    gross_currencies: tuple[str, ...]
    first_on: date | None
    last_on: date | None
    flaw_count: int
    """Lines that no table would take."""


def staged_totals(file_import: FileImport) -> StagedTotals:
    """Add the staged lines up, per kind and currency, in one pass over them."""
    kind = ImportKind(file_import.kind)
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS[kind].format(flaws=f"count(*) FILTER (WHERE {_flaws(file_import)})"), [file_import.pk])
        rows = cursor.fetchall()
    lines: dict[str, int] = {}
    sums: dict[tuple[int, str], list[int]] = {}
    for statement_key, line_kind, currency, *figures in rows:
        lines[statement_key] = lines.get(statement_key, 0) + figures[0]
        total = sums.setdefault((line_kind, currency), [0] * 6)
        for place in range(6):
            total[place] += int(figures[place])
    dates = [day for row in rows for day in row[9:11] if day is not None]
    return StagedTotals(
        totals=tuple(KindTotal(key[0], key[1], *total) for key, total in sorted(sums.items())),
        lines_by_statement=lines,
        gross_currencies=tuple(sorted({row[11] for row in rows})),
        first_on=min(dates, default=None),
        last_on=max(dates, default=None),
        flaw_count=sum(row[12] for row in rows),
    )


def flawed_lines(file_import: FileImport) -> list[Problem]:
    """The first staged lines that no table would take, and why."""
    table = staging_of(file_import)
    problems: list[Problem] = []
    with connection.cursor() as cursor:
        for name, limit in table.format.limits.items():
            values = {"field": name, "limit": str(limit)}
            problems += [Problem(TOO_LONG, values, line, name) for line in _lines_where(
                cursor, file_import, f"char_length({name}) > {limit}"
            )]  # fmt: skip
        if file_import.kind == ImportKind.STATEMENT:
            problems += [
                Problem(NET_DIFFERS, line=line, field="net")
                for line in _lines_where(cursor, file_import, _NET_DIFFERS_SQL)
            ]
    return sorted(problems, key=lambda problem: problem.line or 0)[:SHOWN_PROBLEMS]


def _flaws(file_import: FileImport) -> str:
    """Bytes are counted first because that needs no look at the text; only a long one is counted in characters."""
    limits = staging_of(file_import).format.limits
    flaws = [f"(octet_length({name}) > {limit} AND char_length({name}) > {limit})" for name, limit in limits.items()]
    if file_import.kind == ImportKind.STATEMENT:
        flaws.append(f"({_NET_DIFFERS_SQL})")
    return " OR ".join(flaws)


def _lines_where(cursor: Any, file_import: FileImport, condition: str) -> Sequence[int]:
    cursor.execute(
        f"SELECT line_number FROM {staging_of(file_import).name}"  # noqa: S608
        f" WHERE file_import_id = %s AND ({condition}) ORDER BY line_number LIMIT {SHOWN_PROBLEMS}",
        [file_import.pk],
    )
    return [row[0] for row in cursor.fetchall()]
