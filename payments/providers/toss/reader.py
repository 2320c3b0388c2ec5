"""Toss Payments: the answer of `GET /v1/settlements`, one JSON object per transaction.

Where the facts come from:

- `provider_key`: transactionKey (a cancel has its own), which the oldest API versions do not give;
  `payment_reference`: paymentKey; `merchant_reference`: orderId.
- `statement_key`: `<mId>/<soldDate>/<paidOutDate>`; `payout_key`: `<mId>/<paidOutDate>`.
- `booked_on`: soldDate, the date Toss settles by (매출일), which is not always the date of the payment.
- a cancel is a row of its own with negative amounts; its time is cancel.canceledAt, as approvedAt stays the original.
- `fee` is supplyAmount plus interestFee, `fee_vat` is vat, `net` is payOutAmount.
- Toss states no payout as such: each payout is the sum of its lines.
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
from payments.providers.toss.rows import REQUIRED, WRITTEN_AS, TossRows
from payments.tabular.heads import head_text
from payments.tabular.naming import version_in_name
from payments.tabular.quick_records import QuickRecords
from payments.tabular.refusals import RowRefused, refuse_cards
from payments.wording import translatable

EVIDENCE: Final = translatable("Fields of Toss Payments settlements")
ERROR_ANSWER: Final = translatable(
    "This is an error message of Toss Payments and not a list of settlements: %(code)s. Ask for the settlements again."
)
EMPTY_LIST: Final = translatable(
    "The list of settlements is empty. If nothing happened in its period, there is nothing to import; "
    "else ask for it again with the right dates."
)

REFERENCES: Final = frozenset(
    {"paymentKey", "transactionKey", "orderId", "receiptKey", "accountNumber", "approveNo", "cancelRequestId"}
)
"""Fields that are references: judged by their own format, not as card numbers."""


class TossReading:
    """One pass over one answer."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self.problems = ProblemLog()
        self._records = QuickRecords(source, home=terms.zone)
        self._rows = TossRows()
        self._sequence = version_in_name(source.name)

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good object. Raises FileRefused."""
        rows, records = self._rows, self._records
        for line, offset, length, record, text in records.records():
            if "code" in record and "message" in record and "paymentKey" not in record:
                raise FileRefused(Problem(ERROR_ANSWER, {"code": str(record["code"])[:60]}, line))
            if text and record_may_hold_card_number(text):
                refuse_cards(record, REFERENCES, line, records.count)
            try:
                fact = rows.fact((line, offset, length), record)
            except RowRefused as refusal:
                self.problems.add(refusal.at(line, records.count))
                continue
            yield fact
        if not records.count:
            raise FileRefused(Problem(EMPTY_LIST, line=1))

    def statements(self) -> Sequence[StatementFact]:
        """One statement per merchant id, sold date and payout date."""
        sold_on = {total.statement_key: total.sold_on for total in self._rows.totals.values() if total.sold_on}
        return [StatementFact(key, self._sequence, day, period_from=day, period_to=day) for key, day in sold_on.items()]

    def payouts(self) -> Sequence[PayoutFact]:
        """What each statement adds to each payout: the sum of its lines, as Toss states none."""
        return [
            PayoutFact(one.statement_key, one.payout_key, one.currency, one.net, one.paid_on, is_stated=False)
            for one in self._rows.totals.values()
            if one.payout_key
        ]

    def checks(self) -> Sequence[Check]:
        """Nothing beyond the lines, each of which is checked by itself."""
        return []


class TossAdapter:
    """Reads the settlements of Toss Payments."""

    code = "toss"
    name = translatable("Toss Payments settlements")
    columns: Mapping[str, str] = WRITTEN_AS

    def recognise(self, source: SourceFile, head: bytes) -> Recognition:
        """Judge by the names of the fields."""
        text = head_text(head)
        if not text.lstrip().startswith(("[", "{")):
            return Recognition(0)
        found = tuple(name for name in REQUIRED if f'"{name}"' in text)
        missing = tuple(name for name in REQUIRED if name not in found)
        share = len(found) / len(REQUIRED)
        return Recognition(round(95 * share), EVIDENCE, found, missing) if share > 0.5 else Recognition(0)

    def read(self, source: SourceFile, terms: ReadingTerms) -> TossReading:
        """Open one pass."""
        return TossReading(source, terms)
