"""What every JSON mapping says about the shape of a file, each key read strictly and refused by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from payments.facts import FileRefused, Problem
from payments.money import UnknownCurrency, exponent
from payments.tabular.delimited import DELIMITERS
from payments.tabular.encodings import codec_named
from payments.tabular.instants import UnknownZone, tells_a_date, zone_named
from payments.wording import translatable

MAPPED_NAME: Final = translatable("Mapped table (CSV or JSON)")
"""What people call the format that a mapping describes."""
NO_MAPPING: Final = translatable("This format needs a mapping that says what its columns mean, and none is kept.")
UNKNOWN_KEY: Final = translatable("The mapping has the key “%(key)s”, which means nothing. Known here are: %(known)s.")
MISSING_KEY: Final = translatable("The mapping lacks the key “%(key)s”.")
WRONG_TYPE: Final = translatable("The mapping's key “%(key)s” must be %(expected)s.")
WRONG_VALUE: Final = translatable("The mapping's key “%(key)s” is “%(value)s”. It must be one of: %(known)s.")
BOTH_SIDES: Final = translatable("The mapping's key “%(key)s” calls “%(value)s” a debit and a credit: it can be one.")

Column = str | int
"""A column by its name in the header (a dotted path in JSON), or by its position from 1."""


def refused(template: str, key: str, **values: str) -> FileRefused:
    """The refusal of a mapping because of one key."""
    return FileRefused(Problem(template, {"key": key, **values}, field=key))


class MappingKeys:
    """One object of a mapping; `path` is where it stands, for messages."""

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, Mapping):
            raise refused(WRONG_TYPE, path or "{}", expected="{…}")
        self.data: Mapping[str, Any] = data
        self.path = path

    def key(self, name: str) -> str:
        """A key as messages call it: `trailer.count`."""
        return f"{self.path}.{name}" if self.path else name

    def only(self, known: Sequence[str]) -> None:
        """Raise FileRefused for a key that is not among `known`."""
        for name in self.data:
            if name not in known and not name.startswith("_"):
                raise refused(UNKNOWN_KEY, self.key(name), known=", ".join(known))

    def text(self, name: str, default: str | None = None) -> str:
        """A text; `default` None makes the key required. Raises FileRefused."""
        value = self.data.get(name, default)
        if value is None:
            raise refused(MISSING_KEY, self.key(name))
        if not isinstance(value, str):
            raise refused(WRONG_TYPE, self.key(name), expected="“…”")
        return value

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        """A text that is one of `known`. Raises FileRefused."""
        value = self.text(name, default)
        if value not in known:
            raise refused(WRONG_VALUE, self.key(name), value=value[:40], known=", ".join(known))
        return value

    def count(self, name: str) -> int:
        """A number from 0 to 1000, 0 when missing. Raises FileRefused."""
        value = self.data.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1000:
            raise refused(WRONG_TYPE, self.key(name), expected="0 … 1000")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false. Raises FileRefused."""
        value = self.data.get(name, default)
        if not isinstance(value, bool):
            raise refused(WRONG_TYPE, self.key(name), expected="true / false")
        return value

    def inner(self, name: str) -> MappingKeys:
        """An object inside this one, empty when missing. Raises FileRefused."""
        return MappingKeys(self.data.get(name, {}), self.key(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when missing. Raises FileRefused."""
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise refused(WRONG_TYPE, self.key(name), expected="[“…”, …]")
        return tuple(value)

    def column(self, name: str) -> Column:
        """Exactly one column. Raises FileRefused."""
        found = self.columns(name)
        if not found:
            raise refused(MISSING_KEY, self.key(name))
        if len(found) > 1:
            raise refused(WRONG_TYPE, self.key(name), expected="“…” / 1 …")
        return found[0]

    def columns(self, name: str) -> tuple[Column, ...]:
        """One column or several that are joined, empty when missing. Raises FileRefused."""
        value = self.data.get(name, [])
        entries = value if isinstance(value, list) else [value]
        for entry in entries:
            is_position = isinstance(entry, int) and not isinstance(entry, bool) and entry >= 1
            if not is_position and not (isinstance(entry, str) and entry):
                raise refused(WRONG_TYPE, self.key(name), expected="“…” / 1 … / [“…”, …]")
        return tuple(entries)


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows told by what stands in one column: trailers, and rows to pass over."""

    column: Column
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trailer:
    """What the file says about itself: in a row at the end, or beside the list of a JSON file."""

    rule: RowRule | None
    count: Column | None
    totals: Mapping[str, Column]
    """Column of the trailer by the amount it is the total of."""


@dataclass(frozen=True, slots=True)
class Side:
    """The column that says debit or credit where amounts have no sign."""

    column: Column
    negative: frozenset[str]
    positive: frozenset[str]


@dataclass(frozen=True, slots=True)
class FileShape:
    """The part of a mapping that is about the file and not about what it means."""

    is_json: bool
    codec: str
    delimiter: str
    skipped_lines: int
    has_header: bool
    list_key: str
    zone: str
    """'' takes the zone of the provider or bank account."""
    date_format: str
    """As for strptime, with `%-d` where numbers are not padded with zeros; '' means 2026-07-31."""
    time_format: str
    """The same; '' means 2026-07-31 23:50:00 with or without T, seconds and a distance to UTC."""
    decimal_mark: str | None
    minor_currencies: frozenset[str]
    """Currencies whose amounts count minor units; `*` means all of them."""
    trailer: Trailer | None
    skipped_rows: RowRule | None
    side: Side | None
    references: frozenset[Column]
    """Further columns that hold references, so that 16 digits in them are no card number."""
    named_columns: frozenset[str] = frozenset()
    """The names of all columns that facts are read from: the header is the line that holds them."""

    def naming(self, columns: Mapping[str, Sequence[Column]]) -> FileShape:
        """The same with the columns of these facts."""
        names = frozenset(column for found in columns.values() for column in found if isinstance(column, str))
        return replace(self, named_columns=names)


SHAPE_KEYS: Final = (
    "format",
    "encoding",
    "delimiter",
    "skip_lines",
    "header",
    "list",
    "zone",
    "date_format",
    "time_format",
    "decimal_mark",
    "units",
    "trailer",
    "skip_rows",
    "side",
    "references",
)


def shape_of(keys: MappingKeys, total_names: Sequence[str]) -> FileShape:
    """Read the keys about the file. Raises FileRefused, naming the key."""
    decimal_mark = keys.choice("decimal_mark", ("", ".", ","), "")
    delimiter = keys.text("delimiter", "")
    if delimiter and delimiter not in DELIMITERS:
        raise refused(WRONG_VALUE, "delimiter", value=delimiter[:10], known=" ".join(map(repr, DELIMITERS)))
    return FileShape(
        is_json=keys.choice("format", ("csv", "json"), "csv") == "json",
        codec=_codec(keys),
        delimiter=delimiter,
        skipped_lines=keys.count("skip_lines"),
        has_header=keys.flag("header", default=True),
        list_key=keys.text("list", ""),
        zone=_zone(keys),
        date_format=_time_format(keys, "date_format"),
        time_format=_time_format(keys, "time_format"),
        decimal_mark=decimal_mark or None,
        minor_currencies=_units(keys),
        trailer=_trailer(keys, total_names),
        skipped_rows=_row_rule(keys.inner("skip_rows")),
        side=_side(keys),
        references=frozenset(keys.columns("references")),
    )


def _codec(keys: MappingKeys) -> str:
    name = keys.text("encoding", "")
    try:
        return codec_named(name) if name else ""
    except LookupError:
        known = "UTF-8, UTF-16, CP949, Shift-JIS, EUC-JP, CP1252, ISO-8859-1"
        raise refused(WRONG_VALUE, "encoding", value=name[:40], known=known) from None


def _zone(keys: MappingKeys) -> str:
    name = keys.text("zone", "")
    try:
        if name:
            zone_named(name, "UTC")
    except UnknownZone:
        raise refused(
            WRONG_VALUE, "zone", value=name[:40], known="Asia/Seoul, Asia/Tokyo, Europe/Amsterdam, …"
        ) from None
    return name


def _time_format(keys: MappingKeys, name: str) -> str:
    written = keys.text(name, "")
    if written and not tells_a_date(written):
        raise refused(WRONG_VALUE, name, value=written[:40], known="%Y-%m-%d, %-d.%-m.%Y, %Y年%-m月%-d日, …")
    return written


def _units(keys: MappingKeys) -> frozenset[str]:
    """`"major"`, `"minor"`, or `{"KRW": "major", "USD": "minor"}`."""
    value = keys.data.get("units", "major")
    if isinstance(value, str):
        return frozenset({"*"} if keys.choice("units", ("major", "minor"), "major") == "minor" else ())
    units = keys.inner("units")
    for currency in units.data:
        units.choice(currency, ("major", "minor"), "major")
        try:
            exponent(currency)
        except UnknownCurrency:
            raise refused(WRONG_VALUE, units.key(currency), value=currency[:10], known="KRW, JPY, USD, …") from None
    return frozenset(currency for currency, unit in units.data.items() if unit == "minor")


def _row_rule(keys: MappingKeys) -> RowRule | None:
    if not keys.data:
        return None
    column, values = keys.column("column"), keys.texts("values")
    if not values:
        raise refused(MISSING_KEY, keys.key("values"))
    return RowRule(column, frozenset(values))


def _trailer(keys: MappingKeys, total_names: Sequence[str]) -> Trailer | None:
    trailer = keys.inner("trailer")
    if not trailer.data:
        return None
    trailer.only(("column", "values", "count", "totals"))
    totals = trailer.inner("totals")
    totals.only(total_names)
    is_row = "column" in trailer.data or "values" in trailer.data
    return Trailer(
        rule=_row_rule(trailer) if is_row else None,
        count=trailer.column("count") if "count" in trailer.data else None,
        totals={name: totals.column(name) for name in totals.data},
    )


def _side(keys: MappingKeys) -> Side | None:
    side = keys.inner("side")
    if not side.data:
        return None
    side.only(("column", "negative", "positive"))
    column = side.column("column")
    negative, positive = frozenset(side.texts("negative")), frozenset(side.texts("positive"))
    for word in sorted(negative & positive):
        raise refused(BOTH_SIDES, "side", value=word[:40])
    return Side(column, negative, positive)
