"""One row of the report becomes one line fact: the hot path of an import, free of what can be done once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final, cast

from payments.cards import holds_card_number, reference_holds_card_number
from payments.facts import LineFact, LineKind, Problem
from payments.money import Rounding, UnreadableAmount, convert, format_minor
from payments.providers.adyen import columns as names
from payments.providers.adyen.batches import Batch
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
    """The function that reads rows of this header. It raises RowRefused, and FileRefused for card numbers."""
    places = columns.places
    profile_cells = itemgetter(*(places[name] for name in names.PROFILE))
    amount_cells = itemgetter(*(places[name] for name in names.AMOUNTS))
    reference_cells = itemgetter(*(places[name] for name in (*names.REFERENCES[:3], names.CREATED)))
    guard = _guard(columns)
    booked = _booking(columns, profiles)
    new = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)

    def read(line: int, offset: int, length: int, cells: list[str]) -> LineFact:
        guard(cells)
        profile = profiles[profile_cells(cells)]
        psp, modification, reference, created = map(str.strip, reference_cells(cells))
        moment, batch = _moment(profile, created), profile.batch
        try:
            amounts = _amounts(profile, amount_cells(cells))
        except UnreadableAmount as refusal:
            raise _unreadable(refusal, columns, profile, cells) from None
        currency, gross, gross_settled, fee, commission, markup, scheme, interchange, other, rounding, net = amounts
        kind = profile.credit_kind if net >= 0 else profile.debit_kind
        if profile.is_movement:
            line_key, provider_key = modification, modification or psp
        else:
            line_key = provider_key = ""
            if profile.is_carry:
                kind = _carry(columns, cells) or kind
        booked_on = booked(cells) if booked else None
        fact = new(
            LineFact,
            (line, offset, length, batch.statement_key, kind, line_key, provider_key, psp, reference, profile.method,
             currency, gross, profile.net_currency, gross_settled, fee, commission, markup, scheme, interchange, None,
             other, 0, rounding, net, profile.rate, moment, None, booked_on, None, batch.payout_key),
        )  # fmt: skip
        _note(batch, created[:10], profile.net_currency, net)
        if booked_on and (batch.booked_on is None or booked_on > batch.booked_on):
            batch.booked_on = booked_on
        if profile.is_closing and kind is not LineKind.CARRY_IN:
            batch.close(fact, booked_on or profile.clock.business_date(moment))
        return fact

    return read


def _note(batch: Batch, day: str, currency: str, net: int) -> None:
    if day < batch.first:
        batch.first = day
    if day > batch.last:
        batch.last = day
    batch.sums[currency] = batch.sums.get(currency, 0) + net


Amount11 = tuple[str, int, int, int, int | None, int | None, int | None, int | None, int | None, int, int]


def _amounts(profile: Profile, cells: Sequence[str]) -> Amount11:
    """Currency of gross, gross, converted gross, fee and its five parts, rounding, net, all in minor units."""
    debit, credit, net_debit, net_credit, commission, markup, scheme, interchange = cells
    gross_sides, net_sides, fees = profile.gross_sides, profile.net_sides, profile.fees
    gross = gross_sides[credit] - gross_sides[debit]
    net = net_sides[net_credit] - net_sides[net_debit]
    if (net_debit and net_credit) or (debit and credit):
        _refuse_both_sides(profile, cells)
    parts = (
        fees[commission] if commission else None,
        fees[markup] if markup else None,
        fees[scheme] if scheme else None,
        fees[interchange] if interchange else None,
    )
    fee = sum(filter(None, parts))
    if not (debit or credit or profile.is_movement):
        # Rows about the batch itself state only the net: all of it is a fee on fee rows, and gross on the others.
        if profile.credit_kind is LineKind.FEE:
            return profile.net_currency, 0, 0, -net, *parts, (-net - fee) or None, 0, net
        return profile.net_currency, net + fee, net + fee, fee, *parts, None, 0, net
    settled = _converted(profile, gross, net + fee) if profile.is_converted else gross
    rounding = net - settled + fee
    if not -1 <= rounding <= 1:
        raise _net_differs(profile, net, settled - fee)
    return profile.currency, gross, settled, fee, *parts, None, rounding, net


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
    places = [(name, columns.places[name]) for name in names.REFERENCES if name in columns.places]
    merchants = (names.MERCHANT_REFERENCE, names.MODIFICATION_MERCHANT_REFERENCE)
    own = [place for name, place in places if name not in merchants]
    theirs = [place for name, place in places if name in merchants]

    def guard(cells: Sequence[str]) -> None:
        for place in free:
            cell = cells[place]
            if len(cell) > 12 and holds_card_number(cell):
                raise card_refusal(columns.header[place])
        for place in own:
            cell = cells[place]
            if len(cell) > 12 and len(cell) != _REFERENCE_LENGTH and holds_card_number(cell):
                raise card_refusal(columns.header[place])
        for place in theirs:
            cell = cells[place]
            if len(cell) > 12 and reference_holds_card_number(cell):
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


def _unreadable(refusal: UnreadableAmount, columns: Columns, profile: Profile, cells: Sequence[str]) -> RowRefused:
    """Find the column of an amount that could not be read; only bad rows pay for it. Raises FileRefused for cards."""
    for name in names.AMOUNTS:
        cell = cells[columns.places[name]]
        if holds_card_number(cell):
            raise card_refusal(name)
        sides = profile.gross_sides if name in _SIDES_OF_GROSS else profile.net_sides
        try:
            (sides if name in _SIDES_OF_GROSS + _SIDES_OF_NET else profile.fees)[cell]
        except UnreadableAmount as found:
            return RowRefused(amount_problem(found, field=name))
    return RowRefused(amount_problem(refusal))
