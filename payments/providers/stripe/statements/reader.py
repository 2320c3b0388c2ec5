"""Stripe's statements: itemised reports as CSV, and balance transactions as tables.

Where the facts come from:

- `provider_key`: `source_id`, the charge (`ch_…`, `py_…`), refund (`re_…`, `pyr_…`) or dispute (`dp_…`, `du_…`) that a
  row is about. The webhooks keep the same one.
- `line_key`: the balance transaction. `payment_reference`: the payment intent, else the charge.
- `statement_key`: the automatic payout (`po_…`); `balance/<day>` for rows that belong to none, such as payouts made by
  hand and what they pay. `payout_key` likewise.
- `gross` and `currency`: what the buyer saw (`customer_facing_…`) where the file has it, else as settled.
- `booked_on`, `paid_on`: `automatic_payout_effective_at`, a date that Stripe spells as midnight.
- amounts are major units in reports and Stripe's minor units in tables of the API's objects, which are not ISO 4217's
  for ISK, UGX and MGA. `created_utc` is UTC, `created` of a report is in the provider's zone.
- a charge captured in part is one sale of what was captured: the row that takes back the rest keeps its place and
  tells no amounts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from payments.facts import (
    Check,
    LineFact,
    PayoutFact,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
    StatementFact,
)
from payments.providers.stripe.statements.captures import find
from payments.providers.stripe.statements.columns import WRITTEN_AS, Columns, confidence_in
from payments.providers.stripe.statements.rows import Rows
from payments.providers.stripe.statements.tally import Tally
from payments.tabular.delimited import DelimitedFile, Layout, find_delimiter
from payments.tabular.heads import first_lines
from payments.tabular.naming import version_in_name
from payments.tabular.row_facts import facts_of
from payments.wording import translatable

REPORT: Final = translatable("Header names of an itemised Stripe report")
TABLE: Final = translatable("Header names of a table of Stripe's balance transactions or other objects")


class StripeReading:
    """One pass over one file (two more where charges were captured in part)."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self._file = DelimitedFile(source, Layout(home=terms.zone), is_guarded=True)
        columns = Columns.of(self._file.header)
        self._tally = Tally(version_in_name(source.name))
        self._rows = Rows(columns, terms, self._tally, find(source, columns, terms.zone))
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good row. Raises FileRefused."""
        read = self._rows.reader(self._file.feed)
        return facts_of(self._file.records(), read, self._rows.amount_refused, self.problems)

    def statements(self) -> Sequence[StatementFact]:
        """One statement per automatic payout, and one per day of rows that belong to none."""
        return list(self._tally.facts())

    def payouts(self) -> Sequence[PayoutFact]:
        """Automatic payouts, as stated or summed up, and those made by hand."""
        return list(self._tally.payouts())

    def checks(self) -> Sequence[Check]:
        """Per automatic payout: its rows and itself sum to zero."""
        return list(self._tally.checks())


class StripeAdapter:
    """Reads Stripe's statements."""

    code = "stripe"
    name = translatable("Stripe report or balance transactions")
    columns: Mapping[str, str] = WRITTEN_AS

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the header names."""
        del source
        for line in first_lines(head, 3):
            cells = next(csv.reader([line], delimiter=find_delimiter(line)), [])
            confidence = confidence_in(cells)
            if confidence:
                is_report = any("reporting_category" in cell.lower() for cell in cells)
                return Recognition(confidence, REPORT if is_report else TABLE)
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> StripeReading:
        """Open one pass. Raises FileRefused when the file is no such statement."""
        return StripeReading(source, terms)
