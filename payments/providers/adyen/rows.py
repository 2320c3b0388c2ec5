"""One row of the report becomes one line fact: the hot path of an import, free of what can be done once."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final, cast

from payments.cards import SHORTEST_GROUPED, holds_card_number, reference_holds_card_number
from payments.facts import LineFact, LineKind, Problem
from payments.money import Rounding, UnreadableAmount, convert, format_minor
from payments.providers.adyen import columns as names
from payments.providers.adyen.columns import Columns
from payments.providers.adyen.kinds import carry_by_words
from payments.providers.adyen.profiles import Profile, Profiles
from payments.tabular.amounts import amount_problem, shown
from payments.tabular.refusals import RowRefused, card_refusal, refuse_damaged_reference
from payments.wording import translatable

BOTH_SIDES: Final = translatable("The row has an amount on the debit side and on the credit side.")
NET_DIFFERS: Final = translatable(
    "The net amount %(net)s %(currency)s is not the gross amount less the fees (%(expected)s %(currency)s)."
)
BAD_TIME: Final = translatable("“%(text)s” is not a date and time such as 2026-07-31 23:50:00.")

RowReader = Callable[[int, int, int, list[str]], LineFact | None]
"""Reads a row; None for one that moves no money, which its batch counts."""

_SIDES_OF_GROSS: Final = (names.GROSS_DEBIT, names.GROSS_CREDIT)
_SIDES_OF_NET: Final = (names.NET_DEBIT, names.NET_CREDIT)
_NEW: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)
_REFERENCE_LENGTH: Final = 16
_REMEMBERED: Final = 20_000


def row_reader(columns: Columns, profiles: Profiles) -> RowReader:
    """The function that reads rows of this header.

    It raises RowRefused, UnreadableAmount (which `amount_refused` explains), and FileRefused for card numbers.
    """
    places = columns.places
    amount_cells = itemgetter(*(places[name] for name in names.AMOUNTS))
    reference_cells = itemgetter(*(places[name] for name in (*names.REFERENCES[:3], names.CREATED)))
    repeated_cells, repeated = itemgetter(*columns.repeated()), _Repeated(columns, profiles)
    look = _reference_guard(columns)

    def read(line: int, offset: int, length: int, cells: list[str]) -> LineFact | None:
        psp, modification, reference, created = reference_cells(cells)
        look(cells, psp, modification, reference)
        profile, booked_on = repeated[repeated_cells(cells)]
        try:
            moment = profile.clock.instant(created)
        except (ValueError, OverflowError):
            raise RowRefused(Problem(BAD_TIME, {"text": shown(created)}, field=names.CREATED)) from None
        batch = profile.batch
        if profile.only_tells and _is_told(profile, amount_cells(cells)):
            return None
        amounts = _amounts(profile, amount_cells(cells))
        kind = profile.credit_kind if (net := amounts[-2]) >= 0 else profile.debit_kind
        key = provider_key = ""
        if profile.is_movement:
            key = modification.strip()
            provider_key = key or psp
        elif profile.is_carry:
            kind = _carry(columns, cells) or kind
        profile.total.add(net)
        head = (line, offset, length, batch.statement_key, kind, key, provider_key)
        names_given = (psp, reference.strip(), profile.method)
        dates = (moment, None, booked_on, None, batch.payout_key, None, None)
        fact = _NEW(LineFact, head + names_given + amounts + dates)
        if profile.is_closing or (booked_on and booked_on is not batch.booked_on):
            batch.note(fact, booked_on or profile.clock.business_date(moment))
        return fact

    return read


Amounts15 = tuple[
    str, int, str, int, int, int | None, int | None, int | None, int | None, None, int | None, int, int, int,
    Decimal | None,
]  # fmt: skip
"""The fields of a line from `currency` to `rate`, as they follow each other there."""


def _amounts(profile: Profile, cells: tuple[str, ...]) -> Amounts15:
    debit, credit, net_debit, net_credit, commission_cell, markup_cell, scheme_cell, interchange_cell = cells
    gross_sides, net_sides, fees = profile.gross_sides, profile.net_sides, profile.fees
    commission = fees[commission_cell] if commission_cell else None
    markup = fees[markup_cell] if markup_cell else None
    scheme = fees[scheme_cell] if scheme_cell else None
    interchange = fees[interchange_cell] if interchange_cell else None
    fee = (commission or 0) + (markup or 0) + (scheme or 0) + (interchange or 0)
    net = net_sides[net_credit] if net_credit else 0
    if net_debit:
        net -= net_sides[net_debit]
    if (net_debit and net_credit) or (debit and credit):
        _refuse_both_sides(profile, cells)
    currency, other = profile.currency, None
    if debit or credit or profile.is_movement:
        gross = gross_sides[credit] if credit else 0
        if debit:
            gross -= gross_sides[debit]
        settled = gross
        if profile.is_converted:
            settled = _converted(profile, gross, net + fee)
    else:
        # Rows about the batch itself state only the net: all of it is a fee on fee rows, and gross on the others.
        currency = profile.net_currency
        gross = settled = net + fee
        if profile.is_fee:
            other, fee, gross, settled = (-net - fee) or None, -net, 0, 0
    rounding = net - settled + fee
    if not -1 <= rounding <= 1:
        if profile.credit_kind != LineKind.UNKNOWN or net or fee:
            raise _net_differs(profile, net, settled - fee)
        # What the type means nobody knows; what the row does to our balance it says itself: nothing.
        gross = settled = rounding = 0
    return (
        currency, gross, profile.net_currency, settled, fee, commission, markup, scheme, interchange, None, other, 0,
        rounding, net, profile.rate,
    )  # fmt: skip


def _is_told(profile: Profile, cells: tuple[str, ...]) -> bool:
    """Count a row that states no net amount, and say so. Its other amounts must be readable all the same."""
    debit, credit, net_debit, net_credit, *fees = cells
    for cell in (debit, credit):
        if cell:
            profile.gross_sides[cell]
    for cell in fees:
        if cell:
            profile.fees[cell]
    if any(profile.net_sides[cell] for cell in (net_debit, net_credit) if cell):
        return False
    profile.batch.tell(profile.type_name)
    return True


def _converted(profile: Profile, gross: int, implied: int) -> int:
    """Gross in the settlement currency; what net and fees imply is believed as far as the written rate is rounded."""
    rate = cast(Decimal, profile.rate)
    exact = convert(gross, profile.currency, profile.net_currency, rate, Rounding.HALF_UP)
    if profile.rate_slack and abs(exact - implied) > 1:
        low, high = (
            convert(abs(gross), profile.currency, profile.net_currency, edge, rounding)
            for edge, rounding in (
                (rate - profile.rate_slack, Rounding.FLOOR),
                (rate + profile.rate_slack, Rounding.CEILING),
            )
        )
        if low <= abs(implied) <= high and (implied < 0) == (gross < 0):
            return implied
    return exact


def _carry(columns: Columns, cells: Sequence[str]) -> LineKind | None:
    place = columns.places.get(names.MODIFICATION_MERCHANT_REFERENCE)
    return carry_by_words(cells[place]) if place is not None else None


class _Repeated(dict[tuple[str, ...], tuple[Profile, date | None]]):
    """What the cells say that repeat a few values: how the row is read, and its booking date.

    One look-up says too that those among them that are free text have been looked at for card numbers before.
    Raises RowRefused, and FileRefused for a card number.
    """

    def __init__(self, columns: Columns, profiles: Profiles) -> None:
        super().__init__()
        self._columns = columns
        self._profiles = profiles
        self._order = columns.repeated()
        self._free = frozenset(columns.guarded())

    def __missing__(self, values: tuple[str, ...]) -> tuple[Profile, date | None]:
        for place, value in zip(self._order, values, strict=True):
            if place in self._free and holds_card_number(value):
                raise card_refusal(self._columns.header[place])
        cells = dict(zip(self._order, values, strict=True))
        places = self._columns.places
        profile = self._profiles[tuple(cells[places[name]] for name in names.PROFILE)]
        booked_on = None
        if names.BOOKED in places:
            zone = cells[places.get(names.BOOKED_ZONE, places[names.ZONE])]
            booked_on = _booked_on(cells[places[names.BOOKED]], zone, self._profiles)
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[values] = profile, booked_on
        return found


def _reference_guard(columns: Columns) -> Callable[[Sequence[str], str, str, str], None]:
    """The guard of the reference columns, each by its own format; a blank one or one of Adyen's own passes.

    It refuses card numbers, and references that a spreadsheet has made numbers of.
    """
    places = columns.places
    words_place = places.get(names.MODIFICATION_MERCHANT_REFERENCE)

    def guard(cells: Sequence[str], psp: str, modification: str, reference: str) -> None:
        if "+" in reference or "+" in psp or "+" in modification:
            for name, text in zip(names.REFERENCES, (psp, modification, reference), strict=False):
                refuse_damaged_reference(text.strip(), name)
        if len(psp) != _REFERENCE_LENGTH and holds_card_number(psp):
            raise card_refusal(columns.header[places[names.PSP_REFERENCE]])
        if len(modification) != _REFERENCE_LENGTH and holds_card_number(modification):
            raise card_refusal(columns.header[places[names.MODIFICATION_REFERENCE]])
        if len(reference) >= SHORTEST_GROUPED and reference_holds_card_number(reference):
            raise card_refusal(columns.header[places[names.MERCHANT_REFERENCE]])
        if words_place is not None and reference_holds_card_number(cells[words_place]):
            raise card_refusal(columns.header[words_place])

    return guard


def _booked_on(text: str, zone: str, profiles: Profiles) -> date | None:
    if not text.strip():
        return None
    clock = profiles.clock(zone.strip(), names.BOOKED_ZONE)
    try:
        return clock.business_date(clock.instant(text.strip()))
    except (ValueError, OverflowError):
        raise RowRefused(Problem(BAD_TIME, {"text": shown(text)}, field=names.BOOKED)) from None


def _refuse_both_sides(profile: Profile, cells: Sequence[str]) -> None:
    debit, credit, net_debit, net_credit, *_ = cells
    if profile.gross_sides[debit] and profile.gross_sides[credit]:
        raise RowRefused(Problem(BOTH_SIDES, field=names.GROSS_CREDIT))
    if profile.net_sides[net_debit] and profile.net_sides[net_credit]:
        raise RowRefused(Problem(BOTH_SIDES, field=names.NET_CREDIT))


def _net_differs(profile: Profile, net: int, expected: int) -> RowRefused:
    currency = profile.net_currency
    values = {
        "net": format_minor(net, currency),
        "expected": format_minor(expected, currency),
        "currency": currency,
    }
    return RowRefused(Problem(NET_DIFFERS, values, field=names.NET_CREDIT if net >= 0 else names.NET_DEBIT))


def amount_refused(columns: Columns, profiles: Profiles, cells: Sequence[str]) -> RowRefused | None:
    """Find the column of an amount that could not be read; only bad rows pay for it. Raises FileRefused for cards."""
    profile = profiles[tuple(cells[columns.places[name]] for name in names.PROFILE)]
    for name in names.AMOUNTS:
        cell = cells[columns.places[name]]
        if holds_card_number(cell):
            raise card_refusal(name)
        sides = profile.gross_sides if name in _SIDES_OF_GROSS else profile.net_sides
        try:
            (sides if name in _SIDES_OF_GROSS + _SIDES_OF_NET else profile.fees)[cell]
        except UnreadableAmount as found:
            return RowRefused(amount_problem(found, field=name))
    return None
