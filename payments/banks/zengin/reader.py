"""全銀 account files: entries of an account (入出金取引明細, 03) and notices of transfers received (振込入金通知, 01).

- every booking date is a statement of its own (`<bank>-<branch>-<account>/<date>`), as the periods people download
  overlap; balances between the dates follow from the one before the first entry.
- a notice is an interim report: its transfers count once, with those of the entries.
- counts and sums of the trailer, the balance behind the entries and the counts of the end record must agree.
- years are those of Reiwa, unless `years.py` is told otherwise; amounts are yen.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from payments.banks.zengin.blocks import Block, block_of, line_of, trailer_checks
from payments.banks.zengin.delimited import is_delimited
from payments.banks.zengin.records import WIDTH, Record, records
from payments.banks.zengin.years import years_of
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
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

EVIDENCE: Final = translatable("Header record of a Japanese bank's fixed-width file (全銀)")
MISPLACED: Final = translatable("A record that begins with “%(text)s” may not stand here. The file is damaged.")
CUT_OFF: Final = translatable("The file ends without its end record (9). It is cut off: download it again.")
COUNT_DIFFERS: Final = translatable(
    "The record states %(stated)s records or accounts, but %(found)s are there. Records are missing or changed: "
    "download it again."
)
COUNTS: Final = translatable("Records and accounts are as many as the file states")


class ZenginReading:
    """One pass over one file."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        """Raises FileRefused for an unknown calendar of the account."""
        self.problems = ProblemLog()
        self._source = source
        self._sequence = version_in_name(source.name)
        self._years = years_of(terms.mapping)
        self._block: Block | None = None
        self._blocks = self._records = self._entries = 0
        self._is_ended = False
        self._statements: list[BankStatementFact] = []
        self._checks: list[Check] = []

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every entry. Raises FileRefused for a file that contradicts its trailer or end record."""
        line = 0
        for record in records(self._source, self._years):
            line = record.line
            self._records += 1
            block = self._block
            if block is not None and record.content[:1] == b"2":
                self._entries += 1
                found = self._entry(block, record)
                if found is not None:
                    yield found
            else:
                self._structure(record)
        if not self._is_ended:
            raise FileRefused(Problem(CUT_OFF, line=line or 1))

    def _entry(self, block: Block, record: Record) -> BankLineFact | None:
        try:
            line = line_of(block, record)
        except RowRefused as refusal:
            self.problems.add(refusal.at(record.line))
            return None
        if reference_holds_card_number(line.remittance):
            raise card_refusal("摘要内容", line.line_number)
        block.take(line.booked_on, line.amount)
        return line

    def _structure(self, record: Record) -> None:
        mark, block = record.content[:1], self._block
        if self._is_ended:
            raise self._misplaced(record)
        if mark == b"1" and block is None:
            self._block = block_of(record)
            self._entries = 0
        elif mark == b"8" and block is not None:
            self._close(block, record)
        elif mark == b"9" and block is None and self._blocks:
            self._is_ended = True
            self._hold(record, (1, 11, self._records), (11, 16, self._blocks))
        else:
            raise self._misplaced(record)

    def _close(self, block: Block, record: Record) -> None:
        self._block = None
        self._blocks += 1
        self._statements += block.facts(self._sequence)
        if not self.problems.count:  # a bad entry has been reported already
            self._checks += trailer_checks(block, record)
        if not block.is_notice:
            self._hold(record, (54, 61, self._entries))

    def _hold(self, record: Record, *counts: tuple[int, int, int]) -> None:
        """Hold numbers of the file against what is there; where the record is blank, the bank states none."""
        for start, end, found in counts:
            if not record.content[start:end].strip():
                continue
            try:
                stated = record.number(start, end, "件数")
            except RowRefused as refusal:
                raise FileRefused(refusal.at(record.line)) from None
            self._checks.append(Check(COUNTS, stated, found))
            if stated != found:
                values = {"stated": str(stated), "found": str(found)}
                raise FileRefused(Problem(COUNT_DIFFERS, values, record.line, "件数"))

    def _misplaced(self, record: Record) -> FileRefused:
        text = shown(record.content[:3].decode("latin-1"))
        return FileRefused(Problem(MISPLACED, {"text": text}, record.line))

    def statements(self) -> Sequence[BankStatementFact]:
        """One statement for each account and date, in file order."""
        return self._statements

    def checks(self) -> Sequence[Check]:
        """Trailers, balances and the end record."""
        return self._checks


class ZenginAdapter:
    """Reads 全銀 files."""

    code = "zengin"
    name = translatable("Zengin (全銀)")
    columns: Mapping[str, str] = MappingProxyType(
        {
            "statement_key": "口座番号",
            "booked_on": "勘定日",
            "value_on": "起算日",
            "amount": "金額",
            "bank_reference": "照会番号",
            "end_to_end_reference": "振込依頼人コード",
            "transaction_code": "取引区分",
            "counterparty": "振込依頼人名",
            "remittance": "摘要内容",
        }
    )

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the header record: its kind, its dates and its width."""
        plain = head.removeprefix(b"\xef\xbb\xbf")
        if is_delimited(plain):
            return Recognition(95, EVIDENCE)
        first = plain.splitlines()[0] if plain.strip() else b""
        if plain[:1] != b"1" or not plain[1:26].isdigit() or not len(first) >= 80:
            return Recognition(0)
        # An order to the bank has other columns: it is recognised, so that its reader can say what it is.
        return Recognition(95 if plain[1:3] in (b"01", b"03") and len(first) >= WIDTH else 60, EVIDENCE)

    def read(self, source: SourceFile, terms: ReadingTerms) -> ZenginReading:
        """Open one pass."""
        return ZenginReading(source, terms)
