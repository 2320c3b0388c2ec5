"""The beginning of a file as a table: how it is written, its columns, and their first values."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from payments.cards import holds_card_number
from payments.facts import FileRefused, SourceFile
from payments.intake.describing.values import looks_like_data
from payments.tabular.delimited import DELIMITERS, DelimitedFile, Layout, find_delimiter
from payments.tabular.encodings import codec_named, detect
from payments.tabular.json_records import JsonRecords
from payments.tabular.lines import read_head
from payments.tabular.mappings import Column

SAMPLE_BYTES: Final = 256 * 1024
"""Bytes that are tried before a mapping is kept: some thousand lines, read in the time of a page."""
SAMPLE_ROWS: Final = 400
MASKED: Final = "•••• ••••"
_FIRST_LINES: Final = 40


@dataclass(frozen=True, slots=True)
class Writing:
    """How a file is written; '' and None mean: find it out."""

    format: str = ""
    """`csv` or `json`."""
    encoding: str = ""
    """A name such as `cp949`."""
    delimiter: str = ""
    skip_lines: int | None = None
    has_header: bool | None = None
    list_key: str = ""


@dataclass(frozen=True, slots=True)
class SampleColumn:
    """One column: how a mapping names it, and its values in the sample."""

    key: Column
    """Its name, or its position from 1 where it has none of its own."""
    name: str
    values: tuple[str, ...]

    @property
    def first(self) -> tuple[str, ...]:
        """The first three different values that are not empty."""
        return tuple(islice(dict.fromkeys(value for value in self.values if value), 3))

    @property
    def words(self) -> tuple[str, ...]:
        """Its different values, at most 40, in the order they come."""
        return tuple(islice(dict.fromkeys(value for value in self.values if value), 40))


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file."""

    writing: Writing
    """As it was found out; nothing in it is left open."""
    encoding: str
    """The encoding found, as people call it."""
    columns: tuple[SampleColumn, ...]
    row_count: int

    def column(self, key: str) -> SampleColumn | None:
        """The column that is written `key` in forms."""
        return next((column for column in self.columns if str(column.key) == key), None)


@contextmanager
def shortened(source: SourceFile) -> Iterator[tuple[SourceFile, bool]]:
    """The beginning of a file as a file of its own, cut behind a line, and whether it is all of it."""
    if source.size <= SAMPLE_BYTES:
        yield source, True
        return
    with source.path.open("rb") as stream:
        content = stream.read(SAMPLE_BYTES)
    end = content.rfind(b"\n\0") + 2 if b"\n\0" in content else content.rfind(b"\n") + 1
    with TemporaryDirectory(prefix="sample-") as folder:
        path = Path(folder) / "sample"
        path.write_bytes(content[:end] if end > SAMPLE_BYTES // 2 else content)
        yield SourceFile(path, source.name, path.stat().st_size), False


def sample_of(source: SourceFile, writing: Writing, home: str) -> Sample:
    """Read the beginning of a file; what `writing` leaves open is found out. `home` is the zone of its owner.

    Raises:
        FileRefused: it is neither delimited text nor JSON.
    """
    head = read_head(source)
    if not writing.format:
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        writing = replace(writing, format="json" if start in (b"[", b"{") else "csv")
    return _json_sample(source, writing, head, home) if writing.format == "json" else _csv_sample(source, writing, home)


def _csv_sample(source: SourceFile, writing: Writing, home: str) -> Sample:
    codec = _codec(writing.encoding)
    lines = _first_lines(read_head(source), codec, home)
    delimiter = writing.delimiter or _delimiter(lines)
    skipped = _lines_before_header(lines, delimiter) if writing.skip_lines is None else writing.skip_lines
    layout = Layout(codec, delimiter, skipped, has_header=False, is_ragged=True, home=home)
    file = DelimitedFile(source, layout)
    rows: list[list[str]] = []
    try:
        for record in islice(file.records(), SAMPLE_ROWS + 1):
            rows.append([cell.strip() for cell in record[3]])
    except FileRefused:
        # A trial says why the file cannot be read to its end; what came before it can be described.
        if not rows:
            raise
    has_header = not any(map(looks_like_data, rows[0])) if writing.has_header is None else writing.has_header
    header, body = (rows[0], rows[1:]) if has_header else ([], rows)
    width = max((len(row) for row in rows), default=0) if not header else len(header)
    columns = tuple(_csv_column(header, place, body) for place in range(width))
    found = replace(writing, delimiter=delimiter, skip_lines=skipped, has_header=has_header)
    return Sample(found, file.encoding, columns, len(body))


def _csv_column(header: Sequence[str], place: int, body: Sequence[Sequence[str]]) -> SampleColumn:
    name = header[place].lstrip("\ufeff").strip() if header else ""
    is_single = sum(" ".join(each.split()).casefold() == " ".join(name.split()).casefold() for each in header) == 1
    values = tuple(masked(row[place]) if place < len(row) else "" for row in body)
    return SampleColumn(name if name and is_single else place + 1, name or str(place + 1), values)


def masked(value: str) -> str:
    """A value as it may be shown: what looks like a card number is not."""
    return MASKED if holds_card_number(value) else value


def _codec(name: str) -> str:
    """The codec of a name; '' for none that is known, which the mapping is refused for by name."""
    try:
        return codec_named(name) if name else ""
    except LookupError:
        return ""


def _first_lines(head: bytes, declared: str, home: str) -> list[str]:
    encoding = detect(head, declared, home=home)
    codec = "utf-8" if encoding.codec == "ascii" else encoding.codec
    text = head[encoding.bom :].decode(codec, errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_FIRST_LINES]


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter that parts most lines alike: a title above the header may hold commas too."""
    fitting = {each: _usual_width(lines, each) for each in DELIMITERS}
    best = max(DELIMITERS, key=lambda each: fitting[each])
    return best if fitting[best][1] > 1 else find_delimiter(lines[0] if lines else "")


def _usual_width(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many lines have the width that most have, beyond one column; and that width."""
    widths = [len(_cells(line, delimiter)) for line in lines if line.strip()]
    usual = max(set(widths), key=lambda width: (widths.count(width) * (width > 1), width), default=1)
    return (widths.count(usual) if usual > 1 else 0, usual)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _lines_before_header(lines: Sequence[str], delimiter: str) -> int:
    """Lines of another width above the table; blank ones and `sep=;` are passed over anyway."""
    usual = _usual_width(lines, delimiter)[1]
    for place, line in enumerate(lines):
        is_passed = not line.strip() or line.lower().startswith("sep=")
        if not is_passed and len(_cells(line, delimiter)) == usual:
            above = [each for each in lines[:place] if each.strip() and not each.lower().startswith("sep=")]
            return place if above else 0
    return 0


def _json_sample(source: SourceFile, writing: Writing, head: bytes, home: str) -> Sample:
    list_key = writing.list_key
    records = _records(source, writing, list_key, home)
    if not list_key and len(records) == 1:
        # One object that holds a list under a name of the provider's own: the list is meant.
        list_key = next((key for key, value in records[0].items() if _are_objects(value)), "")
        records = _records(source, writing, list_key, home) if list_key else records
    flat = [dict(_flat(record)) for record in records]
    names = dict.fromkeys(name for record in flat for name in record)
    columns = tuple(SampleColumn(name, name, tuple(masked(record.get(name, "")) for record in flat)) for name in names)
    found = replace(writing, list_key=list_key, skip_lines=0, has_header=True)
    return Sample(found, detect(head, _codec(writing.encoding), home=home).shown, columns, len(flat))


def _records(source: SourceFile, writing: Writing, list_key: str, home: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        for record in JsonRecords(source, list_key=list_key, declared=_codec(writing.encoding), home=home).records():
            found.append(record[3])
            if len(found) == SAMPLE_ROWS:
                break
    except FileRefused:
        if not found:
            raise
    return found


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _flat(record: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """The texts of an object by dotted path; lists inside it mean nothing to a mapping."""
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        elif not isinstance(value, list):
            yield f"{path}{key}", "" if value is None else str(value).strip()
