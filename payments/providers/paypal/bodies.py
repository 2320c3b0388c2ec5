"""One body row of a settlement report becomes one line fact: unsigned amounts, their side in a column beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final, cast

from payments.cards import SHORTEST, holds_card_number
from payments.facts import FileRefused, LineFact, LineKind, Problem, ReadingTerms
from payments.money import AmountProblem, UnknownCurrency, UnreadableAmount, exponent
from payments.providers.paypal.codes import has_effect, kinds_of
from payments.providers.paypal.options import Options
from payments.providers.paypal.sections import Section
from payments.tabular.amounts import Amounts, amount_problem, currency_problem, shown
from payments.tabular.instants import Stamps, zone_named
from payments.tabular.lines import LineFeed
from payments.tabular.refusals import RowRefused, card_guard, card_refusal
from payments.wording import translatable

MISSING: Final = translatable("The column “%(column)s” is missing. Ask PayPal for the settlement report as it is.")
BAD_TIME: Final = translatable("“%(text)s” is not a date and time such as 2026/07/31 23:50:00 -0700.")
BAD_SIDE: Final = translatable("“%(text)s” is neither CR nor DR.")
OTHER_FEE: Final = translatable("The fee is in %(fee)s and the amount in %(gross)s: one row cannot be both.")
NO_DECIMALS_KNOWN: Final = translatable(
    "PayPal takes no decimals of %(currency)s, and writes amounts without a decimal mark: nothing tells whether "
    "10000 is 10000 or 100.00. Write decimals.%(currency)s = 0 or 2 in the mapping of the provider."
)

NAMES: Final = {
    "key": ("transaction id",),
    "invoice": ("invoice id",),
    "reference": ("paypal reference id",),
    "code": ("transaction event code",),
    "initiated": ("transaction initiation date", "initiation date"),
    "completed": ("transaction completion date", "completion date"),
    "side": ("transaction debit or credit",),
    "gross": ("gross transaction amount",),
    "currency": ("gross transaction currency",),
    "fee_side": ("fee debit or credit",),
    "fee": ("fee amount",),
    "fee_currency": ("fee currency",),
    "custom": ("custom field",),
    "bank_reference": ("bank reference id",),
}
_REQUIRED: Final = ("key", "code", "initiated", "side", "gross", "currency", "fee_side", "fee")
_REFERENCES: Final = ("key", "invoice", "reference", "custom", "bank_reference")
_SIDES: Final = {"CR": 1, "DR": -1, "": 1}
_REMEMBERED: Final = 20_000
_UNCERTAIN: Final = frozenset({"HUF", "TWD"})
_NEW: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)
_MORE: Final = tuple(LineFact._field_defaults.values())
_MOVEMENTS: Final = frozenset({LineKind.SALE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL})

BodyReader = Callable[[int, int, int, list[str], Section], LineFact | None]


class Units(Amounts):
    """Unsigned whole numbers with so many digits behind the decimal mark that is left out."""

    __slots__ = ("_divisor", "_factor")

    def __init__(self, currency: str, decimals: int) -> None:
        """Raises UnknownCurrency."""
        super().__init__(currency, is_signed=False, is_minor=True)
        more = exponent(currency) - decimals
        self._factor: int = 10 ** max(more, 0)
        self._divisor: int = 10 ** max(-more, 0)

    def __missing__(self, text: str) -> int:
        written: int
        # Whole numbers of a few digits need no second thought.
        if len(text) < SHORTEST and text.isdecimal() and text.isascii():
            written = int(text)
        else:
            written = super().__missing__(text)
        minor, rest = divmod(written * self._factor, self._divisor)
        if rest:
            raise UnreadableAmount(text, AmountProblem.TOO_MANY_DECIMALS)
        if len(self) < _REMEMBERED:
            self[text] = minor
        return minor


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column of a body row stands."""

    places: dict[str, int]
    header: tuple[str, ...]

    @classmethod
    def of(cls, cells: Sequence[str], line: int) -> Columns:
        """Find the columns, one or two blanks in their names alike. Raises FileRefused by the name of a missing one."""
        plain = [" ".join(cell.split()).casefold() for cell in cells]
        places = {}
        for short, names in NAMES.items():
            found = next((plain.index(name) for name in names if name in plain), None)
            if found is not None:
                places[short] = found
            elif short in _REQUIRED:
                raise FileRefused(Problem(MISSING, {"column": names[0].title()}, line, names[0].title()))
        return cls(places, tuple(cells))

    def name(self, short: str) -> str:
        """A column as this file calls it."""
        return self.header[self.places[short]]

    @property
    def references(self) -> tuple[int, ...]:
        """Columns that hold references."""
        return tuple(self.places[short] for short in _REFERENCES if short in self.places)

    @property
    def free(self) -> tuple[int, ...]:
        """Columns in which a card number could hide."""
        known = set(self.places.values())
        return tuple(place for place in range(1, len(self.header)) if place not in known)


class Bodies:
    """Reads the body rows of one file."""

    def __init__(self, terms: ReadingTerms, options: Options, feed: LineFeed) -> None:
        home = zone_named("", terms.zone)
        self.feed = feed
        self._stamps = Stamps(home, home)
        self._options = options
        self._units: dict[str, Units] = {}
        self.left_out = 0

    def units(self, currency: str) -> Units:
        """The amounts of a currency. Raises UnknownCurrency, and FileRefused where nobody knows its decimals."""
        found = self._units.get(currency)
        if found is None:
            decimals = self._options.decimals.get(currency)
            if decimals is None and currency in _UNCERTAIN:
                raise FileRefused(Problem(NO_DECIMALS_KNOWN, {"currency": currency}))
            found = Units(currency, exponent(currency) if decimals is None else decimals)
            self._units[currency] = found
        return found

    def reader(self, columns: Columns) -> BodyReader:
        """The function that reads a row; None for one that does not move the balance.

        It raises RowRefused, UnreadableAmount, UnknownCurrency, and FileRefused for card numbers.
        """
        return _Body(self, columns).read

    def moment(self, initiated: str, columns: Columns) -> tuple[datetime, date]:
        """An instant such as 2026/07/31 23:50:00 -0700, and its date at home. Raises RowRefused."""
        try:
            return self._stamps.read(initiated[:10].replace("/", "-") + initiated[10:])
        except (ValueError, OverflowError):
            field = columns.name("initiated")
            raise RowRefused(Problem(BAD_TIME, {"text": shown(initiated)}, field=field)) from None

    def explained(self, refusal: Exception, columns: Columns, cells: Sequence[str], line: int) -> Problem:
        """The column of an amount or currency that could not be read; only bad rows pay for it. Raises FileRefused."""
        currency = cells[columns.places["currency"]]
        if isinstance(refusal, UnknownCurrency):
            return currency_problem(currency, line=line, field=columns.name("currency"))
        for short in ("gross", "fee"):
            cell = cells[columns.places[short]]
            if holds_card_number(cell):
                raise card_refusal(columns.name(short), line)
            try:
                self.units(currency)[cell]
            except UnreadableAmount as found:
                return amount_problem(found, line=line, field=columns.name(short))
        raise refusal


class _Body:
    """Reads the body rows of one header."""

    def __init__(self, bodies: Bodies, columns: Columns) -> None:
        order = ("key", "code", "initiated", "side", "gross", "currency", "fee_side", "fee", "fee_currency", "invoice",
                 "reference", "custom", "bank_reference")  # fmt: skip
        self._bodies, self._columns, self._width = bodies, columns, len(columns.header)
        self._pick = itemgetter(*(columns.places.get(short, self._width) for short in order))
        self._guard = card_guard(columns.header, columns.free, columns.references)

    def read(self, line: int, offset: int, length: int, cells: list[str], section: Section) -> LineFact | None:
        """The line of a row; None for one that does not move the balance."""
        # Rows may end before their last columns.
        cells += [""] * (self._width + 1 - len(cells))
        if self._bodies.feed.needs_guard:
            self._guard(cells)
        (key, code, initiated, side, gross_cell, currency, fee_side, fee_cell, fee_currency, invoice, reference,
         custom, bank) = self._pick(cells)  # fmt: skip
        amounts = self._bodies.units(currency)
        section.rows += 1
        if not has_effect(code):
            self._bodies.left_out += 1
            return None
        self._hold_together(side, fee_side, currency, fee_currency)
        gross, fee = amounts[gross_cell] * _SIDES[side], amounts[fee_cell] * -_SIDES[fee_side]
        moment, sold_on = self._bodies.moment(initiated, self._columns)
        net, other = gross - fee, None
        section.add(currency, gross, -fee)
        kind = kinds_of(code)[(gross or net) >= 0]
        if kind == LineKind.PAYOUT:
            payout = bank or key, currency
            section.payouts[payout] = section.payouts.get(payout, 0) - gross
        elif kind == LineKind.FEE:
            gross, fee, other = 0, -net, -net
        return _NEW(
            LineFact,
            (
                line, offset, length, section.key, int(kind), key, key if kind in _MOVEMENTS else "",
                reference or key, invoice or custom, "paypal", currency, gross, currency, gross, fee,
                None if other is not None else fee, None, None, None, None, other, 0, 0, net, None, moment, sold_on,
                section.day, None, "", *_MORE,
            ),
        )  # fmt: skip

    def _hold_together(self, side: str, fee_side: str, currency: str, fee_currency: str) -> None:
        if side not in _SIDES or fee_side not in _SIDES:
            raise _bad_side(self._columns, side, fee_side)
        if fee_currency and fee_currency != currency:
            values = {"fee": shown(fee_currency), "gross": currency}
            raise RowRefused(Problem(OTHER_FEE, values, field=self._columns.name("fee_currency")))


def _bad_side(columns: Columns, side: str, fee_side: str) -> RowRefused:
    short, text = ("side", side) if side not in _SIDES else ("fee_side", fee_side)
    return RowRefused(Problem(BAD_SIDE, {"text": shown(text)}, field=columns.name(short)))
