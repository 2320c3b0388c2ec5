"""Payments of which less was captured than was held: Stripe writes two rows that come to what was captured."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from typing import Final

from payments.simulator.chance import chance

_SHARE: Final = 0.15
_AMOUNTS: Final = ("gross", "net", "customer_facing_amount")


def captured_in_part(seed: int, content: bytes) -> bytes:
    """Return an itemised report in which some charges are told with the whole amount, and the rest taken back below."""
    reader = csv.DictReader(StringIO(content.decode(), newline=""))
    text = StringIO()
    writer = csv.DictWriter(text, list(reader.fieldnames or ()), lineterminator="\n")
    writer.writeheader()
    for row in reader:
        key = row["balance_transaction_id"]
        is_partial = row["reporting_category"] == "charge" and chance(seed, "partial", key).random() < _SHARE
        writer.writerows(_told_in_two(row) if is_partial else [row])
    return text.getvalue().encode()


def _told_in_two(row: dict[str, str]) -> list[dict[str, str]]:
    """The charge with a quarter more, and the row that takes the quarter back."""
    more = {name: _quarter(row[name]) for name in _AMOUNTS if row[name]}
    # Net follows gross: the fee is that of what was captured.
    more["net"] = more["gross"]
    held = {name: str(Decimal(row[name]) + rest) for name, rest in more.items()}
    back = {name: str(-rest) for name, rest in more.items()}
    others = {
        "balance_transaction_id": row["balance_transaction_id"] + "_rest",
        "reporting_category": "partial_capture_reversal",
        "fee": str(_quarter(row["fee"]) * 0),
        "description": "Rest of what was held",
    }
    return [row | held, row | back | others]


def _quarter(amount: str) -> Decimal:
    """A quarter of an amount, cut to its own digits."""
    whole = Decimal(amount)
    exponent = whole.as_tuple().exponent
    return (whole / 4).quantize(Decimal(1).scaleb(int(exponent)), rounding="ROUND_DOWN")
