"""What must not reach a log: card-like numbers, tokens and passwords are blanked before a line is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

from payments.cards import is_card_number, names_security_code, without_card_data

BLANK = "[redacted]"
SECRET_NAME = re.compile(
    r"passw|secret|token|authorization|cookie|api_?key|session_?key|cvv|cvc|card_?number|\bpan\b|otp", re.IGNORECASE
)
SECRET_TEXT = re.compile(
    r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|\b(password|passwd|secret|token|api_?key|signature)(\s*[=:]\s*)[^\s&,;'\"}]+"
    r"|(?<=://)([^\s:/@]+):[^\s/@]+(?=@)"
)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor: blanks secrets by name and card-like numbers and tokens by shape."""
    for key, value in event.items():
        event[key] = BLANK if _is_secret(str(key)) and value is not None else redacted(value)
    return event


def redacted(value: Any) -> Any:
    """A copy of the value with everything secret blanked, however deep it lies."""
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, Mapping):
        return {redacted(key): BLANK if _is_secret(str(key)) else redacted(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(part) for part in value]
    if isinstance(value, bool | int | float | None):
        return BLANK if isinstance(value, int) and is_card_number(str(value)) else value
    return redacted_text(str(value))


def redacted_text(text: str) -> str:
    """The text without what the card guard takes for card data, and without tokens."""
    return SECRET_TEXT.sub(_blank_secret, without_card_data(text, lambda _digits: BLANK, BLANK))


def _is_secret(name: str) -> bool:
    return SECRET_NAME.search(name) is not None or names_security_code(name)


def _blank_secret(found: re.Match[str]) -> str:
    scheme, name, sign, user = found.groups()
    if name:
        return f"{name}{sign}{BLANK}"
    return f"{scheme} {BLANK}" if scheme else f"{user}:{BLANK}"
