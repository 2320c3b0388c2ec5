"""Reads the statements of a bank account through its mapping."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from payments.banks.mapped.rows import BankRows
from payments.banks.mapped.schema import BankMapping, bank_mapping
from payments.facts import (
    BankLineFact,
    BankStatementFact,
    Check,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
)
from payments.tabular.amounts import Amounts
from payments.tabular.coverage import day_sequence
from payments.tabular.mapped_rows import MappedFile
from payments.tabular.mappings import MAPPED_NAME
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused
from payments.tabular.trailers import trailer_checks


class MappedBankReading:
    """One pass over one file."""

    def __init__(self, source: SourceFile, mapping: BankMapping, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file lacks a mapped column."""
        self._file = MappedFile(source, mapping.shape, mapping.reference_columns, terms.zone)
        self._rows = BankRows(self._file, mapping, terms)
        self._trailer_currency = mapping.constants.get("currency") or next(iter(terms.currencies), "")
        self._version = version_in_name(source.name)
        self._checks: list[Check] = []
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[BankLineFact]:
        """Yield every good row. Raises FileRefused for a file that contradicts its trailer."""
        count, file, fact = 0, self._file, self._rows.fact
        for record in file.records():
            if file.holds_facts(record):
                line, offset, length, row = record
                count += 1
                try:
                    yield fact(line, offset, length, row)
                except RowRefused as refusal:
                    file.refuse(record, refusal.problem)
        if not self.problems.count:
            self._checks = trailer_checks(file, count, self._rows.written, self._trailer_amounts)

    def _trailer_amounts(self) -> Amounts:
        return self._rows.amounts_of(self._trailer_currency)

    def statements(self) -> Sequence[BankStatementFact]:
        """One statement per account and booking date."""
        found = []
        last_days: dict[str, date] = {}
        for origin in self._rows.statements.values():
            last_days[origin.account] = max(origin.booked_on, last_days.get(origin.account, origin.booked_on))
        for key, origin in self._rows.statements.items():
            opening, closing = origin.balances.of(origin.booked_on)
            found.append(
                BankStatementFact(
                    statement_key=key,
                    account_reference=origin.account,
                    currency=origin.currency,
                    sequence=day_sequence(
                        origin.booked_on,
                        last_day=last_days[origin.account],
                        version=self._version,
                        line_count=self._rows.line_counts[key],
                    ),
                    opened_on=origin.booked_on,
                    closed_on=origin.booked_on,
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
    name = MAPPED_NAME
    columns: Mapping[str, str] = MappingProxyType({})

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Never by itself: only a mapping says what such a file means."""
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> MappedBankReading:
        """Open one pass. Raises FileRefused when the mapping is wrong or does not fit the file."""
        return MappedBankReading(source, bank_mapping(terms.mapping), terms)
