"""How rows are read whose account, type, currencies, rate and batch are the same: worked out once, used for all."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from payments.cards import holds_card_number
from payments.facts import LineKind, Problem, ReadingTerms
from payments.money import UnknownCurrency
from payments.providers.adyen import columns as names
from payments.providers.adyen.batches import CLOSING, Batch, Total
from payments.providers.adyen.kinds import kinds_of, only_tells
from payments.tabular.amounts import Amounts, currency_problem, shown
from payments.tabular.instants import Clock, UnknownZone, zone_named
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

NO_BATCH: Final = translatable(
    "The row has no batch number, so it belongs to no settlement. "
    "This is an excerpt: download the whole settlement details report of the batch."
)
NO_ACCOUNT: Final = translatable("The row names no merchant account.")
NO_CURRENCY: Final = translatable("The row names no currency for its amounts.")
BAD_RATE: Final = translatable("“%(text)s” is not an exchange rate.")
BAD_ZONE: Final = translatable("“%(text)s” is not a time zone known here.")

_PRECISE_RATE_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about a row that does not change from row to row."""

    batch: Batch
    total: Total
    debit_kind: int
    credit_kind: int
    method: str
    currency: str
    net_currency: str
    gross_sides: Amounts
    """Of the columns that are debit or credit already: no signs there."""
    net_sides: Amounts
    fees: Amounts
    rate: Decimal | None
    rate_slack: Decimal
    """How far one unit of gross may move because the rate itself is written rounded; 0 for short rates."""
    is_converted: bool
    clock: Clock
    is_movement: bool
    is_closing: bool
    is_carry: bool
    is_fee: bool
    type_name: str
    only_tells: bool
    """Rows of its type move no money as long as they state no net amount."""


class Profiles(dict[tuple[str, ...], Profile]):
    """Profiles by the cells that decide them. Raises RowRefused for cells that cannot be understood."""

    def __init__(self, terms: ReadingTerms) -> None:
        super().__init__()
        self.terms = terms
        self.batches: dict[str, Batch] = {}
        self._amounts: dict[tuple[str, bool], Amounts] = {}
        self._clocks: dict[str, Clock] = {}

    def __missing__(self, cells: tuple[str, ...]) -> Profile:
        for name, cell in zip(names.PROFILE, cells, strict=True):
            if holds_card_number(cell):
                raise card_refusal(name)
        account, method, zone, type_name, currency, rate, net_currency, batch = map(str.strip, cells)
        debit_kind, credit_kind = kinds_of(type_name)
        currency, net_currency = currency or net_currency, net_currency or currency
        tells = only_tells(type_name)
        if tells and not currency:
            currency = net_currency = next(iter(self.terms.currencies), "")
        if not currency:
            raise RowRefused(Problem(NO_CURRENCY, field=names.NET_CURRENCY))
        is_converted = currency != net_currency
        exchange_rate = self._rate(rate, is_needed=is_converted)
        if len(self) >= 20_000:
            self.clear()
        found = self._batch(account, batch)
        profile = self[cells] = Profile(
            batch=found,
            total=found.sums.setdefault(net_currency, Total()),
            debit_kind=int(debit_kind),
            credit_kind=int(credit_kind),
            method=method,
            currency=currency,
            net_currency=net_currency,
            gross_sides=self._cells_of(currency, names.GROSS_CURRENCY, is_signed=False),
            net_sides=self._cells_of(net_currency, names.NET_CURRENCY, is_signed=False),
            fees=self._cells_of(net_currency, names.NET_CURRENCY, is_signed=True),
            rate=exchange_rate if is_converted else None,
            rate_slack=_slack(exchange_rate),
            is_converted=is_converted,
            clock=self.clock(zone, names.ZONE, found.clocks),
            is_movement=credit_kind <= LineKind.REFUND_FAILURE,
            is_closing=bool(CLOSING & {debit_kind, credit_kind}),
            is_carry=credit_kind is LineKind.CARRY_IN,
            is_fee=credit_kind is LineKind.FEE,
            type_name=type_name,
            only_tells=tells,
        )
        return profile

    def _batch(self, account: str, number: str) -> Batch:
        if not account:
            raise RowRefused(Problem(NO_ACCOUNT, field=names.MERCHANT_ACCOUNT))
        if not number:
            raise RowRefused(Problem(NO_BATCH, field=names.BATCH))
        key = f"{account}/{number}"
        return self.batches.setdefault(key, Batch(key, number))

    def _cells_of(self, currency: str, field: str, *, is_signed: bool) -> Amounts:
        try:
            fresh = self._amounts.get((currency, is_signed)) or Amounts(currency, ".", is_signed=is_signed)
        except UnknownCurrency:
            raise RowRefused(currency_problem(currency, field=field)) from None
        return self._amounts.setdefault((currency, is_signed), fresh)

    def clock(self, zone: str, field: str, clocks: dict[str, Clock] | None = None) -> Clock:
        """The clock a zone name means, among those of a batch or of the file. Raises RowRefused."""
        known = self._clocks if clocks is None else clocks
        clock = known.get(zone)
        if clock is None:
            home = zone_named("", self.terms.zone)
            try:
                clock = known[zone] = Clock(zone_named(zone, self.terms.zone), home)
            except UnknownZone:
                raise RowRefused(Problem(BAD_ZONE, {"text": shown(zone)}, field=field)) from None
        return clock

    def _rate(self, text: str, *, is_needed: bool) -> Decimal | None:
        if not text and not is_needed:
            return None
        try:
            rate = Decimal(text) if len(text) <= 40 and text.isascii() else Decimal("NaN")
        except InvalidOperation:
            rate = Decimal("NaN")
        if not rate.is_finite() or rate <= 0 or abs(rate.adjusted()) > 12:
            raise RowRefused(Problem(BAD_RATE, {"text": shown(text)}, field=names.RATE))
        return rate


def _slack(rate: Decimal | None) -> Decimal:
    if rate is None or len(rate.as_tuple().digits) < _PRECISE_RATE_DIGITS:
        return Decimal(0)
    return Decimal((0, (5,), int(rate.as_tuple().exponent) - 1))
