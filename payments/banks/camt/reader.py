"""ISO 20022 account statements: camt.053, and as interim reports camt.052 and camt.054, all versions alike.

- `statement_key`: account, Id and closing date, as ids are used again every year.
- one entry is one line: what a batch holds inside (NtryDtls) is told in the remittance, not as lines of its own.
- entries that are not booked (PDNG, INFO, FUTR) are left out and counted.
- dates are taken as the bank writes them, on its own calendar.
- every statement with both balances must tie; totals it states (TxsSummry) must agree.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from payments.banks.camt.entries import entry_amount, is_booked, line_of
from payments.banks.camt.fields import Entry
from payments.banks.camt.shapes import Drawn
from payments.banks.camt.statements import Statement
from payments.banks.camt.stream import EntryStream
from payments.banks.camt.xml import Element
from payments.banks.ties import PENDING, Totals
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
from payments.tabular.heads import head_text
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

EVIDENCE: Final = translatable("ISO 20022 bank statement (camt)")
NO_STATEMENT: Final = translatable("The file holds no bank statement (Stmt, Rpt or Ntfctn).")

_MESSAGES: Final = {"BkToCstmrStmt": "Stmt", "BkToCstmrAcctRpt": "Rpt", "BkToCstmrDbtCdtNtfctn": "Ntfctn"}
_ACCOUNTS: Final = frozenset(_MESSAGES.values())
_ROOT: Final = re.compile(r"BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)\b|camt\.05[234]")


class _Wholes:
    """Which elements are wanted whole: the group header, and every child of a statement."""

    def __init__(self) -> None:
        self._statement_depth = 0

    def __call__(self, name: str, depth: int) -> bool:
        if name in _ACCOUNTS:
            self._statement_depth = depth
            return False
        return name == "GrpHdr" or depth == self._statement_depth + 1 > 1


class CamtReading:
    """One pass over one file."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self.problems = ProblemLog()
        self._source = source
        self._terms = terms
        self._default_currency = terms.currencies[0] if terms.currencies else ""
        self._message = Element("GrpHdr", 0, {})
        self._statements: list[BankStatementFact] = []
        self._checks: list[Check] = []
        self._pending = 0
        self._seen: dict[str, int] = {}

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every booked entry. Raises FileRefused for a statement that contradicts itself."""
        current: Statement | None = None
        for element, is_whole in EntryStream(self._source, _Wholes()):
            if isinstance(element, (Drawn, Entry)):
                if current is not None and (line := self._line(current, element)) is not None:
                    yield line
            elif not is_whole:
                if element.name in _ACCOUNTS:
                    self._finish(current)
                    current = Statement(
                        line=element.line,
                        is_interim=element.name != "Stmt",
                        zone=self._terms.zone,
                        header=element,
                        message=self._message,
                    )
            elif element.name == "GrpHdr":
                self._message = element
            elif current is not None:
                current.header.add(element)
        if current is None:
            raise FileRefused(Problem(NO_STATEMENT))
        self._finish(current)

    def _line(self, statement: Statement, entry: Drawn | Entry) -> BankLineFact | None:
        statement.settle_header(self._default_currency, self._seen)
        if isinstance(entry, Entry):
            return self._careful(statement, entry)
        line = entry.line(statement.key, statement.currency)
        if line is None:
            return self._careful(statement, entry.entry())
        statement.transactions += 1
        return self._noted(statement, line)

    def _careful(self, statement: Statement, entry: Entry) -> BankLineFact | None:
        statement.transactions += max(1, len(entry.transactions))
        try:
            if not is_booked(entry):
                amount, _ = entry_amount(entry, statement.currency)
                side = statement.pending[amount < 0]
                statement.pending[amount < 0] = Totals(side.entries + 1, side.total + abs(amount))
                self._pending += 1
                return None
            line = line_of(entry, statement.key, statement.currency, statement.closed_on)
        except RowRefused as refusal:
            placed = refusal.at(refusal.problem.line or entry.line)
            self.problems.add(placed)
            return None
        return self._noted(statement, line)

    def _noted(self, statement: Statement, line: BankLineFact) -> BankLineFact:
        if reference_holds_card_number(line.remittance):
            raise card_refusal("RmtInf", line.line_number)
        statement.currency = statement.currency or line.currency
        statement.note(line.amount, line.booked_on)
        return line

    def _finish(self, statement: Statement | None) -> None:
        if statement is None:
            return
        statement.settle_header(self._default_currency, self._seen)
        self._statements.append(statement.fact())
        if not self.problems.count:
            self._checks += statement.checks()

    def statements(self) -> Sequence[BankStatementFact]:
        """The statements, in file order."""
        return self._statements

    def checks(self) -> Sequence[Check]:
        """Balances and totals of every statement; entries that were left out."""
        left_out = [Check(PENDING, self._pending, self._pending, is_refusing=False)] if self._pending else []
        return [*self._checks, *left_out]


class CamtAdapter:
    """Reads camt.053, camt.052 and camt.054."""

    code = "camt"
    name = "camt.052 / 053 / 054 (ISO 20022)"
    columns: Mapping[str, str] = MappingProxyType(
        {
            "statement_key": "Acct/Id",
            "booked_on": "BookgDt",
            "value_on": "ValDt",
            "amount": "Amt",
            "bank_reference": "AcctSvcrRef",
            "end_to_end_reference": "EndToEndId",
            "transaction_code": "BkTxCd",
            "counterparty": "RltdPties",
        }
    )

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the names of the outer elements and the namespace."""
        text = head_text(head)
        if not text.lstrip("\ufeff \t\r\n").startswith("<") or not _ROOT.search(text):
            return Recognition(0)
        return Recognition(95, EVIDENCE)

    def read(self, source: SourceFile, terms: ReadingTerms) -> CamtReading:
        """Open one pass."""
        return CamtReading(source, terms)
