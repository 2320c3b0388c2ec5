"""A header with its entries and its trailer: the two kinds of file, their columns, and what must agree."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final, cast

from payments.banks.ties import SUMS_AGREE, TIES, Place, Totals, does_not_tie, sums_differ
from payments.banks.zengin.records import Record, day_written, text_of
from payments.facts import BankLineFact, BankStatementFact, Check, FileRefused, Problem
from payments.tabular.amounts import shown
from payments.tabular.encodings import WRONG_BYTES
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

OTHER_KIND: Final = translatable(
    "The file is of the kind %(kind)s. Only 01 (notice of transfers received) and 03 (entries of an account) tell what "
    "happened on an account; the others are orders to the bank or answers to them."
)
EBCDIC: Final = translatable("The file is written in EBCDIC. Ask the bank for it in JIS (Shift-JIS).")
BAD_SIDE: Final = translatable("“%(text)s” is neither 1 (money in) nor 2 (money out).")

CURRENCY: Final = "JPY"
NOTICE, ENTRIES = "01", "03"
_SIDES: Final = {b"1": 1, b"2": -1}
_CANCELLED: Final = b"1"
_new: Final = cast(Callable[[type[BankLineFact], tuple[Any, ...]], BankLineFact], tuple.__new__)


@dataclass(slots=True)
class Day:
    """The entries of one date within a block: a statement of its own."""

    key: str
    day: date
    opening: int | None
    total: int = 0

    @property
    def closing(self) -> int | None:
        """The balance behind its entries, where the one before them is known."""
        return None if self.opening is None else self.opening + self.total


@dataclass(slots=True)
class Block:
    """One header with what follows it, up to its trailer."""

    line: int
    kind: str
    account: str
    """Codes of bank and branch and the account number, joined by hyphens."""
    made_on: date
    closes_on: date
    opening: int | None
    """In yen; None in a notice, which tells no balances."""
    entries: int = 0
    total: int = 0
    """Of the entries so far, signed."""
    entries_back: int = 0
    total_back: int = 0
    """Of those that took money away, or of transfers taken back, as a positive sum."""
    days: dict[date, Day] = field(default_factory=dict)
    last: date | None = None
    is_in_order: bool = True
    """Whether dates never went back, so that balances between them are known."""

    @property
    def is_notice(self) -> bool:
        """Whether this tells of transfers received only, before the entries of the account do."""
        return self.kind == NOTICE

    @property
    def totals(self) -> tuple[Totals, Totals]:
        """Of the entries that brought money, and of the others."""
        return (
            Totals(self.entries - self.entries_back, self.total + self.total_back),
            Totals(self.entries_back, self.total_back),
        )

    def day_of(self, day: date, first_number: str) -> Day:
        """The statement of a date; a notice is told from others of its date by the number of its first transfer."""
        found = self.days.get(day)
        if self.last is not None and day < self.last:
            self.is_in_order = False
        self.last = day
        if found is None:
            suffix = f"/notice {first_number}" if self.is_notice else ""
            opening = None if self.opening is None else self.opening + self.total
            found = self.days[day] = Day(f"{self.account}/{day}{suffix}", day, opening)
        return found

    def take(self, booked_on: date, amount: int) -> None:
        """Count one line."""
        self.entries += 1
        self.total += amount
        if amount < 0:
            self.entries_back += 1
            self.total_back -= amount
        self.days[booked_on].total += amount

    def facts(self, sequence: str) -> list[BankStatementFact]:
        """One statement for each date; a period without entries is one of its last date."""
        days = list(self.days.values())
        if not days:
            days = [
                Day(
                    f"{self.account}/{self.closes_on}{'/notice' if self.is_notice else ''}",
                    self.closes_on,
                    self.opening,
                )
            ]
        are_known = self.is_in_order or len(days) == 1
        return [
            BankStatementFact(
                statement_key=each.key,
                account_reference=self.account,
                currency=CURRENCY,
                sequence=f"{self.made_on:%Y%m%d}{sequence}",
                opened_on=each.day,
                closed_on=each.day,
                opening_balance=each.opening if are_known else None,
                closing_balance=each.closing if are_known else None,
                is_interim=self.is_notice,
            )
            for each in days
        ]


def block_of(record: Record) -> Block:
    """Read a header. Raises FileRefused."""
    kind = record.text(1, 3)
    if kind not in (NOTICE, ENTRIES):
        raise FileRefused(Problem(OTHER_KIND, {"kind": shown(kind)}, record.line, "種別コード"))
    if record.content[3:4] == b"1":
        raise FileRefused(Problem(EBCDIC, line=record.line, field="コード区分"))
    is_notice = kind == NOTICE
    number = record.text(60, 67) if is_notice else record.text(63, 73)
    opening = None
    try:
        if not is_notice:
            opening = _balance(record, 113, 115, "取引前残高")
        made_on, closes_on = record.day(4, "作成日"), record.day(16, "勘定日")
    except RowRefused as refusal:
        raise FileRefused(refusal.at(record.line)) from None
    account = f"{record.text(22, 26)}-{record.text(41, 44)}-{number[-7:]}"
    return Block(record.line, kind, account, made_on, closes_on, opening)


def _balance(record: Record, side: int, start: int, field: str) -> int | None:
    """A balance of 14 digits, owed to the bank where its side is 2; None where it is blank. Raises RowRefused."""
    if not record.content[start : start + 14].strip():
        return None
    return record.number(start, start + 14, field) * (-1 if record.content[side : side + 1] == b"2" else 1)


def line_of(block: Block, record: Record) -> BankLineFact:
    """The line of one entry. Raises RowRefused."""
    return _notice_line(block, record) if block.is_notice else _entry_line(block, record)


def _entry_line(block: Block, record: Record) -> BankLineFact:
    content = record.content
    sign = _SIDES.get(content[21:22])
    if sign is None:
        raise RowRefused(Problem(BAD_SIDE, {"text": shown(content[21:22].decode("latin-1"))}, field="入払区分"))
    try:
        years = record.years
        booked_on, value_on = day_written(content[9:15], years), day_written(content[15:21], years)
    except ValueError:  # one of them cannot be read: say which
        booked_on, value_on = record.day(9, "勘定日"), record.day(15, "預入・払出日")
    amount, reference = record.number(24, 36, "取引金額"), record.text(1, 9)
    code, counterparty, remittance = _texts(record)
    return _new(BankLineFact, (
        record.line, record.offset, record.length, block.day_of(booked_on, reference).key, booked_on, value_on,
        amount * sign, CURRENCY, reference, code, record.text(22, 24), counterparty, remittance,
    ))  # fmt: skip


def _texts(record: Record) -> tuple[str, str, str]:
    """Code of the payer, payer and purpose of an entry. Raises FileRefused."""
    if record.long_texts:  # their columns hold only how they begin
        purpose = _joined(record.text(159, 179), record.text(179, 199), record.content[178:179])
        return _code(record.text(71, 81)), record.text(81, 129), purpose
    try:
        return _texts_of(record.content[71:199])
    except UnicodeDecodeError:
        raise FileRefused(Problem(WRONG_BYTES, {"encoding": "Shift-JIS"}, record.line)) from None


@lru_cache(maxsize=4096)
def _texts_of(columns: bytes) -> tuple[str, str, str]:
    """The same: the same few payers and fees are on most lines of an account. Raises UnicodeDecodeError."""
    purpose = _joined(text_of(columns[88:108]), text_of(columns[108:128]), columns[107:108])
    return _code(text_of(columns[:10])), text_of(columns[10:58]), purpose


def _joined(first: str, second: str, last: bytes) -> str:
    """Two columns of text: one text where the first is full, to its last byte."""
    return f"{first}{' ' if last == b' ' else ''}{second}".strip()


def _notice_line(block: Block, record: Record) -> BankLineFact:
    booked_on, value_on = record.day(7, "勘定日"), record.day(13, "起算日")
    amount, reference = record.number(19, 29, "金額"), record.text(1, 7)
    text = 128
    if record.content[128:152].isdigit():  # format B: amounts of more than ten digits stand there, and texts behind
        amount, text = amount or record.number(128, 140, "金額(2)"), 152
    return BankLineFact(
        line_number=record.line,
        byte_offset=record.offset,
        byte_length=record.length,
        statement_key=block.day_of(booked_on, reference).key,
        booked_on=booked_on,
        value_on=value_on,
        amount=-amount if record.content[127:128] == _CANCELLED else amount,
        currency=CURRENCY,
        bank_reference=reference,
        end_to_end_reference=_code(record.text(39, 49)),
        transaction_code="",
        counterparty=record.text(49, 97),
        remittance=record.text(text, text + 20),
    )


def _code(text: str) -> str:
    """The code of the payer; zeros mean that there is none."""
    return "" if not text.strip("0") else text


def trailer_checks(block: Block, record: Record) -> list[Check]:
    """Hold a block against its trailer. Raises FileRefused."""
    try:
        if block.is_notice:
            stated = [(record.number(1, 7, "件数"), record.number(7, 19, "金額"))]
            stated += [(record.number(19, 25, "取消件数"), record.number(25, 37, "取消金額"))]
            closing = None
        else:
            stated = [(record.number(1, 7, "入金件数"), record.number(7, 20, "入金額合計"))]
            stated += [(record.number(20, 26, "出金件数"), record.number(26, 39, "出金額合計"))]
            closing = _balance(record, 39, 40, "取引後残高")
    except RowRefused as refusal:
        raise FileRefused(refusal.at(record.line)) from None
    fact, checks = block.facts("")[-1], []
    for totals, found in zip(stated, block.totals, strict=True):
        checks.append(Check(SUMS_AGREE, totals[1], found.total, CURRENCY))
        if totals != found:
            raise sums_differ(fact, Totals(*totals), found, Place(record.line, "トレーラ"))
    if closing is not None and block.opening is not None:
        balance = block.opening + block.total
        checks.append(Check(TIES, closing, balance, CURRENCY))
        if closing != balance:
            raise does_not_tie(_over_all(block, closing), balance, Place(record.line, "取引後残高"))
    return checks


def _over_all(block: Block, closing: int) -> BankStatementFact:
    """The block as one statement, for a message."""
    return BankStatementFact(
        statement_key=f"{block.account}/{block.closes_on}",
        account_reference=block.account,
        currency=CURRENCY,
        sequence="",
        opened_on=block.closes_on,
        closed_on=block.closes_on,
        opening_balance=block.opening,
        closing_balance=closing,
    )
