"""What must not reach a log: card-like numbers, tokens and passwords are blanked before a line is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

BLANK = "[redacted]"
SECRET_NAME = re.compile(
    r"passw|secret|token|authorization|cookie|api_?key|session_?key|cvv|cvc|card_?number|\bpan\b|otp", re.IGNORECASE
)
DIGIT_RUN = re.compile(r"(?<![\dA-Za-z])\d(?:[ -]?\d){12,18}(?![\dA-Za-z])")
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
        return redacted_text(str(value)) if isinstance(value, int) and abs(value) >= 10**12 else value
    return redacted_text(str(value))


def redacted_text(text: str) -> str:
    """The text without card-like numbers (13 to 19 digits that pass Luhn) and without tokens."""
    return SECRET_TEXT.sub(_blank_secret, DIGIT_RUN.sub(_blank_card, text))


def _blank_card(found: re.Match[str]) -> str:
    digits = [int(character) for character in found.group() if character.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return BLANK if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 else found.group()


def _blank_secret(found: re.Match[str]) -> str:
    scheme, name, sign, user = found.groups()
    if name:
        return f"{name}{sign}{BLANK}"
    return f"{scheme} {BLANK}" if scheme else f"{user}:{BLANK}"
