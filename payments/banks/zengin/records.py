"""The fixed-width records of a 全銀 file, streamed with their place: 200 bytes each, with or without line ends.

Columns count bytes of Shift-JIS, where half-width kana take one each; a file that was saved as UTF-8 is turned back.
Some banks hand the same columns out with commas between them: those rows are put into their columns again.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache, partial
from types import MappingProxyType
from typing import BinaryIO, Final, NamedTuple

from payments.banks.zengin.delimited import fixed, is_delimited
from payments.banks.zengin.years import FIRST_YEARS
from payments.facts import FileRefused, Problem, SourceFile
from payments.tabular.amounts import shown
from payments.tabular.containers import refuse_containers
from payments.tabular.encodings import WRONG_BYTES
from payments.tabular.limits import HEAD_BYTES
from payments.tabular.lines import read_head
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

WIDTH: Final = 200
TOO_WIDE: Final = translatable("The record is %(found)s bytes wide, and one of this format has 200.")
BAD_NUMBER: Final = translatable("“%(text)s” is not a number of digits only.")
BAD_DAY: Final = translatable("“%(text)s” is not a date as the format writes it: year of Reiwa, month and day.")
OTHER_ERA: Final = translatable(
    "The year of “%(text)s” may be one of Heisei or of the common era, and the file does not say which. Let the "
    "mapping of the bank account say it in the configuration: “zengin_years” is “western” or “heisei”."
)

_REIWA: Final = 2018
_LAST_REIWA: Final = 18
"""From 19 on a year of two digits may as well be 2019 or a year of Heisei."""
_LAST_HEISEI: Final = 31
_LONGEST: Final = 4 * WIDTH
_BOM: Final = b"\xef\xbb\xbf"
_LINE_END: Final = b"\r\n"
_FILLING: Final = b"\x1a "
"""Blanks, and the mark that old programs put behind the last record."""
_SPACES: Final = re.compile(" {2,}")


class Record(NamedTuple):
    """One record."""

    line: int
    """Its number, which is its line in files that have lines."""
    offset: int
    length: int
    content: bytes
    """200 bytes of Shift-JIS, without line end."""
    long_texts: Mapping[int, str] = MappingProxyType({})
    """Whole texts that are longer than the column they begin in, as files with commas may hold them."""
    years: str = ""
    """The calendar of its dates, of `FIRST_YEARS`; '' is Reiwa."""

    def text(self, start: int, end: int) -> str:
        """The characters of a column, trimmed; all of a text that is longer. Raises FileRefused."""
        if start in self.long_texts:
            return _plain(self.long_texts[start])
        column = self.content[start:end]
        if column.isdigit():  # numbers of entries and codes: no two are alike, so none is remembered
            return column.decode("ascii")
        try:
            return text_of(column)
        except UnicodeDecodeError:
            raise FileRefused(Problem(WRONG_BYTES, {"encoding": "Shift-JIS"}, self.line)) from None

    def number(self, start: int, end: int, field: str) -> int:
        """The digits of a column; blank is 0. Raises RowRefused."""
        digits = self.content[start:end]
        if digits.isdigit():
            return int(digits)
        if not digits.strip():
            return 0
        raise RowRefused(Problem(BAD_NUMBER, {"text": shown(digits.decode("latin-1"))}, field=field))

    def day(self, start: int, field: str) -> date:
        """A date in the Japanese calendar. Raises RowRefused."""
        digits = self.content[start : start + 6]
        try:
            return day_written(digits, self.years)
        except ValueError as error:
            template = OTHER_ERA if error.args == (OTHER_ERA,) else BAD_DAY
            raise RowRefused(Problem(template, {"text": shown(digits.decode("latin-1"))}, field=field)) from None


@lru_cache(maxsize=20_000)
def text_of(column: bytes) -> str:
    """A column as text, trimmed, with single blanks between its words. Raises UnicodeDecodeError."""
    return _plain(column.decode("cp932"))


def _plain(text: str) -> str:
    text = text.strip(" \u3000")
    return _SPACES.sub(" ", text) if "  " in text else text


@lru_cache(maxsize=4096)
def day_written(digits: bytes, years: str = "") -> date:
    """`080701` as the first of July of Reiwa 8. Raises ValueError, with OTHER_ERA where the year is not certain."""
    if not digits.isdigit():
        raise ValueError("not a date")
    year = int(digits[:2])
    if years:
        return date(FIRST_YEARS[years] + year, int(digits[2:4]), int(digits[4:]))
    if _LAST_REIWA < year <= _LAST_HEISEI:
        raise ValueError(OTHER_ERA)
    if not 1 <= year <= _LAST_REIWA:
        raise ValueError("not a year of Reiwa")
    return date(_REIWA + year, int(digits[2:4]), int(digits[4:]))


def records(source: SourceFile, years: str = "") -> Iterator[Record]:
    """Yield the records in file order; `years` is the calendar of their dates. Raises FileRefused for what is none."""
    head = read_head(source)
    refuse_containers(head)
    start = len(_BOM) if head.startswith(_BOM) else 0
    if b"\n" in head or b"\r" in head:
        if is_delimited(head[start:]):
            found = _delimited(source, start, is_utf8=_is_utf8(head))
        else:
            found = _lined(source, start, is_utf8=_is_utf8(head))
    else:
        found = _unlined(source, start)
    return (record._replace(years=years) for record in found) if years else found


def _lined(source: SourceFile, start: int, *, is_utf8: bool) -> Iterator[Record]:
    with source.path.open("rb") as stream:
        is_old_mac = b"\n" not in stream.read(HEAD_BYTES)
        stream.seek(start)
        line, offset = 0, start
        for content in _whole_lines(stream, is_old_mac=is_old_mac):
            line, length = line + 1, len(content)
            plain = content.rstrip(_LINE_END)
            if len(plain) == WIDTH and not is_utf8:
                yield Record(line, offset, length, plain)
            elif plain.strip(_FILLING):
                yield Record(line, offset, length, _fitted(_turned(plain, line) if is_utf8 else plain, line))
            offset += length


def _delimited(source: SourceFile, start: int, *, is_utf8: bool) -> Iterator[Record]:
    with source.path.open("rb") as stream:
        is_old_mac = b"\n" not in stream.read(HEAD_BYTES)
        stream.seek(start)
        kind, line, offset = "", 0, start
        for content in _whole_lines(stream, is_old_mac=is_old_mac):
            line, length = line + 1, len(content)
            if content.strip(_FILLING + _LINE_END):
                try:
                    text = content.decode("utf-8" if is_utf8 else "cp932")
                    kind, record, long = fixed(text.strip("\x1a\r\n"), kind)
                except UnicodeError:
                    named = "UTF-8" if is_utf8 else "Shift-JIS"
                    raise FileRefused(Problem(WRONG_BYTES, {"encoding": named}, line)) from None
                except ValueError as error:
                    raise FileRefused(Problem(BAD_NUMBER, {"text": shown(str(error))}, line)) from None
                yield Record(line, offset, length, record, long)
            offset += length


def _whole_lines(stream: BinaryIO, *, is_old_mac: bool) -> Iterator[bytes]:
    lines = iter(partial(stream.readline, _LONGEST), b"")
    return (line for whole in lines for line in whole.splitlines(keepends=True)) if is_old_mac else lines


def _unlined(source: SourceFile, start: int) -> Iterator[Record]:
    with source.path.open("rb") as stream:
        stream.seek(start)
        line, offset = 0, start
        while content := stream.read(WIDTH):
            line += 1
            if content.strip(_FILLING + _LINE_END):
                yield Record(line, offset, len(content), _fitted(content, line))
            offset += len(content)


def _fitted(content: bytes, line: int) -> bytes:
    """A record at its full width: some programs cut the blanks at its end off."""
    if len(content) > WIDTH:
        if content[WIDTH:].strip(_FILLING):
            raise FileRefused(Problem(TOO_WIDE, {"found": str(len(content))}, line))
        return content[:WIDTH]
    return content.ljust(WIDTH)


def _is_utf8(head: bytes) -> bool:
    if head.isascii():
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.end == len(head) == HEAD_BYTES
    return True


def _turned(content: bytes, line: int) -> bytes:
    try:
        return content.decode().encode("cp932")
    except UnicodeError:
        raise FileRefused(Problem(WRONG_BYTES, {"encoding": "UTF-8"}, line)) from None
