"""What payments cost; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Metric, Share
from analytics.metrics.facts import LINES
from payments.wording import translatable

PAYMENT_COST: Final = Share(
    code="payment_cost",
    name=translatable("Cost of payments"),
    sentence=translatable("What providers took in fees and their VAT, beside the sales that they settled."),
    facts=LINES,
    numerator=("cost_minor",),
    denominator=("sold_minor",),
    counted="sales",
    exclusions=(translatable("Fees of no payment: monthly fees, transfers, chargebacks."),),
    window=translatable("A line belongs to the day on which the provider booked it in a statement."),
    is_per_currency=True,
)

METRICS: Final[tuple[Metric, ...]] = (PAYMENT_COST,)
