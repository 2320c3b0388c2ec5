"""Reads the statements of a provider through its mapping."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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
from payments.providers.mapped.rows import MappedRows
from payments.providers.mapped.schema import StatementMapping, statement_mapping
from payments.tabular.amounts import Amounts
from payments.tabular.mapped_rows import MappedFile
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused
from payments.tabular.trailers import trailer_checks
from payments.wording import translatable

LINES_EQUAL_PAYOUT: Final = translatable("Sum of lines equals the payout")

PayoutId = tuple[str, str, str]
"""Statement key, payout key, currency."""


@dataclass(slots=True)
class Period:
    """The days of one statement."""

    first: date
    last: date
    booked_on: date


@dataclass(slots=True)
class Payout:
    """What is known of one payout of one statement."""

    lines: int = 0
    stated: int | None = None
    paid_on: date | None = None
    is_carried: bool = False
    """Whether a line carries what is left over to a later payout."""

    @property
    def is_withheld(self) -> bool:
        """Whether nothing is paid: all of it is carried over."""
        return self.is_carried and self.stated is None and not self.lines


@dataclass(slots=True)
class Tally:
    """What is learned of the statements while rows stream by."""

    periods: dict[str, Period] = field(default_factory=dict)
    payouts: dict[PayoutId, Payout] = field(default_factory=dict)

    def note(self, line: LineFact) -> None:
        """Count one line."""
        booked_on = line.booked_on
        if booked_on is None:
            return
        day = line.sold_on or booked_on
        period = self.periods.setdefault(line.statement_key, Period(day, day, booked_on))
        period.first, period.last = min(period.first, day), max(period.last, day)
        period.booked_on = max(period.booked_on, booked_on)
        if not line.payout_key:
            return
        payout = self.payouts.setdefault((line.statement_key, line.payout_key, line.net_currency), Payout())
        payout.paid_on = payout.paid_on or line.paid_on
        if line.kind == LineKind.PAYOUT:
            payout.stated = (payout.stated or 0) - line.net
            payout.paid_on = line.paid_on or payout.paid_on or booked_on
        else:
            payout.lines += line.net
            payout.is_carried = payout.is_carried or line.kind == LineKind.CARRY_OUT


class MappedReading:
    """One pass over one file."""

    def __init__(self, source: SourceFile, mapping: StatementMapping, terms: ReadingTerms) -> None:
        """Raises FileRefused when the file lacks a mapped column."""
        self._file = MappedFile(source, mapping.shape, mapping.reference_columns, terms.zone)
        self._rows = MappedRows(self._file, mapping, terms)
        self._mapping = mapping
        self._terms = terms
        self._sequence = version_in_name(source.name)
        self._tally = Tally()
        self._trailer_checks: list[Check] = []
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good row. Raises FileRefused for a file that contradicts its trailer."""
        count = 0
        for line, offset, length, row in self._file.rows():
            count += 1
            try:
                fact = self._rows.fact((line, offset, length), row)
            except RowRefused as refusal:
                self.problems.add(refusal.at(line, self._file.record))
                continue
            self._tally.note(fact)
            yield fact
        if not self.problems.count:
            self._trailer_checks = trailer_checks(self._file, count, self._rows.written, self._trailer_amounts)

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
    columns: Mapping[str, str] = MappingProxyType({})

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Never by itself: only a mapping says what such a file means."""
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> MappedReading:
        """Open one pass. Raises FileRefused when the mapping is wrong or does not fit the file."""
        return MappedReading(source, statement_mapping(terms.mapping), terms)
