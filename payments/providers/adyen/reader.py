"""Adyen's settlement details report: one CSV per batch, or several batches and merchant accounts in one.

Where the facts come from:

- `provider_key`: Modification Reference on rows of a payment (the reference of this capture, refund or chargeback),
  else Psp Reference when that is blank; rows about the batch itself have none.
- `payment_reference`: Psp Reference, the original payment.
- `statement_key`: `<Merchant Account>/<Batch Number>`. A row without a batch number belongs to no settlement and is
  refused: the report could never be told from another version of itself.
- `payout_key`: Batch Number, as it stands in the remittance text at the bank.
- `booked_on`: Booking Date where the report has the column; else the date of the row that closes the batch
  (MerchantPayout, or Balancetransfer to the next batch), else the latest creation date.
- times: TimeZone names the wall clock (CET is Amsterdam all year, so summer rows are in summer time); CEST and other
  summer names are exact distances to UTC.
- `sequence`: the report says neither version nor generation time; a suffix of the file name (`_v2`, ` (2)`) counts.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
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
from payments.providers.adyen.batches import Batch, checks_of
from payments.providers.adyen.columns import WRITTEN_AS, Columns, known_columns, known_share
from payments.providers.adyen.profiles import Profiles
from payments.providers.adyen.rows import amount_refused, row_reader
from payments.tabular.delimited import DelimitedFile, Layout, find_delimiter
from payments.tabular.heads import first_lines
from payments.tabular.naming import version_in_name
from payments.tabular.row_facts import facts_of
from payments.wording import translatable

EVIDENCE: Final = translatable("Header names of an Adyen settlement details report")


class AdyenReading:
    """One pass over one settlement details report."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self._file = DelimitedFile(source, Layout(home=terms.zone))
        self._columns = Columns.of(self._file.header)
        self._profiles = Profiles(terms)
        self._sequence = version_in_name(source.name)
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good row. Raises FileRefused."""
        read = row_reader(self._columns, self._profiles)
        explain = partial(amount_refused, self._columns, self._profiles)
        return facts_of(self._file.records(), read, explain, self.problems)

    @property
    def _batches(self) -> list[Batch]:
        return [batch for batch in self._profiles.batches.values() if batch.has_lines]

    def statements(self) -> Sequence[StatementFact]:
        """One statement per merchant account and batch."""
        return [batch.statement(self._sequence) for batch in self._batches]

    def payouts(self) -> Sequence[PayoutFact]:
        """What the MerchantPayout rows say."""
        return [payout for batch in self._batches for payout in batch.payout_facts()]

    def checks(self) -> Sequence[Check]:
        """Per batch and currency: everything sums to zero once paid out or carried over."""
        return checks_of(self._batches)


class AdyenAdapter:
    """Reads Adyen's settlement details report."""

    code = "adyen"
    name = translatable("Adyen settlement details report")
    columns: Mapping[str, str] = WRITTEN_AS

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the header names."""
        for line in first_lines(head, 3):
            cells = next(csv.reader([line], delimiter=find_delimiter(line)), [])
            share = known_share(cells)
            if share >= 0.5:
                found, missing = known_columns(cells)
                return Recognition(round(95 * share), EVIDENCE, found, missing)
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> AdyenReading:
        """Open one pass. Raises FileRefused when the file is no such report."""
        return AdyenReading(source, terms)
