"""Reads the statements of a provider through its mapping."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from payments.facts import (
    Check,
    LineFact,
    LineKind,
    PayoutFact,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
    StatementFact,
)
from payments.providers.mapped.plain import PlainRows, Profile
from payments.providers.mapped.rows import MappedRows
from payments.providers.mapped.schema import StatementMapping, statement_mapping
from payments.providers.mapped.tally import Tally
from payments.tabular.amounts import Amounts
from payments.tabular.mapped_rows import MappedFile, Row
from payments.tabular.mappings import MAPPED_NAME
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused
from payments.tabular.trailers import trailer_checks
from payments.wording import translatable

LINES_EQUAL_PAYOUT: Final = translatable("Sum of lines equals the payout")


class MappedReading:
    """One pass over one file."""

    def __init__(self, source: SourceFile, mapping: StatementMapping, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file lacks a mapped column."""
        self._file = MappedFile(source, mapping.shape, mapping.reference_columns, terms.zone)
        self._rows = MappedRows(self._file, mapping, terms)
        self._plain = PlainRows(self._file, mapping, terms)
        self._mapping = mapping
        self._terms = terms
        self._sequence = version_in_name(source.name)
        self._tally = Tally()
        self._trailer_checks: list[Check] = []
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good row. Raises FileRefused for a file that contradicts its trailer."""
        count, file, plain = 0, self._file, self._plain.fact
        for record in file.records():
            fact = plain(record)
            if fact is not None:
                count += 1
                yield fact
            elif file.holds_facts(record):
                count += 1
                fact = self._careful(record)
                if fact is not None:
                    yield fact
        if not self.problems.count:
            quick, careful = self._plain.written, self._rows.written
            written = {name: quick.get(name, 0) + careful.get(name, 0) for name in {**quick, **careful}}
            self._trailer_checks = trailer_checks(file, count, written, self._trailer_amounts)

    def _careful(self, record: Row) -> LineFact | None:
        """The line of a row looked at with care, and remembered; None where it is bad."""
        line, offset, length, row = record
        try:
            fact = self._rows.fact((line, offset, length), row)
            sign = self._rows.sign_of(row, LineKind(fact.kind))
        except RowRefused as refusal:
            self._file.refuse(record, refusal.problem)
            return None
        payout = self._tally.note(fact)
        self._plain.learn(row, fact, Profile.of(fact, self._rows.amounts_of(fact.currency), sign, payout))
        return fact

    def _trailer_amounts(self) -> Amounts:
        """Totals are in the one currency of the file."""
        currency = self._mapping.constants.get("currency") or next(iter(self._terms.currencies), "")
        return self._rows.amounts_of(currency)

    def statements(self) -> Sequence[StatementFact]:
        """One statement per statement key."""
        return [
            StatementFact(key, self._sequence, period.booked_on, period.first, period.last)
            for key, period in self._tally.periods.items()
        ]

    def payouts(self) -> Sequence[PayoutFact]:
        """Payouts the file states, and for other payout keys the sum of their lines, unless all of it is withheld."""
        return [
            PayoutFact(
                statement_key=statement_key,
                payout_key=payout_key,
                currency=currency,
                amount=payout.lines if payout.stated is None else payout.stated,
                paid_on=payout.paid_on,
                is_stated=payout.stated is not None,
            )
            for (statement_key, payout_key, currency), payout in self._tally.payouts.items()
            if not payout.is_withheld
        ]

    def checks(self) -> Sequence[Check]:
        """The trailer, and stated payouts against their lines."""
        stated = [
            Check(LINES_EQUAL_PAYOUT, payout.stated, payout.lines, currency, is_refusing=False)
            for (_, _, currency), payout in self._tally.payouts.items()
            if payout.stated is not None
        ]
        return [*self._trailer_checks, *stated]


class MappedAdapter:
    """Reads provider statements through a mapping."""

    code = "mapped"
    name = MAPPED_NAME
    columns: Mapping[str, str] = MappingProxyType({})

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Never by itself: only a mapping says what such a file means."""
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> MappedReading:
        """Open one pass. Raises FileRefused when the mapping is wrong or does not fit the file."""
        return MappedReading(source, statement_mapping(terms.mapping), terms)
