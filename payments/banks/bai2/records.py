"""The records of a BAI2 file, each joined with its continuation records, streamed with their place in the file."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final, NamedTuple

from payments.facts import FileRefused, Problem, SourceFile
from payments.money import LARGEST_MINOR, AmountProblem, UnreadableAmount, parse_minor_units
from payments.tabular.amounts import amount_problem, shown
from payments.tabular.lines import LineFeed
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

NOT_A_RECORD: Final = translatable("“%(text)s” is not a record of a BAI2 file. The file is damaged: download it again.")
BAD_DATE: Final = translatable("“%(text)s” is not a date.")

_CODES: Final = frozenset({"01", "02", "03", "16", "49", "98", "99"})
_CONTINUATION: Final = "88"
_NEXT: Final = re.compile(r"(?<=/)\s+(?=(?:01|02|03|16|49|88|98|99),)")
"""Where a file that keeps several records on a line parts them."""
_PLAIN: Final = 18
"""Characters of an amount that is surely within all bounds."""
_END_OF_DAY: Final = frozenset({"2400", "9999"})


class Record(NamedTuple):
    """One record with its continuation records."""

    code: str
    line: int
    offset: int
    length: int
    parts: list[str]
    """What stands behind the code of each of its physical records, without line end and closing slash.

    A record that no slash closes goes on in lines without a code of their own: they are no records to be counted.
    """


def records(source: SourceFile) -> Iterator[Record]:
    """Yield the records in file order. Raises FileRefused for what is none, naming its line."""
    feed = LineFeed(source, fallback="cp1252")
    code, line, offset, end, is_closed = "", 0, feed.end, feed.end, True
    parts: list[list[str]] = []
    """The pieces of each physical record, joined once: a record may be broken into a hundred thousand lines."""
    before = ""
    for number, text, start in _lines(feed):
        mark, content = text[:2], text[3:].rstrip()
        if mark == _CONTINUATION and code and text[2:3] == ",":
            is_closed = content.endswith("/")
            parts.append([content[:-1] if is_closed else content])
        elif mark in _CODES and text[2:3] == ",":
            if code:
                yield Record(code, line, offset, end - offset, ["".join(pieces) for pieces in parts])
            is_closed = content.endswith("/")
            code, line, offset, parts = mark, number, start, [[content[:-1] if is_closed else content]]
            feed.record_start = offset
        elif text.strip():
            if is_closed:
                raise FileRefused(Problem(NOT_A_RECORD, {"text": shown(text)}, number))
            # A record broken anywhere, be it inside a reference: only blanks that stand there part its two ends.
            rest, gap = text.rstrip(), " " if before.rstrip("\r\n")[-1:].isspace() else ""
            is_closed = rest.endswith("/")
            parts[-1] += (gap, rest[:-1] if is_closed else rest)
        end, before = feed.end, text
    if code:
        yield Record(code, line, offset, end - offset, ["".join(pieces) for pieces in parts])


def parted(line: str) -> list[str]:
    """The records of a line that holds several; the line itself where it holds one."""
    return _NEXT.split(line)


def _lines(feed: LineFeed) -> Iterator[tuple[int, str, int]]:
    """The lines with their number and byte offset; one that holds several records comes once for each of them."""
    start = feed.end
    is_joined: bool | None = None
    for number, text in enumerate(feed, 1):
        if is_joined is None and text.strip():
            is_joined = len(parted(text)) > 1
        if is_joined:
            for piece in parted(text):
                yield number, piece, start
        else:
            yield number, text, start
        start = feed.end


def fields_of(record: Record, count: int) -> tuple[list[str], str]:
    """The first `count` fields, '' where the record has no more, and the text behind them, commas and all."""
    parts = record.parts
    fields = parts[0].split(",", count)
    used = 1
    while len(fields) < count and used < len(parts):
        fields += parts[used].split(",", count - len(fields))
        used += 1
    if len(fields) > count:
        return fields[:count], " ".join(fields[count:] + parts[used:])
    return fields + [""] * (count - len(fields)), " ".join(parts[used:])


def minor_units(text: str, field: str) -> int:
    """An amount: BAI2 writes minor units without a decimal mark, and a sign only if negative. Raises RowRefused."""
    if len(text) <= _PLAIN and text.isdecimal() and text.isascii() and (minor := int(text)) <= LARGEST_MINOR:
        return minor
    try:
        return parse_minor_units(text)
    except UnreadableAmount as refusal:
        problem = UnreadableAmount(text, AmountProblem.EMPTY) if not text.strip() else refusal
        raise RowRefused(amount_problem(problem, field=field)) from None


@lru_cache(maxsize=4096)
def day_written(text: str) -> date:
    """`260701` as a date of this century. Raises ValueError."""
    if len(text) != 6 or not (text.isdecimal() and text.isascii()):
        raise ValueError("not a date")
    return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))


def moment_written(day: str, clock: str) -> datetime:
    """A date with a time of day, without a zone; 2400 and 9999 mean the end of the day. Raises ValueError."""
    clock = clock.strip()
    if clock in _END_OF_DAY:
        return datetime.combine(day_written(day), time(23, 59))
    if clock and not (len(clock) == 4 and clock.isdecimal() and clock.isascii()):
        raise ValueError("not a time")
    return datetime.combine(day_written(day), time(int(clock[:2]), int(clock[2:])) if clock else time())
