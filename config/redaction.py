"""What must not reach a log: card-like numbers, tokens and passwords are blanked before a line is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

from payments.cards import is_card_number

BLANK = "[redacted]"
LONGEST_CARD = 19
SECRET_NAME = re.compile(
    r"passw|secret|token|authorization|cookie|api_?key|session_?key|cvv|cvc|card_?number|\bpan\b|otp", re.IGNORECASE
)
DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){12,}(?![0-9A-Za-z])")
DIGIT_GROUP = re.compile(r"[0-9]+")
SECRET_TEXT = re.compile(
    r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|\b(password|passwd|secret|token|api_?key|signature)(\s*[=:]\s*)[^\s&,;'\"}]+"
    r"|(?<=://)([^\s:/@]+):[^\s/@]+(?=@)"
)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor: blanks secrets by name and card-like numbers and tokens by shape."""
    for key, value in event.items():
        event[key] = BLANK if SECRET_NAME.search(str(key)) and value is not None else redacted(value)
    return event


def redacted(value: Any) -> Any:
    """A copy of the value with everything secret blanked, however deep it lies."""
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, Mapping):
        return {key: BLANK if SECRET_NAME.search(str(key)) else redacted(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(part) for part in value]
    if isinstance(value, bool | int | float | None):
        return BLANK if isinstance(value, int) and is_card_number(str(value)) else value
    return redacted_text(str(value))


def redacted_text(text: str) -> str:
    """The text without what the card guard takes for card numbers and without tokens."""
    return SECRET_TEXT.sub(_blank_secret, _without_cards(text))


def _without_cards(text: str) -> str:
    """Also of an address, where blanks and digits may be written as %20, + and %34."""
    blanked = DIGIT_RUN.sub(_blank_card, text)
    if "%" not in blanked and "+" not in blanked:
        return blanked
    plain = unquote_plus(blanked)
    found = DIGIT_RUN.sub(_blank_card, plain)
    return blanked if found == plain else found


def _blank_card(found: re.Match[str]) -> str:
    """Blank the groups of digits that make a card number together; a date or a count beside it stays."""
    run, groups = found.group(), list(DIGIT_GROUP.finditer(found.group()))
    for first in range(len(groups)):
        for last in range(first, min(first + LONGEST_CARD, len(groups))):
            if is_card_number("".join(group.group() for group in groups[first : last + 1])):
                rest = redacted_text(run[groups[last].end() :])
                return run[: groups[first].start()] + BLANK + rest
    return run


def _blank_secret(found: re.Match[str]) -> str:
    scheme, name, sign, user = found.groups()
    if name:
        return f"{name}{sign}{BLANK}"
    return f"{scheme} {BLANK}" if scheme else f"{user}:{BLANK}"
