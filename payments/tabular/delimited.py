"""Delimited text (CSV and its cousins) as records: header names once, then cells and their place in the file."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, count
from typing import Final

from payments.cards import holds_card_number
from payments.facts import FileRefused, Problem, ProblemLog, SourceFile
from payments.tabular.limits import COLUMNS
from payments.tabular.lines import LineFeed
from payments.tabular.refusals import card_refusal
from payments.wording import translatable

HEADER_ONLY: Final = translatable(
    "The file has a header but no rows. If nothing happened in its period, there is nothing to import; "
    "else ask for it again with the right dates."
)
NO_HEADER: Final = translatable("The file holds no header row.")
TOO_MANY_COLUMNS: Final = translatable("This line has %(found)s columns. No statement has more than %(limit)s.")
CUT_OFF: Final = translatable(
    "The file ends in the middle of this line: %(found)s of %(expected)s columns. It is cut off: download it again."
)
OPEN_QUOTE: Final = translatable(
    "A quotation mark opened in this record is never closed. The file is cut off or damaged: download it again."
)
BAD_QUOTE: Final = translatable("The quotation marks of this line do not pair. The file is damaged: download it again.")
OTHER_WIDTH: Final = translatable("This line has %(found)s columns, the header has %(expected)s.")

DELIMITERS: Final = (",", ";", "\t", "|")
_LONGEST_HEADER: Final = 100
"""Lines a header may be spread over."""
_LONGEST_PLAIN: Final = 100_000
"""Characters of a line from which `csv` looks at it: it refuses cells of more than 128 KiB."""

Record = tuple[int, int, int, list[str]]
"""Line number, byte offset, byte length, cells."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a mapping may say about the shape of a file; the defaults mean: find out."""

    codec: str = ""
    delimiter: str = ""
    skipped_lines: int = 0
    """Lines before the header."""
    has_header: bool = True
    is_ragged: bool = False
    """Whether rows of another width than the header are given out too: trailers and section marks."""
    home: str = ""
    """The zone of whoever wrote the file: where bytes are Japanese and Korean alike, it tells which."""
    better_word: Callable[[Sequence[str], Sequence[str]], Problem | None] | None = None
    """What there is to say of a row of another width (its cells, the header) beyond that; it may know nothing."""


def find_delimiter(line: str) -> str:
    """The delimiter that parts a header line most often, outside quotation marks."""
    outside = "".join(line.split('"')[0::2])
    return max(DELIMITERS, key=outside.count)


class DelimitedFile:
    """A delimited file opened at its first row. `header` holds the column names, trimmed, in file order."""

    def __init__(self, source: SourceFile, layout: Layout = Layout(), *, is_guarded: bool = False) -> None:
        """`is_guarded` asks the feed which rows a card guard must look at. Raises FileRefused for what is no text."""
        self.problems = ProblemLog()
        self.feed = LineFeed(source, layout.codec, home=layout.home, is_guarded=is_guarded)
        self._lines = iter(self.feed)
        self._line = 0
        self._is_ragged = layout.is_ragged or not layout.has_header
        self._better_word = layout.better_word
        first = self._whole_header(self._skip_to_header(layout.skipped_lines))
        self.delimiter = layout.delimiter or find_delimiter("".join(first))
        self._between = f'"{self.delimiter}"'
        self._first = iter(first)
        self._texts: Iterator[str] = chain(self._first, self._lines)
        self._held = ""
        self._reader = csv.reader(self._handed(), delimiter=self.delimiter, strict=True)
        self.header: tuple[str, ...] = ()
        if layout.has_header:
            record = self._next_record()
            if record is None:
                raise FileRefused(Problem(NO_HEADER))
            self.header = tuple(name.strip().lstrip("\ufeff") for name in record[3])
            for place, name in enumerate(self.header, 1):
                if holds_card_number(name):
                    # A list of cards without a header: its first row stands where the names should.
                    raise card_refusal(str(place), record[0])

    def _skip_to_header(self, skipped: int) -> str:
        """The header line: behind the lines a mapping skips, empty ones, and the `sep=;` of spreadsheets."""
        start = self.feed.end
        for line in self._lines:
            self._line += 1
            is_passed = self._line <= skipped or not line.strip() or line.lower().startswith("sep=")
            if not is_passed:
                self.feed.record_start = start
                return line
            start = self.feed.record_start = self.feed.end
        raise FileRefused(Problem(NO_HEADER))

    def _whole_header(self, first: str) -> list[str]:
        """The header line with those behind it that its open quotation mark takes in: all are needed to judge it."""
        header = [first]
        while "".join(header).count('"') % 2 and len(header) < _LONGEST_HEADER:
            line = next(self._lines, "")
            if not line:
                break
            header.append(line)
        return header

    @property
    def encoding(self) -> str:
        """The encoding found, as people call it."""
        return self.feed.encoding.shown

    def records(self) -> Iterator[Record]:
        """Yield the rows. Rows of another width go to `problems`, empty ones are passed over. Raises FileRefused."""
        columns, first, is_empty = len(self.header), self._line, True
        for records in self._blocks():
            for record in records:
                if len(record[3]) == columns:
                    is_empty = False
                    yield record
                elif cells := self._fitted(record[3], record[0]):
                    is_empty = False
                    yield *record[:3], cells
        if is_empty and not self.problems.count:
            raise FileRefused(Problem(HEADER_ONLY, line=first - 1 or None))

    def _blocks(self) -> Iterator[Iterable[Record]]:
        """All rows, block by block: lines that surely are a row each are taken apart the quickest way."""
        feed, left = self.feed, list(self._first)
        yield self._carefully(left, [0] * len(left))
        while (block := feed.block())[0]:
            lines, sizes = block
            text = "".join(lines)
            rows = self._rows_of(lines, text) if max(sizes) <= _LONGEST_PLAIN else None
            if rows is not None:
                yield zip(count(self._line), accumulate(sizes, initial=feed.end), sizes, rows)
                self._line += len(lines)
                feed.end = feed.record_start = feed.end + sum(sizes)
            elif text.count('"') > len(lines):
                yield self._as_csv(lines, sizes)
            else:
                yield self._carefully(lines, sizes)

    def _rows_of(self, lines: list[str], text: str) -> Iterator[list[str]] | None:
        """The cells of each line, whose `text` they are; None where only `csv` can tell what a quotation mark means."""
        delimiter, between = self.delimiter, self._between
        if '"' not in text:
            # Where nothing is quoted every delimiter parts two cells, and this is the quickest way to say so.
            return (plain.split(delimiter) if (plain := line.rstrip("\r\n")) else [] for line in lines)
        end = lines[0][len(lines[0].rstrip("\r\n")) :]
        body = text.removesuffix(end)
        if not (text[0] == body[-1] == '"' and len(body) > 1):
            return None
        # No text holds a NUL. Where each cell is quoted, no mark is left but those that part two cells of a line.
        inner = body[1:-1].replace(f'"{end}"', "\0")
        if inner.count("\0") != len(lines) - 1 or inner.count('"') != 2 * inner.count(between):
            return None
        return (line.split(between) for line in inner.split("\0"))

    def _as_csv(self, lines: list[str], sizes: list[int]) -> Iterator[Record]:
        """The rows that begin in these lines, which quotation marks may join."""
        feed, line, done = self.feed, self._line, 0
        ends = list(accumulate(sizes, initial=feed.end))
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        try:
            for cells in reader:
                before, done = done, reader.line_num
                start = ends[before]
                yield line + before, start, ends[done] - start, cells
        except csv.Error:
            pass  # damaged, or a row that ends in the next block
        self._line, feed.end = line + done, ends[done]
        feed.record_start = feed.end
        yield from self._carefully(lines[done:], sizes[done:])

    def _carefully(self, lines: list[str], sizes: list[int]) -> Iterator[Record]:
        """The rows that begin in these lines, one by one: the last of them may end in lines behind them."""
        feed, delimiter, left = self.feed, self.delimiter, len(lines)
        line, start = self._line, feed.record_start
        self._texts = chain(feed.given(lines, sizes), self._lines)
        while left > 0:
            text, taken = next(self._texts), 1
            if '"' in text or len(text) > _LONGEST_PLAIN:
                cells, taken = self._quoted(text, line)
            else:
                text = text.rstrip("\r\n")
                cells = text.split(delimiter) if text else []
            end = feed.end
            yield line, start, end - start, cells
            feed.record_start = start = end
            line += taken
            left -= taken
        self._line = line

    def _quoted(self, text: str, line: int) -> tuple[list[str], int]:
        """A row that begins with this line and ends where its quotation marks let it: its cells, its lines."""
        self._held, before = text, self._reader.line_num
        try:
            return next(self._reader), self._reader.line_num - before
        except csv.Error as error:
            raise self._damaged(error, line) from None

    def _handed(self) -> Iterator[str]:
        """What `csv` reads: the line held out to it, and those behind it that its open quotation marks take in."""
        while text := self._held or next(self._texts, ""):
            self._held = ""
            yield text

    def _next_record(self) -> Record | None:
        start, line, text = self.feed.record_start, self._line, next(self._texts, None)
        if text is None:
            return None
        cells, taken = self._quoted(text, line)
        self._line += taken
        self._refuse_width(cells, line)
        self.feed.record_start = self.feed.end
        return line, start, self.feed.end - start, cells

    def _fitted(self, cells: list[str], line: int) -> list[str]:
        """A row of another width than the header: [] when it is not to be read."""
        self._refuse_width(cells, line)
        if not any(map(str.strip, cells)):
            return []
        if self._is_ragged:
            return cells
        columns = len(self.header)
        if len(cells) > columns and not any(cells[columns:]):
            return cells[:columns]
        if len(cells) < columns and not any(self.header[len(cells) :]):
            return cells + [""] * (columns - len(cells))  # spreadsheets leave columns without a name behind the last
        better = self._better_word(cells, self.header) if self._better_word and not self.problems.is_full else None
        if better:
            self.problems.add(replace(better, line=line))
            return []
        values = {"found": str(len(cells)), "expected": str(columns)}
        if self.feed.is_cut and len(cells) < columns:
            raise FileRefused(Problem(CUT_OFF, values, line))
        self.problems.add(Problem(OTHER_WIDTH, values, line))
        return []

    def _refuse_width(self, cells: Sequence[str], line: int) -> None:
        if len(cells) > COLUMNS:
            raise FileRefused(Problem(TOO_MANY_COLUMNS, {"found": str(len(cells)), "limit": str(COLUMNS)}, line))

    def _damaged(self, error: csv.Error, line: int) -> FileRefused:
        is_open = "unexpected end" in str(error) or "field limit" in str(error)
        return FileRefused(Problem(OPEN_QUOTE if is_open else BAD_QUOTE, line=line))
