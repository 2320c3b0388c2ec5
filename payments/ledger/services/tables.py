"""Writes many rows at once: columns as arrays, so that a batch costs one statement whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, F, Func, Value

Columns = Mapping[str, str]
"""Column and its type in PostgreSQL, in the order of the rows' values."""


def arrays(columns: Columns, rows: Sequence[Sequence[Any]]) -> tuple[str, list[str]]:
    """Return `unnest(%s::type[], …)` for some rows and its parameters."""
    placeholders = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    by_column = zip(columns.values(), zip(*rows, strict=True), strict=True)
    return f"unnest({placeholders})", [array(kind, values) for kind, values in by_column]


def array(kind: str, values: Iterable[Any]) -> str:
    """Some values as PostgreSQL writes an array of a type, for `%s::type[]`; None is NULL.

    A list bound by psycopg is an expression for each value, made in Python and parsed by the server: both cost more
    than what is done with the rows.
    """
    write = _WRITTEN.get(kind, _quoted)
    return "{" + ",".join(["NULL" if value is None else write(value) for value in values]) + "}"


def any_of(column: str, kind: str, values: Iterable[Any]) -> Func:
    """`filter(any_of("reference", "text", names))`: what `reference__in=names` says, bound as one array."""
    return Func(
        F(column), Value(array(kind, values)),
        template=f"(%(expressions)s::{kind}[]))", arg_joiner=" = ANY(", output_field=BooleanField(),
    )  # fmt: skip


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def _instant(value: Any) -> str:
    return str(value.isoformat())


_WRITTEN: Final[Mapping[str, Callable[[Any], str]]] = {
    **dict.fromkeys(("bigint", "integer", "smallint", "boolean"), str),
    **dict.fromkeys(("timestamptz", "date"), _instant),
    "bytea": lambda value: f'"\\\\x{value.hex()}"',
}
"""How values are written by their type; every other is text."""


def insert(table: str, columns: Columns, rows: Sequence[Sequence[Any]], on_conflict: str = "") -> int:
    """Insert rows; returns how many were written. `on_conflict` is the clause as SQL has it."""
    if not rows:
        return 0
    source, parameters = arrays(columns, rows)
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {source} AS given({names}) {on_conflict}",  # noqa: S608
            parameters,
        )
        return int(cursor.rowcount)


def upsert(table: str, columns: Columns, identity: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, or bring those of the same identity in line; equal ones are not written again."""
    changing = [name for name in columns if name not in identity]
    values = ", ".join(f"{name} = excluded.{name}" for name in changing)
    old = ", ".join(f"{table}.{name}" for name in changing)
    new = ", ".join(f"excluded.{name}" for name in changing)
    clause = f"ON CONFLICT ({', '.join(identity)}) DO UPDATE SET {values} WHERE ({old}) IS DISTINCT FROM ({new})"
    insert(table, columns, rows, clause)
