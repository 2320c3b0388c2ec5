"""The failure rate and what belongs to it; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Amount, Metric, Share
from analytics.metrics.facts import ATTEMPTS, GROUPS
from payments.wording import translatable

BY_FIRST_TRY: Final = translatable(
    "A group belongs to the hour of its first attempt. Groups that are not decided yet join when they are."
)
BY_ATTEMPT: Final = translatable("An attempt belongs to the hour in which it was sent.")
NOT_DECIDED: Final = translatable(
    "Groups whose last word is missing: an attempt that runs, whose result nobody knows, or a voucher that may be paid."
)
GIVEN_UP: Final = translatable("Groups that were given up before any result: nobody was refused there.")

OPEN: Final = ("open",)
ENDED: Final = ("succeeded", "failed")

FAILURE_RATE: Final = Share(
    code="failure_rate",
    name=translatable("Failure rate"),
    sentence=translatable("Of the payments that came to an end, how many failed however often the customer tried."),
    facts=GROUPS,
    numerator=("failed",),
    denominator=("succeeded", "failed"),
    exclusions=(NOT_DECIDED, GIVEN_UP),
    window=BY_FIRST_TRY,
    pending=OPEN,
    decided=ENDED,
)
FIRST_ATTEMPT_SUCCESS: Final = Share(
    code="first_attempt_success",
    name=translatable("Success at the first attempt"),
    sentence=translatable("Of the payments that came to an end, how many succeeded at the first try."),
    facts=GROUPS,
    numerator=("at_once",),
    denominator=("succeeded", "failed"),
    exclusions=(NOT_DECIDED, GIVEN_UP),
    window=BY_FIRST_TRY,
    pending=OPEN,
    decided=ENDED,
    is_better_when_lower=False,
)
RECOVERY_RATE: Final = Share(
    code="recovery_rate",
    name=translatable("Recovered by trying again"),
    sentence=translatable("Of the payments whose first attempt failed and that came to an end, how many succeeded."),
    facts=GROUPS,
    numerator=("recovered",),
    denominator=("recovered", "stayed_failed"),
    exclusions=(NOT_DECIDED, GIVEN_UP),
    window=BY_FIRST_TRY,
    pending=OPEN,
    decided=ENDED,
    is_better_when_lower=False,
)
ATTEMPT_FAILURE_RATE: Final = Share(
    code="attempt_failure_rate",
    name=translatable("Failure rate of attempts"),
    sentence=translatable("Of the single attempts that came to an end, how many failed."),
    facts=ATTEMPTS,
    numerator=("failed",),
    denominator=("succeeded", "failed"),
    exclusions=(translatable("Attempts that run, wait for the customer, or whose result nobody knows."),
                translatable("Attempts that were given up before any result.")),
    window=BY_ATTEMPT,
    pending=OPEN,
    decided=ENDED,
)  # fmt: skip
FAILED_AMOUNT: Final = Amount(
    code="failed_amount",
    name=translatable("Amount that failed"),
    sentence=translatable("What the failed payments were worth: the most that was lost, as some buyers come back."),
    facts=GROUPS,
    measure="failed_minor",
    counted="failed",
    exclusions=(NOT_DECIDED, GIVEN_UP),
    window=BY_FIRST_TRY,
    pending=OPEN,
    decided=ENDED,
    is_per_currency=True,
)

METRICS: Final[tuple[Metric, ...]] = (
    FAILURE_RATE, FIRST_ATTEMPT_SUCCESS, RECOVERY_RATE, ATTEMPT_FAILURE_RATE, FAILED_AMOUNT,
)  # fmt: skip
