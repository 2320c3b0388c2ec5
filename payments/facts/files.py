"""The facts of files: statement lines, payouts, movements and bank lines, and what a reader says of its file.

Amounts are integers in the minor unit of the currency beside them, signed from the merchant's balance:
money that comes to us is positive (a sale), money that leaves us is negative (a refund, a payout to our bank).
Fees and VAT are signed as *costs*: a withheld fee is positive, a fee given back is negative, so that on every line

    net = gross_settled - fee - fee_vat + rounding
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol


class LineKind(IntEnum):
    """What a statement line is about; stored as this number."""

    SALE = 1
    REFUND = 2
    CHARGEBACK = 3
    CHARGEBACK_REVERSAL = 4
    REFUND_FAILURE = 5
    FEE = 6
    TAX = 7
    RESERVE_HOLD = 8
    RESERVE_RELEASE = 9
    ADJUSTMENT = 10
    FX = 11
    TRANSFER = 12
    PAYOUT = 13
    PAYOUT_RETURN = 14
    CARRY_IN = 15
    CARRY_OUT = 16
    ROUNDING = 17
    UNKNOWN = 63


class MovementKind(IntEnum):
    """What changed in our own ledger; the numbers agree with `LineKind`, so that a match compares them directly."""

    CAPTURE = 1
    REFUND = 2
    CHARGEBACK = 3
    CHARGEBACK_REVERSAL = 4
    REFUND_FAILURE = 5


MOVEMENT_LINE_KINDS: Final = frozenset(
    {
        LineKind.SALE,
        LineKind.REFUND,
        LineKind.CHARGEBACK,
        LineKind.CHARGEBACK_REVERSAL,
        LineKind.REFUND_FAILURE,
    }
)
"""The kinds of statement line that must have a movement of our own ledger behind them."""


class LineFact(NamedTuple):
    """One line of a provider's statement. Field order is the order of the staging table: keep both together."""

    line_number: int
    """Line of the file where the record begins, from 1, as a text editor counts."""
    byte_offset: int
    byte_length: int
    statement_key: str
    """Which statement of the provider this line belongs to, e.g. `YOURCOMPANY_ACCOUNT/238`; versions share it."""
    kind: int
    line_key: str
    """The provider's own identity of the row; '' when it gives none."""
    provider_key: str
    """Compared with a movement's `provider_key`; '' when the row has none. Each adapter says its source column."""
    payment_reference: str
    """The provider's reference of the original payment."""
    merchant_reference: str
    method: str
    """The provider's own name of the payment method (visa, 카드)."""
    currency: str
    """Of `gross`: what the buyer paid in."""
    gross: int
    net_currency: str
    """Of every amount below: what the provider settles in."""
    gross_settled: int
    """`gross` converted to `net_currency`; equal to `gross` when the currencies are one."""
    fee: int
    """All fees without VAT: the sum of the six parts below."""
    fee_commission: int | None
    fee_markup: int | None
    fee_scheme: int | None
    fee_interchange: int | None
    fee_installment: int | None
    fee_other: int | None
    fee_vat: int
    rounding: int
    """Sub-minor residue of a conversion: -1, 0 or 1."""
    net: int
    rate: Decimal | None
    occurred_at: datetime | None
    """When it happened at the provider, aware, in UTC."""
    sold_on: date | None
    booked_on: date | None
    """The provider's booking date, in the provider's zone; None takes the statement's `booked_on`."""
    paid_on: date | None
    """The date the provider says it pays (지급일), in the provider's zone."""
    payout_key: str
    """Which payout pays this line; '' when the file does not say."""
    transaction_count: int | None = None
    """How many transactions the line adds up, where a statement gives only totals; None: it is one line of its own."""
    sold_from: date | None = None
    """Of a total: the first date of what it adds up; `sold_on` is the last. None for every other line."""


class PayoutFact(NamedTuple):
    """One transfer a provider says it makes to our bank (negative: it takes from our bank)."""

    statement_key: str
    payout_key: str
    """The provider's reference, as it stands in the remittance text at the bank where the provider documents that."""
    currency: str
    amount: int
    """Minor units that reach our account; positive when money comes to us."""
    paid_on: date | None
    is_stated: bool
    """True when the file states the amount itself; False when it is only the sum of the lines."""


@dataclass(frozen=True, slots=True)
class StatementFact:
    """One statement found in a file, known when the file has been read to its end."""

    statement_key: str
    sequence: str
    """Sorts the versions of one statement by the file's own sequence or generation time; '' when it gives neither."""
    booked_on: date
    """For lines without a booking date of their own."""
    period_from: date
    period_to: date
    generated_at: datetime | None = None
    part: int = 0
    """Which part of a statement that comes in several files this one is, from 1; 0: the file is the whole of it.
    All parts share `statement_key`, and each is corrected by itself: versions are versions of a part. A payout that
    every part repeats is told of part 1 only, since what the parts state adds up."""
    part_count: int | None = None
    """How many parts there are, where this one says it (often only the last does); None: more may come. A statement
    is incomplete until the part that says it is here, and every other."""


class MovementFact(NamedTuple):
    """One movement of our own ledger's export. Field order is the order of the staging table."""

    line_number: int
    byte_offset: int
    byte_length: int
    movement_key: str
    provider_key: str
    payment_reference: str
    merchant_reference: str
    kind: int
    amount: int
    currency: str
    occurred_at: datetime
    occurred_on: date
    """Business date of `occurred_at` in the provider's zone."""
    method: str


class BankLineFact(NamedTuple):
    """One line of a bank statement. Field order is the order of the staging table."""

    line_number: int
    byte_offset: int
    byte_length: int
    statement_key: str
    booked_on: date
    value_on: date | None
    amount: int
    currency: str
    bank_reference: str
    """The bank's own id of the entry: repeats across files, so it is an attribute and never an identity."""
    end_to_end_reference: str
    transaction_code: str
    counterparty: str
    remittance: str


@dataclass(frozen=True, slots=True)
class BankStatementFact:
    """One bank statement found in a file: an account's booked entries between two balances."""

    statement_key: str
    account_reference: str
    """The account as the file writes it: IBAN or local number, without spaces."""
    currency: str
    sequence: str
    opened_on: date
    closed_on: date
    opening_balance: int | None
    closing_balance: int | None
    is_interim: bool = False
    """True for MT942 and camt.052: provisional, replaced by the statement of the day."""
    generated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row or a file cannot be taken. `template` is an English msgid with %(name)s places; shown translated."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None
    """Line of the file, from 1."""
    field: str = ""
    """The column or element, as the file names it."""
    record: int | None = None
    """Which object of a JSON list, from 1: an answer of a provider is often one line; None in files of lines."""

    @property
    def message(self) -> str:
        """The English text."""
        return self.template % self.values if self.values else self.template


class FileRefused(Exception):
    """The file as a whole cannot be taken; nothing of it is posted."""

    def __init__(self, problem: Problem, *, must_delete_bytes: bool = False) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.must_delete_bytes = must_delete_bytes
        """True when the bytes may not be kept: the file holds what looks like card numbers."""


@dataclass(frozen=True, slots=True)
class Check:
    """One control of a file against itself: a total, a count, a balance."""

    name: str
    """A msgid, such as `Sum of lines equals the payout`."""
    expected: int
    found: int
    currency: str = ""
    """Of the two figures when they are minor units; '' for a count."""
    is_refusing: bool = True
    """Whether a file that fails it is damaged and refused; False where it is posted and a break opens (a residual)."""
    subject: str = ""
    """What of the file it is about, as the file calls it, where there are several (a journal type)."""

    @property
    def is_met(self) -> bool:
        """Whether the file agrees with itself."""
        return self.expected == self.found


class ProblemLog:
    """Collects row problems: keeps the first `kept`, counts all."""

    def __init__(self, kept: int = 200) -> None:
        self.kept = kept
        self.count = 0
        self.first: list[Problem] = []

    @property
    def is_full(self) -> bool:
        """Whether another problem would only be counted: what it says need not be found out."""
        return len(self.first) >= self.kept

    def add(self, problem: Problem) -> None:
        """Note one problem."""
        self.count += 1
        if not self.is_full:
            self.first.append(problem)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """Stored bytes to be read: always streamed from disk, never held whole."""

    path: Path
    name: str
    """The name the sender gave it; only ever shown, and read for a version suffix."""
    size: int


@dataclass(frozen=True, slots=True)
class ReadingTerms:
    """What a reader must know that the file does not say."""

    zone: str
    """IANA zone of the provider or bank: its business dates."""
    currencies: tuple[str, ...] = ()
    """Settlement currencies of the account; the first is meant where a file names none."""
    mapping: Mapping[str, Any] | None = None
    """For mapped files: the JSON mapping kept with the provider or bank account."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """How sure an adapter is that a file is of its format, and what it saw."""

    confidence: int
    """0 to 100; 0 means not this format."""
    evidence: str = ""
    """A msgid, such as `Header names of an Adyen settlement detail report`."""
    found: tuple[str, ...] = ()
    """The columns or elements that tell this format and are in the file, as the file calls them."""
    missing: tuple[str, ...] = ()
    """Those its reader needs that are not in the file. Both may stay empty: then the desk looks for `columns`."""


class StatementReading(Protocol):
    """One pass over one provider file: iterate to the end, then ask the rest."""

    problems: ProblemLog

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good line in file order; bad rows go to `problems`. Raises FileRefused."""
        ...

    def statements(self) -> Sequence[StatementFact]:
        """The statements met; complete after iteration."""
        ...

    def payouts(self) -> Sequence[PayoutFact]:
        """The payouts met; complete after iteration."""
        ...

    def checks(self) -> Sequence[Check]:
        """The controls of the file against itself; complete after iteration."""
        ...


class StatementAdapter(Protocol):
    """A provider's file format: one folder in `payments/providers/`."""

    code: str
    name: str
    """What people call the format: a msgid, or a proper name."""
    columns: Mapping[str, str]
    """What the fields of a fact are called in the file, for messages; a mapping says it of itself."""

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge from the first 64 KiB of content, never from the name."""
        ...

    def read(self, source: SourceFile, terms: ReadingTerms) -> StatementReading:
        """Open one pass over the file."""
        ...


class BankReading(Protocol):
    """One pass over one bank file: iterate to the end, then ask the rest."""

    problems: ProblemLog

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every good line in file order; bad rows go to `problems`. Raises FileRefused."""
        ...

    def statements(self) -> Sequence[BankStatementFact]:
        """The statements met, in file order; complete after iteration."""
        ...

    def checks(self) -> Sequence[Check]:
        """Opening balance plus lines equals closing balance, counts; complete after iteration."""
        ...


class BankAdapter(Protocol):
    """A bank's file format: one folder or module in `payments/banks/`."""

    code: str
    name: str
    """What people call the format: a msgid, or a proper name."""
    columns: Mapping[str, str]
    """What the fields of a fact are called in the file, for messages; a mapping says it of itself."""

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge from the first 64 KiB of content, never from the name."""
        ...

    def read(self, source: SourceFile, terms: ReadingTerms) -> BankReading:
        """Open one pass over the file."""
        ...
