"""What OFX writes in an element: dates with a zone of their own, amounts with either mark, text in many encodings."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from payments.banks.plain_texts import tidy
from payments.facts import FileRefused, Problem
from payments.money import UnreadableAmount, parse_minor
from payments.tabular.amounts import amount_problem, shown
from payments.tabular.encodings import WRONG_BYTES, codec_named, multibyte_codec
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

BAD_DATE: Final = translatable("“%(text)s” is not a date.")

_DATE: Final = re.compile(
    r"(\d{8})(?:(\d{6})(?:\.\d{1,6})?|\d{4})?\s*(?:\[([+-]?\d{1,2}(?:\.\d{1,2})?)(?::\w*)?\])?", re.ASCII
)
_ENTITY: Final = re.compile(r"&(?:(amp|lt|gt|quot|apos|nbsp)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_LARGEST_POINT: Final = 0x10FFFF
_ENCODING: Final = re.compile(rb"ENCODING:\s*(.*?)\s*(?:CHARSET:|[\r\n<]|$)")
_CHARSET: Final = re.compile(rb"CHARSET:\s*(.*?)\s*(?:COMPRESSION:|OLDFILEUID:|[\r\n<]|$)")
_XML: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding=[\"']([\w.-]+)[\"']")
_HEADER: Final = 2048
_VAGUE: Final = frozenset({"ascii", "cp1252", "latin-1"})
"""Declared by software that writes whatever the bank has."""


class Texts:
    """Turns bytes of a file into text, in the encoding its header names unless its bytes say otherwise."""

    def __init__(self, head: bytes, home: str) -> None:
        """`home` is the zone of the bank: it decides where bytes are Korean and Japanese alike."""
        self._head = head
        self._home = home
        self._declared = _declared(head)
        self._codec = "" if self._declared in _VAGUE | {""} else self._declared

    def decoded(self, content: bytes, line: int) -> str:
        """A stretch of the file as text, as it stands there. Raises FileRefused."""
        if content.isascii():
            return content.decode("ascii")
        if not self._codec:
            sample = content if self._head.isascii() else self._head
            fallback = self._declared if self._declared not in ("", "ascii") else "cp1252"
            self._codec = multibyte_codec(sample, fallback, self._home, line=line)
        try:
            return content.decode(self._codec)
        except UnicodeDecodeError:
            raise FileRefused(Problem(WRONG_BYTES, {"encoding": self._codec.upper()}, line)) from None


def plain(text: str) -> str:
    """One value, trimmed to one line, its entities resolved."""
    if "&" in text:
        text = _ENTITY.sub(_resolved, text)
    return tidy(text)


def _declared(head: bytes) -> str:
    """The codec the header names, '' when it names none that is known."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    start = head[:_HEADER]
    for pattern in (_XML, _CHARSET, _ENCODING):
        found = pattern.search(start)
        for name in (found[1].decode("latin-1"), f"cp{found[1].decode('latin-1')}") if found else ():
            try:
                return codec_named(name)
            except LookupError:
                continue
    return ""


def _resolved(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    point = int(found[2]) if found[2] else int(found[3], 16)
    is_text = point <= _LARGEST_POINT and not 0xD800 <= point <= 0xDFFF and point >= ord(" ")
    return chr(point) if is_text else " "


def is_no_date(text: str) -> bool:
    """Whether a bank filled the place of a date it does not tell with zeros."""
    return not text.strip("0")


@lru_cache(maxsize=4096)
def day_of(text: str) -> date:
    """`20260701120000.000[-5:EST]` as the first of July, whatever the zone: the bank's own calendar.

    Banks write midnight of London for a date: converting it would book a day early west of there.
    Raises RowRefused, whose field the caller adds.
    """
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError("not a date")
        return date(int(found[1][:4]), int(found[1][4:6]), int(found[1][6:]))
    except ValueError:
        raise RowRefused(Problem(BAD_DATE, {"text": shown(text)})) from None


def instant_of(text: str) -> datetime | None:
    """When something happened, in UTC; without a zone of its own London is meant. None where it is no time."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[1] + (found[2] or "000000"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        hours, _, minutes = (found[3] or "0").partition(".")
        distance = timedelta(
            hours=abs(int(hours)), minutes=round(60 * int(minutes) / 10 ** len(minutes)) if minutes else 0
        )
        return moment + distance if hours.startswith("-") else moment - distance
    except (ValueError, OverflowError):
        return None


def amount_of(text: str, currency: str, field: str) -> int:
    """An amount in minor units, signed as written; either mark may part the decimals, as the format allows.

    Raises RowRefused.
    """
    mark = "," if text.rfind(",") > text.rfind(".") else "."
    try:
        return parse_minor(text, currency, decimal_mark=mark)
    except UnreadableAmount as refusal:
        raise RowRefused(amount_problem(refusal, field=field)) from None
