"""BAI2 balance reports: files of groups of accounts, each level closed by a control record that must agree.

- our own reader: the `bai2` library holds the whole file, gives no byte places, and names no line in its refusals.
- `statement_key`: account and as-of date; an interim report adds its time.
- amounts are minor units of the account's currency, else the group's, else that of the bank account, else USD.
- the type code gives the sign; a code that has no side is refused, a note without money (890) is left out and counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from payments.banks.bai2.accounts import Account, Group, account_of, group_of, made_at
from payments.banks.bai2.entries import line_of
from payments.banks.bai2.records import Record, fields_of, minor_units, parted, records
from payments.banks.ties import Totals
from payments.cards import reference_holds_card_number
from payments.facts import (
    BankLineFact,
    BankStatementFact,
    Check,
    FileRefused,
    Problem,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
)
from payments.tabular.amounts import shown
from payments.tabular.heads import first_lines
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

EVIDENCE: Final = translatable("Records of a BAI2 balance report")
MISPLACED: Final = translatable("The record %(code)s stands where none may be. The file is damaged: download it again.")
CUT_OFF: Final = translatable("The file ends without its closing record (99). It is cut off: download it again.")
NO_COUNT: Final = translatable("“%(text)s” is not a number of records.")
TOTAL_DIFFERS: Final = translatable(
    "The control record %(code)s states a total of %(stated)s, but what it closes sums to %(found)s (both in minor "
    "units). Records are missing or changed: download it again."
)
COUNT_DIFFERS: Final = translatable(
    "The control record %(code)s states %(stated)s records, accounts or groups, but %(found)s are there. Records are "
    "missing or changed: download it again."
)
CONTROL_TOTALS: Final = translatable("Control totals equal the sums of their records")
CONTROL_COUNTS: Final = translatable("Control records count what they close")
NOTES: Final = translatable("Notes without money, left out")


class Bai2Reading:
    """One pass over one file."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self.problems = ProblemLog()
        self._source = source
        self._terms = terms
        self._default_currency = terms.currencies[0] if terms.currencies else ""
        self._made_at: datetime | None = None
        self._is_open = False
        self._group: Group | None = None
        self._account: Account | None = None
        self._group_sums = self._file_sums = Totals(0, 0)
        """Inner parts closed and the sum of their control totals."""
        self._group_records = self._file_records = 0
        self._seen: dict[str, int] = {}
        self._statements: list[BankStatementFact] = []
        self._checks: list[Check] = []
        self._notes = 0

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every entry. Raises FileRefused for a file that contradicts its control records or balances."""
        line = 0
        for record in records(self._source):
            line = record.line
            if record.code == "16" and self._account is not None:
                found = self._entry(self._account, record)
                if found is not None:
                    yield found
            else:
                self._structure(record)
        if self._is_open or not line:
            raise FileRefused(Problem(CUT_OFF, line=line or 1, field="99"))

    def _entry(self, account: Account, record: Record) -> BankLineFact | None:
        account.record_count += len(record.parts)
        try:
            line = line_of(account, record)
        except RowRefused as refusal:
            self.problems.add(refusal.at(record.line))
            return None
        if line is None:
            self._notes += 1
            return None
        if reference_holds_card_number(line.remittance):
            raise card_refusal("16", line.line_number)
        if line.amount < 0:
            account.debits += line.amount
        else:
            account.credits += line.amount
        return line

    def _structure(self, record: Record) -> None:
        match record.code:
            case "01" if not self._is_open:
                self._is_open, self._file_sums, self._file_records = True, Totals(0, 0), len(record.parts)
                self._made_at = made_at(record, self._terms.zone)
            case "02" if self._is_open and self._group is None:
                self._group = group_of(record, self._made_at, self._default_currency)
                self._group_sums, self._group_records = Totals(0, 0), len(record.parts)
            case "03" if self._group is not None and self._account is None:
                self._account = account_of(record, self._group)
                self._account.settle(self._seen)
            case "49" if self._account is not None:
                self._close_account(self._account, record)
            case "98" if self._group is not None and self._account is None:
                self._group_records += len(record.parts)
                total = self._hold(record, self._group_sums.total, self._group_sums.entries, self._group_records)
                self._group = None
                self._file_sums = Totals(self._file_sums.entries + 1, self._file_sums.total + total)
                self._file_records += self._group_records
            case "99" if self._is_open and self._group is None:
                self._file_records += len(record.parts)
                self._hold(record, self._file_sums.total, self._file_sums.entries, self._file_records)
                self._is_open = False
            case _:
                raise FileRefused(Problem(MISPLACED, {"code": record.code}, record.line, record.code))

    def _close_account(self, account: Account, record: Record) -> None:
        self._account = None
        account.record_count += len(record.parts)
        total = self._hold(record, account.control, account.record_count)
        self._group_sums = Totals(self._group_sums.entries + 1, self._group_sums.total + total)
        self._group_records += account.record_count
        self._statements.append(account.fact())
        if not self.problems.count:  # a bad entry has been reported already
            self._checks += account.checks()

    def _hold(self, record: Record, total: int, *counts: int) -> int:
        """Hold a level against its control record and return the total it states. Raises FileRefused."""
        (first, *numbers), _ = fields_of(record, 1 + len(counts))
        first = first.strip()
        is_silent = record.code == "49" and not first  # some banks total groups and files only
        try:
            stated = total if is_silent else minor_units(first, record.code)
        except RowRefused as refusal:
            raise FileRefused(refusal.at(record.line)) from None
        if self.problems.count:
            return stated
        if not is_silent:
            self._checks.append(Check(CONTROL_TOTALS, stated, total))
        if stated != total:
            values = {"code": record.code, "stated": str(stated), "found": str(total)}
            raise FileRefused(Problem(TOTAL_DIFFERS, values, record.line, record.code))
        for text, found in zip(numbers, counts, strict=True):
            text = text.strip()
            if not (text.isdecimal() and text.isascii() and len(text) < 16):
                raise FileRefused(Problem(NO_COUNT, {"text": shown(text)}, record.line, record.code))
            self._checks.append(Check(CONTROL_COUNTS, int(text), found))
            if int(text) != found:
                values = {"code": record.code, "stated": text, "found": str(found)}
                raise FileRefused(Problem(COUNT_DIFFERS, values, record.line, record.code))
        return stated

    def statements(self) -> Sequence[BankStatementFact]:
        """The statements, in file order."""
        return self._statements

    def checks(self) -> Sequence[Check]:
        """Control records of every level, balances of every account, notes that were left out."""
        left_out = [Check(NOTES, self._notes, self._notes, is_refusing=False)] if self._notes else []
        return [*self._checks, *left_out]


class Bai2Adapter:
    """Reads BAI2."""

    code = "bai2"
    name = "BAI2"
    columns: Mapping[str, str] = MappingProxyType(
        dict.fromkeys(("amount", "value_on", "bank_reference", "end_to_end_reference", "transaction_code"), "16")
        | {"statement_key": "03", "booked_on": "02", "remittance": "16/88"}
    )

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the first two records: a file header and a group header."""
        found = [record for line in first_lines(head, 2) for record in parted(line)]
        codes = [record[:3] for record in found[:2] if record.count(",") >= 4]
        confidence = {("01,", "02,"): 95, ("01,",): 40}.get(tuple(codes), 0)
        return Recognition(confidence, EVIDENCE if confidence else "")

    def read(self, source: SourceFile, terms: ReadingTerms) -> Bai2Reading:
        """Open one pass."""
        return Bai2Reading(source, terms)
