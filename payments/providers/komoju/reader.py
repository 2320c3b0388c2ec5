"""KOMOJU's settlement CSV in its form of June 2025: one row per capture, refund, chargeback and correction.

Where the facts come from:

- `provider_key`: Transaction UUID (a refund has its own; of a capture it is the payment's); `payment_reference`:
  Payment UUID; `merchant_reference`: Payment External Order#.
- `statement_key` and `payout_key`: `<Transfer Date>/<Remittance Currency>`. The file names no account.
- `booked_on` and `sold_on`: the date of Timestamp in the provider's zone; `paid_on`: Transfer Date.
- `fee`, `fee_vat`: Fee Amount and Fee Tax Amount with the sign turned, as KOMOJU writes them as deductions; a refund
  has none, as KOMOJU keeps the fee.
- the amount is in Processing Currency, the settlement in Remittance Currency at Exchange Rate.
- KOMOJU states no payout as such: each is the sum of its lines; its transfer fee stands in no row.
"""

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
from payments.providers.komoju.columns import VERSIONS, WRITTEN_AS, Columns, known_columns, share_of
from payments.providers.komoju.rows import Profiles, amount_refused, row_reader
from payments.tabular.delimited import DelimitedFile, Layout, find_delimiter
from payments.tabular.heads import first_lines
from payments.tabular.naming import version_in_name
from payments.tabular.row_facts import facts_of
from payments.wording import translatable

EVIDENCE: Final = translatable("Header names of a KOMOJU settlement file")


class KomojuReading:
    """One pass over one settlement file."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        """Raises FileRefused for another version of the format, naming it."""
        self._file = DelimitedFile(source, Layout(home=terms.zone), is_guarded=True)
        self._columns = Columns.of(self._file.header)
        self._profiles = Profiles(self._columns, terms)
        self._sequence = version_in_name(source.name)
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good row. Raises FileRefused."""
        read = row_reader(self._columns, self._profiles, self._file.feed)
        explain = partial(amount_refused, self._columns, self._profiles)
        return facts_of(self._file.records(), read, explain, self.problems)

    def statements(self) -> Sequence[StatementFact]:
        """One statement per transfer date and currency."""
        return [
            StatementFact(one.key, self._sequence, max(one.days), min(one.days), max(one.days))
            for one in self._profiles.transfers.values()
            if one.days
        ]

    def payouts(self) -> Sequence[PayoutFact]:
        """Each transfer as the sum of its lines, before the fee of the transfer itself."""
        return [
            PayoutFact(one.key, one.key, one.currency, one.net, one.paid_on, is_stated=False)
            for one in self._profiles.transfers.values()
            if one.days
        ]

    def checks(self) -> Sequence[Check]:
        """Nothing beyond the lines, each of which is checked by itself: the file has no totals."""
        return []


class KomojuAdapter:
    """Reads the settlement files of KOMOJU."""

    code = "komoju"
    name = translatable("KOMOJU settlement file")
    columns: Mapping[str, str] = WRITTEN_AS

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the names of the columns, of whatever version."""
        lines = first_lines(head, 1)
        if not lines or lines[0].lstrip().startswith(("[", "{")):
            return Recognition(0)
        header = [name.strip().strip('"') for name in lines[0].split(find_delimiter(lines[0]))]
        version = max(VERSIONS, key=lambda one: share_of(header, one))
        share = share_of(header, version)
        if share <= 0.5:
            return Recognition(0)
        found, missing = known_columns(header, version)
        return Recognition(round(95 * share), EVIDENCE, found, missing)

    def read(self, source: SourceFile, terms: ReadingTerms) -> KomojuReading:
        """Open one pass. Raises FileRefused when the columns are not those of a version that is read."""
        return KomojuReading(source, terms)
