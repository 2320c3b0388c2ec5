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
from datetime import date
from typing import Any, Final

from payments.cards import holds_card_number, record_may_hold_card_number, reference_holds_card_number
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
from payments.tabular.json_records import JsonRecords
from payments.tabular.naming import version_in_name
from payments.tabular.refusals import RowRefused, card_refusal
from payments.wording import translatable

EVIDENCE: Final = translatable("Fields of Toss Payments settlements")
ERROR_ANSWER: Final = translatable(
    "This is an error message of Toss Payments and not a list of settlements: %(code)s. Ask for the settlements again."
)
EMPTY_LIST: Final = translatable("The list of settlements is empty.")

REFERENCES: Final = frozenset(
    {"paymentKey", "transactionKey", "orderId", "receiptKey", "accountNumber", "approveNo", "cancelRequestId"}
)
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


class TossReading:
    """One pass over one answer."""

    def __init__(self, source: SourceFile, terms: ReadingTerms) -> None:
        self.problems = ProblemLog()
        self._records = JsonRecords(source, home=terms.zone)
        self._sequence = version_in_name(source.name)
        self._statements: dict[str, date] = {}
        self._payouts: dict[tuple[str, str, str], int] = {}
        self._paid_on: dict[str, date | None] = {}

    def __iter__(self) -> Iterator[LineFact]:
        """Yield every good object. Raises FileRefused."""
        rows, records = TossRows(), self._records
        for line, offset, length, record, text in records.records():
            if "code" in record and "message" in record and "paymentKey" not in record:
                raise FileRefused(Problem(ERROR_ANSWER, {"code": str(record["code"])[:60]}, line))
            if record_may_hold_card_number(text):
                refuse_cards(record, line, records.count)
            try:
                fact = rows.fact((line, offset, length), record)
            except RowRefused as refusal:
                self.problems.add(refusal.at(line, records.count))
                continue
            self._note(fact)
            yield fact
        if not records.count:
            raise FileRefused(Problem(EMPTY_LIST))

    def _note(self, fact: LineFact) -> None:
        if fact.sold_on:
            self._statements[fact.statement_key] = fact.sold_on
        if fact.payout_key:
            key = fact.statement_key, fact.payout_key, fact.net_currency
            self._payouts[key] = self._payouts.get(key, 0) + fact.net
            self._paid_on[fact.payout_key] = fact.paid_on

    def statements(self) -> Sequence[StatementFact]:
        """One statement per merchant id, sold date and payout date."""
        return [
            StatementFact(key, self._sequence, booked_on=sold_on, period_from=sold_on, period_to=sold_on)
            for key, sold_on in self._statements.items()
        ]

    def payouts(self) -> Sequence[PayoutFact]:
        """What each statement adds to each payout: the sum of its lines, as Toss states none."""
        return [
            PayoutFact(statement_key, payout_key, currency, amount, self._paid_on[payout_key], is_stated=False)
            for (statement_key, payout_key, currency), amount in self._payouts.items()
        ]

    def checks(self) -> Sequence[Check]:
        """Nothing beyond the lines, each of which is checked by itself."""
        return []


class TossAdapter:
    """Reads the settlements of Toss Payments."""

    code = "toss"
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
