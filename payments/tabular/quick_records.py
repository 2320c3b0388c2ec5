"""JSON records that look alike, several times as quick: cut out where the last one ended the same way, then decoded.

A record is what `JsonRecords` gives, with two differences: whole numbers may be `int` (never float: a record with any
other number is read exactly), and its text is '' when it surely holds no card number. Whatever is not plain (a key
given twice, a number with decimals, anything that is no JSON) is left to the careful reader, which has the last word.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson

from payments.card_glances import may_hold_card_number
from payments.tabular.json_records import JsonRecord, JsonRecords
from payments.tabular.limits import BLOCK_BYTES, NESTING, RECORD_BYTES

_NEXT: Final = r'[ \t\r\n]*(?=\{)\{[ \t\r\n]*"[^"\\]{1,60}"'
_NEXT_IN_LIST: Final = re.compile(rf"[ \t\r\n]*,{_NEXT}")
_NEXT_LINE: Final = re.compile(_NEXT)
_NO_TEXTS: Final = -2 * RECORD_BYTES
"""Fewer than any record could make up for."""


class QuickRecords(JsonRecords):
    """The objects of a JSON file, for readers that take whole numbers as they come."""

    _encoded = b""
    """What `_encoded_of` held from some place on, in UTF-8."""
    _encoded_of = ""
    _behind = 0, 0
    """Where the quick way stopped: characters of `_encoded_of`, bytes of `_encoded`."""
    _may_hold_cards = True

    def _list(self) -> Iterator[JsonRecord]:
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            self._peek()
            yield self._record()
            seam = self._seam(_NEXT_IN_LIST)
            if self._peek() == "]":
                self._take("]")
                return
            self._take(",")
            if seam and self._peek() == "{":
                yield from self._alike(seam)

    def _objects(self) -> Iterator[JsonRecord]:
        while self._peek():
            yield self._record()
            seam = self._seam(_NEXT_LINE)
            if seam and self._peek() == "{":
                yield from self._alike(seam)

    def _seam(self, pattern: re.Pattern[str]) -> str:
        """The end of the record just read with the beginning of the next: `}, {"id"`; '' where it is not in view."""
        found = None if self.encoding.is_wide else pattern.match(self._text, self._at)
        return "}" + found[0] if found else ""

    def _alike(self, seam: str) -> Iterator[JsonRecord]:
        """Yield the records from here on that end in the same way and are plain; stand before the first other one."""
        mark, lead = seam.encode(), seam.index("{") - 1
        lines_between, is_utf_8 = seam.count("\n", 0, lead + 1), self.encoding.codec == "utf-8"
        while True:
            start = at = self._encode()
            rest, byte, line, find = self._encoded, self._byte, self._line, self._encoded.find
            while (found := find(mark, at)) >= 0:
                piece = rest[at : found + 1]
                record = _plain(piece)
                if record is None:
                    break
                size = len(piece) if is_utf_8 else self._size(piece.decode())
                self.count += 1
                is_looked_at = self._may_hold_cards and may_hold_card_number(piece)
                yield line, byte, size, record, piece.decode() if is_looked_at else ""
                line += piece.count(b"\n") + lines_between
                byte += size + lead
                at = found + 1 + lead
            self._at += len(rest[start:at].decode())
            if line != self._line:
                self._line_at = self._text.rfind("\n", 0, self._at) + 1
            self._byte, self._line, self._behind = byte, line, (self._at, at)
            if found >= 0 or len(self._text) - self._at > BLOCK_BYTES or not self._fill():
                return

    def _encode(self) -> int:
        """Have the text at hand in UTF-8: once for all of it, however often a record is read with care.

        Where in it the next record stands.
        """
        if self._encoded_of is not self._text:
            self._encoded_of, self._encoded = self._text, self._text[self._at :].encode()
            self._may_hold_cards = may_hold_card_number(self._encoded)
            self._behind = self._at, 0
        characters, at = self._behind
        return at + len(self._text[characters : self._at].encode())


def _plain(piece: bytes) -> dict[str, Any] | None:
    """The object some bytes are; None when it is to be read with care."""
    if len(piece) > RECORD_BYTES:
        return None
    try:
        record = orjson.loads(piece)
    except orjson.JSONDecodeError:
        return None
    # Were a key given twice, or a mark escaped, there would be more quotation marks than the object has texts.
    if type(record) is not dict or piece.count(b'"') != 2 * _texts_of(record, 1):
        return None
    return record


def _texts_of(record: dict[str, Any], depth: int) -> int:
    """How many keys and texts an object and all inside it have; below 0 for depth, or a number that is not whole."""
    if depth > NESTING:
        return _NO_TEXTS
    texts = len(record)
    for value in record.values():
        kind = type(value)
        if kind is str:
            texts += 1
        elif kind is dict:
            texts += _texts_of(value, depth + 1)
        elif kind is list:
            texts += _texts_in(value, depth + 1)
        elif kind is float:
            return _NO_TEXTS
    return texts


def _texts_in(entries: list[Any], depth: int) -> int:
    if depth > NESTING:
        return _NO_TEXTS
    texts = 0
    for entry in entries:
        kind = type(entry)
        if kind is str:
            texts += 1
        elif kind is dict:
            texts += _texts_of(entry, depth + 1)
        elif kind is list:
            texts += _texts_in(entry, depth + 1)
        elif kind is float:
            return _NO_TEXTS
    return texts
