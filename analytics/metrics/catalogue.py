"""The catalogue: every metric, once; pages, API, CSV, definition cards and `docs/metrics.md` are made from it."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Latency, Share, catalogued
from analytics.metrics.facts import ATTEMPTS, GROUPS
from payments.wording import translatable

_BY_FIRST_TRY: Final = translatable(
    "A group belongs to the hour of its first attempt. Groups that are not decided yet join when they are."
)
_NOT_DECIDED: Final = translatable(
    "Groups whose last word is missing: an attempt that runs, whose result nobody knows, or a voucher that may be paid."
)
_GIVEN_UP: Final = translatable("Groups that were given up before any result: nobody was refused there.")

FAILURE_RATE: Final = Share(
    code="failure_rate",
    name=translatable("Failure rate"),
    sentence=translatable("Of the payments that came to an end, how many failed however often the customer tried."),
    facts=GROUPS,
    numerator="failed",
    denominator=("succeeded", "failed"),
    exclusions=(_NOT_DECIDED, _GIVEN_UP),
    window=_BY_FIRST_TRY,
)
RECOVERY_RATE: Final = Share(
    code="recovery_rate",
    name=translatable("Recovered by trying again"),
    sentence=translatable("Of the payments whose first attempt failed and that came to an end, how many succeeded."),
    facts=GROUPS,
    numerator="recovered",
    denominator=("recovered", "stayed_failed"),
    exclusions=(_NOT_DECIDED, _GIVEN_UP),
    window=_BY_FIRST_TRY,
    is_better_when_lower=False,
)
ATTEMPT_FAILURE_RATE: Final = Share(
    code="attempt_failure_rate",
    name=translatable("Failure rate of attempts"),
    sentence=translatable("Of the single attempts that came to an end, how many failed."),
    facts=ATTEMPTS,
    numerator="failed",
    denominator=("succeeded", "failed"),
    exclusions=(translatable("Attempts that run, wait for the customer, or whose result nobody knows."),
                translatable("Attempts that were given up before any result.")),
    window=translatable("An attempt belongs to the hour in which it was sent."),
)  # fmt: skip
PROVIDER_LATENCY: Final = Latency(
    code="provider_latency",
    name=translatable("Processing time at the provider"),
    sentence=translatable("How long providers take to answer an attempt, from sending it to their answer."),
    facts=ATTEMPTS,
    exclusions=(translatable("Attempts of which nobody told when they were answered."),),
    window=translatable("An attempt belongs to the hour in which it was sent."),
    slow="slow",
    answered="answered",
)

METRICS: Final = catalogued((FAILURE_RATE, RECOVERY_RATE, ATTEMPT_FAILURE_RATE, PROVIDER_LATENCY))
