"""What happens to the bytes of a file that is otherwise right: a mark in front, other columns first, a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Set
from io import StringIO
from random import Random
from typing import Final

from payments.simulator.chance import chance
from payments.simulator.mess import Mess
from payments.simulator.mess.captures import captured_in_part

_BOM: Final = b"\xef\xbb\xbf"
_SHARE: Final = 0.5
_CODECS: Final = {
    "gmo": "cp932",
    "japanese_bank": "cp932",
    "kakaopay": "cp949",
    "konbini": "cp932",
    "korean_bank": "cp949",
    "passbook": "cp949",
}
"""Of tables that are not UTF-8."""
_STRIPE: Final = frozenset({"stripe", "stripe_manual"})
_TABLES: Final = frozenset({*_CODECS, "adyen", "komoju", "ledger", "paypal_activity", *_STRIPE})
_MARKABLE: Final = frozenset(
    {
        "adyen", "komoju", "ledger", "mollie", "mollie_balance", "naver", "square", "toss", *_STRIPE,
    }
)  # fmt: skip
_LONG_NUMBER: Final = re.compile(r"\b\d{14,}\b")


def muddled(seed: int, layout: str, path: str, content: bytes, mess: Set[Mess]) -> bytes:
    """Return a file as it arrives; what it says stays the same."""
    if Mess.PARTIAL in mess and layout in _STRIPE:
        content = captured_in_part(seed, content)
    luck = chance(seed, "muddle", path)
    is_reordered, is_marked = luck.random() < _SHARE, luck.random() < _SHARE
    if Mess.REORDERED in mess and layout in _TABLES and is_reordered:
        content = _reordered(content, _CODECS.get(layout, "utf-8"), luck)
    if Mess.BOM in mess and layout in _MARKABLE and is_marked:
        content = _BOM + content
    return content


def spoiled(layout: str, content: bytes) -> bytes:
    """Return a table as a spreadsheet saves it: long numbers keep their first digits."""
    codec = _CODECS.get(layout, "utf-8")
    return _LONG_NUMBER.sub(_as_a_spreadsheet_shows_it, content.decode(codec)).encode(codec)


def _as_a_spreadsheet_shows_it(found: re.Match[str]) -> str:
    return f"{int(found[0]):.5E}".replace("E+0", "E+")


def _reordered(content: bytes, codec: str, luck: Random) -> bytes:
    """Every row of the table with its cells in one other order; a title above the header stays."""
    text = content.decode(codec)
    mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    ending = "\r\n" if "\r\n" in text else "\n"
    rows = list(csv.reader(StringIO(text, newline="")))
    width = max(map(len, rows))
    order = luck.sample(range(width), width)
    written = StringIO()
    writer = csv.writer(
        written, lineterminator=ending, quoting=csv.QUOTE_ALL if text.startswith('"') else csv.QUOTE_MINIMAL
    )
    writer.writerows([row[place] for place in order] if len(row) == width else row for row in rows)
    return (mark + written.getvalue()).encode(codec)
