"""The tagged fields of an MT940 or MT942 file, streamed with their place in the file."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from payments.facts import SourceFile
from payments.tabular.lines import LineFeed

_TAG: Final = re.compile(r":(\d{2}[A-Z]?|NS):")
_END_OF_MESSAGE: Final = re.compile(r"-(?:\}.*|[A-Z]{3})?")
FALLBACK: Final = "cp852"
"""SWIFT text is ASCII; banks that write names in an old code page mostly use one of these, and names are only shown."""


@dataclass(slots=True)
class Field:
    """One field with its continuation lines."""

    tag: str
    line: int
    offset: int
    length: int
    lines: list[str] = field(default_factory=list)
    """Content without the tag and without line ends."""

    @property
    def text(self) -> str:
        """The content as one text, lines parted by line feeds."""
        return "\n".join(self.lines)

    @property
    def raw(self) -> str:
        """The field as the file has it."""
        return f":{self.tag}:{self.text}"


def fields(source: SourceFile) -> Iterator[Field]:
    """Yield the fields of all messages in file order. Raises FileRefused for what is no text."""
    feed = LineFeed(source, fallback=FALLBACK)
    current: Field | None = None
    start = feed.end
    for number, line in enumerate(feed, 1):
        content = line.rstrip("\r\n")
        found = _TAG.match(content)
        if found or content.startswith("{") or _END_OF_MESSAGE.fullmatch(content.strip()):
            if current:
                yield current
            current = None
            feed.record_start = start
        if found:
            current = Field(found[1], number, start, feed.end - start, [content[found.end() :]])
        elif current:
            current.lines.append(content)
            current.length = feed.end - current.offset
        start = feed.end
        if current is None:
            feed.record_start = start
    if current:
        yield current


def short_date(text: str) -> date:
    """`160230` as a date in 1980–2079. Banks that count 30 days a month write days February has not: its last is meant.

    Raises ValueError.
    """
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    year += 1900 if year >= 80 else 2000
    if month == 2 and 28 <= day <= 30:
        day = min(day, calendar.monthrange(year, 2)[1])
    return date(year, month, day)
