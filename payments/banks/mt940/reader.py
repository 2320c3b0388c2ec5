"""MT940 end-of-day statements and MT942 reports during the day, as SWIFT banks write them.

- `statement_key`: account (:25:), statement number (:28C:) and closing date, as numbers begin anew every year.
- `bank_reference`: what stands behind `//` in :61:; `end_to_end_reference`: EREF of :86:, else the customer reference.
- every statement must tie: opening balance plus its lines is the closing balance, to the minor unit; an MT942 must
  agree with its own totals (:90D:, :90C:).
- the file is read twice: once for the balances, which stand behind the lines they close, once for the lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from payments.banks.mt940.entries import Entry, line_of
from payments.banks.mt940.fields import fields
from payments.banks.mt940.statements import Statement, statements_of
from payments.banks.ties import PENDING, SUMS_AGREE, TIES, Place, Totals, does_not_tie, sums_differ
from payments.cards import reference_holds_card_number
from payments.facts import (
    BankLineFact,
    BankStatementFact,
    Check,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
)
from payments.tabular.heads import head_text
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

EVIDENCE: Final = translatable("Fields of a SWIFT MT940 or MT942 statement")


class Mt940Reading:
    """One pass over the lines of one file."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file holds no statements."""
        self.problems = ProblemLog()
        self._source = source
        self._statements = statements_of(fields(source), terms.currencies[0] if terms.currencies else "")
        self._checks: list[Check] = []
        self._pending = 0
        self._sums: dict[bool, tuple[int, int]] = {}

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every booked entry. Raises FileRefused for a statement that contradicts itself."""
        pending = iter(self._statements)
        current: Statement | None = None
        entry: Entry = []
        for found in fields(self._source):
            if found.tag in ("86", "NS"):
                if entry:
                    entry.append(found)
                continue
            if entry and current is not None:
                line = self._line(current, entry)
                if line is not None:
                    yield line
            entry = [found] if found.tag == "61" else []
            if found.tag == "20":
                self._finish(current)
                current = next(pending)
        if entry and current is not None:
            line = self._line(current, entry)
            if line is not None:
                yield line
        self._finish(current)

    def _line(self, statement: Statement, entry: Entry) -> BankLineFact | None:
        try:
            line = line_of(statement, entry)
        except RowRefused as refusal:
            self.problems.add(refusal.at(entry[0].line))
            return None
        if line is None:
            self._pending += 1
            return None
        if reference_holds_card_number(line.remittance):
            raise card_refusal(":86:", line.line_number)
        count, total = self._sums.get(line.amount < 0, (0, 0))
        self._sums[line.amount < 0] = count + 1, total + line.amount
        return line

    def _finish(self, statement: Statement | None) -> None:
        """Hold a statement against its own balances or totals; a bad line has been reported already."""
        sums, self._sums = self._sums, {}
        if statement is None or self.problems.count:
            return
        total = sum(amount for _, amount in sums.values())
        if statement.opening and statement.closing:
            found = statement.opening.amount + total
            self._checks.append(Check(TIES, statement.closing.amount, found, statement.currency))
            if found != statement.closing.amount:
                raise does_not_tie(statement.fact(), found, Place(statement.closing.line, ":62F:"))
        for side, (count, expected, currency, line) in statement.sums.items():
            found_count, found_total = sums.get(side == "D", (0, 0))
            self._checks.append(Check(SUMS_AGREE, expected, abs(found_total), currency))
            if (count, expected) != (found_count, abs(found_total)):
                stated = Totals(count, expected)
                raise sums_differ(
                    statement.fact(), stated, Totals(found_count, abs(found_total)), Place(line, f":90{side}:")
                )

    def statements(self) -> Sequence[BankStatementFact]:
        """The statements, in file order."""
        return [statement.fact() for statement in self._statements]

    def checks(self) -> Sequence[Check]:
        """Balances and totals of every statement; entries that were left out."""
        left_out = [Check(PENDING, self._pending, self._pending, is_refusing=False)] if self._pending else []
        return [*self._checks, *left_out]


class Mt940Adapter:
    """Reads MT940 and MT942."""

    code = "mt940"
    name = "MT940 / MT942 (SWIFT)"
    columns: Mapping[str, str] = MappingProxyType(
        dict.fromkeys(("booked_on", "value_on", "amount", "bank_reference", "transaction_code"), ":61:")
        | {"statement_key": ":25:/:28C:", "counterparty": ":86:"}
    )

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the fields that open every message."""
        lines = head_text(head).splitlines()
        tags = {line[1:3] for line in lines if line.startswith(":") and line[3:5].lstrip("FMCDP").startswith(":")}
        found = len(tags & {"20", "25", "28", "60", "61", "62"})
        return Recognition(min(95, 20 + 15 * found), EVIDENCE) if {"20", "25"} <= tags else Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> Mt940Reading:
        """Open one pass. Raises FileRefused."""
        return Mt940Reading(source, terms)
