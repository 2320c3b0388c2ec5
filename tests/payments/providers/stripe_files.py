"""Stripe's itemised reports for tests, written by column name and read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from payments.facts import ReadingTerms
from payments.providers.stripe import StripeAdapter
from tests.payments.files import Read, read_all, stored

TERMS = ReadingTerms("Europe/London", ("GBP",))
COLUMNS = (
    "automatic_payout_id", "automatic_payout_effective_at_utc", "balance_transaction_id", "created_utc", "currency",
    "gross", "fee", "net", "reporting_category", "source_id", "charge_id", "payment_intent_id",
    "customer_facing_amount", "customer_facing_currency", "payment_metadata[order_id]", "description",
)  # fmt: skip
BASE = {
    "automatic_payout_id": "po_1", "automatic_payout_effective_at_utc": "2026-09-17 00:00:00", "currency": "gbp",
    "created_utc": "2026-09-15 10:22:31", "fee": "0.00",
}  # fmt: skip
_COUNT = iter(range(1, 10**9))


def row(category: str, gross: str, net: str, source: str = "", **others: str) -> dict[str, str]:
    """A row of the payout po_1; `others` by the names of columns."""
    given = {"reporting_category": category, "gross": gross, "net": net, "source_id": source}
    return {**BASE, "balance_transaction_id": f"txn_{next(_COUNT)}", **given, **others}


def report(rows: Sequence[dict[str, str]], columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> str:
    """The file of these rows."""
    lines = [columns, *([each.get(name, "") for name in columns] for each in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines)


def read(folder: Path, content: bytes | str, terms: ReadingTerms = TERMS, name: str = "report.csv") -> Read:
    """Everything the adapter says about a file of these bytes."""
    return read_all(StripeAdapter(), stored(folder, content, name), terms)
