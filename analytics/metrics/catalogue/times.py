"""The times of payments: at the provider, of the customer, until a voucher is paid, until the money is here; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.catalogue.failure import BY_ATTEMPT, BY_FIRST_TRY
from analytics.metrics.declarations import Distribution, Metric, Share
from analytics.metrics.facts import ATTEMPTS, GROUPS, LINES
from payments.wording import translatable

_NOT_PAID: Final = translatable("Payments that did not succeed.")
_VOUCHERS: Final = translatable("Vouchers: they wait for days.")

PROVIDER_LATENCY: Final = Distribution(
    code="provider_latency",
    name=translatable("Processing time at the provider"),
    sentence=translatable("How long providers take to answer an attempt, from sending it to their answer."),
    facts=ATTEMPTS,
    times="latency",
    slow="slow",
    exclusions=(translatable("Attempts of which nobody told when they were answered."),),
    window=BY_ATTEMPT,
)
SLOW_SHARE: Final = Share(
    code="slow_share",
    name=translatable("Answers over 7 seconds"),
    sentence=translatable("Of the attempts that were answered, how many had to wait longer than 7 seconds."),
    facts=ATTEMPTS,
    numerator=("slow",),
    denominator=("answered",),
    exclusions=(translatable("Attempts of which nobody told when they were answered."),),
    window=BY_ATTEMPT,
)
UNKNOWN_SHARE: Final = Share(
    code="unknown_share",
    name=translatable("Attempts without a known result"),
    sentence=translatable("Of the attempts, how many may have happened without anybody knowing yet."),
    facts=ATTEMPTS,
    numerator=("unknown",),
    denominator=("succeeded", "failed", "open", "dropped"),
    window=BY_ATTEMPT,
)
CUSTOMER_TIME: Final = Distribution(
    code="customer_time",
    name=translatable("Time of the customer"),
    sentence=translatable("How long customers take from the first try to the payment, with everything in between."),
    facts=GROUPS,
    times="customer_time",
    exclusions=(_NOT_PAID, _VOUCHERS),
    window=BY_FIRST_TRY,
)
WAITING_TIME: Final = Distribution(
    code="waiting_time",
    name=translatable("Waiting for the customer"),
    sentence=translatable("How much of it the payment waits for the customer: in an app, or to be authenticated."),
    facts=GROUPS,
    times="waiting_time",
    exclusions=(_NOT_PAID, _VOUCHERS),
    window=BY_FIRST_TRY,
)
TIME_TO_PAY: Final = Distribution(
    code="time_to_pay",
    name=translatable("Time to pay a voucher"),
    sentence=translatable("How long customers take to pay what they were told to pay at a shop or to an account."),
    facts=GROUPS,
    times="time_to_pay",
    exclusions=(translatable("Vouchers that were not paid."),),
    window=BY_FIRST_TRY,
)
TIME_TO_CASH: Final = Distribution(
    code="time_to_cash",
    name=translatable("Time to cash"),
    sentence=translatable("Business days from the sale until the provider pays it out."),
    facts=LINES,
    times="time_to_cash",
    exclusions=(translatable("Refunds, and sales without a payout date."),
                translatable("Such a sale waits for it where it names a payout or its provider has a payout schedule."),
                translatable("Sales of which neither the statement nor the movement matched with it tells the day."),
                translatable("Totals that add up the sales of several days.")),
    window=translatable("A sale belongs to the day on which the provider booked it in a statement."),
    pending=("awaited",),
    decided=("paid_out",),
)  # fmt: skip

METRICS: Final[tuple[Metric, ...]] = (
    PROVIDER_LATENCY, SLOW_SHARE, UNKNOWN_SHARE, CUSTOMER_TIME, WAITING_TIME, TIME_TO_PAY, TIME_TO_CASH,
)  # fmt: skip
