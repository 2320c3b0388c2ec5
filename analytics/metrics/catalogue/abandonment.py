"""Abandonment: checkouts that were begun and not paid; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Metric, Share
from analytics.metrics.facts import CHECKOUTS, PEOPLE
from analytics.metrics.facts.checkouts import RECOVERY, WINDOWS
from payments.wording import translatable

_OF_PROVIDERS: Final = translatable("Checkouts of which only a provider has told: nobody knows when they were started.")
_TOO_YOUNG: Final = translatable("Checkouts whose time has not passed since the end of the hour in which they started.")
_INSTRUCTED: Final = translatable(
    "Above the line, checkouts with a voucher issued in time that was paid or may still be: they count once it expires."
)
_STARTED: Final = translatable("A checkout belongs to the hour in which it was started.")
_UNPAID: Final = ("vouchers_open",)
_NOT_PAID_IN: Final = {
    "60m": (translatable("Abandonment"),
            translatable("Of the checkouts that were started, how many were not paid within 60 minutes.")),
    "6h": (translatable("Abandonment after 6 hours"),
           translatable("Of the checkouts that were started, how many were not paid within 6 hours.")),
    "24h": (translatable("Abandonment after 24 hours"),
            translatable("Of the checkouts that were started, how many were not paid within 24 hours.")),
}  # fmt: skip

ABANDONMENT: Final[dict[str, Share]] = {
    window: Share(
        code=f"abandonment_{window}",
        name=name,
        sentence=sentence,
        facts=CHECKOUTS,
        numerator=(f"abandoned_{window}",),
        denominator=(f"started_{window}",),
        exclusions=(_OF_PROVIDERS, _TOO_YOUNG, _INSTRUCTED),
        window=_STARTED,
        wait=WINDOWS[window],
        pending=_UNPAID,
        decided=(f"started_{window}",),
    )
    for window, (name, sentence) in _NOT_PAID_IN.items()
}
_SO_FAR: Final = translatable(
    "A checkout belongs to the hour in which it was started; what came of it until now counts."
)
_REACHED: Final = {
    "method": ("chosen", translatable("Reached a method"),
               translatable("Of the checkouts that were started, how many got to where a method was chosen.")),
    "submit": ("submitted", translatable("Submitted"),
               translatable("Of the checkouts that were started, how many were submitted.")),
    "paid": ("paid", translatable("Paid in the end"),
             translatable("Of the checkouts that were started, how many were paid, however late.")),
}  # fmt: skip
REACHED: Final[dict[str, Share]] = {
    step: Share(
        code=f"reached_{step}",
        name=name,
        sentence=sentence,
        facts=CHECKOUTS,
        numerator=(measure,),
        denominator=("started",),
        exclusions=(_OF_PROVIDERS,),
        window=_SO_FAR,
        wait=WINDOWS["60m"],
        is_better_when_lower=False,
    )
    for step, (measure, name, sentence) in _REACHED.items()
}
"""The steps of the funnel, by how far they go."""
PAYMENT_STEP_ABANDONMENT: Final = Share(
    code="payment_step_abandonment",
    name=translatable("Abandonment at the payment step"),
    sentence=translatable("Of the checkouts with a method chosen, how many ended without the result of any attempt."),
    facts=CHECKOUTS,
    numerator=("left_at_payment",),
    denominator=("chosen_60m",),
    exclusions=(_OF_PROVIDERS, _TOO_YOUNG, _INSTRUCTED),
    window=_STARTED,
    wait=WINDOWS["60m"],
)
RECOVERED_CHECKOUTS: Final = Share(
    code="recovered_checkouts",
    name=translatable("Recovered checkouts"),
    sentence=translatable("Of the checkouts not paid within 60 minutes, how many were paid in the week after it."),
    facts=CHECKOUTS,
    numerator=("recovered",),
    denominator=("abandoned_for_good",),
    exclusions=(_OF_PROVIDERS, translatable("Checkouts whose week has not passed yet.")),
    window=_STARTED,
    wait=WINDOWS["60m"] + RECOVERY,
    is_better_when_lower=False,
)
VOUCHER_EXPIRY: Final = Share(
    code="voucher_expiry",
    name=translatable("Expired vouchers"),
    sentence=translatable("Of the checkouts with a voucher whose fate is known, how many let it expire."),
    facts=CHECKOUTS,
    numerator=("vouchers_expired",),
    denominator=("vouchers_paid", "vouchers_expired"),
    exclusions=(_OF_PROVIDERS, translatable("Vouchers that may still be paid.")),
    window=_STARTED,
    pending=_UNPAID,
    decided=("vouchers_paid", "vouchers_expired"),
)
CUSTOMERS_NOT_COMPLETED: Final = Share(
    code="customers_not_completed",
    name=translatable("Customers who completed nothing"),
    sentence=translatable("Of the customers who tried to pay in a week or month, how many completed no payment in it."),
    facts=PEOPLE,
    numerator=("not_completed",),
    denominator=("tried",),
    exclusions=(translatable("Payments of nobody known."),),
    window=translatable("Each customer counts once in a calendar week and once in a month; the two do not add up."),
)

METRICS: Final[tuple[Metric, ...]] = (
    *ABANDONMENT.values(), *REACHED.values(), PAYMENT_STEP_ABANDONMENT, RECOVERED_CHECKOUTS, VOUCHER_EXPIRY,
    CUSTOMERS_NOT_COMPLETED,
)  # fmt: skip
