"""Mollie's settlements and balance reports: what its API answers (`GET /v2/settlements/{id}`), a list, or JSON Lines.

Where the facts come from:

- `statement_key` and `payout_key`: reference (1234567.1804.03), which stands on the bank line.
- a line is an entry of `periods`: `transaction_count` is its count, `sold_from` and `sold_on` are its month, as far as
  it had passed. No line names a payment, so `provider_key` and `merchant_reference` are empty.
- `line_key`: period, side, kind and method, such as `2018-04/revenue/refund/ideal`.
- `payment_reference` of costs: invoiceId, the invoice that bills them.
- the amounts have four decimals: lines are rounded, and one line of kind *rounding* holds what that comes to.

Of a report of a balance (`GET /v2/balances/{id}/report`), grouped in either way:

- `statement_key` and `payout_key`: balanceId, from and until.
- a line is a total by type and method of what came to be pending or was available at once; the balances it opens and
  closes with are carried in and out; what was transferred to our bank is the payout.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.card_glances import record_may_hold_card_number
from payments.cards import holds_card_number, reference_holds_card_number
from payments.facts import (
    Check,
    FileRefused,
    LineFact,
    PayoutFact,
    Problem,
    ProblemLog,
    ReadingTerms,
    Recognition,
    SourceFile,
    StatementFact,
)
from payments.providers.mollie.balances import RESOURCE, reported
from payments.providers.mollie.settlements import settled
from payments.tabular.heads import head_text
from payments.tabular.json_records import JsonRecords
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

EVIDENCE: Final = translatable("Fields of Mollie settlements")
REPORT_EVIDENCE: Final = translatable("Fields of a Mollie balance report")
ERROR_ANSWER: Final = translatable(
    "This is an error message of Mollie and not a settlement: %(title)s. Ask for the settlement again."
)
NO_SETTLEMENT: Final = translatable("“%(resource)s” is no settlement of Mollie.")
EMPTY_LIST: Final = translatable(
    "The list of settlements is empty. If nothing happened in its period, there is nothing to import; "
    "else ask for it again with the right dates."
)
LINES_AND_PAYOUT: Final = translatable("Entries of the settlement with the rounding equal its amount")
LINES_AND_BALANCES: Final = translatable("Totals lead from the opening balance to the closing one")

REQUIRED: Final = ("reference", "periods", "revenue", "costs", "amountNet", "amountGross", "createdAt")
"""Fields a settlement is known by."""
WRITTEN_AS: Final = {
    "statement_key": "reference",
    "payout_key": "reference",
    "method": "method",
    "transaction_count": "count",
    "gross": "amountNet",
    "fee": "amountNet",
    "fee_vat": "amountVat",
    "payment_reference": "invoiceId",
    "booked_on": "settledAt",
    "paid_on": "settledAt",
}
"""Fields of the answer by the field of a fact that is read from them alone."""
REFERENCES: Final = frozenset({"id", "reference", "invoiceId", "href"})
"""Fields that are references: judged by their own format, not as card numbers."""


def refuse_cards(record: Mapping[str, Any], line: int, number: int) -> None:
    """Raise FileRefused when a field that is no reference holds a card number; `number` counts records from 1."""
    pending: list[tuple[str, Any]] = list(record.items())
    while pending:
        name, value = pending.pop()
        if isinstance(value, str):
            is_card = reference_holds_card_number if name in REFERENCES else holds_card_number
            if is_card(value):
                raise card_refusal(name, line, number)
        elif isinstance(value, dict):
            pending.extend(value.items())
        elif isinstance(value, list):
            pending.extend((name, entry) for entry in value)


class MollieReading:
    """One pass over one answer."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self.problems = ProblemLog()
        self._records = JsonRecords(source, home=terms.zone)
        self._zone = ZoneInfo(terms.zone)
        self._version = version_in_name(source.name)
        self._statements: list[StatementFact] = []
        self._payouts: list[PayoutFact] = []
        self._checks: list[Check] = []

    def __iter__(self) -> Iterator[LineFact]:
        """Yield the lines of every good settlement. Raises FileRefused."""
        records = self._records
        for line, offset, length, record, text in records.records():
            if record_may_hold_card_number(text):
                refuse_cards(record, line, records.count)
            try:
                yield from self._lines((line, offset, length), record)
            except RowRefused as refusal:
                self.problems.add(refusal.at(line, records.count))
        if not records.count:
            raise FileRefused(Problem(EMPTY_LIST, line=1))

    def _lines(self, place: tuple[int, int, int], record: Mapping[str, Any]) -> Sequence[LineFact]:
        resource = str(record.get("resource", "settlement"))
        if "title" in record and "detail" in record and "periods" not in record:
            raise FileRefused(Problem(ERROR_ANSWER, {"title": str(record["title"])[:60]}, place[0]))
        is_report = resource == RESOURCE
        if resource != "settlement" and not is_report:
            raise RowRefused(Problem(NO_SETTLEMENT, {"resource": resource[:40]}, field="resource"))
        found = (
            reported(place, record, self._version) if is_report else settled(place, record, self._zone, self._version)
        )
        self._statements.append(found.statement)
        net = sum(line.net for line in found.lines)
        if is_report and found.lines:
            self._checks.append(Check(LINES_AND_BALANCES, 0, net, found.lines[0].currency))
        if found.payout:
            self._payouts.append(found.payout)
        if found.payout and not is_report:
            self._checks.append(Check(LINES_AND_PAYOUT, found.payout.amount, net, found.payout.currency))
        return found.lines

    def statements(self) -> Sequence[StatementFact]:
        """One statement per settlement."""
        return self._statements

    def payouts(self) -> Sequence[PayoutFact]:
        """Each settlement is one payout."""
        return self._payouts

    def checks(self) -> Sequence[Check]:
        """Lines against the payout of each settlement."""
        return self._checks


class MollieAdapter:
    """Reads what Mollie tells of settlements."""

    code = "mollie"
    name = translatable("Mollie settlement or balance report")
    columns: Mapping[str, str] = WRITTEN_AS

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the names of the fields."""
        text = head_text(head)
        if not text.lstrip().startswith(("[", "{")):
            return Recognition(0)
        if f'"{RESOURCE}"' in text and '"grouping"' in text and '"totals"' in text:
            return Recognition(95, REPORT_EVIDENCE)
        share = sum(f'"{name}"' in text for name in REQUIRED) / len(REQUIRED)
        # A settlement without an entry still says what it is; a reference and a creation time have others too.
        is_told = '"periods"' in text and ('"settlement"' in text or '"amountNet"' in text)
        return Recognition(round(60 + 35 * share), EVIDENCE) if is_told else Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> MollieReading:
        """Open one pass."""
        return MollieReading(source, terms)
