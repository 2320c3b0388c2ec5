"""Reads a configuration file into objects, collecting every problem instead of stopping at the first."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from payments.methods.configuration.problems import ConfigurationProblem, ConfigurationRefused
from payments.methods.configuration.schema import REQUIRED, Rules, Table, tables

MOST_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One object that the file describes, every field with its value."""

    table: Table
    values: Mapping[str, Any]

    @property
    def identity(self) -> tuple[Any, ...]:
        """Which object it is."""
        return tuple(self.values[name] for name in self.table.identity)

    @property
    def shown(self) -> str:
        """Its identity for people."""
        return shown_identity(self.identity)


def shown_identity(identity: Sequence[Any]) -> str:
    """An identity for people: `adyen / * / EUR / 2026-01-01`."""
    return " / ".join("*" if part is None else str(part) for part in identity)


def parse(content: bytes, rules: Rules) -> list[Entry]:
    """The objects of a file, in the order in which they can be made.

    Raises:
        ConfigurationRefused: it is no TOML, or a table, key or value in it is wrong.
    """
    document = _toml(content)
    reader = _Reader({table.name: table for table in tables(rules)})
    for name, value in document.items():
        reader.read_tables(name, value)
    if reader.problems:
        raise ConfigurationRefused(reader.problems)
    order = list(reader.known)
    return sorted(reader.entries, key=lambda entry: order.index(entry.table.name))


def _toml(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise ConfigurationRefused([ConfigurationProblem("file", "", "", "it is larger than 8 MiB")])
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise ConfigurationRefused([ConfigurationProblem("file", "", "", "it is not UTF-8")]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationRefused([ConfigurationProblem("file", "", "", f"it is no TOML: {error}")]) from None


class _Reader:
    """One pass over a parsed file."""

    def __init__(self, known: dict[str, Table]) -> None:
        self.known = known
        self.entries: list[Entry] = []
        self.problems: list[ConfigurationProblem] = []
        self._seen: set[tuple[str, tuple[Any, ...]]] = set()

    def read_tables(self, name: str, value: Any, parent: str = "") -> None:
        """Read every table of one name; `parent` is the code of the object they stand in."""
        if name not in self.known:
            known = ", ".join(f"[[{table}]]" for table in self.known)
            self._refuse(name, parent, "", f"there is no such table; known are {known}")
            return
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self._refuse(name, parent, "", f"write it with double brackets: [[{name}]]")
            return
        for entry in value:
            self._read_one(self.known[name], entry, parent)

    def _read_one(self, table: Table, raw: Mapping[str, Any], parent: str) -> None:
        key = " / ".join(str(raw[name]) for name in table.identity if name in raw)
        key = f"{parent} / {key}" if parent else key
        nested = {name: f"{table.name}.{name}" for name in raw if f"{table.name}.{name}" in self.known}
        for name in raw:
            if name not in table.keys and name not in nested:
                inner = [full.split(".")[1] for full in self.known if full.startswith(f"{table.name}.")]
                known = ", ".join([*table.keys, *inner])
                self._refuse(table.name, key, name, f"there is no such key; known are {known}")
        values = self._values(table, key, raw)
        code = raw.get("code")
        for name, full_name in nested.items():
            self.read_tables(full_name, raw[name], code if isinstance(code, str) else "?")
        if values is not None:
            self._add(Entry(table, ({table.parent: parent} if table.parent else {}) | values))

    def _values(self, table: Table, key: str, raw: Mapping[str, Any]) -> dict[str, Any] | None:
        """The values of all keys; None when one of them is wrong."""
        values: dict[str, Any] = {}
        for name, declared in table.keys.items():
            if name in raw:
                try:
                    values[name] = declared.read(raw[name])
                except ValueError as error:
                    self._refuse(table.name, key, name, str(error))
            elif declared.default is REQUIRED:
                self._refuse(table.name, key, name, "it is missing")
            else:
                values[name] = declared.default
        return values if len(values) == len(table.keys) else None

    def _add(self, entry: Entry) -> None:
        if (entry.table.name, entry.identity) in self._seen:
            self._refuse(entry.table.name, entry.shown, "", "it stands in the file twice; keep one of them")
            return
        self._seen.add((entry.table.name, entry.identity))
        self.entries.append(entry)

    def _refuse(self, table: str, key: str, field: str, message: str) -> None:
        self.problems.append(ConfigurationProblem(table, key, field, message))
