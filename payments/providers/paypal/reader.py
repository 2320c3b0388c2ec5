"""PayPal's two files, told apart by their content."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Final

from payments.facts import ReadingTerms, Recognition, SourceFile, StatementReading
from payments.providers.paypal.activity import ActivityReading
from payments.providers.paypal.headers import REQUIRED, WRITTEN_AS, found_in
from payments.providers.paypal.settlement import SettlementReading, is_settlement
from payments.tabular.delimited import find_delimiter
from payments.tabular.heads import first_lines
from payments.tabular.lines import read_head
from payments.wording import translatable

ACTIVITY: Final = translatable("Header names of PayPal's activity download")
SETTLEMENT: Final = translatable("Record types of PayPal's settlement report")


class PayPalAdapter:
    """Reads the activity download and the settlement report."""

    code = "paypal"
    name = translatable("PayPal activity download or settlement report")
    columns: Mapping[str, str] = WRITTEN_AS

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the record types of the first lines, else by the header names."""
        del source
        if is_settlement(head):
            return Recognition(95, SETTLEMENT)
        for line in first_lines(head, 3):
            cells = next(csv.reader([line], delimiter=find_delimiter(line)), [])
            share = len(found_in(cells)) / len(REQUIRED)
            if share > 0.6:
                return Recognition(round(92 * share), ACTIVITY)
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> StatementReading:
        """Open one pass. Raises FileRefused when the file is neither."""
        if is_settlement(read_head(source)):
            return SettlementReading(source, terms)
        return ActivityReading(source, terms)
