"""Runs of entries (Ntry) found in the bytes of a file: nine tenths of a statement, read at several times the speed.

Expat still reads every byte, so that what is taken apart here is well-formed and in its encoding; only the calls for
each element are saved. Whatever is out of the ordinary (comments, character data sections, huge entries, encodings of
more than one byte but UTF-8) is left to the tree of elements.
"""

import re
from typing import Final, NamedTuple

LONGEST: Final = 8 * 1024
"""Bytes of an entry that is read here."""
ENCODINGS: Final = {
    "": "utf-8",
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
_OPENING: Final = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?Ntry)>")


class Run(NamedTuple):
    """Entries that follow each other with nothing but space between them."""

    start: int
    end: int
    places: list[tuple[int, int]]
    """Where each begins and ends."""


def next_run(content: bytes, start: int) -> Run | None:
    """The first run of entries from `start` on; one that is not whole yet begins a run without places."""
    found = _OPENING.search(content, start)
    if found is None:
        return None
    opening, closing = b"<" + found[1] + b">", b"</" + found[1] + b">"
    place = end = found.start()
    places: list[tuple[int, int]] = []
    while content.startswith(opening, place):
        stop = content.find(closing, place)
        if stop < 0:
            break
        stop += len(closing)
        if stop - place > LONGEST or content.find(opening, place + 1, stop) >= 0:
            break
        places.append((place, stop))
        end = stop
        following = content.find(b"<", stop)
        if following < 0 or content[stop:following].strip():
            break
        place = following
    return Run(found.start(), end, places)


def is_plain(content: bytes) -> bool:
    """Whether bytes hold only tags and text, in lines as usual."""
    return (
        b"<!" not in content
        and b"<?" not in content
        and (b"\r" not in content or content.count(b"\r") == content.count(b"\r\n"))
    )
