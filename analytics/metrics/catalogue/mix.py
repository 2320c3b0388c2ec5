"""The payment mix: how what was paid is spread; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.catalogue.failure import BY_FIRST_TRY, OPEN
from analytics.metrics.declarations import Amount, Metric, Mix
from analytics.metrics.facts import GROUPS
from payments.wording import translatable

_NOT_PAID: Final = translatable("Payments that did not succeed.")

PAYMENT_MIX: Final = Mix(
    code="payment_mix",
    name=translatable("Payment mix"),
    sentence=translatable("Of the payments that succeeded, which share each method, kind or provider has."),
    facts=GROUPS,
    measure="succeeded",
    exclusions=(_NOT_PAID,),
    window=BY_FIRST_TRY,
    pending=OPEN,
    decided=("succeeded",),
)
PAID_AMOUNT: Final = Amount(
    code="paid_amount",
    name=translatable("Amount paid"),
    sentence=translatable("What the payments that succeeded are worth, refunds not deducted."),
    facts=GROUPS,
    measure="succeeded_minor",
    counted="succeeded",
    exclusions=(_NOT_PAID,),
    window=BY_FIRST_TRY,
    pending=OPEN,
    decided=("succeeded",),
    is_per_currency=True,
    is_better_when_lower=False,
)

METRICS: Final[tuple[Metric, ...]] = (PAYMENT_MIX, PAID_AMOUNT)
