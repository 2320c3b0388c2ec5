"""Writes what is configured as a configuration file; reading it back changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

from payments.methods.configuration.document import Entry

HEADER: Final = "# Written by `manage.py configure --export`. `manage.py configure FILE` reads it back.\n"
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def written(entries: Sequence[Entry]) -> str:
    """The TOML of some objects; keys that are None are left out."""
    children: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.table.parent:
            children.setdefault((entry.table.parent, entry.values[entry.table.parent]), []).append(entry)
    blocks = [HEADER]
    for entry in entries:
        if not entry.table.parent:
            blocks.append(_block(entry))
            # A child names its parent's field, which is the parent's table.
            blocks += [_block(child) for child in children.get((entry.table.name, entry.values.get("code", "")), [])]
    return "\n".join(blocks)


def _block(entry: Entry) -> str:
    lines = [f"[[{entry.table.name}]]"]
    for name in entry.table.keys:
        value = entry.values[name]
        if value is not None and not (isinstance(value, dict) and _is_sayable(value)):
            lines.append(f"{name} = {_value(value)}")
    for name in entry.table.keys:
        value = entry.values[name]
        if isinstance(value, dict) and _is_sayable(value):
            lines += ["", *_table(f"{entry.table.name}.{name}", value)]
    return "\n".join(lines) + "\n"


def _table(header: str, values: dict[str, Any]) -> Iterator[str]:
    yield f"[{header}]"
    for name, value in values.items():
        yield f"{_name(name)} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f'"{value.normalize():f}"'
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict) and _is_sayable(value):
        return "{" + ", ".join(f"{_name(name)} = {_value(entry)}" for name, entry in value.items()) + "}"
    return _string(json.dumps(value, ensure_ascii=False))


def _is_sayable(value: Any) -> bool:
    """Whether TOML can say it exactly: it has no null, and its floats would come back as decimals."""
    if isinstance(value, dict):
        return all(map(_is_sayable, value.values()))
    if isinstance(value, list):
        return all(map(_is_sayable, value))
    # TOML's whole numbers have 64 bits.
    return isinstance(value, (str, bool)) or (isinstance(value, int) and abs(value) < 2**63)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    """A basic string: what TOML may not hold as it is, is escaped."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\u{ord(character):04X}" if ord(character) < 32 or ord(character) == 127 else character
