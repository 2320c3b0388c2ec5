"""What the values of a column look like: amounts and their mark, dates and their format, currencies, words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from payments.money import EXPONENTS, UnreadableAmount, parse_minor
from payments.tabular.instants import iso_date, iso_local, written_as

_AMOUNT: Final = re.compile(r"[-+▲△(]?\s*[¥₩$€£￥￦]?\s*[-+]?\d[\d.,' \u00a0]*\)?\s*(?:원|円|CR|DR|-|[A-Z]{3})?")
_HAS_DECIMALS: Final = re.compile(r"[.,]\d{1,2}\D*$")
DATES: Final = (
    "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y-%-m-%-d", "%Y/%-m/%-d", "%Y. %-m. %-d", "%Y. %-m. %-d.",
    "%Y年%-m月%-d日", "%Y년 %-m월 %-d일",
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%-d/%-m/%Y", "%-m/%-d/%Y", "%-d.%-m.%Y",
    "%d %b %Y", "%b %d, %Y", "%y/%m/%d", "%d/%m/%y", "%m/%d/%y",
)  # fmt: skip
"""Formats that files use for dates, besides 2026-07-31; of two that fit alike the first is taken."""
CLOCKS: Final = (" %H:%M:%S", " %H:%M", "T%H:%M:%S", " %I:%M:%S %p", " %I:%M %p", "%H%M%S", " %-H:%M", " %-H:%M:%S")
TWINS: Final = {"%d/%m": "%m/%d", "%m/%d": "%d/%m", "%d-%m": "%m-%d", "%m-%d": "%d-%m"} | {
    "%-d/%-m": "%-m/%-d",
    "%-m/%-d": "%-d/%-m",
}
"""Orders of day and month that can be taken for each other."""
_FEWEST_DIGITS_OF_A_DATE: Final = 4
MONTH_FIRST_ZONES: Final = ("America/", "US/")


def looks_like_data(cell: str) -> bool:
    """Whether a cell holds an amount or a date, as no header does."""
    if not cell or is_amount(cell):
        return bool(cell)
    is_dated = sum(map(str.isdigit, cell)) >= _FEWEST_DIGITS_OF_A_DATE
    return is_dated and bool(date_format([cell], "UTC") or time_format([cell], "UTC"))


def is_amount(cell: str) -> bool:
    """Whether a cell may be an amount: a number, signed and marked in one of the usual ways."""
    return len(cell) <= 24 and _AMOUNT.fullmatch(cell) is not None


def are_amounts(values: Sequence[str]) -> bool:
    """Whether all values that are there may be amounts, and there are some."""
    given = [value for value in values if value]
    return bool(given) and all(map(is_amount, given))


def have_decimals(values: Sequence[str]) -> bool:
    """Whether some of the amounts are written with decimals."""
    return any(_HAS_DECIMALS.search(value) for value in values)


def are_currencies(values: Sequence[str]) -> bool:
    """Whether all values are currencies by their code."""
    given = [value for value in values if value]
    return bool(given) and all(value.upper() in EXPONENTS for value in given)


def decimal_mark(values: Sequence[str], currency: str) -> str:
    """`.` or `,` where one of them must be named for these amounts to be read; '' where the file says it itself."""
    given = [value for value in dict.fromkeys(values) if value]
    for mark in (None, ".", ","):
        if all(_is_read(value, currency, mark) for value in given):
            return mark or ""
    return ""


def _is_read(value: str, currency: str, mark: str | None) -> bool:
    try:
        parse_minor(value, currency, decimal_mark=mark)
    except UnreadableAmount:
        return False
    return True


def date_format(values: Sequence[str], zone: str) -> str | None:
    """The format of dates: `iso` when the usual one fits, None when none does. `zone` decides 04/05/2026."""
    given = [value for value in dict.fromkeys(values) if value][:60]
    if not given:
        return None
    if all(_fits_iso(value[:10] if value[10:11] in (" ", "T") else value) for value in given):
        return "iso"
    return _first_fitting(given, DATES, zone)


def time_format(values: Sequence[str], zone: str) -> str | None:
    """The format of dates with a time; `iso` when the usual one fits, None when none does."""
    given = [value for value in dict.fromkeys(values) if value][:60]
    if not given:
        return None
    if all(_is_iso_time(value) for value in given):
        return "iso"
    return _first_fitting(given, tuple(day + clock for day in DATES for clock in CLOCKS), zone)


def other_order(found: str) -> str:
    """The format with day and month the other way round; '' where they cannot be taken for each other."""
    for order, twin in TWINS.items():
        if found.startswith(order):
            return twin + found[len(order) :]
    return ""


def _first_fitting(given: Sequence[str], formats: Sequence[str], zone: str) -> str | None:
    fitting = [each for each in formats if _fits(given[0], each) and all(_fits(value, each) for value in given)]
    if not fitting:
        return None
    is_month_first = zone.startswith(MONTH_FIRST_ZONES)
    twin = other_order(fitting[0])
    return twin if is_month_first and twin in fitting else fitting[0]


def _fits(value: str, each: str) -> bool:
    try:
        written_as(value, each)
    except ValueError:
        return False
    return True


def _fits_iso(value: str) -> bool:
    try:
        iso_date(value)
    except ValueError:
        return False
    return True


def _is_iso_time(value: str) -> bool:
    try:
        iso_local(value)
    except ValueError:
        return False
    return True
