"""Glances at many bytes for card numbers: nearly all hold none, which costs next to nothing to see.

False is certain everywhere here; True only says that a look at each cell or field is worth it (`payments.cards`).
"""

import re
from typing import Final

from payments.cards import PLAIN_MARKS, SCHEMES, SHORTEST, holds_card_number, is_card_number

# As many digits and marks as the shortest card number has: quick to look for in a long text.
_AS_LONG: Final = re.compile(
    r"[0-9\uff10-\uff19][0-9\uff10-\uff19 \-\uff0d\u2010\u2011\u2013\u3000\u00a0\u2009\u202f]{11,}[0-9\uff10-\uff19]"
)
# Digits, and every byte that wide digits and marks are written with in UTF-8, become a 0; every other one a dot.
_DIGITS: Final = bytes(
    ord("0" if chr(byte) in "0123456789" or 0x80 <= byte < 0xC0 or byte in b"\xc2\xe2\xe3\xef" else ".")
    for byte in range(256)
)
_RUN_OF_DIGITS: Final = b"0" * SHORTEST
_SHAPES: Final = (b"0000-0000-0000-0000", b"0000-000000-0000", b"00000000-00000000")
"""How card numbers in groups look once every digit is a 0 and every blank a hyphen."""
_IN_EVERY_SHAPE: Final = b"0000-0000"
_ESCAPED_LETTER: Final = re.compile(rb"\\[bfnrtu]")
"""What JSON writes for a character with a letter: behind one, digits would look like part of a reference."""
_SHAPED: Final = bytes(
    ord("0" if chr(byte) in "0123456789" else "-" if chr(byte) in " -" else "W" if byte in b"\xc2\xe2\xe3\xef" else ".")
    for byte in range(256)
)
_WIDE_LEADS: Final = (b"\xef\xbc", b"\xe2\x80", b"\xc2\xa0", b"\xe3\x80\x80")
"""What the wide digits, hyphens and blanks begin with in UTF-8: where one stands, shapes say nothing."""


class _Lengths(dict[bytes, frozenset[int]]):
    """How long card numbers are that begin with four digits: ten thousand beginnings, each looked at once."""

    def __missing__(self, digits: bytes) -> frozenset[int]:
        lengths = [known for start, known in SCHEMES if start.match(digits.decode("ascii"))]
        self[digits] = frozenset().union(*lengths)
        return self[digits]


_LENGTHS: Final = _Lengths()


def record_may_hold_card_number(text: str) -> bool:
    """Whether a record, as the JSON it came in, is worth a look at its fields; if not, none holds a card number."""
    record = text.encode("utf-8", "surrogatepass")
    if not may_hold_card_number(record):
        return False
    return _holds_escaped_letter(record) or (_AS_LONG.search(text) is not None and holds_card_number(text))


def may_hold_card_number(record: bytes) -> bool:
    """The same of bytes in UTF-8, at the price of a glance or two: False is certain, True is worth a closer look."""
    shaped = record.translate(_SHAPED)
    if _IN_EVERY_SHAPE in shaped and any(map(shaped.__contains__, _SHAPES)):
        return True
    if _holds_escaped_letter(record):
        return True
    if _may_hold_plain(record, shaped):
        return True
    if b"W" not in shaped or not any(lead in record for lead in _WIDE_LEADS):
        return False
    return _RUN_OF_DIGITS in record.translate(_DIGITS, b" -")


def lines_may_hold_card_number(text: str) -> bool:
    """The same of many lines at once, whatever stands between their cells: False is certain of every cell."""
    if not text.isascii():
        for mark, plain in PLAIN_MARKS.items():
            text = text.replace(mark, plain)
    return may_hold_card_number(text.encode("ascii", "replace"))


def _may_hold_plain(record: bytes, shaped: bytes) -> bool:
    """Whether one of the runs of plain digits is a card number: most long runs are ids, days and times."""
    end = 0
    while (start := shaped.find(_RUN_OF_DIGITS, end)) >= 0:
        end = start + SHORTEST
        lengths = _LENGTHS[record[start : start + 4]]
        if not lengths:
            continue  # should the run go on behind `end`, that part of it does not stand alone
        while shaped.startswith(b"0", end):
            end += 1
        if end - start not in lengths:
            continue
        is_alone = not record[max(start - 1, 0) : start].isalnum() and not record[end : end + 1].isalnum()
        if is_alone and is_card_number(record[start:end].decode("ascii")):
            return True
    return False


def _holds_escaped_letter(record: bytes) -> bool:
    return b"\\" in record and _ESCAPED_LETTER.search(record) is not None
