"""Compares a file with what is configured: what would be created, what changes field by field, what stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from django.db.models import Model

from payments.methods.configuration.document import Entry, shown_identity
from payments.methods.configuration.problems import ConfigurationProblem, ConfigurationRefused
from payments.methods.configuration.schema import FEE_CONTRACT, Rules, Table, tables
from payments.methods.configuration.stored import stored_rows, value_of

CREATED: Final = "created"
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"


@dataclass(frozen=True)
class Change:
    """What becomes of one object."""

    entry: Entry
    action: str
    fields: dict[str, tuple[Any, Any]]
    """What changes: before and after."""
    row: Model | None
    """None for an object that is new."""


def plan(entries: Sequence[Entry], rules: Rules) -> list[Change]:
    """What a file would do, in the order in which it can be done.

    Raises:
        ConfigurationRefused: objects of the file contradict each other or what is configured.
    """
    stored = {table.name: stored_rows(table) for table in tables(rules)}
    problems = [*_missing_references(entries, stored), *_contradictions(entries), *_overlaps(entries, stored)]
    if problems:
        raise ConfigurationRefused(problems)
    return [_change(entry, stored[entry.table.name].get(entry.identity)) for entry in entries]


def _change(entry: Entry, row: Model | None) -> Change:
    if row is None:
        return Change(entry, CREATED, {name: (None, value) for name, value in entry.values.items()}, None)
    pairs = {name: (value_of(row, name, entry.table), value) for name, value in entry.values.items()}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return Change(entry, CHANGED if changed else UNCHANGED, changed, row)


Stored = dict[str, dict[tuple[Any, ...], Model]]


def _missing_references(entries: Sequence[Entry], stored: Stored) -> list[ConfigurationProblem]:
    """Codes that name nothing, neither in the file nor in what is configured."""
    known: dict[type[Model], set[Any]] = defaultdict(set)
    for entry in entries:
        known[entry.table.model].add(entry.values.get("code"))
    for rows in stored.values():
        for identity, row in rows.items():
            known[type(row)].add(identity[0])
    return [
        ConfigurationProblem(
            entry.table.name, entry.shown, name, f"there is no {model._meta.verbose_name} “{entry.values[name]}”"
        )
        for entry in entries
        for name, model in (entry.table.references or {}).items()
        if entry.values[name] is not None and entry.values[name] not in known[model]
    ]


def _contradictions(entries: Sequence[Entry]) -> list[ConfigurationProblem]:
    found: list[ConfigurationProblem] = []
    for entry in entries:
        for field, message in _wrong_together(entry.table, entry.values):
            found.append(ConfigurationProblem(entry.table.name, entry.shown, field, message))
    return found


def _wrong_together(table: Table, values: Any) -> list[tuple[str, str]]:
    """Values that are right alone and wrong together."""
    found: list[tuple[str, str]] = []
    if table.name == "provider" and values["adapter"] == "mapped" and values["mapping"] is None:
        found.append(("mapping", "the adapter “mapped” needs one"))
    if table.name == "method.limit" and _is_reversed(values["minimum"], values["maximum"]):
        found.append(("minimum", "it is above the maximum"))
    if table.name == "provider.fee_contract" and values["effective_to"] is not None:
        found += _empty_span(values["effective_from"], values["effective_to"])
    if table.name == "provider.payout_schedule":
        if values["cycle"] == "weekly" and values["weekday"] is None:
            found.append(("weekday", "a weekly schedule needs one: 0 is Monday"))
        if values["cycle"] == "monthly" and values["month_day"] is None:
            found.append(("month_day", "a monthly schedule needs one: 1 to 31"))
    return found


def _is_reversed(least: int | None, most: int | None) -> bool:
    return least is not None and most is not None and least > most


def _empty_span(start: date, end: date) -> list[tuple[str, str]]:
    message = "it must be later than effective_from: it is the first day on which the contract no longer holds"
    return [("effective_to", message)] if end <= start else []


def _overlaps(entries: Sequence[Entry], stored: Stored) -> list[ConfigurationProblem]:
    """Fee contracts of one provider, method and currency that would hold on the same day."""
    table = FEE_CONTRACT
    spans: dict[tuple[Any, ...], dict[date, date | None]] = defaultdict(dict)
    for identity, row in stored[table.name].items():
        spans[identity[:3]][identity[3]] = value_of(row, "effective_to", table)
    for entry in entries:
        if entry.table is table:
            spans[entry.identity[:3]][entry.values["effective_from"]] = entry.values["effective_to"]
    found = []
    for key, ends in spans.items():
        starts = sorted(ends)
        for start, later in pairwise(starts):
            end = ends[start]
            if end is None or end > later:
                message = f"it overlaps the contract from {later}: write effective_to = {later}"
                found.append(ConfigurationProblem(table.name, shown_identity((*key, start)), "effective_to", message))
    return found
