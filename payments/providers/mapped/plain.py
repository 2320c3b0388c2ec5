"""The quick way through a mapped file: rows that are like one read before, but for references, time and amounts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, Final, Self, cast

from payments.cards import SHORTEST, may_hold_groups, reference_holds_card_number
from payments.facts import MOVEMENT_LINE_KINDS, LineFact, LineKind, ReadingTerms
from payments.money import UnreadableAmount
from payments.providers.lines import BLANK
from payments.providers.mapped.schema import DAYS, FEE_PARTS, StatementMapping
from payments.providers.mapped.tally import Payout
from payments.tabular.amounts import Amounts
from payments.tabular.instants import Stamps, zone_named
from payments.tabular.mapped_rows import MappedFile, Row
from payments.tabular.refusals import CardNumbers
from payments.tabular.remembered import Remembered

_UNIQUE: Final = ("line_key", "provider_key", "payment_reference", "merchant_reference")
_MONEY: Final = ("gross", "net", "fee", "fee_vat")
_REPEATED: Final = ("kind", "method", "currency", "net_currency", *DAYS, "payout_key", "statement_key")
_NO_PARTS: Final[tuple[int | None, ...]] = (None,) * (len(FEE_PARTS) - 1)
_NO_TOTAL: Final = BLANK[LineFact._fields.index("payout_key") + 1 :]
_shared: Final = attrgetter(
    "statement_key", "kind", "method", "currency", "sold_on", "booked_on", "paid_on", "payout_key"
)
_new: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)


@dataclass(frozen=True, slots=True)
class Profile:
    """All of a line that follows from the cells that repeat."""

    shared: tuple[Any, ...]
    """Statement, kind, method, currency, the days, payout: in the order of `_shared`."""
    amounts: Amounts
    sign: int
    is_moved: bool
    payout: Payout | None
    states_payout: bool
    states_fee: bool
    """Whether such a row is about a fee or a tax: where it names none, its amount is one."""

    @classmethod
    def of(cls, line: LineFact, amounts: Amounts, sign: int, payout: Payout | None) -> Self:
        """What rows that repeat the cells of this line share."""
        is_moved = line.kind in MOVEMENT_LINE_KINDS or line.kind == LineKind.UNKNOWN
        states_fee = line.kind in (LineKind.FEE, LineKind.TAX)
        return cls(_shared(line), amounts, sign, is_moved, payout, line.kind == LineKind.PAYOUT, states_fee)


class PlainRows:
    """Reads the rows that need no thought, and says None to all others. `written` sums amounts as the file does."""

    def __init__(self, file: MappedFile, mapping: StatementMapping, terms: ReadingTerms) -> None:
        self.written = dict.fromkeys(("gross", "fee", "fee_vat", "net"), 0)
        self._mapping = mapping
        self._profiles = Remembered[tuple[Any, ...], Profile]()
        self._cards = CardNumbers()
        self._feed = file.feed
        shape, columns = mapping.shape, mapping.columns
        self._stamps = Stamps(zone_named(shape.zone, terms.zone), zone_named("", terms.zone), shape.time_format)
        self._has_time, self._is_json, self._width = "occurred_at" in columns, shape.is_json, file.width
        self._is_by_time = self._has_time and not {*DAYS} & columns.keys()
        self._is_kind_by_sign = "kind" not in columns and "kind" not in mapping.constants
        self._has_sign = mapping.amount_signs == "as_written"
        self._direction = {"cost": 1, "deduction": -1, "by_kind": 0}[mapping.fee_signs]
        self._has_totals = bool(shape.trailer and shape.trailer.totals)
        self._has_fee = bool({"fee", *FEE_PARTS} & columns.keys())
        self._has_parts = bool({*FEE_PARTS} & columns.keys())
        self._is_plain = self._bind(file)

    def _bind(self, file: MappedFile) -> bool:
        """Find the cells; False where the mapping is not plain: then every row is left to the careful reader."""
        columns, shape = self._mapping.columns, self._mapping.shape
        single = {name: columns[name] for name in (*_UNIQUE, *_MONEY, *FEE_PARTS, "occurred_at") if name in columns}
        rules = [rule.column for rule in (shape.trailer.rule if shape.trailer else None, shape.skipped_rows) if rule]
        # One column may say several things, such as the day a line is booked and paid on: it is looked at once.
        repeated = [*dict.fromkeys(column for name in _REPEATED for column in columns.get(name, ()))]
        repeated += [column for column in rules if column not in repeated]
        self._at_days = [repeated.index(column) for name in DAYS for column in columns.get(name, ())]
        if shape.side:
            repeated.append(shape.side.column)
        wanted = [*repeated, *(column for found in single.values() for column in found)]
        if shape.is_json:
            self._names = tuple(str(column) for column in wanted)
            places: list[int | None] = [*range(len(wanted))]
            is_found = all(isinstance(column, str) and "." not in column for column in wanted)
        else:
            places = [file.place(column) for column in wanted]
            is_found = None not in places
        self._place(dict(zip(single, places[len(repeated) :], strict=False)), places[: len(repeated)])
        self._free = tuple(place for place in range(file.width) if place not in places)
        is_odd = {"gross_settled", "rate"} & columns.keys() or ("fee" in columns and self._has_parts)
        is_odd = is_odd or "gross" not in columns or (self._mapping.fee_includes_vat and "fee" not in columns)
        is_single = all(len(found) == 1 for found in single.values())
        return is_found and not is_odd and is_single and (shape.is_json or file.width > 0)

    def _place(self, places: Mapping[str, int | None], repeated: Sequence[int | None]) -> None:
        """Note where cells stand; behind the last one stands an empty one, for columns that are not mapped."""
        empty = -1
        found = {name: place for name, place in places.items() if place is not None}
        self._texts = itemgetter(*(found.get(name, empty) for name in _UNIQUE))
        self._cells = itemgetter(*(found.get(name, empty) for name in _MONEY))
        self._repeated = itemgetter(*(place for place in repeated if place is not None), empty, empty)
        self._parts = [(at, found[name]) for at, name in enumerate(FEE_PARTS) if name in found]
        self._time = found.get("occurred_at", empty)

    def _spread(self, row: Any) -> list[str]:
        """The cells of a row, and an empty one behind them.

        Raises ValueError for a row of another width, TypeError for a value that is neither text nor a whole number.
        """
        if self._is_json:
            cells = [cell if type(cell) is str else _text(cell) for cell in map(row.get, self._names)]
            cells.append("")
            return cells
        if len(row) != self._width:
            raise ValueError(row)
        return [*row, ""]

    def fact(self, record: Row) -> LineFact | None:
        """The line of a row; None where it is to be looked at with care."""
        if not self._is_plain:
            return None
        number, offset, length, row = record
        try:
            return self._fact(number, offset, length, row)
        except (UnreadableAmount, LookupError, TypeError, ValueError, OverflowError):
            return None

    def learn(self, row: Any, line: LineFact, profile: Profile) -> None:
        """Remember what a row was that has been looked at with care, for all that repeat its cells."""
        if not self._is_plain or line.currency != line.net_currency or (not self._is_json and len(row) != self._width):
            return
        try:
            cells = self._repeated(self._spread(row))
        except TypeError:
            return
        # Where the row leaves its days empty, the booking date follows from the time, which does not repeat.
        has_days = self._is_by_time or any(cells[at] for at in self._at_days) or not self._has_time
        if not has_days:
            return
        self._profiles.keep((*cells, line.booked_on) if self._is_by_time else cells, profile)

    def _fact(self, number: int, offset: int, length: int, row: Any) -> LineFact | None:
        cells = self._spread(row)
        moment = day = None
        if self._has_time:
            moment, day = self._stamps.read(cells[self._time])
        repeated = self._repeated(cells)
        profile = self._profiles[(*repeated, day) if self._is_by_time else repeated]
        # Amounts come last: they are added to what the trailer is held against, which a row may be only once.
        texts = self._references(cells)
        money = self._amounts(profile, cells) if texts is not None else None
        if texts is None or money is None:
            return None
        gross, parts, fee, vat, net = money
        statement_key, kind, method, currency, sold_on, booked_on, paid_on, payout_key = profile.shared
        payout = profile.payout
        if self._is_kind_by_sign:
            kind = LineKind.REFUND if gross < 0 else LineKind.SALE
        if payout is not None and profile.states_payout:
            payout.stated, payout.paid_on = (payout.stated or 0) - net, paid_on or payout.paid_on
        elif payout is not None:
            payout.lines += net
        own, key, payment, order = texts
        return _new(LineFact, (
            number, offset, length, statement_key, kind, own, key if profile.is_moved else "", payment, order, method,
            currency, gross, currency, gross, fee, *parts, vat, 0, net, None, moment, sold_on, booked_on, paid_on,
            payout_key, *_NO_TOTAL,
        ))  # fmt: skip

    def _references(self, cells: list[str]) -> tuple[str, ...] | None:
        """The references of a row; None where one is not plain, or a card number may stand in it or beside it."""
        texts: tuple[str, ...] = self._texts(cells)
        joined = "".join(texts)
        if not joined.isascii() or "+" in joined or "\0" in joined or (joined and joined.split() != [joined]):
            return None
        # Records of JSON have been looked at as a whole: only rows of delimited files come from a feed.
        if self._feed is not None and self._feed.needs_guard:
            if may_hold_groups(joined) and any(map(reference_holds_card_number, texts)):
                return None
            for place in self._free:
                if len(cells[place]) >= SHORTEST and self._cards[cells[place]]:
                    return None
        return texts

    def _amounts(self, profile: Profile, cells: list[str]) -> tuple[int, list[int | None], int, int, int] | None:
        """Gross, the parts of the fee, fee, VAT and net; None where they do not agree, or one is to be refused."""
        gross_cell, net_cell, fee_cell, vat_cell = self._cells(cells)
        amounts, sign = profile.amounts, profile.sign
        direction = self._direction or sign
        written, net_written, fee_written, vat_written = (
            amounts[gross_cell], amounts[net_cell], amounts[fee_cell], amounts[vat_cell],
        )  # fmt: skip
        # What is not 0 says something: only of the others it is asked whether they do.
        has_net = net_written != 0 or bool(net_cell.strip())
        if not (written or gross_cell.strip()) or (not self._has_sign and (written < 0 or net_written < 0)):
            return None
        gross, vat = written * sign, vat_written * direction
        if self._has_parts:
            parts, fee = self._fee_parts(amounts, cells, direction)
        else:
            rest = gross - vat - net_written * sign if has_net else 0
            fee = self._fee(fee_cell, fee_written * direction, vat, rest)
            parts = [fee or None, *_NO_PARTS]
        net = gross - fee - vat
        if has_net and net != net_written * sign:
            return None
        if profile.states_fee and not (self._has_fee and (fee or vat)):
            return None
        if self._has_totals:
            totals = self.written
            totals["gross"] += written
            totals["fee"] += fee_written
            totals["fee_vat"] += vat_written
            totals["net"] += net_written
        return gross, parts, fee, vat, net

    def _fee_parts(self, amounts: Amounts, cells: list[str], direction: int) -> tuple[list[int | None], int]:
        """The parts of the fee, each None where its cell is empty, and their sum."""
        parts: list[int | None] = [None, *_NO_PARTS]
        total = 0
        for at, place in self._parts:
            cell = cells[place]
            part = amounts[cell] * direction
            if part or cell.strip():
                parts[at] = part
                total += part
        return parts, total

    def _fee(self, cell: str, stated: int, vat: int, rest: int) -> int:
        """The fee without VAT: as stated, or the rest where no column states it. Raises ValueError for what is odd."""
        if not self._has_fee:
            return rest
        if not self._mapping.fee_includes_vat:
            return stated
        if not cell.strip():
            raise ValueError(cell)
        return stated - vat


def _text(value: Any) -> str:
    """A value of a JSON record as its cell. Raises TypeError for what is neither text nor a whole number."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if type(value) is int:
        return str(value)
    raise TypeError(value)
