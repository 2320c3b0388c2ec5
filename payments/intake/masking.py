"""Blots out card numbers and security codes in a delivery, before it is stored; all else stays byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from payments.cards import (
    MASKED,
    SHORTEST,
    is_card_number,
    names_security_code,
    reference_holds_card_number,
    undisguised,
    without_card_data,
)

CODE: Final = "[code]"
"""What is kept of a security code."""
_SHORTEST_CODE: Final = 3
_SHORTEST_TOLD: Final = len("cvv123")

# A cheap look at the bytes: with every digit made a 0 and what may stand between groups left out, a card number is
# thirteen noughts. Digits in disguise (\u0034, %34, full width) are suspicious by themselves, and so are the words for
# security codes. What this passes over holds neither.
_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")
_BETWEEN: Final = b" .+_-'~()[],/:;|\t\r\n\\" + bytes(range(0x80, 0x100))
_NOUGHTS: Final = b"0" * SHORTEST
_ESCAPES: Final = re.compile(rb"[0-9] {0,3}\\[ntrf]|\\u(?:00[23aAbB]|0[3-9]|1|2[02]|300|30[fF][bcBC]|[fF][efEF])")
_PERCENTS: Final = re.compile(rb"%(?:[23eE][0-9a-fA-F]|0[9aAdD]|[cC]2)")
_WIDE: Final = re.compile(rb"\xef\xbc[\x90-\x99]")
_NO_FOREIGN: Final = bytes(set(range(0x100)) - {0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xF0})
"""Every byte but those that digits of other scripts begin with."""
_ABBREVIATED: Final = (b"cvv", b"cvc", b"cvn", b"csc", b"cid")
_SPELLED: Final[tuple[bytes, ...]] = (b"security", b"verification")
_SPELLED_ESCAPED: Final = (b"\\ubcf4\\uc548", b"\\u30bb\\u30ad")
_SPELLED_WIDE: Final = ("보안".encode(), "セキュリティ".encode(), "ＣＶ".encode(), "ｃｖ".encode())
_CODE_NEAR: Final = re.compile(rb"(?:cv[vcn]|csc|cid)[0-9]?[^0-9]{0,30}[0-9]{3,4}(?![0-9])")
# The tokens of JSON that can hold digits: strings, with the colon that makes one a key, and long whole numbers. Here as
# below nothing is tried twice (`*+`), and what is never closed is a token too: hostile bytes cost no more than others.
_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"?(\s*+:)?|(?<![\w.+-])[0-9]{13,19}(?![\w.])', re.DOTALL)
_BARE_CODE: Final = re.compile(r"(?<![\w.+-])[0-9]{3,4}(?![\w.+-])")


def masked(body: bytes, reference_fields: frozenset[str]) -> bytes:
    """The body with card numbers blotted out; the same object when it holds none.

    Values under `reference_fields` are references that the provider makes: sixteen plain digits are one there, and only
    the groups printed on cards are taken for a card number. What a merchant makes is judged like any text.
    """
    if not _is_suspicious(body):
        return body
    text = body.decode("utf-8", "surrogateescape")
    found = "".join(_walked(text, reference_fields))
    return body if found == text else found.encode("utf-8", "surrogateescape")


def _is_suspicious(body: bytes) -> bool:
    if _NOUGHTS in body.translate(_ALIKE, _BETWEEN) or (b"%" in body and _PERCENTS.search(body)):
        return True
    lower, spelled = body.lower(), _SPELLED
    if b"\\" in body:
        if _ESCAPES.search(body):
            return True
        spelled += _SPELLED_ESCAPED
    if not body.isascii():
        if body.translate(None, _NO_FOREIGN) or _WIDE.search(body):
            return True
        spelled += _SPELLED_WIDE
    if any(word in lower for word in spelled):
        return True
    return any(word in lower for word in _ABBREVIATED) and _CODE_NEAR.search(lower) is not None


def masked_text(text: str) -> str:
    """A plain text with card numbers and security codes blotted out, however they are written."""
    return without_card_data(text, _shown, CODE)


def _walked(text: str, reference_fields: frozenset[str]) -> Iterable[str]:
    """The text in pieces, with the tokens that held card data exchanged; what is no JSON is walked all the same."""
    end, key, names_code = 0, "", False
    is_json = text.lstrip()[:1] in ("{", "[")
    for token in _TOKEN.finditer(text):
        yield _gap(text[end : token.start()], is_json=is_json, names_code=names_code)
        end = token.end()
        inner = token.group(1)
        if inner is None:
            is_value = text[max(end - 40, 0) : token.start()].rstrip()[-1:] in (":", ",", "[")
            yield _number(token.group(), is_value, key in reference_fields)
            continue
        is_value = not token.group(2)
        if not is_value:
            key, names_code = inner, names_security_code(undisguised(inner))
        is_code = is_value and names_code and _is_code(inner)
        shown = CODE if is_code else _string(inner, is_value and key in reference_fields)
        yield '"' + shown + token.group()[len(inner) + 1 :]
    yield _gap(text[end:], is_json=is_json, names_code=names_code)


def _gap(text: str, *, is_json: bool, names_code: bool) -> str:
    """What stands between strings: in JSON numbers that are short, each by itself; else anything."""
    if not is_json:
        return masked_text(text)
    if names_code:
        text = _BARE_CODE.sub(f'"{CODE}"', text)
    return text if len(text) < SHORTEST else ",".join(map(masked_text, text.split(",")))


def _is_code(inner: str) -> bool:
    return len(inner) >= _SHORTEST_CODE and re.fullmatch(r"\s*[0-9]{3,4}\s*", undisguised(inner)) is not None


def _number(digits: str, is_value: bool, is_reference: bool) -> str:
    if is_reference or not is_card_number(digits):
        return digits
    return f'"{_shown(digits)}"' if is_value else _shown(digits)


def _string(inner: str, is_reference: bool) -> str:
    """What stands between two quotation marks, without card data."""
    if len(inner) < _SHORTEST_TOLD:
        return inner
    value = inner
    if "\\" in inner:
        with suppress(ValueError):
            value = str(json.loads(f'"{inner}"'))
    if is_reference and not reference_holds_card_number(undisguised(value)):
        return inner
    found = masked_text(value)
    return inner if found == value else json.dumps(found, ensure_ascii=False)[1:-1]


def _shown(digits: str) -> str:
    """What may be kept of a card number: its last four digits."""
    return f"{MASKED}{digits[-4:]}]"
