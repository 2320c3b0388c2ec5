"""The lines above a header: banks write the account and the period there, one line more or less from day to day."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence
from typing import Final

from payments.facts import FileRefused, SourceFile
from payments.tabular.delimited import Layout, find_delimiter
from payments.tabular.encodings import detect
from payments.tabular.lines import read_head

_SEARCHED: Final = 40
"""Lines among which a header is looked for."""
_SPACES: Final = re.compile(r"\s+")


def lines_above_header(source: SourceFile, layout: Layout, names: Collection[str]) -> int:
    """How many lines to pass over: those the layout says, and the titles below them.

    The header is the first line that holds every one of `names`. What stands above it is a title only where it fills
    at most half as many cells as the header has: rows of another table are never passed over.
    """
    lines = _first_lines(source, layout)
    wanted = {plain(name) for name in names}
    for place in range(layout.skipped_lines, len(lines) if wanted else 0):
        delimiter = layout.delimiter or find_delimiter(lines[place])
        header = _cells(lines[place], delimiter)
        if wanted.issubset(map(plain, header)):
            above = (_cells(line, delimiter) for line in lines[layout.skipped_lines : place])
            is_all_titles = all(2 * len([cell for cell in cells if cell]) <= len(header) for cells in above)
            return place if is_all_titles else layout.skipped_lines
    return layout.skipped_lines


def plain(name: str) -> str:
    """A column's name as it is compared."""
    return _SPACES.sub(" ", name.lstrip("\ufeff")).strip().casefold()


def _first_lines(source: SourceFile, layout: Layout) -> list[str]:
    head = read_head(source)
    try:
        encoding = detect(head, layout.codec, home=layout.home)
    except FileRefused:
        return []  # the reader itself says what is wrong with it
    text = head[encoding.bom :].decode(encoding.codec, errors="replace")
    return text.split("\n" if "\n" in text else "\r")[:_SEARCHED]


def _cells(line: str, delimiter: str) -> Sequence[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
