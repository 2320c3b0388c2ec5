"""One row of KOMOJU's settlement CSV becomes one line fact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any, Final, cast

from payments.cards import SHORTEST, holds_card_number, reference_holds_card_number
from payments.facts import LineFact, LineKind, Problem, ReadingTerms
from payments.money import Rounding, UnknownCurrency, UnreadableAmount, convert, format_minor
from payments.providers.komoju import columns as names
from payments.providers.komoju.columns import Columns
from payments.providers.lines import BLANK
from payments.tabular.amounts import Amounts, amount_problem, currency_problem, shown
from payments.tabular.instants import Stamps, iso_date, zone_named
from payments.tabular.lines import LineFeed
from payments.tabular.refusals import RowRefused, card_refusal, refuse_damaged_reference
from payments.wording import translatable

NET_DIFFERS: Final = translatable(
    "Settlement Amount %(net)s %(currency)s is not Transaction Amount plus Fee Amount plus Fee Tax Amount "
    "(%(expected)s %(currency)s)."
)
NO_TRANSFER: Final = translatable(
    "The row has no Transfer Date, so it is not settled yet. Download the settlement once KOMOJU has closed it."
)
BAD_DATE: Final = translatable("“%(text)s” is not a date such as 2026-07-31.")
BAD_TIME: Final = translatable("“%(text)s” is not a date and time such as 2026-07-31 23:50:00 +0900.")
BAD_RATE: Final = translatable("“%(text)s” is not an exchange rate.")

KINDS: Final = {
    "capture": (LineKind.UNKNOWN, LineKind.SALE),
    "refund": (LineKind.REFUND, LineKind.UNKNOWN),
    "chargeback": (LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL),
    "correction": (LineKind.ADJUSTMENT, LineKind.ADJUSTMENT),
}
"""The kind of a row that takes, and of one that gives, by its type; anything else must be explained."""
_REMEMBERED: Final = 20_000
_NO_TOTAL: Final = BLANK[LineFact._fields.index("payout_key") + 1 :]
"""The fields behind the payout key, which only lines that add up others have."""

RowReader = Callable[[int, int, int, list[str]], LineFact]


@dataclass(slots=True)
class Transfer:
    """What one transfer pays, in one currency: a statement of its own."""

    key: str
    currency: str
    paid_on: date
    net: int = 0
    days: set[date] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about a row that does not change from row to row."""

    kinds: tuple[LineKind, LineKind]
    method: str
    currency: str
    gross: Amounts
    net: Amounts
    transfer: Transfer
    rate: Decimal | None
    """None where both currencies are one."""


class Profiles(dict[tuple[str, ...], Profile]):
    """Profiles by the cells that decide them, and the transfers met. Raises RowRefused."""

    def __init__(self, columns: Columns, terms: ReadingTerms) -> None:
        super().__init__()
        self.transfers: dict[str, Transfer] = {}
        self.home = zone_named("", terms.zone)
        self._names = tuple(name for name in names.PROFILE if name in columns.places)
        self._amounts: dict[str, Amounts] = {}

    def __missing__(self, cells: tuple[str, ...]) -> Profile:
        row = dict.fromkeys(names.PROFILE, "") | {
            name: cell.strip() for name, cell in zip(self._names, cells, strict=True)
        }
        for name, cell in row.items():
            if holds_card_number(cell):
                raise card_refusal(name)
        net_currency = row[names.REMITTANCE].upper()
        currency = (row[names.PROCESSING] or row[names.CURRENCY]).upper() or net_currency
        gross, net = self.cells_of(currency, names.PROCESSING), self.cells_of(net_currency, names.REMITTANCE)
        transfer = self._transfer(row[names.TRANSFER], net_currency)
        if len(self) >= _REMEMBERED:
            self.clear()
        profile = self[cells] = Profile(
            kinds=KINDS.get(row[names.TYPE].casefold(), (LineKind.UNKNOWN, LineKind.UNKNOWN)),
            method=row[names.METHOD],
            currency=currency,
            gross=gross,
            net=net,
            transfer=transfer,
            rate=_rate(row[names.RATE]) if currency != net_currency else None,
        )
        return profile

    def cells_of(self, currency: str, field: str) -> Amounts:
        """The amounts of a currency. Raises RowRefused, naming the field, for a code that is none."""
        try:
            return self._amounts.get(currency) or self._amounts.setdefault(currency, Amounts(currency, "."))
        except UnknownCurrency:
            raise RowRefused(currency_problem(currency, field=field)) from None

    def _transfer(self, text: str, currency: str) -> Transfer:
        if not text:
            raise RowRefused(Problem(NO_TRANSFER, field=names.TRANSFER))
        try:
            paid_on = iso_date(text)
        except ValueError:
            raise RowRefused(Problem(BAD_DATE, {"text": shown(text)}, field=names.TRANSFER)) from None
        key = f"{paid_on}/{currency}"
        return self.transfers.setdefault(key, Transfer(key, currency, paid_on))


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text) if len(text) <= 40 and text.isascii() else Decimal("NaN")
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or rate <= 0 or abs(rate.adjusted()) > 12:
        raise RowRefused(Problem(BAD_RATE, {"text": shown(text)}, field=names.RATE))
    return rate


def row_reader(columns: Columns, profiles: Profiles, feed: LineFeed) -> RowReader:
    """What reads rows of this header: raises RowRefused, UnreadableAmount (see `amount_refused`) and FileRefused."""
    places = columns.places
    profile_cells = itemgetter(*(places[name] for name in names.PROFILE if name in places))
    other_cells = itemgetter(*(places[name] for name in (*names.REFERENCES, names.TIMESTAMP, *names.AMOUNTS)))
    guarded = columns.guarded()
    stamps = Stamps(profiles.home, profiles.home)
    new = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)

    def read(line: int, offset: int, length: int, cells: list[str]) -> LineFact:
        order, payment, transaction, stamp, amount, fee_cell, tax_cell, settled = other_cells(cells)
        if feed.needs_guard:
            for place in guarded:
                if len(cells[place]) >= SHORTEST and holds_card_number(cells[place]):
                    raise card_refusal(columns.header[place])
            _look(order, payment, transaction)
        profile = profiles[profile_cells(cells)]
        gross, net = profile.gross[amount], profile.net[settled]
        if profile.rate is None:
            gross_settled, rounding, fee, vat = gross, 0, -profile.gross[fee_cell], -profile.gross[tax_cell]
            if net != gross - fee - vat:
                raise _net_differs(profile, net, gross - fee - vat)
        else:
            gross_settled, fee, vat, rounding = _remitted(profile, gross, (fee_cell, tax_cell), net)
        try:
            moment, day = stamps.read(stamp)
        except (ValueError, OverflowError):
            raise RowRefused(Problem(BAD_TIME, {"text": shown(stamp)}, field=names.TIMESTAMP)) from None
        kind, transfer = profile.kinds[gross >= 0], profile.transfer
        transfer.net += net
        transfer.days.add(day)
        key = transaction.strip()
        return new(LineFact, (
            line, offset, length, transfer.key, kind, key, "" if kind is LineKind.ADJUSTMENT else key, payment.strip(),
            order.strip(), profile.method, profile.currency, gross, transfer.currency, gross_settled, fee, fee,
            None, None, None, None, None, vat, rounding, net, profile.rate, moment, day, day, transfer.paid_on,
            transfer.key, *_NO_TOTAL,
        ))  # fmt: skip

    return read


def _look(order: str, payment: str, transaction: str) -> None:
    """The guard of the reference columns, each by its own format."""
    for name, text in zip(names.REFERENCES, (order, payment, transaction), strict=True):
        if "+" in text:
            refuse_damaged_reference(text.strip(), name)
        if reference_holds_card_number(text):
            raise card_refusal(name)


def _remitted(profile: Profile, gross: int, cells: tuple[str, str], net: int) -> tuple[int, int, int, int]:
    """Gross, fee and VAT in the currency of the remittance, and the residue of their rounding.

    Fee and tax stand in the currency the buyer paid in, where the three amounts add up, or else in that of the
    remittance: what leads to the Settlement Amount is meant. Raises RowRefused when neither does.
    """
    rate, currency, net_currency = cast(Decimal, profile.rate), profile.currency, profile.net.currency
    settled = convert(gross, currency, net_currency, rate, Rounding.HALF_UP)
    expected = settled
    for amounts in (profile.net, profile.gross):
        try:
            fee, vat = (-amounts[cell] for cell in cells)
        except UnreadableAmount:
            # 1.38 is no amount of yen: then it is one of the other currency.
            if amounts is profile.gross:
                raise
            continue
        if amounts is profile.gross:
            fee, vat = (convert(part, currency, net_currency, rate, Rounding.HALF_UP) for part in (fee, vat))
        expected = settled - fee - vat
        if -1 <= net - expected <= 1:
            return settled, fee, vat, net - expected
    raise _net_differs(profile, net, expected)


def _net_differs(profile: Profile, net: int, expected: int) -> RowRefused:
    currency = profile.net.currency
    values = {
        "net": format_minor(net, currency),
        "expected": format_minor(expected, currency),
        "currency": currency,
    }
    return RowRefused(Problem(NET_DIFFERS, values, field=names.SETTLED))


def amount_refused(columns: Columns, profiles: Profiles, cells: Sequence[str]) -> RowRefused | None:
    """Find the column of an amount that could not be read; only bad rows pay for it. Raises FileRefused for cards."""
    places = columns.places
    profile = profiles[tuple(cells[places[name]] for name in names.PROFILE if name in places)]
    for name in names.AMOUNTS:
        cell = cells[places[name]]
        if holds_card_number(cell):
            raise card_refusal(name)
        try:
            (profile.net if name == names.SETTLED else profile.gross)[cell]
        except UnreadableAmount as found:
            return RowRefused(amount_problem(found, field=name))
    return None
