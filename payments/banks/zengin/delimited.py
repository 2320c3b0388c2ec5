"""Rows of a 全銀 file with commas between its columns, put into the columns of the fixed-width record.

Which columns there are and how wide each is, is the same in both: the record layouts of the bankers' association.
"""

import csv
import re
from itertools import accumulate
from typing import Final

WIDTH: Final = 200
_FIRST: Final = re.compile(rb'"?1"?,"?0[0-9]"?,"?[01]"?,"?[0-9]{6}"?,')
_NOTICE, _ENTRIES = "01", "03"
# Widths in bytes; those of texts are negative, all others hold digits that begin with zeros.
_WIDTHS: Final = {
    (_ENTRIES, "1"): (1, 2, 1, 6, 6, 6, 4, -15, 3, -15, 3, 1, 10, -40, 1, 1, 14),
    (_ENTRIES, "2"): (1, 8, 6, 6, 1, 2, 12, 12, 6, 6, 1, 7, 3, 10, -48, -15, -15, -20, -20),
    (_ENTRIES, "8"): (1, 6, 13, 6, 13, 1, 14, 7),
    (_ENTRIES, "9"): (1, 10, 5),
    (_NOTICE, "1"): (1, 2, 1, 6, 6, 6, 4, -15, 3, -15, 1, 7, -40),
    (_NOTICE, "2"): (1, 6, 6, 6, 10, 10, 10, -48, -15, -15, 1, -20),
    (_NOTICE, "8"): (1, 6, 12, 6, 12),
    (_NOTICE, "9"): (1, 10, 5),
}
_WITH_LONG_AMOUNTS: Final = (1, 6, 6, 6, 10, 10, 10, -48, -15, -15, 1, 12, 12, -20)
"""A notice's transfer in format B: two amounts more, and at least that many columns."""


def is_delimited(head: bytes) -> bool:
    """Whether a file begins with a header whose columns stand between commas."""
    return _FIRST.match(head) is not None


def fixed(text: str, kind: str) -> tuple[str, bytes, dict[int, str]]:
    """The kind of the block a row belongs to, the row as a record, and its texts that are longer than their column.

    `kind` is that of the rows before it; the long texts stand under the place of their column.

    Raises ValueError with the cell that is longer than its column, and UnicodeEncodeError.
    """
    cells = [cell.strip() for cell in next(csv.reader([text]), [])]
    mark = cells[0] if cells else ""
    if mark == "1" and len(cells) > 1:
        kind = cells[1]
    widths = _WIDTHS.get((kind, mark))
    if widths is None:
        return kind, _cut(text, WIDTH), {}
    if (kind, mark) == (_NOTICE, "2") and len(cells) >= len(_WITH_LONG_AMOUNTS):
        widths = _WITH_LONG_AMOUNTS
    record = b"".join(map(_column, cells, widths)).ljust(WIDTH)
    starts = accumulate(map(abs, widths), initial=0)
    long = {start: cell for cell, width, start in zip(cells, widths, starts, strict=False) if _is_long(cell, width)}
    return kind, record, long


def _is_long(cell: str, width: int) -> bool:
    return width < 0 and 2 * len(cell) > -width and len(cell.encode("cp932")) > -width


def _cut(text: str, width: int) -> bytes:
    """A text at a width in bytes; a character of two bytes that does not fit whole is left out."""
    return text.encode("cp932")[:width].decode("cp932", "ignore").encode("cp932").ljust(width)


def _column(cell: str, width: int) -> bytes:
    if width < 0:
        return _cut(cell, -width)
    if not cell:
        return b" " * width
    digits = cell.lstrip("0") if cell.isdecimal() else cell
    if len(digits) > width:
        raise ValueError(cell)
    return digits.encode("cp932").rjust(width, b"0")
