"""One row of a mapped bank file becomes one bank line: the hot path, free of what can be done once."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from payments.banks.mapped.balances import RunningBalance
from payments.banks.mapped.schema import AMOUNTS, FACTS, KEYS, BankMapping
from payments.facts import BankLineFact, Problem, ReadingTerms
from payments.money import UnknownCurrency, UnreadableAmount
from payments.tabular.amounts import Amounts, amount_problem, currency_problem, shown
from payments.tabular.mapped_rows import MappedFile, date_written
from payments.tabular.refusals import RowRefused, refuse_damaged_reference
from payments.tabular.remembered import Remembered
from payments.wording import translatable

MISSING: Final = translatable("“%(field)s” is empty.")
BAD_SIDE: Final = translatable("“%(text)s” is neither a debit nor a credit by the mapping's key “side”.")
NEGATIVE: Final = translatable(
    "The amount is negative, and the column of the mapping's key “side” tells its side too. Where amounts carry their "
    "sign, leave “side” out."
)
BOTH_SIDES: Final = translatable("The row has a debit and a credit.")
OTHER_CURRENCY: Final = translatable("The row is in %(found)s, the rows before in %(expected)s.")
NO_CURRENCY: Final = translatable("The row names no currency, and neither does the mapping.")

_ORIGIN: Final = ("currency", "booked_on", "value_on", "account")
_TEXTS: Final = ("bank_reference", "end_to_end_reference", "transaction_code", "counterparty", "remittance")
_REMEMBERED: Final = 20_000
_LONGEST_REMEMBERED: Final = 200
_new: Final = cast(Callable[[type[BankLineFact], tuple[Any, ...]], BankLineFact], tuple.__new__)

Cells = str | tuple[str, ...]
"""The cell of one column, or the cells of several that are one text."""


def tidy(cells: Cells) -> str:
    """The text of one or more cells, with single blanks between its words."""
    if isinstance(cells, tuple):
        return " ".join(" ".join(cells).split())
    text = cells.strip()
    return text if text.isascii() and " " not in text and "\t" not in text else " ".join(text.split())


class _Amounts(Amounts):
    """Amounts of cells as they stand in the file, blanks and all."""

    __slots__ = ()

    def _read(self, text: str) -> int:
        return super()._read(tidy(text))


class _Texts(dict[Cells, str]):
    """A text by its cells: a bank writes the same few words on most of its lines."""

    def __missing__(self, cells: Cells) -> str:
        text = tidy(cells)
        if len(text) <= _LONGEST_REMEMBERED and len(self) < _REMEMBERED:
            self[cells] = text
        return text


class _Keys(dict[Cells, str]):
    """The same of a column of references, no two of which are alike. Raises RowRefused."""

    def __init__(self, field: str) -> None:
        super().__init__({"": ""})
        self._field = field

    def __missing__(self, cells: Cells) -> str:
        if type(cells) is str and cells.isalnum():
            return cells
        text = tidy(cells)
        refuse_damaged_reference(text, self._field)
        return text


@dataclass(frozen=True, slots=True)
class Origin:
    """What follows from the cells that most rows share: whose lines they are, and of which day."""

    statement_key: str
    account: str
    currency: str
    booked_on: date
    value_on: date | None
    amounts: Amounts
    balances: RunningBalance


class BankRows:
    """Reads rows of one opened file. `written` sums amounts as the file writes them, for its trailer."""

    def __init__(self, file: MappedFile, mapping: BankMapping, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file lacks a mapped column."""
        self.written: dict[str, int] = {}
        self.statements: dict[str, Origin] = {}
        """Where the lines of each statement come from, by its key."""
        self.line_counts: defaultdict[str, int] = defaultdict(int)
        self._mapping = mapping
        self._default_currency = next(iter(terms.currencies), "")
        columns, side, trailer = mapping.columns, mapping.shape.side, mapping.shape.trailer
        self._cells = {name: self._taker(file, name) for name in FACTS if name in columns}
        self._shared = file.cells([column for name in _ORIGIN for column in columns.get(name, ())], "columns")
        self._texts = [self._text_of(name) for name in _TEXTS]
        self._balance = self._cells.get("balance")
        self._side = file.getter([side.column], "side.column") if side else None
        self._signed = self._of_one_column if "amount" in columns else self._of_two_columns
        self._has_totals = bool(trailer and trailer.totals)
        self._amounts: dict[str, Amounts] = {}
        self._origins = Remembered[Cells, Origin]()
        self._balances: dict[tuple[str, str], RunningBalance] = {}
        self._currencies: dict[str, str] = {}

    def _taker(self, file: MappedFile, name: str) -> Callable[[Any], Any]:
        """What takes the cells of a fact; of an amount it is always one."""
        columns = self._mapping.columns[name]
        take = file.cells(columns, f"columns.{name}")
        return (lambda row: tidy(take(row))) if name in AMOUNTS and len(columns) > 1 else take

    def _text_of(self, name: str) -> tuple[Callable[[Any], Cells] | None, dict[Cells, str]]:
        """What takes the cells of a text, None where no column holds it, and what they say."""
        return self._cells.get(name), _Keys(self._field(name)) if name in KEYS else _Texts()

    def fact(self, line: int, offset: int, length: int, row: Any) -> BankLineFact:
        """The line of one row. Raises RowRefused."""
        shared = self._shared(row)
        origin = self._origins.get(shared) or self._origin(row, shared)
        try:
            amount = self._signed(row, origin.amounts)
            if self._balance is not None:
                self._follow(self._balance(row), origin, amount)
        except UnreadableAmount:
            raise self._unreadable(row, origin.amounts) from None
        key = origin.statement_key
        self.statements[key] = origin
        self.line_counts[key] += 1
        texts = ["" if cells_of is None else meant[cells_of(row)] for cells_of, meant in self._texts]
        return _new(
            BankLineFact,
            (line, offset, length, key, origin.booked_on, origin.value_on, amount, origin.currency, *texts),
        )

    def _origin(self, row: Any, shared: Cells) -> Origin:
        currency = (self._text(row, "currency") or self._default_currency).upper()
        if not currency:
            raise RowRefused(Problem(NO_CURRENCY, field=self._field("currency")))
        booked_on, value_on = self._day(row, "booked_on"), self._day(row, "value_on")
        if booked_on is None:
            raise self._missing("booked_on")
        account = "".join(self._text(row, "account").split())
        expected = self._currencies.setdefault(account, currency)
        if currency != expected:
            values = {"found": currency, "expected": expected}
            raise RowRefused(Problem(OTHER_CURRENCY, values, field=self._field("currency")))
        origin = Origin(
            statement_key=f"{account}/{booked_on}" if account else booked_on.isoformat(),
            account=account,
            currency=currency,
            booked_on=booked_on,
            value_on=value_on,
            amounts=self.amounts_of(currency),
            balances=self._balances.setdefault((account, currency), RunningBalance(self._mapping.order)),
        )
        return self._origins.keep(shared, origin)

    def _text(self, row: Any, name: str) -> str:
        text = (tidy(self._cells[name](row)) if name in self._cells else "") or self._mapping.constants.get(name, "")
        if name in KEYS:
            refuse_damaged_reference(text, self._field(name))
        return text

    def _field(self, name: str) -> str:
        """A fact's column as the file names it."""
        columns = self._mapping.columns.get(name)
        return "/".join(map(str, columns)) if columns else name

    def _missing(self, name: str) -> RowRefused:
        return RowRefused(Problem(MISSING, {"field": self._field(name)}, field=self._field(name)))

    def _at(self, refusal: RowRefused, name: str) -> RowRefused:
        """The refusal of a value with the column it stands in."""
        return RowRefused(Problem(refusal.problem.template, refusal.problem.values, field=self._field(name)))

    def _day(self, row: Any, name: str) -> date | None:
        text = self._text(row, name)
        try:
            return date_written(text, self._mapping.shape.date_format) if text else None
        except RowRefused as refusal:
            raise self._at(refusal, name) from None

    def amounts_of(self, currency: str) -> Amounts:
        """The amounts of a currency in the spelling of this file. Raises RowRefused."""
        amounts = self._amounts.get(currency)
        if amounts is None:
            shape = self._mapping.shape
            mark = shape.decimal_mark or ("." if shape.is_json else None)
            try:
                is_minor = bool({"*", currency} & shape.minor_currencies)
                amounts = self._amounts[currency] = _Amounts(currency, mark, is_minor=is_minor)
            except UnknownCurrency:
                raise RowRefused(currency_problem(currency, field=self._field("currency"))) from None
        return amounts

    def _unreadable(self, row: Any, amounts: Amounts) -> RowRefused:
        """The refusal of the first amount of a row that cannot be read, with the column it stands in."""
        for name in AMOUNTS:
            try:
                amounts[self._cells[name](row) if name in self._cells else ""]
            except UnreadableAmount as refusal:
                return RowRefused(amount_problem(refusal, field=self._field(name)))
        raise AssertionError("every amount of the row can be read")

    def _sum_up(self, name: str, written: int) -> None:
        """Add an amount, as the file writes it, to what the trailer is held against."""
        self.written[name] = self.written.get(name, 0) + written

    def _of_two_columns(self, row: Any, amounts: Amounts) -> int:
        """The amount of a row with a debit and a credit column, positive when money comes in."""
        out, in_ = self._cells["debit"](row), self._cells["credit"](row)
        debit, credit = amounts[out], amounts[in_]
        if debit and credit:
            raise RowRefused(Problem(BOTH_SIDES, field=self._field("credit")))
        if not debit and not credit and not out.strip() and not in_.strip():
            raise self._missing("credit")
        if self._has_totals:
            self._sum_up("debit", debit)
            self._sum_up("credit", credit)
        return credit + debit if self._mapping.debit_is_negative else credit - debit

    def _of_one_column(self, row: Any, amounts: Amounts) -> int:
        """The amount of a row with one column for it, positive when money comes in."""
        cell, side = self._cells["amount"](row), self._mapping.shape.side
        if not cell.strip():
            raise self._missing("amount")
        amount = amounts[cell]
        if self._has_totals:
            self._sum_up("amount", amount)
        if self._mapping.is_by_side and side and self._side:
            text = self._side(row)
            if text not in side.negative | side.positive:
                raise RowRefused(Problem(BAD_SIDE, {"text": shown(text)}, field=str(side.column)))
            if amount < 0:
                raise RowRefused(Problem(NEGATIVE, field=self._field("amount")))
            return -amount if text in side.negative else amount
        return amount

    def _follow(self, cell: str, origin: Origin, amount: int) -> None:
        """Hold the balance beside a row against the one before."""
        if cell.strip():
            balance = origin.amounts.once(cell)
            try:
                origin.balances.follow(origin.booked_on, amount, balance, origin.currency)
            except RowRefused as refusal:
                raise self._at(refusal, "balance") from None
