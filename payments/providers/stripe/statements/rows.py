"""One row of a Stripe statement becomes one line fact: the hot path, free of what can be done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any, Final, cast

from payments.cards import holds_card_number
from payments.facts import LineFact, LineKind, Problem, ReadingTerms
from payments.money import UnknownCurrency, UnreadableAmount, format_minor
from payments.providers.stripe.objects import UNITS
from payments.providers.stripe.statements.captures import PartialCaptures, capture_of
from payments.providers.stripe.statements.categories import category_of, kinds_of
from payments.providers.stripe.statements.columns import Columns
from payments.providers.stripe.statements.tally import Statement, Tally
from payments.tabular.amounts import Amounts, amount_problem, currency_problem, shown
from payments.tabular.instants import Stamps, iso_date, zone_named
from payments.tabular.lines import LineFeed
from payments.tabular.refusals import RowRefused, card_guard, card_refusal
from payments.tabular.remembered import Remembered
from payments.wording import translatable

NET_DIFFERS: Final = translatable("net %(net)s %(currency)s is not gross less fee (%(expected)s %(currency)s).")
BAD_TIME: Final = translatable("“%(text)s” is not a date and time such as 2026-07-31 23:50:00.")
NO_NET: Final = translatable("The amount is missing.")
BAD_UNITS: Final = translatable("“%(text)s” is no whole amount of %(currency)s.")

RowReader = Callable[[int, int, int, list[str]], LineFact]
_MOVEMENTS: Final = frozenset(
    {LineKind.SALE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL, LineKind.REFUND_FAILURE}
)
_MORE: Final = tuple(LineFact._field_defaults.values())
_NEW: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)


class _StripeUnits(Amounts):
    """Amounts in Stripe's own minor units, which are not ISO 4217's for a few currencies."""

    __slots__ = ()

    def __missing__(self, text: str) -> int:
        stripe = super().__missing__(text)
        times, per = UNITS.get(self.currency, (1, 1))
        minor, rest = divmod(stripe * times, per)
        if rest:
            values = {"text": shown(text), "currency": self.currency}
            raise RowRefused(Problem(BAD_UNITS, values))
        self[text] = minor
        return minor


@dataclass(frozen=True, slots=True)
class Profile:
    """How rows of one currency, category and presentment currency are read."""

    net_currency: str
    amounts: Amounts
    debit_kind: int
    credit_kind: int
    facing_currency: str
    facing: Amounts | None
    """None where the buyer paid in the settlement currency, or the file does not say."""


class Rows:
    """Reads the rows of one file."""

    def __init__(self, columns: Columns, terms: ReadingTerms, tally: Tally, captures: PartialCaptures) -> None:
        home = zone_named("", terms.zone)
        self.columns = columns
        self.tally = tally
        self._stamps = Stamps(UTC if columns.is_utc else home, home)
        self._captures = captures
        self._amounts: dict[str, Amounts] = {}
        self._profiles = Remembered[tuple[str, str, str], Profile]()
        self._cells = self._picker()
        self._derives_gross, self._derives_fee = "gross" not in columns.places, "fee" not in columns.places

    def _picker(self) -> Callable[[list[str]], tuple[str, ...]]:
        """The cells of a row in the order in which `fact` takes them; '' for columns that are not there."""
        order = ("currency", "created", "gross", "fee", "net", "source", "payout", "key", "charge", "intent",
                 "reference", "method", "facing", "facing_currency", "paid", "available")  # fmt: skip
        places = self.columns.places
        category = places.get("category", places.get("type"))
        assert category is not None  # the columns were found
        past = len(self.columns.header)
        pick = itemgetter(category, *(places.get(short, past) for short in order))
        if all(short in places for short in order):
            return pick
        return lambda cells: pick([*cells, ""])

    def reader(self, feed: LineFeed) -> RowReader:
        """The function that reads one row. It raises RowRefused, UnreadableAmount, and FileRefused for card numbers."""
        captures, columns = self._captures, self.columns
        cells_of, profiles = self._cells, self._profiles
        guard = card_guard(columns.header, columns.guarded(), columns.references())
        has_type_only, has_source = "category" not in columns.places, "source" in columns.places

        def read(line: int, offset: int, length: int, cells: list[str]) -> LineFact:
            if feed.needs_guard:
                guard(cells)
            (category, currency, created, gross_cell, fee_cell, net_cell, source, payout, key, charge, intent,
             reference, method, facing_cell, facing_currency, paid, available) = cells_of(cells)  # fmt: skip
            if has_type_only:
                category = category_of(category.strip().lower(), source, is_debit=net_cell.startswith("-"))
            known = currency, category, facing_currency
            profile = profiles.get(known) or self._profile(*known)
            gross, fee, net = self._told(profile, gross_cell, fee_cell, net_cell)
            moment, day = self._moment(created)
            kind = profile.credit_kind if (gross or net) >= 0 else profile.debit_kind
            source = source if has_source or kind != LineKind.PAYOUT else key
            # What a payout row and a payout's return are about is the payout itself.
            key_of_movement = source if kind in _MOVEMENTS else ""
            paid_on = _date(paid, columns, "paid")
            facing = gross if profile.facing is None else _signed(profile.facing[facing_cell], gross)
            if captures.lines or captures.taken_back:
                gross, fee, net, facing = self._partial(line, cells, profile, (gross, fee, net, facing))
            statement = self._statement(kind, payout, source, day, (net, profile.net_currency, paid_on, available))
            charged = _parts(kind, gross, fee, facing)
            return _NEW(
                LineFact,
                (
                    line, offset, length, statement.key, kind, key, key_of_movement,
                    intent or charge or (source if not key_of_movement else ""), reference, method,
                    profile.facing_currency, charged[0], profile.net_currency, charged[1], charged[2], charged[3],
                    None, None, None, None, charged[4], charged[5], 0, net, None, moment, day,
                    paid_on or day, paid_on, self._payout_key(kind, payout, source), *_MORE,
                ),
            )  # fmt: skip

        return read

    def _moment(self, created: str) -> tuple[datetime, date]:
        """When a row was made, and its date at home."""
        try:
            moment, day = self._stamps.read(created)
        except (ValueError, OverflowError):
            raise RowRefused(Problem(BAD_TIME, {"text": shown(created)}, field=self.columns.name("created"))) from None
        if self.tally.last_instant is None or moment > self.tally.last_instant:
            self.tally.last_instant = moment
        return moment, day

    def _told(self, profile: Profile, gross_cell: str, fee_cell: str, net_cell: str) -> tuple[int, int, int]:
        """Gross, fee and net of a row: one of the first two may be missing, and follows from the others."""
        if not net_cell.strip():
            raise RowRefused(Problem(NO_NET, field=self.columns.name("net")))
        amounts = profile.amounts
        net, fee, gross = amounts[net_cell], amounts[fee_cell], amounts[gross_cell]
        if self._derives_gross:
            gross = net + fee
        elif self._derives_fee:
            fee = gross - net
        if net != gross - fee:
            raise _net_differs(self.columns, profile.net_currency, net, gross - fee)
        return gross, fee, net

    def _profile(self, currency: str, category: str, facing_currency: str) -> Profile:
        amounts = self._amounts_of(currency, "currency")
        debit, credit = kinds_of(category.strip().lower())
        facing = facing_currency.strip().upper()
        is_abroad = bool(facing) and facing != amounts.currency and "facing" in self.columns.places
        facing_amounts = self._amounts_of(facing, "facing_currency") if is_abroad else None
        profile = Profile(
            net_currency=amounts.currency,
            amounts=amounts,
            debit_kind=int(debit),
            credit_kind=int(credit),
            facing_currency=facing if is_abroad else amounts.currency,
            facing=facing_amounts,
        )
        return self._profiles.keep((currency, category, facing_currency), profile)

    def _amounts_of(self, cell: str, column: str) -> Amounts:
        code = cell.strip().upper()
        found = self._amounts.get(code)
        if found is None:
            try:
                found = _StripeUnits(code, is_minor=True) if self.columns.is_minor else Amounts(code, ".")
            except UnknownCurrency:
                raise RowRefused(currency_problem(cell, field=self.columns.name(column))) from None
            self._amounts[code] = found
        return found

    def _partial(
        self, line: int, cells: list[str], profile: Profile, told: tuple[int, int, int, int]
    ) -> tuple[int, int, int, int]:
        """Gross, fee, net and presented amount of a row, where a capture in part is told with its charge."""
        if line in self._captures.lines:
            return 0, 0, 0, 0
        if profile.credit_kind != LineKind.SALE:
            return told
        waiting = self._captures.taken_back.get(capture_of(self.columns, cells))
        if not waiting:
            return told
        cell = self._cells(waiting.pop(0))
        amounts, net = profile.amounts, profile.amounts[cell[5]]
        fee, gross = amounts[cell[4]], amounts[cell[3]] or net + amounts[cell[4]]
        facing = gross if profile.facing is None else -abs(profile.facing[cell[13]])
        return told[0] + gross, told[1] + fee, told[2] + net, told[3] + facing

    def _statement(
        self, kind: int, payout: str, source: str, day: date, paid: tuple[int, str, date | None, str]
    ) -> Statement:
        """The statement of a row, with what the row says noted there."""
        net, currency, paid_on, available = paid
        if not payout:
            statement = self.tally.of_day(day)
            self.tally.lines_without_payout += 1
            if kind == LineKind.PAYOUT and source:
                before, _ = statement.manual.get((source, currency), (0, day))
                on = _date(available, self.columns, "available") or day
                statement.manual[source, currency] = before - net, on
            return statement
        statement = self.tally.of_payout(payout, day)
        if day < statement.first:
            statement.first = day
        elif day > statement.last:
            statement.last = day
        if paid_on is not None:
            statement.paid_on = paid_on
        if kind == LineKind.PAYOUT:
            statement.stated[currency] = statement.stated.get(currency, 0) - net
            statement.paid_on = paid_on or _date(available, self.columns, "available") or day
        if kind != LineKind.PAYOUT_RETURN or source != payout:
            statement.sums[currency] = statement.sums.get(currency, 0) + net
        return statement

    def _payout_key(self, kind: int, payout: str, source: str) -> str:
        """Nothing for the return of the payout itself: what came back was not paid by it."""
        return "" if kind == LineKind.PAYOUT_RETURN and source == payout else payout

    def amount_refused(self, cells: list[str]) -> RowRefused | None:
        """Find the column of an amount that could not be read; only bad rows pay for it. Raises FileRefused."""
        picked = self._cells(cells)
        amounts = self._amounts_of(picked[1], "currency")
        for short, cell in zip(("gross", "fee", "net"), picked[3:6], strict=True):
            if holds_card_number(cell):
                raise card_refusal(self.columns.name(short))
            try:
                amounts[cell]
            except UnreadableAmount as found:
                return RowRefused(amount_problem(found, field=self.columns.name(short)))
        return None


def _signed(amount: int, like: int) -> int:
    """What the buyer saw, with the sign of what was settled: files write it either way."""
    return -abs(amount) if like < 0 else abs(amount)


def _parts(kind: int, gross: int, fee: int, facing: int) -> tuple[int, int, int, int | None, int | None, int]:
    """Gross, gross settled, fee, commission, other fees, VAT: rows that are a fee or tax have no gross of their own."""
    if kind == LineKind.FEE:
        return 0, 0, fee - gross, None, fee - gross, 0
    if kind == LineKind.TAX:
        return 0, 0, 0, None, None, fee - gross
    return facing, gross, fee, fee, None, 0


def _date(cell: str, columns: Columns, short: str) -> date | None:
    """A date as the file writes it: Stripe means the day, and midnight in UTC is only how it spells it."""
    if not cell:
        return None
    try:
        return iso_date(cell[:10])
    except ValueError:
        raise RowRefused(Problem(BAD_TIME, {"text": shown(cell)}, field=columns.name(short))) from None


def _net_differs(columns: Columns, currency: str, net: int, expected: int) -> RowRefused:
    values = {"net": format_minor(net, currency), "expected": format_minor(expected, currency), "currency": currency}
    return RowRefused(Problem(NET_DIFFERS, values, field=columns.name("net")))
