"""Entries of a statement (:61: with its :86:) become bank lines."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, Final, cast

from payments.banks.mt940.details import details_of, real_reference
from payments.banks.mt940.fields import Field, short_date
from payments.banks.mt940.statements import Statement
from payments.facts import BankLineFact, Problem
from payments.money import UnreadableAmount, parse_minor
from payments.tabular.amounts import amount_problem, shown
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

BAD_ENTRY: Final = translatable("“%(text)s” is not a statement line (date, debit or credit mark, amount).")

Entry = list[Field]
"""The :61: field and the :86: and :NS: fields behind it."""

# As all banks write it: references of any length, any supplementary details, expected entries (EC, ED). What follows
# the amount may not be more digits, or “1.234,56” would read as 1.
_ENTRY: Final = re.compile(
    r"""
    (?P<value>\d{6})
    (?P<entered>\d{4}|\s{4})?
    \s*(?P<mark>[REre]?[DCdc])
    [A-Z]?
    [\n\ ]?
    (?P<amount>,?\d[\d,]{0,19})(?![\d.,])
    (?P<code>(?!NONREF)[A-Z][A-Z0-9\ ]{3})?
    (?P<reference>(?:(?!//)[^\n])*)
    (?://(?P<bank>[^\n]*))?
    (?:\n(?P<extra>[\s\S]*))?
    """,
    re.VERBOSE | re.ASCII,
)
_new: Final = cast(Callable[[type[BankLineFact], tuple[Any, ...]], BankLineFact], tuple.__new__)
_SIGNS: Final = {"C": 1, "RD": 1, "D": -1, "RC": -1}
_HALF_A_YEAR: Final = 183


def line_of(statement: Statement, entry: Entry) -> BankLineFact | None:
    """The line of one entry, or None for one that is only expected. Raises RowRefused."""
    first, last = entry[0], entry[-1]
    found = _ENTRY.fullmatch(first.text)
    if found is None:
        raise _bad(entry)
    value, entered, mark, written, code, reference, bank, extra = found.groups()
    mark = mark.upper()
    if mark[0] == "E":
        return None
    try:
        value_on = short_date(value)
        booked_on = _booked_on(statement, entered, value_on)
    except ValueError:
        raise _bad(entry) from None
    try:
        amount = parse_minor(written, statement.currency, decimal_mark=",")
    except UnreadableAmount as refusal:
        raise RowRefused(amount_problem(refusal, field=":61:")) from None
    details = details_of(entry[1:])
    remittance = f"{details.remittance} {extra}" if extra else details.remittance
    return _new(BankLineFact, (
        first.line, first.offset, last.offset + last.length - first.offset, statement.key, booked_on, value_on,
        amount * _SIGNS[mark], statement.currency, real_reference(bank) if bank else "",
        details.end_to_end_reference or real_reference(reference), code.strip() if code else "", details.counterparty,
        " ".join(remittance.replace("\0", "").split()),
    ))  # fmt: skip


def _bad(entry: Entry) -> RowRefused:
    return RowRefused(Problem(BAD_ENTRY, {"text": shown(entry[0].lines[0])}, field=":61:"))


def _booked_on(statement: Statement, entered: str | None, value_on: date) -> date:
    """The entry date; without one the value date where it lies in the statement, else the day the statement closed."""
    if entered and entered.strip(" 0\t\n"):
        return _entry_date(entered, value_on)
    if statement.opening and not statement.opening.day <= value_on <= statement.closed_on:
        return statement.closed_on
    return value_on


@lru_cache(maxsize=4096)
def _entry_date(entered: str, value_on: date) -> date:
    """Month and day in the year that brings them nearest to the value date. Raises ValueError."""
    day = short_date(f"{value_on.year % 100:02}{entered}")
    apart = (day - value_on).days
    if abs(apart) <= _HALF_A_YEAR:
        return day
    return short_date(f"{(value_on.year + (1 if apart < 0 else -1)) % 100:02}{entered}")
