"""The body of an event, read without trust: any JSON comes in, checked texts, amounts and instants go out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from payments.cards import MASKED, holds_card_number, reference_holds_card_number
from payments.facts import Instrument
from payments.money import EXPONENTS, LARGEST_MINOR, UnreadableAmount, minor_from_major
from payments.providers.deliveries import Untranslatable

LONGEST_KEY: Final = 80
"""Of references that our ledger keeps as keys of payments and movements."""
LONGEST_REFERENCE: Final = 120
LONGEST_METHOD: Final = 80
LONGEST_REASON: Final = 200
_LATEST_SECOND: Final = 253_402_300_799
_OFFSET_WITHOUT_COLON: Final = re.compile(r"([+-][0-9]{2})([0-9]{2})$")
_BIN: Final = re.compile(r"[0-9]{6}(?:[0-9]{2})?")
_LAST4: Final = re.compile(r"[0-9]{4}")
_FINGERPRINT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_INSTALLMENT: Final = 120


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one name are two truths: whoever signed may have meant the other one."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return record


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_refuse_constant, strict=True
)


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, numbers with decimals as Decimal. Raises ValueError, saying what is wrong with it."""
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON at character {error.pos}") from None
    except ArithmeticError:
        raise ValueError("a number beyond all numbers") from None
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


class EventFields:
    """One object of an event; every reading raises Untranslatable with the name of the field, never with its value."""

    __slots__ = ("_path", "record")

    def __init__(self, record: Mapping[str, Any], path: str = "") -> None:
        self.record = record
        self._path = path

    @classmethod
    def of(cls, body: bytes) -> EventFields:
        """The object in `body`. Raises Untranslatable."""
        try:
            return cls(read_object(body))
        except ValueError as error:
            raise Untranslatable(str(error)) from None

    def wrong(self, key: str, why: str) -> Untranslatable:
        """The refusal of this object because of one field."""
        return Untranslatable(f"{self._path}{key} {why}")

    def has(self, key: str) -> bool:
        """Whether the field is there and neither null nor ''."""
        return self.record.get(key) not in (None, "")

    def inner(self, key: str) -> EventFields:
        """The object under `key`. Raises Untranslatable when there is none."""
        found = self.maybe(key)
        if found is None:
            raise self.wrong(key, "is missing")
        return found

    def maybe(self, key: str) -> EventFields | None:
        """The object under `key`, None where it is missing or null. Raises Untranslatable when it is no object."""
        value = self.record.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(key, "is no object")
        return EventFields(value, f"{self._path}{key}.")

    def rows(self, key: str) -> tuple[EventFields, ...]:
        """The objects of the list under `key`; () where it is missing or null. Raises Untranslatable."""
        value = self.record.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong(key, "is no list of objects")
        return tuple(EventFields(each, f"{self._path}{key}[{place}].") for place, each in enumerate(value))

    def text(self, key: str, *, is_required: bool = False) -> str:
        """A text; '' where it may be missing. Raises Untranslatable for what no database could keep."""
        value = self.record.get(key)
        if value is None or value == "":
            if is_required:
                raise self.wrong(key, "is missing")
            return ""
        if not isinstance(value, str):
            raise self.wrong(key, "is no text")
        if "\0" in value or not (value.isascii() or _is_storable(value)):
            raise self.wrong(key, "holds characters that are no text")
        return value

    def reference(self, key: str, *, longest: int = LONGEST_REFERENCE, is_required: bool = False) -> str:
        """An id. Raises Untranslatable when it is too long to be kept whole, or is written like a card number."""
        value = self.text(key, is_required=is_required)
        if len(value) > longest:
            raise self.wrong(key, f"is longer than {longest} characters")
        if reference_holds_card_number(value):
            raise self.wrong(key, "looks like a card number")
        if MASKED in value:
            raise self.wrong(key, "looked like a card number, and was blotted out when it came")
        return value

    def shop_reference(self, key: str, *, longest: int = LONGEST_KEY, is_required: bool = False) -> str:
        """An id that a merchant makes, who can put a letter in front: judged like any text. Raises Untranslatable."""
        value = self.reference(key, longest=longest, is_required=is_required)
        if holds_card_number(value):
            raise self.wrong(key, "looks like a card number")
        return value

    def words(self, key: str, longest: int = LONGEST_REASON) -> str:
        """Free text, cut to `longest`; '' when it is missing, or holds what looks like a card number."""
        value = self.text(key)
        return "" if holds_card_number(value) else value[:longest]

    def currency(self, key: str = "currency") -> str:
        """An ISO 4217 code in capitals. Raises Untranslatable."""
        code = self.text(key, is_required=True).upper()
        if code not in EXPONENTS:
            raise self.wrong(key, "is no currency we know")
        return code

    def integer(self, key: str, *, is_required: bool = True) -> int:
        """A whole number, not negative; 0 where it may be missing. Raises Untranslatable."""
        value = self.record.get(key)
        if value is None and not is_required:
            return 0
        if type(value) is not int:
            raise self.wrong(key, "is missing" if value is None else "is no whole number")
        if not 0 <= value <= LARGEST_MINOR:
            raise self.wrong(key, "is negative" if value < 0 else "is too large")
        return value

    def minor(self, key: str, currency: str, units: Mapping[str, tuple[int, int]]) -> int:
        """Minor units as the provider counts them, as ISO 4217 does; `units` has what they are times and per another.

        Raises Untranslatable.
        """
        times, per = units.get(currency, (1, 1))
        minor, rest = divmod(self.integer(key) * times, per)
        if rest:
            raise self.wrong(key, f"has decimals that {currency} does not have")
        return minor

    def major(self, key: str, currency: str) -> int:
        """An amount in major units, as minor units, not negative. Raises Untranslatable."""
        value = self.record.get(key)
        if type(value) is not int and not isinstance(value, Decimal):
            raise self.wrong(key, "is missing" if value is None else "is no number")
        try:
            minor = minor_from_major(value, currency)
        except UnreadableAmount:
            raise self.wrong(key, f"is no amount of {currency}") from None
        if minor < 0:
            raise self.wrong(key, "is negative")
        return minor

    def unix(self, key: str) -> datetime:
        """An instant in seconds since 1970. Raises Untranslatable."""
        value = self.integer(key)
        if value > _LATEST_SECOND:
            raise self.wrong(key, "is no instant")
        return datetime.fromtimestamp(value, UTC)

    def maybe_unix(self, key: str) -> datetime | None:
        """The same, None where it is missing."""
        return self.unix(key) if self.record.get(key) is not None else None

    def instant(self, key: str, zone: str) -> datetime:
        """An ISO 8601 instant as UTC; `zone` is that of times without an offset. Raises Untranslatable."""
        try:
            return parse_instant(self.text(key, is_required=True), zone)
        except ValueError:
            raise self.wrong(key, "is no date and time") from None

    def maybe_instant(self, key: str, zone: str) -> datetime | None:
        """The same, None where it is missing."""
        return self.instant(key, zone) if self.has(key) else None


def _is_storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def parse_instant(text: str, zone: str) -> datetime:
    """Read ISO 8601 with or without an offset and return UTC. Raises ValueError."""
    if len(text) > LONGEST_KEY:
        raise ValueError("too long")
    spelled = _OFFSET_WITHOUT_COLON.sub(r"\1:\2", text) if len(text) > len("2026-01-01T00") else text
    moment = datetime.fromisoformat(spelled)
    try:
        known = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        return known.astimezone(UTC)
    except (OverflowError, ZoneInfoNotFoundError) as error:
        raise ValueError("no instant") from error


def instrument(brand: str, last4: str, first_digits: str, fingerprint: str = "", months: int = 0) -> Instrument | None:
    """What may be known of a card: each part only if it is what it says, so that no card number gets through."""
    known = Instrument(
        brand=brand[:30].lower() if not any(character.isdigit() for character in brand) else "",
        last4=last4 if _LAST4.fullmatch(last4) else "",
        bin=first_digits if _BIN.fullmatch(first_digits) else "",
        fingerprint=fingerprint if _FINGERPRINT.fullmatch(fingerprint) and not holds_card_number(fingerprint) else "",
        installment_months=months if 1 < months <= _LONGEST_INSTALLMENT else 0,
    )
    return known if known != Instrument() else None


def masked_number(number: str) -> tuple[str, str]:
    """First and last digits of a masked card number such as 12345678****123*: (BIN or '', last four or '')."""
    head, mark, _ = number.partition("*")
    if not mark:
        return "", ""
    first = head[:8] if len(head) >= 8 else head[:6]
    return first if _BIN.fullmatch(first) else "", number[-4:] if _LAST4.fullmatch(number[-4:]) else ""
