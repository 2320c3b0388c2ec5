"""Blots out what looks like a card number in a delivery, before it is stored; everything else stays byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from payments.cards import SHORTEST, is_card_number, plain_marks, reference_holds_card_number

_LONGEST: Final = 19

# A cheap look at the bytes: with every digit made a 0 and what may stand between groups left out, a card number is
# thirteen noughts. Digits in disguise (\u0034, %34, full width) are suspicious by themselves. What this passes over
# holds no card number.
_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")
_BETWEEN: Final = b" -.+\xc2\xa0\xe2\x80\x89\x90\x91\x92\x93\xaf\xe3"
_NOUGHTS: Final = b"0" * SHORTEST
_DISGUISES: Final = re.compile(rb"\\u(?:00[23aA]|20|3000|[fF][fF])|%(?:3[0-9]|2[0dD])|\xef\xbc[\x90-\x99]")
# The tokens of JSON that can hold digits: strings, with the colon that makes one a key, and long whole numbers. Here as
# below nothing is tried twice (`*+`), and what is never closed is a token too: hostile bytes cost no more than others.
_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"?(\s*+:)?|(?<![\w.+-])[0-9]{13,19}(?![\w.])', re.DOTALL)
_RUN: Final = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ .+-]{0,2}[0-9]){12,}+")
_GROUP: Final = re.compile(r"[0-9]+")
_DISGUISED: Final = re.compile(r"\\u00(3[0-9]|2[0dD])|%(3[0-9]|2[0dD])")


def masked(body: bytes, reference_fields: frozenset[str]) -> bytes:
    """The body with card numbers blotted out; the same object when it holds none.

    Values under `reference_fields` are references of the provider or merchant: sixteen plain digits are one there, and
    only the groups printed on cards are taken for a card number.
    """
    if not _is_suspicious(body):
        return body
    text = body.decode("utf-8", "surrogateescape")
    found = "".join(_walked(text, reference_fields))
    return body if found == text else found.encode("utf-8", "surrogateescape")


def _is_suspicious(body: bytes) -> bool:
    if _NOUGHTS in body.translate(_ALIKE, _BETWEEN):
        return True
    return (b"\\u" in body or b"%" in body or b"\xef\xbc" in body) and bool(_DISGUISES.search(body))


def masked_text(text: str) -> str:
    """A plain text with card numbers blotted out, whatever stands between their groups."""
    if len(text) < SHORTEST:
        return text
    plain = _undisguised(text)
    found = _RUN.sub(_blot, plain)
    return text if found == plain else found


def _walked(text: str, reference_fields: frozenset[str]) -> Iterable[str]:
    """The text in pieces, with the tokens that held a card number exchanged; what is no JSON is walked all the same."""
    end, key = 0, ""
    for token in _TOKEN.finditer(text):
        yield masked_text(text[end : token.start()])
        end = token.end()
        inner = token.group(1)
        if inner is None:
            is_value = text[max(end - 40, 0) : token.start()].rstrip()[-1:] in (":", ",", "[")
            yield _number(token.group(), is_value, key in reference_fields)
            continue
        key = inner if token.group(2) else key
        is_reference = not token.group(2) and key in reference_fields
        yield '"' + _string(inner, is_reference=is_reference) + token.group()[len(inner) + 1 :]
    yield masked_text(text[end:])


def _number(digits: str, is_value: bool, is_reference: bool) -> str:
    if is_reference or not is_card_number(digits):
        return digits
    return f'"{_shown(digits)}"' if is_value else _shown(digits)


def _string(inner: str, *, is_reference: bool) -> str:
    """What stands between two quotation marks, without a card number."""
    if len(inner) < SHORTEST:
        return inner
    value = inner
    if "\\" in inner:
        with suppress(ValueError):
            value = str(json.loads(f'"{inner}"'))
    if is_reference and not reference_holds_card_number(_undisguised(value)):
        return inner
    found = masked_text(value)
    return inner if found == value else json.dumps(found, ensure_ascii=False)[1:-1]


def _undisguised(text: str) -> str:
    """The text with escaped and wide digits, blanks and hyphens in their plain form."""
    if "\\u00" in text or "%" in text:
        text = _DISGUISED.sub(lambda found: chr(int(found.group(1) or found.group(2), 16)), text)
    return plain_marks(text)


def _blot(found: re.Match[str]) -> str:
    """Blot out the groups that make a card number together; a date or a count beside it stays."""
    run, spans = found.group(), [group.span() for group in _GROUP.finditer(found.group())]
    if found.string[found.end() : found.end() + 1].isalnum():
        spans.pop()  # its last group goes on in letters: a reference
    pieces, end, first = [], 0, 0
    while first < len(spans):
        last = _card_from(run, spans, first)
        if last is not None:
            digits = "".join(run[start:stop] for start, stop in spans[first : last + 1])
            pieces += [run[end : spans[first][0]], _shown(digits)]
            end, first = spans[last][1], last
        first += 1
    return "".join((*pieces, run[end:]))


def _card_from(run: str, spans: Sequence[tuple[int, int]], first: int) -> int | None:
    """The last of the groups that make a card number together with the first one; None when none do."""
    if run[spans[first][0]] in "01":
        return None  # no scheme begins so
    digits = ""
    for last in range(first, min(first + _LONGEST, len(spans))):
        digits += run[spans[last][0] : spans[last][1]]
        if len(digits) > _LONGEST:
            return None
        if len(digits) >= SHORTEST and is_card_number(digits):
            return last
    return None


def _shown(digits: str) -> str:
    """What may be kept of a card number: its last four digits."""
    return f"[card …{digits[-4:]}]"
