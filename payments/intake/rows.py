"""The copyist: renders facts as rows of PostgreSQL's text COPY format, thousands at a time; pure, no database.

It works column by column. Most columns of a statement hold few different values, so each value is written once and
looked up after that; and whether a text column needs escaping is asked once of all its cells joined together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any, Final

from payments.facts import BankLineFact, FileRefused, LineFact, MovementFact, Problem
from payments.wording import translatable

NULL: Final = "\\N"
UNWRITABLE: Final = translatable("The text of this line holds a character that cannot be stored.")

STATEMENT_LIMITS: Final = {
    "statement_key": 160, "line_key": 120, "provider_key": 80, "payment_reference": 80, "merchant_reference": 120,
    "method": 80, "payout_key": 80,
}  # fmt: skip
MOVEMENT_LIMITS: Final = {
    "movement_key": 80, "provider_key": 80, "payment_reference": 80, "merchant_reference": 80, "method": 80,
}  # fmt: skip
BANK_LIMITS: Final = {
    "statement_key": 160, "bank_reference": 120, "end_to_end_reference": 120, "transaction_code": 60,
    "counterparty": 200,
}  # fmt: skip

_SPECIAL: Final = "\\\t\n\r"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SAMPLE: Final = 200
_REPEATS: Final = 4
"""A column in whose beginning each value occurs this often is looked up instead of written out."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some facts as they go to PostgreSQL."""

    rows: bytes
    """COPY text, UTF-8."""
    line_count: int
    end: int
    """Byte offset in the file behind the last of them."""


@dataclass(frozen=True)
class RowFormat:
    """How one kind of fact becomes rows: the import's id, then the fields in their order."""

    fields: tuple[str, ...]
    texts: frozenset[str]
    instants: frozenset[str]
    limits: Mapping[str, int]
    """Characters that the text columns of the posted table take."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a row, as COPY must be told."""
        return ("file_import_id", *self.fields)

    def chunk(self, import_id: int, facts: Sequence[Any]) -> Chunk:
        """Render facts, at least one.

        Raises:
            FileRefused: a text that PostgreSQL cannot hold (a NUL, half a surrogate pair).
        """
        rendered: list[Iterable[str]] = []
        same = [str(import_id)]
        for name, column in zip(self.fields, zip(*facts, strict=True), strict=True):
            first = column[0]
            if first == column[-1] and first == column[len(column) // 2] and column.count(first) == len(column):
                # Columns of one value that stand side by side are written once for all rows.
                same += self._written(name, column[:1], facts)
                continue
            if same:
                rendered.append(repeat("\t".join(same), len(column)))
                same = []
            rendered.append(self._written(name, column, facts))
        if same:
            rendered.append(repeat("\t".join(same), len(facts)))
        text = "\n".join(map("\t".join, zip(*rendered, strict=True))) + "\n"
        try:
            rows = text.encode()
        except UnicodeEncodeError:
            raise self._unwritable(facts) from None
        last = facts[-1]
        return Chunk(rows=rows, line_count=len(facts), end=last.byte_offset + last.byte_length)

    def _written(self, name: str, column: Sequence[Any], facts: Sequence[Any]) -> Iterable[str]:
        if name in self.texts:
            return _escaped(column, facts)
        return _instants(column) if name in self.instants else _plain(column)

    def _unwritable(self, facts: Sequence[Any]) -> FileRefused:
        for fact in facts:
            try:
                "".join(getattr(fact, name) for name in self.texts).encode()
            except UnicodeEncodeError:
                return FileRefused(Problem(UNWRITABLE, line=fact.line_number))
        return FileRefused(Problem(UNWRITABLE))


def _escaped(column: Sequence[str], facts: Sequence[Any]) -> Sequence[str]:
    joined = "".join(column)
    if "\0" in joined:
        line = next(fact.line_number for fact, text in zip(facts, column, strict=False) if "\0" in text)
        raise FileRefused(Problem(UNWRITABLE, line=line))
    if any(character in joined for character in _SPECIAL):
        return [text.translate(_ESCAPES) for text in column]
    return column


def _plain(column: Sequence[object]) -> Iterable[str]:
    """Numbers, dates, and None."""
    sample = column[:_SAMPLE]
    if len(set(sample)) * _REPEATS <= len(sample):
        known = {value: NULL if value is None else str(value) for value in set(column)}
        return map(known.__getitem__, column)
    if None in column:
        return [NULL if value is None else str(value) for value in column]
    return map(str, column)


class _Days(dict[int, str]):
    """ISO dates by their distance from the epoch in days."""

    def __missing__(self, days: int) -> str:
        text = self[days] = f"{_EPOCH.date() + timedelta(days=days)} "
        return text


class _Times(dict[int, str]):
    """Times of day in UTC by their seconds: a day has 86 400 of them."""

    def __missing__(self, seconds: int) -> str:
        text = self[seconds] = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}+00"
        return text


_TIMES: Final = _Times()


def _instants(column: Sequence[datetime | None]) -> Iterable[str]:
    """Aware datetimes: their distance from the epoch is found twice as quickly as `isoformat` writes a zone."""
    days = _Days()
    for moment in column:
        if moment is None:
            yield NULL
            continue
        distance = moment - _EPOCH
        yield moment.isoformat() if distance.microseconds else days[distance.days] + _TIMES[distance.seconds]


STATEMENT_ROWS: Final = RowFormat(
    LineFact._fields,
    frozenset({*STATEMENT_LIMITS, "currency", "net_currency"}),
    frozenset({"occurred_at"}),
    STATEMENT_LIMITS,
)
MOVEMENT_ROWS: Final = RowFormat(
    MovementFact._fields, frozenset({*MOVEMENT_LIMITS, "currency"}), frozenset({"occurred_at"}), MOVEMENT_LIMITS
)
BANK_ROWS: Final = RowFormat(
    BankLineFact._fields, frozenset({*BANK_LIMITS, "currency", "remittance"}), frozenset(), BANK_LIMITS
)
