"""Our own ledger's export of movements as facts: one CSV with fixed columns.

Amounts are in major units with a decimal point. Their sign follows the kind, whichever way the export writes it: a
capture adds to the merchant's balance, a refund or chargeback takes from it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from payments.cards import holds_card_number, reference_holds_card_number
from payments.facts import (
    Check,
    FileRefused,
    MovementFact,
    MovementKind,
    Problem,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
)
from payments.money import UnreadableAmount
from payments.tabular.amounts import Amounts, UnknownCurrency, amount_problem, currency_problem, shown
from payments.tabular.delimited import DelimitedFile, Layout, find_delimiter
from payments.tabular.heads import first_lines
from payments.tabular.instants import Clock
from payments.tabular.refusals import RowRefused, card_refusal, refuse_damaged_reference
from payments.wording import translatable

COLUMNS: Final = (
    "movement_key", "provider_key", "payment_reference", "merchant_reference", "kind", "amount", "currency",
    "occurred_at", "method",
)  # fmt: skip
REFERENCES: Final = ("movement_key", "provider_key", "payment_reference", "merchant_reference")
LONGEST: Final = 80
"""Characters of a reference or method name."""

KINDS: Final = {kind.name.lower(): kind for kind in MovementKind}
LEAVING: Final = frozenset({MovementKind.REFUND, MovementKind.CHARGEBACK})

HEADER_DIFFERS: Final = translatable(
    "The header is not that of a movements export. Missing: %(missing)s. Unknown: %(unknown)s."
)
MISSING: Final = translatable("“%(field)s” is empty.")
TOO_LONG: Final = translatable("“%(field)s” is longer than %(limit)s characters.")
UNKNOWN_KIND: Final = translatable("“%(text)s” is not a kind of movement. Known are: %(known)s.")
NEGATIVE_CAPTURE: Final = translatable("The amount of a %(kind)s cannot be negative.")
BAD_TIME: Final = translatable("“%(text)s” is not a date and time such as 2026-07-31T23:50:00+09:00.")


class MovementReading:
    """One pass over one export."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        """Raises FileRefused when it is no movements export."""
        self._file = DelimitedFile(source, Layout(home=terms.zone))
        header = self._file.header
        missing = [name for name in COLUMNS if name not in header]
        unknown = [name for name in header if name not in COLUMNS]
        if missing or unknown or len(header) != len(COLUMNS):
            values = {"missing": _listed(missing), "unknown": _listed(unknown)}
            raise FileRefused(Problem(HEADER_DIFFERS, values, line=1))
        self._order = [header.index(name) for name in COLUMNS]
        home = ZoneInfo(terms.zone)
        self._clock = Clock(home, home)
        self._amounts: dict[str, Amounts] = {}
        self._moments: dict[str, tuple[datetime, date]] = {}
        self.problems: ProblemLog = self._file.problems

    def __iter__(self) -> Iterator[MovementFact]:
        """Yield every good row. Raises FileRefused."""
        read, order = self._read, self._order
        for line, offset, length, cells in self._file.records():
            try:
                yield read(line, offset, length, [cells[place].strip() for place in order])
            except RowRefused as refusal:
                self.problems.add(refusal.at(line))

    def statements(self) -> Sequence[object]:
        """None: movements belong to no statement."""
        return ()

    def checks(self) -> Sequence[Check]:
        """None: the export carries no totals."""
        return ()

    def _read(self, line: int, offset: int, length: int, cells: list[str]) -> MovementFact:
        key, provider_key, payment, merchant, kind_name, amount_text, currency, occurred, method = cells
        self._check_texts(cells, line)
        kind = KINDS.get(kind_name)
        if kind is None:
            values = {"text": shown(kind_name), "known": ", ".join(KINDS)}
            raise RowRefused(Problem(UNKNOWN_KIND, values, field="kind"))
        amount = self._amount(kind, amount_text, currency)
        occurred_at, occurred_on = self._moment(occurred)
        return MovementFact(
            line, offset, length, key, provider_key, payment, merchant, kind, amount, currency, occurred_at,
            occurred_on, method,
        )  # fmt: skip

    def _check_texts(self, cells: list[str], line: int) -> None:
        if not cells[0]:
            raise RowRefused(Problem(MISSING, {"field": "movement_key"}, field="movement_key"))
        for name, text in zip(REFERENCES, cells, strict=False):
            if "+" in text:
                refuse_damaged_reference(text, name)
            if len(text) > 12:
                if len(text) > LONGEST:
                    raise RowRefused(Problem(TOO_LONG, {"field": name, "limit": str(LONGEST)}, field=name))
                if reference_holds_card_number(text):
                    raise card_refusal(name, line)
        method = cells[8]
        if len(method) > 12 and holds_card_number(method):
            raise card_refusal("method", line)
        if len(method) > LONGEST:
            raise RowRefused(Problem(TOO_LONG, {"field": "method", "limit": str(LONGEST)}, field="method"))

    def _amount(self, kind: MovementKind, text: str, currency: str) -> int:
        if not text:
            raise RowRefused(Problem(MISSING, {"field": "amount"}, field="amount"))
        amounts = self._amounts.get(currency)
        try:
            if amounts is None:
                amounts = self._amounts[currency] = Amounts(currency, ".")
            amount = amounts[text]
        except UnknownCurrency:
            raise RowRefused(currency_problem(currency, field="currency")) from None
        except UnreadableAmount as refusal:
            raise RowRefused(amount_problem(refusal, field="amount")) from None
        if kind in LEAVING:
            return -abs(amount)
        if amount < 0:
            raise RowRefused(Problem(NEGATIVE_CAPTURE, {"kind": kind.name.lower()}, field="amount"))
        return amount

    def _moment(self, text: str) -> tuple[datetime, date]:
        known = self._moments.get(text)
        if known is None:
            try:
                moment = self._clock.instant(text)
                known = moment, self._clock.business_date(moment)
            except (ValueError, OverflowError):
                raise RowRefused(Problem(BAD_TIME, {"text": shown(text)}, field="occurred_at")) from None
            if len(self._moments) >= 20_000:
                self._moments.clear()
            self._moments[text] = known
        return known


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(shown, names[:10])) or "–"


class MovementAdapter:
    """Reads our own ledger's export."""

    code = "movements"
    name = translatable("Our ledger’s export")
    evidence = translatable("Header names of a movements export")

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the header names."""
        for line in first_lines(head, 1):
            cells = next(csv.reader([line], delimiter=find_delimiter(line)), [])
            if {name.strip() for name in cells} >= set(COLUMNS):
                return Recognition(100, self.evidence)
        return Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> MovementReading:
        """Open one pass. Raises FileRefused when the file is no such export."""
        return MovementReading(source, terms)
