"""Repurchase: customers who come back; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from analytics.metrics.declarations import Distribution, Metric, Share
from analytics.metrics.facts import BUYERS, INTERVALS, PEOPLE
from payments.wording import translatable

_NOBODY: Final = translatable("Purchases of nobody known.")
_FIRST: Final = translatable(
    "A customer belongs to the hour of the first purchase; a purchase is a payment of which money was taken."
)
_WITHIN: Final = {
    30: (translatable("Repurchase within 30 days"),
         translatable("Of the customers who bought for the first time, how many bought again within 30 days.")),
    60: (translatable("Repurchase within 60 days"),
         translatable("Of the customers who bought for the first time, how many bought again within 60 days.")),
    90: (translatable("Repurchase within 90 days"),
         translatable("Of the customers who bought for the first time, how many bought again within 90 days.")),
}  # fmt: skip

REPURCHASE: Final[dict[int, Share]] = {
    days: Share(
        code=f"repurchase_{days}",
        name=name,
        sentence=sentence,
        facts=BUYERS,
        numerator=(f"again_{days}",),
        denominator=(f"observed_{days}",),
        exclusions=(
            _NOBODY,
            translatable("Customers whose days have not passed yet."),
            translatable("Above the line, purchases that were given back wholly."),
        ),
        window=_FIRST,
        wait=timedelta(days=days),
        is_better_when_lower=False,
    )
    for days, (name, sentence) in _WITHIN.items()
}
PURCHASE_INTERVAL: Final = Distribution(
    code="purchase_interval",
    name=translatable("Days between purchases"),
    sentence=translatable("How many days pass from one purchase of a customer to the next."),
    facts=INTERVALS,
    times="interval",
    exclusions=(_NOBODY, translatable("First purchases.")),
    window=translatable("The days, rounded, count with the later of the two purchases."),
)
CUSTOMERS_AGAIN: Final = Share(
    code="customers_again",
    name=translatable("Customers with several orders"),
    sentence=translatable("Of the customers who tried to pay in a week or month, how many tried for several orders."),
    facts=PEOPLE,
    numerator=("tried_again",),
    denominator=("tried",),
    exclusions=(translatable("Payments of nobody known."),),
    window=translatable("Each customer counts once in a calendar week and once in a month; the two do not add up."),
    is_better_when_lower=False,
)

METRICS: Final[tuple[Metric, ...]] = (*REPURCHASE.values(), PURCHASE_INTERVAL, CUSTOMERS_AGAIN)
