"""Questions to the staging tables: what the staged lines of an import add up to, and which of them cannot be posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from payments.facts import Problem
from payments.intake.adapters import columns_of
from payments.intake.limits import EARLIEST_DATE, LARGEST_AMOUNT, latest_date
from payments.intake.models import FileImport, ImportKind
from payments.intake.summaries import KindTotal
from payments.intake.tables import staging_of
from payments.wording import translatable

SHOWN_PROBLEMS: Final = 200

TOO_LONG: Final = translatable("“%(field)s” is longer than %(limit)s characters.")
NET_DIFFERS: Final = translatable("The net amount is not the gross amount less fees and VAT.")
DATE_BEYOND: Final = translatable(
    "“%(field)s” is not between %(first)s and %(last)s. Correct it where the file was made, and import that file."
)
AMOUNT_BEYOND: Final = translatable(
    "“%(field)s” is larger than any amount can be (%(limit)s minor units). "
    "Correct it where the file was made, and import that file."
)

_AMOUNTS: Final = {
    ImportKind.STATEMENT: (
        "gross", "gross_settled", "fee", "fee_commission", "fee_markup", "fee_scheme", "fee_interchange",
        "fee_installment", "fee_other", "fee_vat", "net",
    ),
    ImportKind.MOVEMENTS: ("amount",),
    ImportKind.BANK: ("amount",),
}  # fmt: skip
_DATES: Final = {
    ImportKind.STATEMENT: ("occurred_at", "sold_on", "booked_on", "paid_on"),
    ImportKind.MOVEMENTS: ("occurred_at", "occurred_on"),
    ImportKind.BANK: ("booked_on", "value_on"),
}
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
    """The first staged lines that no table would take, and why; columns are called as the file calls them."""
    table = staging_of(file_import)
    problems: list[Problem] = []
    with connection.cursor() as cursor:
        for name, limit in table.format.limits.items():
            values = {"field": name, "limit": str(limit)}
            problems += [Problem(TOO_LONG, values, line, name) for line in _lines_where(
                cursor, file_import, f"char_length({name}) > {limit}"
            )]  # fmt: skip
        for problem, condition in _beyond(file_import):
            problems += [replace(problem, line=line) for line in _lines_where(cursor, file_import, condition)]
        if file_import.kind == ImportKind.STATEMENT:
            problems += [
                Problem(NET_DIFFERS, line=line, field="net")
                for line in _lines_where(cursor, file_import, _net_differs(file_import, of_beyond="false"))
            ]
    columns = columns_of(file_import)
    problems = [_named(problem, columns.get(problem.field, problem.field)) for problem in problems]
    return sorted(problems, key=lambda problem: problem.line or 0)[:SHOWN_PROBLEMS]


def _named(problem: Problem, column: str) -> Problem:
    values = {**problem.values, "field": column} if "field" in problem.values else problem.values
    return replace(problem, field=column, values=values)


def _flaws(file_import: FileImport) -> str:
    """Bytes are counted first because that needs no look at the text; only a long one is counted in characters."""
    limits = staging_of(file_import).format.limits
    flaws = [f"(octet_length({name}) > {limit} AND char_length({name}) > {limit})" for name, limit in limits.items()]
    if file_import.kind == ImportKind.STATEMENT:
        flaws.append(f"({_net_differs(file_import, of_beyond='true')})")
    else:
        flaws.append(_has_amount_beyond(file_import))
    bounds = _date_bounds(file_import)
    flaws += [_is_outside(name, bounds) for name in _DATES[ImportKind(file_import.kind)]]
    return " OR ".join(flaws)


def _net_differs(file_import: FileImport, *, of_beyond: str) -> str:
    """Amounts beyond all limits are not added up: that would leave 64 bits, and is wrong anyhow."""
    return f"CASE WHEN {_has_amount_beyond(file_import)} THEN {of_beyond} ELSE {_NET_DIFFERS_SQL} END"


def _has_amount_beyond(file_import: FileImport) -> str:
    amounts = ", ".join(_AMOUNTS[ImportKind(file_import.kind)])
    return f"(greatest({amounts}) > {LARGEST_AMOUNT} OR least({amounts}) < -{LARGEST_AMOUNT})"


def _date_bounds(file_import: FileImport) -> tuple[date, date]:
    """The first day that lines may mention, and the first that they may not any more."""
    return EARLIEST_DATE, latest_date(file_import.created_at) + timedelta(days=1)


def _is_outside(column: str, bounds: tuple[date, date]) -> str:
    first, after = bounds
    return f"NOT ({column} >= '{first}' AND {column} < '{after}')"


def _beyond(file_import: FileImport) -> Iterator[tuple[Problem, str]]:
    """Per column of amounts and dates: what is wrong with a line for which the condition holds."""
    kind = ImportKind(file_import.kind)
    for name in _AMOUNTS[kind]:
        values = {"field": name, "limit": f"{LARGEST_AMOUNT:,}"}
        yield Problem(AMOUNT_BEYOND, values, field=name), f"{name} NOT BETWEEN -{LARGEST_AMOUNT} AND {LARGEST_AMOUNT}"
    first, after = _date_bounds(file_import)
    for name in _DATES[kind]:
        values = {"field": name, "first": str(first), "last": str(after - timedelta(days=1))}
        yield Problem(DATE_BEYOND, values, field=name), _is_outside(name, (first, after))


def _lines_where(cursor: Any, file_import: FileImport, condition: str) -> Sequence[int]:
    cursor.execute(
        f"SELECT line_number FROM {staging_of(file_import).name}"  # noqa: S608
        f" WHERE file_import_id = %s AND ({condition}) ORDER BY line_number LIMIT {SHOWN_PROBLEMS}",
        [file_import.pk],
    )
    return [row[0] for row in cursor.fetchall()]
