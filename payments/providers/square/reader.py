"""Square: the answers of `ListPayoutEntries`, `ListPayouts` and `GetPayout`, one after the other or in one object.

Where the facts come from:

- `statement_key` and `payout_key` of an entry: payout_id; a payout is a statement of its own, `<id>/payout`, whose
  versions follow `version`.
- `provider_key`: refund_id, dispute_id, else payment_id, of the details of the entry's type; `payment_reference`:
  payment_id. Entries name no order.
- amounts count minor units; `net` is gross_amount_money less fee_amount_money.
- `booked_on`: the date of effective_at in the provider's zone; Square closes a day at 17:00 Pacific Time, or at local
  midnight in Australia, Japan and the United Kingdom, so a payout holds entries of two dates.
- a payout of type BATCH is the sum of its entries; one of type SIMPLE has none and shows up among those of a later one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from payments.card_glances import record_may_hold_card_number
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
from payments.providers.square.rows import SquareRows
from payments.tabular.heads import head_text
from payments.tabular.naming import version_in_name
from payments.tabular.quick_records import QuickRecords
from payments.tabular.refusals import RowRefused, refuse_cards
from payments.wording import translatable

EVIDENCE: Final = translatable("Fields of payout entries of Square")
ERROR_ANSWER: Final = translatable("This is an error message of Square and not a list of payouts. Ask for it again.")
EMPTY_LIST: Final = translatable(
    "The list of payout entries is empty. If nothing happened in its period, there is nothing to import; "
    "else ask for it again with the right dates."
)
NEXT_PAGE: Final = translatable(
    "The answer goes on: its field “cursor” names a next page. Put the following pages behind it in the same file."
)
LINES_EQUAL_PAYOUT: Final = translatable("Sum of lines equals the payout")

ENTRIES: Final = "payout_entries"
PAYOUTS: Final = "payouts"
FIELDS: Final = ("payout_id", "gross_amount_money", "fee_amount_money", "net_amount_money", "effective_at")
"""Fields a payout entry is known by."""
PAYOUT_FIELDS: Final = ("payouts", "amount_money", "location_id", "created_at", "destination")
REFERENCES: Final = frozenset({"id", "payout_id", "payment_id", "refund_id", "dispute_id", "end_to_end_id"})
"""Fields that are references: judged by their own format, not as card numbers."""
WRITTEN_AS: Final = {
    "line_key": "id",
    "provider_key": "payment_id",
    "payment_reference": "payment_id",
    "payout_key": "payout_id",
    "statement_key": "payout_id",
    "gross": "gross_amount_money",
    "fee": "fee_amount_money",
    "net": "net_amount_money",
    "occurred_at": "effective_at",
    "booked_on": "effective_at",
    "paid_on": "arrival_date",
}
"""Fields of the answer by the field of a fact that is read from them alone."""


class SquareReading:
    """One pass over one answer, or several pages of one."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        """Raises FileRefused for what is no text."""
        self.problems = ProblemLog()
        self._records = QuickRecords(source, home=terms.zone, lists=(ENTRIES, PAYOUTS))
        self._rows = SquareRows(terms, version_in_name(source.name))

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good entry and payout. Raises FileRefused."""
        rows, records = self._rows, self._records
        for line, offset, length, record, text in records.records():
            if "errors" in record and "id" not in record:
                raise FileRefused(Problem(ERROR_ANSWER, line=line))
            if "payout" in record and isinstance(record["payout"], dict):
                record = record["payout"]
            if text and record_may_hold_card_number(text):
                refuse_cards(record, REFERENCES, line, records.count)
            is_payout = records.within == PAYOUTS or ("payout_id" not in record and "amount_money" in record)
            try:
                yield (rows.payout if is_payout else rows.entry)((line, offset, length), record)
            except RowRefused as refusal:
                self.problems.add(refusal.at(line, records.count))
        if records.around.get("cursor"):
            raise FileRefused(Problem(NEXT_PAGE, field="cursor"))
        if not records.count:
            raise FileRefused(Problem(EMPTY_LIST, line=1))

    def statements(self) -> Sequence[StatementFact]:
        """One statement per payout with entries, and one per payout itself."""
        return self._rows.statement_facts()

    def payouts(self) -> Sequence[PayoutFact]:
        """What the payouts state, and for entries without their payout the sum of them."""
        return self._rows.payout_facts()

    def checks(self) -> Sequence[Check]:
        """Entries against the payout they belong to, where the file has both."""
        known = self._rows.statements
        return [
            Check(LINES_EQUAL_PAYOUT, known[f"{key}/payout", key].net, one.net, one.currency, is_refusing=False)
            for (statement_key, key), one in known.items()
            if statement_key == key and (f"{key}/payout", key) in known
        ]


class SquareAdapter:
    """Reads payouts and payout entries of Square."""

    code = "square"
    name = translatable("Square payout entries")
    columns: Mapping[str, str] = WRITTEN_AS

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the names of the fields."""
        text = head_text(head)
        if not text.lstrip().startswith(("[", "{")):
            return Recognition(0)
        best = max((FIELDS, PAYOUT_FIELDS), key=lambda names: sum(f'"{name}"' in text for name in names))
        found = tuple(name for name in best if f'"{name}"' in text)
        missing = tuple(name for name in best if name not in found)
        if len(found) <= len(best) / 2:
            return Recognition(0)
        return Recognition(round(95 * len(found) / len(best)), EVIDENCE, found, missing)

    def read(self, source: SourceFile, terms: ReadingTerms) -> SquareReading:
        """Open one pass."""
        return SquareReading(source, terms)
