"""Refuses card data, and what no row can hold, wherever in a request it stands; the answer names the field alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from payments.cards import (
    SHORTEST,
    holds_card_number,
    holds_disguised_card_number,
    holds_security_code,
    is_card_number,
    names_security_code,
    reference_holds_card_number,
    undisguised,
)

DEEPEST: Final = 20
_REFERENCE_DIGITS: Final = 16
_EXACT: Final = 2**53
"""Above it a decimal loses digits, and would hide those of a card number."""
_DECLARED: Final = re.compile(
    r"(?:events\.[0-9]+\.)?(?:attempt_reference|provider_key|object_key|references(?:\.[0-9]+)?)"
)
"""Where ids that a provider made stand: sixteen plain digits are one there (Adyen's), but groups as printed on cards
are not. A field of the same name in what the merchant may fill with anything is none."""
_CARD_NAME: Final = re.compile(
    r"(?:card|account)?pan|(?:credit|debit)?cardn(?:umber|o|r)|ccn(?:umber|o)?|track[12]?(?:data)?|pinblock"
)
_MAY_BE_AN_ID: Final = "cid"
"""Called so are security codes of American Express, and the merchant codes of KakaoPay, which are longer."""
_CODE: Final = re.compile(r"\s*[0-9]{3,4}\s*")
_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Refusal(NamedTuple):
    """Why a value is refused, and where it stands: `extra.note`, `references.0`."""

    path: str
    code: str
    words: str


CARD: Final = ("card_number", "This looks like a card number. Card data must never be sent here; nothing was kept.")
CODE: Final = ("card_data", "A security code or other card data must never be sent here; nothing was kept.")
UNWRITABLE: Final = ("unwritable", "This holds a character that cannot be kept.")
NO_NUMBER: Final = ("not_a_number", "This is no number that can be kept exactly.")
TOO_DEEP: Final = ("too_deep", f"This is nested more than {DEEPEST} levels deep.")


def refusals(value: Any, path: str = "", depth: int = 0) -> Iterator[Refusal]:
    """Everything in a parsed body that must not be kept; `path` is where the value stands in it."""
    if depth > DEEPEST:
        yield Refusal(path, *TOO_DEEP)
    elif isinstance(value, Mapping):
        for place, (key, part) in enumerate(value.items()):
            inner, refused = _name(path, str(key), place, part)
            yield from refused
            yield from refusals(part, inner, depth + 1)
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from refusals(part, f"{path}.{place}" if path else str(place), depth + 1)
    elif isinstance(value, str):
        yield from _refused_text(value, path, is_reference=_DECLARED.fullmatch(path) is not None)
    elif isinstance(value, int | float):
        yield from _refused_number(value, path)


def _name(path: str, key: str, place: int, value: Any) -> tuple[str, list[Refusal]]:
    """The path of a member, and what is wrong with its name; one that is itself card data is told by its place."""
    found = list(_refused_text(key, "", is_reference=False))
    shown = f"[{place}]" if found or len(key) > 80 else key
    inner = f"{path}.{shown}" if path else shown
    refused = [each._replace(path=inner) for each in found]
    if _tells_card_data(key, value):
        refused.insert(0, Refusal(inner, *CODE))
    return inner, refused


def _tells_card_data(key: str, value: Any) -> bool:
    """Whether a field is of card data by its name."""
    if key.strip().casefold() == _MAY_BE_AN_ID:
        return _CODE.fullmatch(undisguised(str(value))) is not None
    return names_security_code(key) or _CARD_NAME.fullmatch(re.sub(r"[^a-z0-9]", "", key.casefold())) is not None


def _refused_text(text: str, path: str, *, is_reference: bool) -> Iterator[Refusal]:
    if _UNWRITABLE.search(text):
        yield Refusal(path, *UNWRITABLE)
    elif is_reference and len(text) == _REFERENCE_DIGITS and text.isascii() and text.isdigit():
        return
    elif len(text) >= SHORTEST and (holds_card(text) or reference_holds_card_number(text)):
        yield Refusal(path, *CARD)
    elif holds_security_code(text):
        yield Refusal(path, *CODE)


def _refused_number(value: float, path: str) -> Iterator[Refusal]:
    if isinstance(value, float) and not abs(value) <= _EXACT:  # an infinity too
        yield Refusal(path, *NO_NUMBER)
    elif is_card_number(str(abs(int(value)))):
        yield Refusal(path, *CARD)


def holds_card(text: str) -> bool:
    """Whether a text holds a card number: plain, in groups whatever stands between them, or disguised by escapes."""
    return holds_card_number(text) or holds_disguised_card_number(text)


def check_body(body: Any) -> None:
    """Raise ValidationError for everything in a body that must not be kept, each by its field."""
    raise_for(list(refusals(body)))


def raise_for(found: list[Refusal]) -> None:
    """Raise ValidationError for refusals; nothing for none."""
    if found:
        raise ValidationError({each.path or "non_field_errors": [_detail(each)] for each in reversed(found)})


def _detail(refusal: Refusal) -> ErrorDetail:
    return ErrorDetail(refusal.words, code=refusal.code)


def check_address(request: Request, kwargs: Mapping[str, Any]) -> None:
    """Raise ValidationError for card data in the path, in a query parameter or in the name of one."""
    found = [each for name, value in kwargs.items() for each in refusals(str(value), name)]
    for place, (name, values) in enumerate(request.query_params.lists()):
        found += _query(place, name, values)
    raise_for(found)


def _query(place: int, name: str, values: list[str]) -> list[Refusal]:
    inner, found = _name("", name, place, values[0] if values else "")
    return found + [each for value in values for each in refusals(value, inner)]
