"""One row of the report becomes one line fact: the hot path of an import, free of what can be done once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
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
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

BOTH_SIDES: Final = translatable("The row has an amount on the debit side and on the credit side.")
NET_DIFFERS: Final = translatable(
    "The net amount %(net)s %(currency)s is not the gross amount less the fees (%(expected)s %(currency)s)."
)
BAD_TIME: Final = translatable("“%(text)s” is not a date and time such as 2026-07-31 23:50:00.")

RowReader = Callable[[int, int, int, list[str]], LineFact]

_SIDES_OF_GROSS: Final = (names.GROSS_DEBIT, names.GROSS_CREDIT)
_SIDES_OF_NET: Final = (names.NET_DEBIT, names.NET_CREDIT)
_REFERENCE_LENGTH: Final = 16


def row_reader(columns: Columns, profiles: Profiles) -> RowReader:
    """The function that reads rows of this header.

    It raises RowRefused, UnreadableAmount (which `amount_refused` explains), and FileRefused for card numbers.
    """
    places = columns.places
    profile_cells = itemgetter(*(places[name] for name in names.PROFILE))
    amount_cells = itemgetter(*(places[name] for name in names.AMOUNTS))
    reference_cells = itemgetter(*(places[name] for name in (*names.REFERENCES[:3], names.CREATED)))
    guard, booked = _guard(columns), _booking(columns, profiles)
    new = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)

    def read(line: int, offset: int, length: int, cells: list[str]) -> LineFact:
        guard(cells)
        profile = profiles[profile_cells(cells)]
        psp, modification, reference, created = reference_cells(cells)
        amounts = _amounts(profile, amount_cells(cells))
        moment, net, batch = _moment(profile, created), amounts[-2], profile.batch
        kind = profile.credit_kind if net >= 0 else profile.debit_kind
        key = provider_key = ""
        if profile.is_movement:
            key = modification.strip()
            provider_key = key or psp
        elif profile.is_carry:
            kind = _carry(columns, cells) or kind
        booked_on = booked(cells) if booked else None
        profile.total.add(net)
        head = (line, offset, length, batch.statement_key, kind, key, provider_key)
        names_given = (psp, reference.strip(), profile.method)
        fact = new(LineFact, head + names_given + amounts + (moment, None, booked_on, None, batch.payout_key))
        if booked_on or profile.is_closing:
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
        raise _net_differs(profile, net, settled - fee)
    return (
        currency, gross, profile.net_currency, settled, fee, commission, markup, scheme, interchange, None, other, 0,
        rounding, net, profile.rate,
    )  # fmt: skip


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


def _moment(profile: Profile, created: str) -> datetime:
    try:
        return profile.clock.instant(created)
    except (ValueError, OverflowError):
        raise RowRefused(Problem(BAD_TIME, {"text": shown(created)}, field=names.CREATED)) from None


def _carry(columns: Columns, cells: Sequence[str]) -> LineKind | None:
    place = columns.places.get(names.MODIFICATION_MERCHANT_REFERENCE)
    return carry_by_words(cells[place]) if place is not None else None


def _guard(columns: Columns) -> Callable[[Sequence[str]], None]:
    """The card guard of a row: reference columns by their own format, all other text as it stands."""
    free = columns.guarded()
    free_cells = itemgetter(*free, free[0])
    passed: set[tuple[str, ...]] = set()
    merchants = (names.MERCHANT_REFERENCE, names.MODIFICATION_MERCHANT_REFERENCE)
    places = columns.places
    psp, modification = places[names.PSP_REFERENCE], places[names.MODIFICATION_REFERENCE]
    theirs = [places[name] for name in merchants if name in places]

    def look(cells: Sequence[str], looked_at: Sequence[int]) -> None:
        for place in looked_at:
            if holds_card_number(cells[place]):
                raise card_refusal(columns.header[place])

    def guard(cells: Sequence[str]) -> None:
        # These columns repeat a few values, so one look-up says that all of them have been looked at before.
        values = free_cells(cells)
        if values not in passed:
            look(cells, free)
            if len(passed) >= 20_000:
                passed.clear()
            passed.add(values)
        if len(cells[psp]) != _REFERENCE_LENGTH or len(cells[modification]) != _REFERENCE_LENGTH:
            look(cells, [place for place in (psp, modification) if len(cells[place]) != _REFERENCE_LENGTH])
        for place in theirs:
            if len(cells[place]) >= SHORTEST_GROUPED and reference_holds_card_number(cells[place]):
                raise card_refusal(columns.header[place])

    return guard


def _booking(columns: Columns, profiles: Profiles) -> Callable[[Sequence[str]], date | None] | None:
    """What reads the booking date of a row, in the provider's zone; None when the report has no such column."""
    place = columns.places.get(names.BOOKED)
    if place is None:
        return None
    zone_place = columns.places.get(names.BOOKED_ZONE, columns.places[names.ZONE])
    known: dict[tuple[str, str], date | None] = {("", ""): None}

    def booked(cells: Sequence[str]) -> date | None:
        key = cells[place], cells[zone_place]
        if key not in known:
            if len(known) > 20_000:
                known.clear()
            known[key] = _booked_on(*key, profiles)
        return known[key]

    return booked


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
