"""PayPal's settlement report (STL): typed records, one file or several, every count and total stated.

Where the facts come from:

- `provider_key`, `line_key`: Transaction ID. `payment_reference`: PayPal Reference ID, else the transaction itself.
- `merchant_reference`: Invoice ID, else Custom Field.
- `kind`: Transaction Event Code by its side. Amounts are unsigned; CR adds to the balance, DR takes from it.
- `statement_key`: `<account>/<day of the section>`, which is also `booked_on`; `sequence` is when it was generated.
- a day on which nothing happened is a statement without lines, where its section counts none.
- a withdrawal (T04…) states a payout, by its Bank Reference ID, else its own id; no row names the payout it is paid by.
- the report in several files: each is read alone; `part` is its number, and the last states how many rows all hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from payments.facts import (
    Check,
    FileRefused,
    LineFact,
    PayoutFact,
    Problem,
    ProblemLog,
    ReadingTerms,
    SourceFile,
    StatementFact,
)
from payments.money import UnknownCurrency, UnreadableAmount
from payments.providers.paypal.bodies import BAD_TIME, Bodies, BodyReader, Columns
from payments.providers.paypal.codes import LEFT_OUT
from payments.providers.paypal.options import options_of
from payments.providers.paypal.sections import BAD_FOOTER, Footer, Report, Section, number_in
from payments.tabular.amounts import shown
from payments.tabular.delimited import DelimitedFile, Layout
from payments.tabular.heads import first_lines
from payments.tabular.instants import generation_sequence, iso_instant, zone_named
from payments.tabular.refusals import RowRefused
from payments.wording import translatable

OUT_OF_PLACE: Final = translatable("The record “%(record)s” stands where none is expected: no %(before)s is before it.")
UNKNOWN_RECORD: Final = translatable("“%(record)s” is no record type of a settlement report.")
EMPTY: Final = translatable(
    "The report holds no rows. If nothing happened in its period, there is nothing to import; "
    "else ask for it again with the right dates."
)

_RECORD: Final = re.compile(r'"?(?:RH|FH|SH|CH)"?\s*[,;\t|]')
_FIRST_OF_BALANCE: Final = 6


def is_settlement(head: bytes) -> bool:
    """Whether a file begins with the records of a settlement report."""
    lines = first_lines(head, 2)
    return len(lines) == 2 and all(map(_RECORD.match, lines))


class SettlementReading:
    """One pass over one file of a report."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self._options = options_of(terms.mapping)
        self._file = DelimitedFile(source, Layout(home=terms.zone, has_header=False, is_ragged=True), is_guarded=True)
        self._zone = zone_named("", terms.zone)
        self._bodies = Bodies(terms, self._options, self._file.feed)
        self._report = Report()
        self._columns: Columns | None = None
        self._read: BodyReader | None = None
        self._section: Section | None = None
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good body row. Raises FileRefused."""
        report = self._report
        for line, offset, length, cells in self._file.records():
            if not cells:
                continue
            report.records += 1
            if cells[0] != "SB":
                self._other(line, cells)
                continue
            report.rows += 1
            if self._read is None or self._section is None:
                self.problems.add(Problem(OUT_OF_PLACE, {"record": "SB", "before": "SH, CH"}, line, "SB"))
                continue
            try:
                fact = self._read(line, offset, length, cells, self._section)
            except (RowRefused, UnreadableAmount, UnknownCurrency, FileRefused) as refusal:
                self._refuse(refusal, cells, line)
            else:
                if fact is not None:
                    yield fact
        for found in report.problems(self._options.first_part):
            self.problems.add(found)
        if not report.rows and not any(section.is_empty_day for section in report.sections):
            raise FileRefused(Problem(EMPTY))

    def _refuse(self, refusal: Exception, cells: list[str], line: int) -> None:
        """Note what is wrong with a row. Raises FileRefused for what nobody may keep or can read."""
        if isinstance(refusal, FileRefused):
            problem = replace(refusal.problem, line=line)
            raise FileRefused(problem, must_delete_bytes=refusal.must_delete_bytes) from None
        if isinstance(refusal, RowRefused):
            self.problems.add(refusal.at(line))
            return
        assert self._columns is not None  # without them no row is read
        self.problems.add(self._bodies.explained(refusal, self._columns, cells, line))

    def _other(self, line: int, cells: list[str]) -> None:
        """Take in a header or footer."""
        record = cells[0].strip()
        try:
            if record == "SH":
                self._section = self._opened(cells, line)
            elif record == "CH":
                self._columns = Columns.of(cells, line)
                self._read = self._bodies.reader(self._columns)
            elif record in ("RH", "FH"):
                self._header(record, cells, line)
            elif record in ("SF", "SC", "RF", "RC", "FF"):
                self._footer(record, cells, line, self._section)
            else:
                self.problems.add(Problem(UNKNOWN_RECORD, {"record": shown(record)}, line))
        except ValueError as wrong:
            self.problems.add(Problem(BAD_FOOTER, {"text": shown(str(wrong)), "record": record}, line, record))

    def _header(self, record: str, cells: Sequence[str], line: int) -> None:
        if record == "FH":
            self._report.number = number_in(cells, 1)
            return
        self._report.generated_at = self._instant(cells, line)
        self._report.account = cells[3].strip() if len(cells) > 3 else ""

    def _opened(self, cells: Sequence[str], line: int) -> Section:
        report = self._report
        self._instant(cells, line)
        account = (cells[3].strip() if len(cells) > 3 else "") or report.account
        # Footers of a section that began in the file before count rows that are not here.
        is_first_of_later_file = not report.sections and report.number != (self._options.first_part or 1)
        day = date.fromisoformat(cells[1].strip()[:10].replace("/", "-"))
        section = Section(account, day, starts_here=not is_first_of_later_file)
        report.sections.append(section)
        return section

    def _instant(self, cells: Sequence[str], line: int) -> datetime:
        text = cells[1].strip() if len(cells) > 1 else ""
        written = text[:10].replace("/", "-") + text[10:]
        try:
            return iso_instant(written[:19] + written[19:].strip(), self._zone)
        except ValueError:
            raise FileRefused(Problem(BAD_TIME, {"text": shown(text)}, line, cells[0])) from None

    def _footer(self, record: str, cells: Sequence[str], line: int, section: Section | None) -> None:
        report = self._report
        if record == "FF":
            report.file_count = number_in(cells, 1)
        elif record == "RC":
            report.report_count = number_in(cells, 1)
        elif record in ("SF", "SC") and section is None:
            self.problems.add(Problem(OUT_OF_PLACE, {"record": record, "before": "SH"}, line, record))
        elif record == "SC" and section is not None:
            section.count = number_in(cells, 1)
        elif record == "SF" and section is not None:
            section.footers.append(self._sums(cells))

    def _sums(self, cells: Sequence[str]) -> Footer:
        """Credits, debits and balances of one currency. Raises ValueError."""
        currency = cells[1].strip() if len(cells) > 1 else ""
        try:
            units = self._bodies.units(currency)
            credits, debits, fee_credits, fee_debits = (units[cells[place].strip()] for place in range(2, 6))
            opening, closing = (
                units[cells[place + 1].strip()] * (-1 if cells[place].strip() == "DR" else 1)
                for place in (_FIRST_OF_BALANCE, _FIRST_OF_BALANCE + 2)
            )
        except (UnreadableAmount, UnknownCurrency, IndexError):
            raise ValueError(",".join(cells[1:6])) from None
        return Footer(currency, credits - debits, fee_credits - fee_debits, opening, closing)

    def statements(self) -> Sequence[StatementFact]:
        """One statement per account and day, with the part of it that this file is."""
        report = self._report
        part, count = report.part(self._options.first_part)
        generated = report.generated_at
        sequence = generation_sequence(generated) if generated else ""
        keys = {section.key: section.day for section in report.sections if section.rows or section.is_empty_day}
        return [StatementFact(key, sequence, day, day, day, generated, part, count) for key, day in keys.items()]

    def payouts(self) -> Sequence[PayoutFact]:
        """What was withdrawn to a bank."""
        return [
            PayoutFact(section.key, key, currency, amount, section.day, is_stated=True)
            for section in self._report.sections
            for (key, currency), amount in section.payouts.items()
        ]

    def checks(self) -> Sequence[Check]:
        """Every count and total that the file states, as far as its rows are here; rows that were left out."""
        left_out = self._bodies.left_out
        told = [Check(LEFT_OUT, left_out, left_out)] if left_out else []
        return [*self._report.checks(), *told]
