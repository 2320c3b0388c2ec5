"""The values of a configuration file, each read strictly: what is accepted, what it becomes, what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.calendars import UnknownCalendar, is_business_day
from payments.money import UnknownCurrency, exponent

Read = Callable[[Any], Any]
"""Takes what TOML gave and returns what is stored. Raises ValueError with the reason and the remedy."""

LARGEST: Final = 2**63 - 1
_SLUG: Final = re.compile(r"[-a-zA-Z0-9_]{1,40}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
SOME_DAY: Final = date(2026, 1, 5)


def shown(value: object) -> str:
    """A value as it may stand in a message."""
    text = str(value)
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"


def code(value: Any) -> str:
    """A short name: letters, digits, hyphens and underscores."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise ValueError(f"{shown(value)} is no code: write 1 to 40 letters, digits, hyphens or underscores")
    return value


def text(longest: int, *, is_required: bool = True) -> Read:
    """One line of text."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f'{shown(value)} is not text: put it in quotation marks ("…")')
        if is_required and not value.strip():
            raise ValueError("it is empty")
        if len(value) > longest:
            raise ValueError(f"it is longer than {longest} characters")
        if any(ord(character) < 32 for character in value):
            raise ValueError("it holds control characters: write one line of plain text")
        return value

    return read


def account(value: Any) -> str:
    """An account number or IBAN, kept without spaces."""
    return "".join(str(text(64, is_required=False)(value)).split())


def address(check: Callable[[str], str]) -> Read:
    """Where an API is asked, as `check` returns it, or nothing; `check` raises ValueError where no secret is sent."""

    def read(value: Any) -> str:
        found = str(text(200, is_required=False)(value))
        try:
            return check(found) if found else ""
        except ValueError as refusal:
            remedy = "write one such as https://api.example.com, public and without a password"
            raise ValueError(f"{shown(value)} is no address to send secrets to ({refusal}): {remedy}") from None

    return read


def truth(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} is neither true nor false: write it without quotation marks")
    return value


def integer(least: int, most: int) -> Read:
    """A whole number."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{shown(value)} is not a whole number")
        if not least <= value <= most:
            raise ValueError(f"{value} is out of range: write {least} to {most}")
        return value

    return read


minor_units: Final = integer(0, LARGEST)
"""An amount of money in minor units."""


def basis_points(value: Any) -> Decimal:
    """A rate in hundredths of a percent, exact to a thousandth of one; a number or a string."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise ValueError(f"{shown(value)} is not a rate: write basis points, such as 295 or 29.5 (2.95 % is 295)")
    try:
        rate = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{shown(value)} is not a rate: write basis points, such as 295 or 29.5") from None
    if not rate.is_finite() or not 0 <= rate <= 10_000:
        raise ValueError(f"{shown(value)} is out of range: write 0 to 10000 basis points")
    if rate != round(rate, 3):
        raise ValueError(f"{shown(value)} has more than three decimals")
    return round(rate, 3)


def currency(value: Any) -> str:
    """An ISO 4217 code."""
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        try:
            exponent(value)
        except UnknownCurrency:
            pass
        else:
            return value
    raise ValueError(f"{shown(value)} is no currency: write its ISO 4217 code, such as KRW, JPY or EUR")


def currencies(value: Any) -> list[str]:
    """ISO 4217 codes, at least one, each once."""
    if not isinstance(value, list) or not value:
        raise ValueError('it names no currency: write a list such as ["KRW", "JPY"]')
    codes = [currency(entry) for entry in value]
    if len(set(codes)) < len(codes):
        raise ValueError("a currency stands in it twice")
    return codes


def names(longest: int) -> Read:
    """A list of short texts, each once."""

    def read(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise ValueError(f'{shown(value)} is not a list: write one such as ["visa", "mc"]')
        entries = [str(text(longest)(entry)) for entry in value]
        if len(set(entries)) < len(entries):
            raise ValueError("a name stands in it twice")
        return entries

    return read


def zone(value: Any) -> str:
    """An IANA zone."""
    try:
        if isinstance(value, str) and value and ZoneInfo(value):
            return value
    except (KeyError, ValueError, OSError):
        pass
    raise ValueError(f"{shown(value)} is no time zone: write an IANA name such as Asia/Seoul or Europe/Amsterdam")


def country(value: Any) -> str:
    """An ISO 3166 code (or EU) whose bank holidays are known."""
    try:
        if isinstance(value, str) and _COUNTRY.fullmatch(value):
            is_business_day(SOME_DAY, value)
            return value
    except UnknownCalendar:
        pass
    raise ValueError(f"{shown(value)} is no country whose bank holidays are known: write a code such as KR, JP or EU")


def choice(options: Iterable[str]) -> Read:
    """One of some words."""
    allowed = tuple(options)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            known = ", ".join(option or "nothing" for option in allowed)
            raise ValueError(f"{shown(value)} is not known: write one of {known}")
        return value

    return read


def day(value: Any) -> date:
    """A date, as TOML writes it or in quotation marks."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError(f"{shown(value)} is no date: write one such as 2026-01-31")


def clock_time(value: Any) -> time:
    """A local time of day, as TOML writes it or in quotation marks."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = time.fromisoformat(value)
    if isinstance(value, time) and value.tzinfo is None:
        return value
    raise ValueError(f"{shown(value)} is no time of day: write one such as 23:30:00")
