"""Reads the statements of a bank account through its mapping."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from payments.banks.mapped.balances import RunningBalance
from payments.banks.mapped.schema import FACTS, KEYS, BankMapping, bank_mapping
from payments.facts import (
    BankLineFact,
    BankStatementFact,
    Check,
    Problem,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
)
from payments.money import UnknownCurrency, UnreadableAmount
from payments.tabular.amounts import Amounts, amount_problem, currency_problem, shown
from payments.tabular.mapped_rows import Getter, MappedFile, date_written
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused, refuse_damaged_reference
from payments.tabular.trailers import trailer_checks
from payments.wording import translatable

MISSING: Final = translatable("“%(field)s” is empty.")
BAD_SIDE: Final = translatable("“%(text)s” is neither a debit nor a credit by the mapping's key “side”.")
BOTH_SIDES: Final = translatable("The row has a debit and a credit.")
OTHER_CURRENCY: Final = translatable("The row is in %(found)s, the rows before in %(expected)s.")
NO_CURRENCY: Final = translatable("The row names no currency, and neither does the mapping.")


class MappedBankReading:
    """One pass over one file."""

    def __init__(self, source: SourceFile, mapping: BankMapping, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file lacks a mapped column."""
        self._file = MappedFile(source, mapping.shape, mapping.reference_columns, terms.zone)
        self._mapping = mapping
        self._terms = terms
        self._get: dict[str, Getter] = {name: self._getter(name) for name in FACTS if name in mapping.columns}
        side = mapping.shape.side
        self._side = self._file.getter([side.column], "side.column") if side else None
        self._sequence = version_in_name(source.name)
        self._amounts: dict[str, Amounts] = {}
        self._balances: dict[tuple[str, str], RunningBalance] = {}
        self._days: dict[str, tuple[str, str, date]] = {}
        self._currencies: dict[str, str] = {}
        self._written: dict[str, int] = {}
        self._checks: list[Check] = []
        self.problems: ProblemLog = self._file.problems

    def _getter(self, name: str) -> Getter:
        """Several columns of text are one text with spaces; of all else there is one column."""
        single = [self._file.getter([column], f"columns.{name}") for column in self._mapping.columns[name]]
        if len(single) > 1:
            return lambda row: " ".join(" ".join(text for get in single if (text := get(row))).split())
        only = single[0]

        def get(row: Any) -> str:
            text = only(row)
            return text if text.isascii() and " " not in text and "\t" not in text else " ".join(text.split())

        return get

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every good row. Raises FileRefused for a file that contradicts its trailer."""
        count = 0
        for line, offset, length, row in self._file.rows():
            count += 1
            try:
                yield self._fact((line, offset, length), row)
            except RowRefused as refusal:
                self.problems.add(refusal.at(line, self._file.record))
        if not self.problems.count:
            self._checks = trailer_checks(self._file, count, self._written, self._trailer_amounts)

    def _fact(self, place: tuple[int, int, int], row: Any) -> BankLineFact:
        currency = (self._text(row, "currency") or next(iter(self._terms.currencies), "")).upper()
        if not currency:
            raise RowRefused(Problem(NO_CURRENCY, field=self._field("currency")))
        booked_on, value_on = self._day(row, "booked_on"), self._day(row, "value_on")
        if booked_on is None:
            raise RowRefused(Problem(MISSING, {"field": self._field("booked_on")}, field=self._field("booked_on")))
        account = "".join(self._text(row, "account").split())
        expected = self._currencies.setdefault(account, currency)
        if currency != expected:
            values = {"found": currency, "expected": expected}
            raise RowRefused(Problem(OTHER_CURRENCY, values, field=self._field("currency")))
        amount = self._signed(row, currency)
        self._follow(row, (account, currency), booked_on, amount)
        key = f"{account}/{booked_on}" if account else booked_on.isoformat()
        self._days[key] = account, currency, booked_on
        return BankLineFact(
            line_number=place[0],
            byte_offset=place[1],
            byte_length=place[2],
            statement_key=key,
            booked_on=booked_on,
            value_on=value_on,
            amount=amount,
            currency=currency,
            bank_reference=self._text(row, "bank_reference"),
            end_to_end_reference=self._text(row, "end_to_end_reference"),
            transaction_code=self._text(row, "transaction_code"),
            counterparty=self._text(row, "counterparty"),
            remittance=self._text(row, "remittance"),
        )

    def _text(self, row: Any, name: str) -> str:
        get = self._get.get(name)
        text = (get(row) if get else "") or self._mapping.constants.get(name, "")
        if name in KEYS:
            refuse_damaged_reference(text, self._field(name))
        return text

    def _field(self, name: str) -> str:
        """A fact's column as the file names it."""
        columns = self._mapping.columns.get(name)
        return "/".join(map(str, columns)) if columns else name

    def _day(self, row: Any, name: str) -> date | None:
        text = self._text(row, name)
        try:
            return date_written(text, self._mapping.shape.date_format) if text else None
        except RowRefused as refusal:
            problem = refusal.problem
            raise RowRefused(Problem(problem.template, problem.values, field=self._field(name))) from None

    def _amounts_of(self, currency: str) -> Amounts:
        amounts = self._amounts.get(currency)
        if amounts is None:
            shape = self._mapping.shape
            mark = shape.decimal_mark or ("." if shape.is_json else None)
            try:
                is_minor = bool({"*", currency} & shape.minor_currencies)
                amounts = self._amounts[currency] = Amounts(currency, mark, is_minor=is_minor)
            except UnknownCurrency:
                raise RowRefused(currency_problem(currency, field=self._field("currency"))) from None
        return amounts

    def _amount(self, row: Any, name: str, currency: str) -> int:
        try:
            written = self._amounts_of(currency)[self._get[name](row)]
        except UnreadableAmount as refusal:
            raise RowRefused(amount_problem(refusal, field=self._field(name))) from None
        self._written[name] = self._written.get(name, 0) + written
        return written

    def _signed(self, row: Any, currency: str) -> int:
        """The amount of a row, positive when money comes in."""
        if "amount" not in self._get:
            if not (self._get["debit"](row) or self._get["credit"](row)):
                raise RowRefused(Problem(MISSING, {"field": self._field("credit")}, field=self._field("credit")))
            debit, credit = self._amount(row, "debit", currency), self._amount(row, "credit", currency)
            if debit and credit:
                raise RowRefused(Problem(BOTH_SIDES, field=self._field("credit")))
            return credit + debit if self._mapping.debit_is_negative else credit - debit
        if not self._get["amount"](row):
            raise RowRefused(Problem(MISSING, {"field": self._field("amount")}, field=self._field("amount")))
        amount = self._amount(row, "amount", currency)
        side = self._mapping.shape.side
        if self._mapping.is_by_side and side and self._side:
            text = self._side(row)
            if text not in side.negative | side.positive:
                raise RowRefused(Problem(BAD_SIDE, {"text": shown(text)}, field=str(side.column)))
            return -amount if text in side.negative else amount
        return amount

    def _follow(self, row: Any, account: tuple[str, str], day: date, amount: int) -> None:
        text = self._text(row, "balance")
        if not text:
            return
        balance = self._amount(row, "balance", account[1])
        running = self._balances.setdefault(account, RunningBalance(self._mapping.order))
        try:
            running.follow(day, amount, balance, account[1])
        except RowRefused as refusal:
            problem = refusal.problem
            raise RowRefused(Problem(problem.template, problem.values, field=self._field("balance"))) from None

    def _trailer_amounts(self) -> Amounts:
        currency = self._mapping.constants.get("currency") or next(iter(self._terms.currencies), "")
        return self._amounts_of(currency)

    def statements(self) -> Sequence[BankStatementFact]:
        """One statement per account and booking date."""
        found = []
        for key, (account, currency, day) in self._days.items():
            running = self._balances.get((account, currency))
            opening, closing = running.of(day) if running else (None, None)
            found.append(
                BankStatementFact(
                    statement_key=key,
                    account_reference=account,
                    currency=currency,
                    sequence=self._sequence,
                    opened_on=day,
                    closed_on=day,
                    opening_balance=opening,
                    closing_balance=closing,
                )
            )
        return found

    def checks(self) -> Sequence[Check]:
        """The trailer; the running balance is checked row by row."""
        return self._checks


class MappedBankAdapter:
    """Reads bank statements through a mapping."""

    code = "mapped"
    columns: Mapping[str, str] = MappingProxyType({})

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Never by itself: only a mapping says what such a file means."""
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> MappedBankReading:
        """Open one pass. Raises FileRefused when the mapping is wrong or does not fit the file."""
        return MappedBankReading(source, bank_mapping(terms.mapping), terms)
