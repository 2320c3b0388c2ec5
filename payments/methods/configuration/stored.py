"""What is configured now, in the shape of a configuration file."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from payments.methods.configuration.document import Entry
from payments.methods.configuration.schema import Rules, Table, tables


def stored_rows(table: Table) -> dict[tuple[Any, ...], Model]:
    """The rows of a table by their identity in the file."""
    rows = table.model._default_manager.select_related(*(table.references or {})).order_by("pk")
    return {tuple(value_of(row, name, table) for name in table.identity): row for row in rows}


def value_of(row: Model, name: str, table: Table) -> Any:
    """The value of a field as the file writes it: a reference is a code."""
    value = getattr(row, name)
    if name in (table.references or {}):
        return None if value is None else value.code
    return value


def stored_entries(rules: Rules) -> list[Entry]:
    """Everything that is configured, in the order in which objects can be made and with a fixed order among them."""
    entries: list[Entry] = []
    for table in tables(rules):
        rows = sorted(stored_rows(table).items(), key=lambda item: tuple(str(part or "") for part in item[0]))
        entries += [Entry(table, {name: value_of(row, name, table) for name in table.fields}) for _, row in rows]
    return entries
