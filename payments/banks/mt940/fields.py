"""The tagged fields of an MT940 or MT942 file, streamed with their place in the file."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from payments.facts import SourceFile
from payments.tabular.lines import LineFeed

# The tags of MT940 and MT942, and no others: a line of text may begin with a colon, digits and a colon, too.
_TAG: Final = re.compile(r":(1[23]D?|2[0158]C?|25P|34F|6[02][FM]?|6[145]|86|90[CD]|NS):", re.ASCII)
# A time of day that was wrapped at its colon looks like a tag: "…2026-07-01T13" and ":20:11" below it.
_REST_OF_TIME: Final = re.compile(r":[0-5]\d:[0-5]\d(?!\d)", re.ASCII)
_HOUR: Final = re.compile(r"(?:^|\D)[0-2]\d", re.ASCII)
_MARKS: Final = frozenset(":{-")
"""What lines begin with that may end a field."""
_END_OF_MESSAGE: Final = re.compile(r"-(?:\}.*|[A-Z]{3})?\s*")
_TEXT_BLOCK: Final = "{4:"
_ENTRY_TAGS: Final = {":61:": "61", ":86:": "86"}
"""How nearly all fields begin: no time of day looks like them."""
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


def fields(source: SourceFile) -> Iterator[Field]:
    """Yield the fields of all messages in file order. Raises FileRefused for what is no text."""
    feed = LineFeed(source, fallback=FALLBACK)
    current: Field | None = None
    start = feed.end
    for number, line in enumerate(feed, 1):
        content = line.rstrip("\r\n")
        tag, is_end = _ENTRY_TAGS.get(content[:4], ""), False
        if not tag and content[:1] in _MARKS:
            is_end = content[0] == "{" or _END_OF_MESSAGE.fullmatch(content) is not None
            if content[0] == "{" and _TEXT_BLOCK in content:
                content = content.partition(_TEXT_BLOCK)[2]
            tag = _tag(content, current)
        if tag or is_end:
            if current:
                yield current
            current = Field(tag, number, start, feed.end - start, [content[len(tag) + 2 :]]) if tag else None
            feed.record_start = start
        elif current:
            current.lines.append(content)
            current.length = feed.end - current.offset
        start = feed.end
        if current is None:
            feed.record_start = start
    if current:
        yield current


def _tag(content: str, current: Field | None) -> str:
    """The tag a line begins with; '' where there is none, or where it only looks like one."""
    if current and current.tag == "86" and _REST_OF_TIME.match(content) and _HOUR.fullmatch(current.lines[-1][-3:]):
        return ""
    found = _TAG.match(content)
    return found[1] if found else ""


@lru_cache(maxsize=4096)
def short_date(text: str) -> date:
    """`160230` as a date in 1980–2079. Banks that count 30 days a month write days February has not: its last is meant.

    Raises ValueError.
    """
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    year += 1900 if year >= 80 else 2000
    if month == 2 and 28 <= day <= 30:
        day = min(day, calendar.monthrange(year, 2)[1])
    return date(year, month, day)
