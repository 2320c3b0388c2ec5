"""PayPal's activity download: every row that moves a balance, with the balance behind it.

Where the facts come from:

- `provider_key`, `line_key`: Transaction ID. `payment_reference`: Reference Txn ID, else the transaction itself.
- `merchant_reference`: Invoice Number, else Custom Number.
- `kind`: Transaction Event Code where the download has it, else the words of Type in the account's language.
- `statement_key`: the date in the provider's zone; a download of a month holds one statement per day.
- a withdrawal states a payout; PayPal does not say which rows it pays, so no row names it.
- rows that only show something (authorizations, failed tries, Balance Impact Memo) are left out and counted.
- conversions are two rows of kind fx beside the payment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final, cast

from payments.cards import holds_card_number
from payments.facts import (
    Check,
    LineFact,
    LineKind,
    PayoutFact,
    Problem,
    ProblemLog,
    ReadingTerms,
    SourceFile,
    StatementFact,
)
from payments.money import UnknownCurrency, UnreadableAmount, format_minor
from payments.providers.paypal.balances import Chain
from payments.providers.paypal.codes import LEFT_OUT, PAID, has_effect, is_code, kinds_of
from payments.providers.paypal.habits import Habits, find_habits
from payments.providers.paypal.headers import Columns
from payments.providers.paypal.options import options_of
from payments.providers.paypal.words import kinds_of_words, moves_balance
from payments.tabular.amounts import Amounts, amount_problem, currency_problem, shown
from payments.tabular.coverage import day_sequence
from payments.tabular.delimited import DelimitedFile, Layout
from payments.tabular.instants import Stamps, UnknownZone, zone_named
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused, card_guard, card_refusal
from payments.tabular.remembered import Remembered
from payments.tabular.row_facts import facts_of
from payments.wording import translatable

NET_DIFFERS: Final = translatable(
    "The net amount %(net)s %(currency)s is not the gross amount with its fee (%(expected)s %(currency)s)."
)
BAD_TIME: Final = translatable("“%(text)s” is no date and time of this file.")
BAD_ZONE: Final = translatable("“%(text)s” is not a time zone known here.")

_NEW: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)
_PAYOUT, _FEE = int(LineKind.PAYOUT), int(LineKind.FEE)
_MORE: Final = tuple(LineFact._field_defaults.values())
_MOVEMENTS: Final = frozenset({LineKind.SALE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL})
_OPTIONAL: Final = ("fee", "balance", "reference", "invoice", "custom", "bank_reference")


@dataclass(frozen=True, slots=True)
class Profile:
    """How rows of one currency, type, state and zone are read."""

    currency: str
    amounts: Amounts
    chain: Chain
    debit_kind: int
    credit_kind: int
    has_effect: bool
    stamps: Stamps


@dataclass(slots=True)
class Day:
    """What is learned of one day."""

    key: str
    last_at: datetime
    payouts: dict[tuple[str, str], int] = field(default_factory=dict)

    def pay_out(self, key: str, currency: str, amount: int) -> None:
        """Note what was withdrawn, in minor units."""
        self.payouts[key, currency] = self.payouts.get((key, currency), 0) + amount


class ActivityReading:
    """One pass over one download; a few rows are looked at before, for how it writes dates and amounts."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self._file = DelimitedFile(source, Layout(home=terms.zone), is_guarded=True)
        self._feed = self._file.feed
        self._columns = Columns.of(self._file.header)
        self._habits: Habits = find_habits(source, self._columns, terms, options_of(terms.mapping))
        self._guard = card_guard(self._file.header, self._columns.guarded(), self._columns.references())
        self._deciding, self._pick = self._pickers()
        self._terms = terms
        self._home = zone_named("", terms.zone)
        self._version = version_in_name(source.name)
        self._profiles = Remembered[tuple[str, ...], Profile]()
        self._amounts: dict[str, Amounts] = {}
        self._chains: dict[str, Chain] = {}
        self._stamps: dict[str, Stamps] = {}
        self._days: dict[date, Day] = {}
        self._dates = Remembered[str, str]()
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._left_out = 0
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good row that moves a balance. Raises FileRefused."""
        yield from facts_of(self._file.records(), self._read, self._amount_refused, self.problems)
        if not self.problems.count:
            self._hold_balances_together()

    def _hold_balances_together(self) -> None:
        is_newest_first = bool(self._first and self._last and self._first > self._last)
        if "balance" not in self._columns.places:
            return
        for chain in self._chains.values():
            for problem in chain.problems(self._columns.name("balance"), is_newest_first=is_newest_first):
                self.problems.add(problem)

    def _pickers(self) -> tuple[Callable[[list[str]], tuple[str, ...]], Callable[[list[str]], tuple[str, ...]]]:
        """The cells that decide how a row is read, and the others; '' for columns that are not there."""
        places, past = self._columns.places, len(self._columns.header)
        deciding = itemgetter(
            *(places.get(short, past) for short in ("currency", "type", "status", "impact", "code", "zone"))
        )
        pick = itemgetter(
            *(places[short] for short in ("date", "time", "gross", "net", "key")),
            *(places.get(short, past) for short in _OPTIONAL),
        )
        return deciding, pick

    def _read(self, line: int, offset: int, length: int, cells: list[str]) -> LineFact | None:
        """The line of a row; None for one that does not move the balance."""
        if self._feed.needs_guard:
            self._guard(cells)
        cells.append("")  # what columns hold that are not there
        decided = self._deciding(cells)
        profile = self._profiles.get(decided) or self._profile(decided)
        (day_cell, time_cell, gross_cell, net_cell, key, fee_cell, balance_cell, reference, invoice, custom,
         bank) = self._pick(cells)  # fmt: skip
        try:
            moment, day = profile.stamps.read(f"{self._dates.get(day_cell) or self._date(day_cell)} {time_cell}")
        except (ValueError, OverflowError):
            raise _bad_time(self._columns, f"{day_cell} {time_cell}") from None
        if not profile.has_effect:
            self._left_out += 1
            return None
        gross, cost, net = self._money(profile, gross_cell, fee_cell, net_cell)
        if balance_cell:
            profile.chain.add(line, net, profile.amounts.once(balance_cell))
        known = self._days.get(day) or self._day(day, moment)
        self._last = moment
        if moment > known.last_at:
            known.last_at = moment
        kind = profile.credit_kind if (gross or net) >= 0 else profile.debit_kind
        if kind == _PAYOUT:
            known.pay_out(bank or key, profile.currency, -gross)
        other = None
        if kind == _FEE:
            gross, cost, other = 0, -net, -net
        return _NEW(
            LineFact,
            (
                line, offset, length, known.key, kind, key, key if kind in _MOVEMENTS else "", reference or key,
                invoice or custom, "paypal", profile.currency, gross, profile.currency, gross, cost,
                None if other is not None else cost, None, None, None, None, other, 0, 0, net, None, moment, day,
                day, None, "", *_MORE,
            ),
        )  # fmt: skip

    def _money(self, profile: Profile, gross_cell: str, fee_cell: str, net_cell: str) -> tuple[int, int, int]:
        """Gross, fee as a cost, and net: most downloads write a fee as what it does to the balance, some as a cost."""
        amounts = profile.amounts
        gross, fee, net = amounts[gross_cell], amounts[fee_cell], amounts[net_cell]
        cost = -fee if net == gross + fee else fee
        if net != gross - cost:
            raise _net_differs(self._columns, profile.currency, net, gross + fee)
        return gross, cost, net

    def _date(self, cell: str) -> str:
        return self._dates.keep(cell, self._habits.iso(cell))

    def _day(self, day: date, moment: datetime) -> Day:
        """A day that was not met before."""
        self._first = self._first or moment
        known = self._days[day] = Day(str(day), moment)
        return known

    def _profile(self, cells: tuple[str, ...]) -> Profile:
        currency, type_name, status, impact, code, zone = map(str.strip, cells)
        amounts = self._amounts_of(currency)
        kinds = kinds_of(code) if is_code(code) else kinds_of_words(type_name)
        is_moving = moves_balance(type_name, status, impact, kinds)
        if is_code(code) and not impact:
            is_moving = has_effect(code) and (is_moving or kinds is not PAID)
        profile = Profile(
            currency=amounts.currency,
            amounts=amounts,
            chain=self._chains.setdefault(amounts.currency, Chain(amounts.currency)),
            debit_kind=int(kinds[0]),
            credit_kind=int(kinds[1]),
            has_effect=is_moving,
            stamps=self._stamps_of(zone),
        )
        return self._profiles.keep(cells, profile)

    def _amounts_of(self, cell: str) -> Amounts:
        code = cell.upper()
        found = self._amounts.get(code)
        if found is None:
            try:
                found = self._amounts[code] = Amounts(code, self._habits.decimal_mark)
            except UnknownCurrency:
                raise RowRefused(currency_problem(cell, field=self._columns.name("currency"))) from None
        return found

    def _stamps_of(self, zone: str) -> Stamps:
        found = self._stamps.get(zone)
        if found is None:
            try:
                found = self._stamps[zone] = Stamps(zone_named(zone, self._terms.zone), self._home)
            except UnknownZone:
                field_name = self._columns.name("zone") if "zone" in self._columns.places else ""
                raise RowRefused(Problem(BAD_ZONE, {"text": shown(zone)}, field=field_name)) from None
        return found

    def _amount_refused(self, cells: list[str]) -> RowRefused | None:
        """The column of an amount that could not be read; only bad rows pay for it. Raises FileRefused."""
        amounts = self._amounts_of(cells[self._columns.places["currency"]].strip())
        for short in ("gross", "fee", "net", "balance"):
            if short not in self._columns.places:
                continue
            cell = cells[self._columns.places[short]]
            if holds_card_number(cell):
                raise card_refusal(self._columns.name(short))
            try:
                amounts[cell]
            except UnreadableAmount as found:
                return RowRefused(amount_problem(found, field=self._columns.name(short)))
        return None

    def statements(self) -> Sequence[StatementFact]:
        """One statement per day."""
        last = max(self._days, default=date.min)
        return [
            StatementFact(
                str(day),
                day_sequence(day, last_day=last, version=self._version, last_instant=known.last_at),
                day,
                day,
                day,
            )
            for day, known in self._days.items()
        ]

    def payouts(self) -> Sequence[PayoutFact]:
        """What was withdrawn to a bank."""
        return [
            PayoutFact(str(day), key, currency, amount, day, is_stated=True)
            for day, known in self._days.items()
            for (key, currency), amount in known.payouts.items()
        ]

    def checks(self) -> Sequence[Check]:
        """Balances, and how many rows were left out."""
        balances = [chain.check() for chain in self._chains.values() if chain.rows]
        left_out = [Check(LEFT_OUT, self._left_out, self._left_out)] if self._left_out else []
        return [*(balances if "balance" in self._columns.places else []), *left_out]


def _bad_time(columns: Columns, text: str) -> RowRefused:
    return RowRefused(Problem(BAD_TIME, {"text": shown(text)}, field=columns.name("date")))


def _net_differs(columns: Columns, currency: str, net: int, expected: int) -> RowRefused:
    values = {"net": format_minor(net, currency), "expected": format_minor(expected, currency), "currency": currency}
    return RowRefused(Problem(NET_DIFFERS, values, field=columns.name("net")))
