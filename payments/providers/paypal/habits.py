"""How an activity download writes dates and amounts: PayPal follows the account's country and says it nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from payments.facts import FileRefused, Problem, ReadingTerms, SourceFile
from payments.providers.paypal.headers import Columns
from payments.providers.paypal.options import Options
from payments.tabular.delimited import DelimitedFile, Layout
from payments.wording import translatable

TWO_WAYS: Final = translatable(
    "Dates such as “%(text)s” can be read in two ways, and no row of this file tells which is meant. "
    "Write date_order = \"dmy\" or \"mdy\" in the mapping of the provider."
)  # fmt: skip

_PARTS: Final = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})", re.ASCII)
_CENTS: Final = re.compile(r"\d([.,])\d{2}$", re.ASCII)
_IN_THE_STATES: Final = frozenset(
    f"America/{city}"
    for city in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit", "Anchorage", "Boise")
)
_MONTHS: Final = 12
_CLOSER: Final = 3
"""How many times shorter the period of one reading must be to be believed."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How the cells of one file are to be read."""

    order: str
    """ymd, dmy or mdy."""
    decimal_mark: str

    def iso(self, text: str) -> str:
        """A date cell as `2026-07-31`. Raises ValueError for what is no date of this file."""
        found = _PARTS.fullmatch(text.strip())
        if found is None:
            raise ValueError("not a date")
        first, second, third = found[1], found[3], found[4]
        year, month, day = {
            "ymd": (first, second, third), "dmy": (third, second, first), "mdy": (third, first, second),
        }[self.order]  # fmt: skip
        if len(year) == 2:
            year = f"20{year}"
        return date(int(year), int(month), int(day)).isoformat()


def find_habits(source: SourceFile, columns: Columns, terms: ReadingTerms, options: Options) -> Habits:
    """Look at as many rows as it takes. Raises FileRefused when a date can be read in two ways."""
    dates: set[str] = set()
    order, mark = "", ""
    place = columns.places["date"]
    for _, _, _, cells in DelimitedFile(source, Layout(home=terms.zone)).records():
        order = order or _order_in(cells[place], dates)
        mark = mark or _mark_in(columns, cells)
        if order and mark:
            break
    if not mark:
        mark = "," if columns.language in ("de", "fr", "es", "it") else "."
    if order == "ymd":
        return Habits(order, mark)
    return Habits(options.date_order or order or _guessed(dates, columns.language, terms.zone), mark)


def _mark_in(columns: Columns, cells: list[str]) -> str:
    """The decimal mark of the first amount that has two decimals."""
    for short in ("gross", "net"):
        found = _CENTS.search(cells[columns.places[short]].strip())
        if found:
            return found[1]
    return ""


def _order_in(text: str, seen: set[str]) -> str:
    """The order that a date proves; '' where it can be read in two ways, which is noted."""
    if text in seen:
        return ""
    found = _PARTS.fullmatch(text.strip())
    if found is None:
        return ""
    if len(found[1]) == 4:
        return "ymd"
    if found[2] == "." or int(found[1]) > _MONTHS:
        return "dmy"
    if int(found[3]) > _MONTHS:
        return "mdy"
    seen.add(text)
    return ""


def _guessed(dates: Iterable[str], language: str, zone: str) -> str:
    """By the shorter period, else by language and country."""
    spans = {order: _span(dates, order) for order in ("dmy", "mdy")}
    for order, other in (("dmy", "mdy"), ("mdy", "dmy")):
        if spans[order] * _CLOSER < spans[other]:
            return order
    if language != "en":
        return "dmy"
    if zone in _IN_THE_STATES:
        return "mdy"
    if not zone.startswith("America/") and zone != "UTC":
        return "dmy"
    first = min(dates, default="")
    if not first:
        return "dmy"  # no cell is a date: every row will say so
    raise FileRefused(Problem(TWO_WAYS, {"text": first}))


def _span(dates: Iterable[str], order: str) -> int:
    days = []
    for text in dates:
        try:
            days.append(date.fromisoformat(Habits(order, ".").iso(text)))
        except ValueError:
            continue
    return (max(days) - min(days)).days if days else 0
