"""The quick way through a mapped file: rows that are like one read before, but for references, time and amounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, cast

from payments.cards import SHORTEST, holds_card_number, reference_holds_card_number
from payments.facts import LineFact, LineKind, ReadingTerms
from payments.money import UnreadableAmount
from payments.providers.lines import BLANK
from payments.providers.mapped.schema import DAYS, FEE_PARTS, StatementMapping
from payments.providers.mapped.tally import Payout
from payments.tabular.amounts import Amounts
from payments.tabular.instants import Stamps, zone_named
from payments.tabular.mapped_rows import MappedFile, Row
from payments.tabular.mappings import Column

_UNIQUE: Final = ("line_key", "provider_key", "payment_reference", "merchant_reference")
_MONEY: Final = ("gross", "net", "fee", *FEE_PARTS, "fee_vat")
_REPEATED: Final = ("kind", "method", "currency", "net_currency", *DAYS, "payout_key", "statement_key")
_SPECIAL: Final = frozenset({LineKind.FEE, LineKind.TAX, LineKind.PAYOUT, LineKind.CARRY_OUT})
"""Kinds whose amounts mean something else, or that decide about a payout."""
_REMEMBERED: Final = 20_000
_TOTALS: Final = ("gross", "fee", "fee_vat", "net")
_NO_PARTS: Final[tuple[int | None, ...]] = (None,) * len(FEE_PARTS)
_NO_TOTAL: Final = BLANK[LineFact._fields.index("payout_key") + 1 :]
_new: Final = cast(Callable[[type[LineFact], tuple[Any, ...]], LineFact], tuple.__new__)

Cells = Callable[[Any], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Profile:
    """All of a line that follows from the cells that repeat."""

    line: LineFact
    amounts: Amounts
    sign: int
    is_moved: bool
    payout: Payout | None


def cells_of(file: MappedFile, columns: Sequence[Column], *, is_json: bool) -> Cells | None:
    """What takes some cells of a row, '' behind them; None where they are no plain columns of the file."""
    if is_json:
        if any(not isinstance(column, str) or "." in column for column in columns):
            return None
        names = tuple(map(str, columns))
        return lambda record: (*(record.get(name) for name in names), "")
    places = [file.place(column) for column in columns]
    if any(place is None for place in places):
        return None
    found = [place for place in places if place is not None]
    if not found:
        return lambda cells: ("",)
    if len(found) == 1:
        only = found[0]
        return lambda cells: (cells[only], "")
    take = itemgetter(*found)
    return lambda cells: (*take(cells), "")


class PlainRows:
    """Reads the rows that need no thought, and says None to all others. `written` sums amounts as the file does."""

    def __init__(self, file: MappedFile, mapping: StatementMapping, terms: ReadingTerms) -> None:
        self.written = dict.fromkeys(("gross", "fee", "fee_vat", "net"), 0)
        self._mapping = mapping
        self._profiles: dict[tuple[Any, ...], Profile] = {}
        shape, columns = mapping.shape, mapping.columns
        self._stamps = Stamps(zone_named(shape.zone, terms.zone), zone_named("", terms.zone), shape.time_format)
        self._has_time, self._is_json, self._width = "occurred_at" in columns, shape.is_json, file.width
        self._is_by_time = self._has_time and not {*DAYS} & columns.keys()
        self._is_kind_by_sign = "kind" not in columns and "kind" not in mapping.constants
        self._has_sign = mapping.amount_signs == "as_written"
        self._direction = {"cost": 1, "deduction": -1, "by_kind": 0}[mapping.fee_signs]
        self._has_totals = bool(shape.trailer and shape.trailer.totals)
        self._unique = [name for name in _UNIQUE if name in columns]
        self._money = [name for name in _MONEY if name in columns]
        self._at = {name: self._money.index(name) if name in self._money else -1 for name in _MONEY}
        self._at_parts = [self._at[name] for name in FEE_PARTS]
        self._has_parts = bool({*FEE_PARTS} & columns.keys())
        self._at_texts = [self._unique.index(name) if name in self._unique else -1 for name in _UNIQUE]
        self._is_plain = self._bind(file)

    def _bind(self, file: MappedFile) -> bool:
        """Find the cells; False where the mapping is not plain: then every row is left to the careful reader."""
        mapping = self._mapping
        columns, shape = mapping.columns, mapping.shape
        single = [*self._unique, *self._money, *(("occurred_at",) if self._has_time else ())]
        rules = [rule.column for rule in (shape.trailer.rule if shape.trailer else None, shape.skipped_rows) if rule]
        repeated = [*(column for name in _REPEATED for column in columns.get(name, ())), *rules]
        self._at_days = [repeated.index(column) for name in DAYS for column in columns.get(name, ())]
        if shape.side:
            repeated.append(shape.side.column)
        firsts = {name: columns[name][0] for name in single}
        wanted = (
            repeated,
            [firsts[name] for name in self._unique],
            [firsts[name] for name in self._money],
            [firsts["occurred_at"]] if self._has_time else [],
        )
        found = [cells_of(file, columns, is_json=shape.is_json) for columns in wanted]
        takers = [one for one in found if one is not None]
        if len(takers) < len(found):
            return False
        self._repeated, self._texts, self._cells, self._time = takers
        read = {file.place(column) for column in (*repeated, *firsts.values())}
        self._free = tuple(place for place in range(file.width) if place not in read)
        is_odd = {"gross_settled", "rate"} & columns.keys() or ("fee" in columns and self._has_parts)
        is_odd = is_odd or "gross" not in columns or (mapping.fee_includes_vat and "fee" not in columns)
        is_single = all(len(columns[name]) == 1 for name in single)
        return not is_odd and is_single and (shape.is_json or file.width > 0)

    def fact(self, record: Row) -> LineFact | None:
        """The line of a row; None where it is to be looked at with care."""
        if not self._is_plain:
            return None
        try:
            return self._fact(*record)
        except (UnreadableAmount, LookupError, TypeError, ValueError, OverflowError):
            return None

    def learn(self, row: Any, line: LineFact, profile: Profile) -> None:
        """Remember what a row was that has been looked at with care, for all that repeat its cells."""
        if not self._is_plain or line.kind in _SPECIAL or line.currency != line.net_currency:
            return
        cells = self._repeated(row)
        # Where the row leaves its days empty, the booking date follows from the time, which does not repeat.
        has_days = self._is_by_time or any(cells[at] for at in self._at_days) or not self._has_time
        if not has_days or not all(type(cell) is str or cell is None for cell in cells):
            return
        key = self._key(row, line.booked_on)
        if len(self._profiles) >= _REMEMBERED:
            self._profiles.clear()
        self._profiles[key] = profile

    def _key(self, row: Any, day: Any) -> tuple[Any, ...]:
        cells = self._repeated(row)
        return (*cells, day) if self._is_by_time else cells

    def _fact(self, number: int, offset: int, length: int, row: Any) -> LineFact | None:
        if not self._is_json and len(row) != self._width:
            return None
        moment = day = None
        if self._has_time:
            moment, day = self._stamps.read(self._time(row)[0])
        profile = self._profiles[self._key(row, day)]
        texts = self._references(row)
        money = self._amounts(profile, row)
        if texts is None or money is None:
            return None
        gross, parts, fee, vat, net = money
        line = profile.line
        kind = line.kind
        if self._is_kind_by_sign:
            kind = LineKind.REFUND if gross < 0 else LineKind.SALE
        if profile.payout is not None:
            profile.payout.lines += net
        own, key, payment, order = (texts[at] for at in self._at_texts)
        return _new(LineFact, (
            number, offset, length, line.statement_key, kind, own, key if profile.is_moved else "", payment, order,
            line.method, line.currency, gross, line.currency, gross, fee, *parts, vat, 0, net, None, moment,
            line.sold_on, line.booked_on, line.paid_on, line.payout_key, *_NO_TOTAL,
        ))  # fmt: skip

    def _references(self, row: Any) -> tuple[str, ...] | None:
        """The references of a row; None where one is not plain, or a card number may stand in it or beside it."""
        texts = self._texts(row)
        if self._is_json:
            texts = tuple(_text(value) for value in texts)
        joined = "".join(texts)
        if not joined.isascii() or not joined.isprintable() or " " in joined or "+" in joined:
            return None
        if "-" in joined and any(map(reference_holds_card_number, texts)):
            return None
        for place in self._free:
            if len(row[place]) >= SHORTEST and holds_card_number(row[place]):
                return None
        return texts

    def _amounts(self, profile: Profile, row: Any) -> tuple[int, tuple[int | None, ...], int, int, int] | None:
        """Gross, the parts of the fee, fee, VAT and net; None where they do not agree, or one is to be refused."""
        cells = self._cells(row)
        if self._is_json:
            cells = tuple(_text(value) for value in cells)
        at, amounts, sign = self._at, profile.amounts, profile.sign
        direction, gross_cell, net_cell = self._direction or sign, cells[at["gross"]], cells[at["net"]]
        written, net_written, fee_written = amounts[gross_cell], amounts[net_cell], amounts[cells[at["fee"]]]
        vat_written = amounts[cells[at["fee_vat"]]]
        if not gross_cell.strip() or (not self._has_sign and (written < 0 or net_written < 0)):
            return None
        gross, vat, has_net = written * sign, vat_written * direction, bool(net_cell.strip())
        parts: tuple[int | None, ...] = _NO_PARTS
        if self._has_parts:
            parts = tuple([amounts[cells[at]] * direction if cells[at].strip() else None for at in self._at_parts])
            fee = sum([part for part in parts if part])
        else:
            rest = gross - vat - net_written * sign if has_net else 0
            fee = self._fee(cells[at["fee"]], fee_written * direction, vat, rest)
            parts = (fee or None, *_NO_PARTS[1:])
        net = gross - fee - vat
        if has_net and net != net_written * sign:
            return None
        if self._has_totals:
            for name, amount in zip(_TOTALS, (written, fee_written, vat_written, net_written), strict=True):
                self.written[name] += amount
        return gross, parts, fee, vat, net

    def _fee(self, cell: str, stated: int, vat: int, rest: int) -> int:
        """The fee without VAT: as stated, or the rest where no column states it. Raises ValueError for what is odd."""
        if self._at["fee"] < 0:
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
