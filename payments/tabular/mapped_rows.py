"""The rows of a mapped file, CSV or JSON alike: texts by column, the card guard, the trailer, rows to pass over."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from payments.card_glances import record_may_hold_card_number
from payments.cards import SHORTEST, holds_card_number, reference_holds_card_number
from payments.facts import FileRefused, Problem, ProblemLog, SourceFile
from payments.tabular.amounts import shown
from payments.tabular.delimited import OTHER_WIDTH, DelimitedFile, Layout
from payments.tabular.instants import iso_date, iso_instant, written_as
from payments.tabular.json_records import JsonRecords
from payments.tabular.mappings import Column, FileShape, RowRule
from payments.tabular.quick_records import QuickRecords
from payments.tabular.refusals import CardNumbers, RowRefused, card_refusal
from payments.tabular.titles import lines_above_header
from payments.tabular.total_rows import total_row
from payments.wording import translatable

NO_COLUMN: Final = translatable(
    "The column “%(column)s” of the mapping's key “%(key)s” is not in the file. Send the file for the provider or bank "
    "account that it belongs to, correct the mapping, or download the report with this column."
)
TWICE: Final = translatable("The column “%(column)s” is there twice, so it is unclear which one is meant.")
NEEDS_NAME: Final = translatable("The mapping's key “%(key)s” gives a position, but this file is JSON: give the name.")
NEEDS_POSITION: Final = translatable(
    "The mapping's key “%(key)s” gives a name, but the mapping says the file has no header: give the position."
)
NO_TEXT: Final = translatable("“%(field)s” is an object or a list, not text or a number.")
BAD_TEXT: Final = translatable("“%(field)s” holds characters that are no text.")
NO_ROWS: Final = translatable(
    "The list in the file is empty. If nothing happened in its period, there is nothing to import; "
    "else ask for it again with the right dates."
)
BAD_DATE: Final = translatable("“%(text)s” is not a date as the mapping says (%(format)s).")

Getter = Callable[[Any], str]
Row = tuple[int, int, int, Any]
"""Line number, byte offset, byte length, and what getters take."""


@dataclass(slots=True)
class TrailerFound:
    """The trailer of a file, once it has been met."""

    line: int | None = None
    texts: dict[str, str] = field(default_factory=dict)
    """Totals by name, and the count under `count`."""


class MappedFile:
    """A file opened with the shape its mapping gives. `references` are columns exempt from the card guard."""

    def __init__(self, source: SourceFile, shape: FileShape, references: Iterable[Column], home: str) -> None:
        """`home` is the zone of the provider or bank account. Raises FileRefused."""
        self.shape = shape
        self.problems = ProblemLog()
        self.trailer = TrailerFound()
        self._references = frozenset(references) | shape.references
        self._cards, self._grouped_cards = CardNumbers(), CardNumbers(reference_holds_card_number)
        self._json: JsonRecords | None = None
        self._csv: DelimitedFile | None = None
        if shape.is_json:
            self._json = QuickRecords(source, list_key=shape.list_key, declared=shape.codec, home=home)
        else:
            is_ragged = shape.trailer is not None or shape.skipped_rows is not None
            layout = Layout(shape.codec, shape.delimiter, shape.skipped_lines, shape.has_header, is_ragged, home)
            if shape.has_header:
                layout = replace(layout, skipped_lines=lines_above_header(source, layout, shape.named_columns))
            self._csv = DelimitedFile(source, replace(layout, better_word=total_row), is_guarded=True)
            self.problems = self._csv.problems
        self.feed = self._csv.feed if self._csv else None
        """Where the rows of a delimited file come from."""
        self.width = len(self._csv.header) if self._csv else 0
        """Columns of the header of a delimited file; 0 where there is none."""

    @property
    def record(self) -> int | None:
        """The number of the object given last, where the file is JSON."""
        return self._json.count if self._json else None

    def getter(self, columns: Sequence[Column], key: str) -> Getter:
        """What reads one column, or several joined with `/`. Raises FileRefused when the file has them not."""
        single = [self._single(column, key) for column in columns]
        if len(single) == 1:
            return single[0]
        return lambda row: "/".join(get(row) for get in single)

    def cells(self, columns: Sequence[Column], key: str) -> Callable[[Any], Any]:
        """What takes the cell of one column, or a tuple of those of several, from rows that hold facts.

        Cells of delimited files come as they stand there, blanks and all. Raises FileRefused.
        """
        single = [self._single(column, key) for column in columns]
        if self._csv is not None and self.width:
            return itemgetter(*(self._place(column, key, self._csv.header) for column in columns))
        return single[0] if len(single) == 1 else lambda row: tuple([get(row) for get in single])

    def _single(self, column: Column, key: str) -> Getter:
        if self._csv is None:
            if isinstance(column, int):
                raise FileRefused(Problem(NEEDS_NAME, {"key": key}, field=key))
            return _json_getter(column)
        place = self._place(column, key, self._csv.header)

        def get(cells: list[str]) -> str:
            return cells[place].strip() if place < len(cells) else ""

        return get

    def _place(self, column: Column, key: str, header: Sequence[str]) -> int:
        if isinstance(column, int):
            if header and column > len(header):
                raise FileRefused(Problem(NO_COLUMN, {"column": str(column), "key": key}, 1, key))
            return column - 1
        if not self.shape.has_header:
            raise FileRefused(Problem(NEEDS_POSITION, {"key": key}, field=key))
        plain = [" ".join(name.split()).casefold() for name in header]
        wanted = " ".join(column.split()).casefold()
        if plain.count(wanted) != 1:
            template = TWICE if wanted in plain else NO_COLUMN
            raise FileRefused(Problem(template, {"column": column, "key": key}, 1, column))
        return plain.index(wanted)

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold facts. Raises FileRefused."""
        return (record for record in self.records() if self.holds_facts(record))

    def records(self) -> Iterator[Row]:
        """Yield every row, to be asked about by `holds_facts` unless it is known to. Raises FileRefused."""
        self._is_trailer, self._is_skipped = self._rule(self._trailer_rule), self._rule(self.shape.skipped_rows)
        if self._csv is not None:
            self._guarded = self._guarded_places(self._csv.header)
            yield from self._csv.records()
        elif self._json is not None:
            yield from self._json_records(self._json)

    def holds_facts(self, record: Row) -> bool:
        """Whether a row is neither the trailer, which is taken, nor to be passed over or bad. Raises FileRefused."""
        line, _, _, row = record
        if self.feed is not None and self.feed.needs_guard:
            for place, cell in enumerate(row):
                if len(cell) >= SHORTEST:
                    self._look(place, cell, line)
        if self._is_trailer is not None and self._is_trailer(row):
            self._take_trailer(row, line)
            return False
        if self._is_skipped is not None and self._is_skipped(row):
            return False
        width = self.width
        if width and len(row) != width and any(row[width:] or [len(row) < width]):
            self.refuse(record, Problem(OTHER_WIDTH, {"found": str(len(row)), "expected": str(width)}))
            return False
        return True

    def refuse(self, record: Row, problem: Problem) -> None:
        """Note that a row is bad; of a row that adds the others up, what to do about it."""
        if not self.problems.is_full:
            better = total_row(record[3], self._csv.header) if self._csv is not None else None
            problem = replace(better or problem, line=record[0], record=self.record)
        self.problems.add(problem)

    def place(self, column: Column) -> int | None:
        """Where a column stands in the rows of a delimited file; None where it is not there or the file is JSON."""
        if self._csv is None:
            return None
        try:
            return self._place(column, "", self._csv.header)
        except FileRefused:
            return None

    def _look(self, place: int, cell: str, line: int) -> None:
        """Refuse a card number. In none stands a comma, so of amounts no piece is long enough."""
        if "," in cell and max(map(len, cell.split(","))) < SHORTEST:
            return
        name, is_reference = self._guarded.get(place, (str(place + 1), False))
        if (self._grouped_cards if is_reference else self._cards)[cell]:
            raise card_refusal(name, line)

    def _guarded_places(self, header: Sequence[str]) -> dict[int, tuple[str, bool]]:
        """Name of each column with a header, and whether it is a reference; columns beyond are guarded as free text."""
        positions = {column - 1 for column in self._references if isinstance(column, int)}
        names = {" ".join(column.split()).casefold() for column in self._references if isinstance(column, str)}
        places = {place: (str(place + 1), True) for place in positions}
        for place, name in enumerate(header):
            is_reference = place in positions or " ".join(name.split()).casefold() in names
            places[place] = (name, is_reference)
        return places

    @property
    def _trailer_rule(self) -> RowRule | None:
        return self.shape.trailer.rule if self.shape.trailer else None

    def _rule(self, rule: RowRule | None) -> Callable[[Any], bool] | None:
        if rule is None:
            return None
        get, values = self.getter([rule.column], "column"), rule.values
        return lambda row: get(row) in values

    def _take_trailer(self, row: Any, line: int) -> None:
        trailer = self.shape.trailer
        if trailer is not None:
            self.trailer.line = line
            for name, column in trailer.totals.items():
                self.trailer.texts[name] = self.getter([column], f"trailer.totals.{name}")(row)
            if trailer.count is not None:
                self.trailer.texts["count"] = self.getter([trailer.count], "trailer.count")(row)

    def _json_records(self, file: JsonRecords) -> Iterator[Row]:
        for line, offset, length, record, text in file.records():
            if text and record_may_hold_card_number(text):
                self._guard_record(record, line)
            yield line, offset, length, record
        if not file.count:
            raise FileRefused(Problem(NO_ROWS, line=1))
        if self.shape.trailer is not None and self.shape.trailer.rule is None:
            self._take_trailer(file.around, 1)

    def _guard_record(self, record: Mapping[str, Any], line: int) -> None:
        pending: list[tuple[str, Any]] = list(record.items())
        while pending:
            path, value = pending.pop()
            if isinstance(value, str):
                is_reference = path in self._references
                if reference_holds_card_number(value) if is_reference else holds_card_number(value):
                    raise card_refusal(path, line, self.record)
            elif isinstance(value, dict):
                pending.extend((f"{path}.{key}", inner) for key, inner in value.items())
            elif isinstance(value, list):
                pending.extend((path, inner) for inner in value)


def _json_getter(path: str) -> Getter:
    keys = path.split(".")

    def get(record: Mapping[str, Any]) -> str:
        value: Any = record.get(path)
        if value is None:
            value = record
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if not isinstance(value, str):
            raise RowRefused(Problem(NO_TEXT, {"field": path}, field=path))
        if "\0" in value or not _is_storable(value):
            raise RowRefused(Problem(BAD_TEXT, {"field": path}, field=path))
        return value.strip()

    return get


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=20_000)
def date_written(text: str, date_format: str) -> date:
    """A date in the mapping's format; the default is 2026-07-31, a time behind it being passed over.

    Raises RowRefused, whose field the caller adds.
    """
    try:
        if date_format:
            return written_as(text, date_format).date()
        return iso_date(text[:10] if len(text) > 10 and text[10] in " T" else text)
    except ValueError:
        values = {"text": shown(text), "format": date_format or "2026-07-31"}
        raise RowRefused(Problem(BAD_DATE, values)) from None


def instant_written(text: str, time_format: str, zone: tzinfo) -> datetime:
    """A date and time in the mapping's format, in UTC. Raises RowRefused, whose field the caller adds."""
    try:
        if not time_format:
            return iso_instant(text, zone)
        moment = written_as(text, time_format)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        values = {"text": shown(text), "format": time_format or "2026-07-31 23:50:00"}
        raise RowRefused(Problem(BAD_DATE, values)) from None
