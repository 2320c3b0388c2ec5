"""What providers charge beside the payments: for a month, a payout, a chargeback; mostly as agreed, sometimes not."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from payments.simulator.chance import chance, week_of
from payments.simulator.terms import Contract, ProviderPlan
from payments.simulator.world import Charges

_WRONG_SHARE: Final = 0.4
"""Of months and payouts: they are few, and every mistake should be seen in a quarter."""
_WRONG_CHARGEBACK_SHARE: Final = 0.25
_THRESHOLD_WEEKS: Final = 4


class Charging(StrEnum):
    """How a standing fee is charged."""

    AGREED = "agreed"
    OVER = "over"
    UNDER = "under"
    TWICE = "twice"
    MISSING = "missing"


_WRONG: Final = (Charging.OVER, Charging.UNDER, Charging.TWICE, Charging.MISSING)


def charging_of(seed: int, plan: ProviderPlan, what: str) -> Charging:
    """Return how a provider charges a month or a payout, named by its month or payout key."""
    generator = chance(seed, "standing fee", plan.code, what)
    return generator.choice(_WRONG) if generator.random() < _WRONG_SHARE else Charging.AGREED


def charges_of(contract: Contract, stated_minor: int, charging: Charging) -> list[Charges]:
    """Return what each line of a standing fee holds, in minor units: none, one or two of them."""
    if not stated_minor or charging is Charging.MISSING:
        return []
    wrong = {Charging.OVER: stated_minor // 8 + 3, Charging.UNDER: -(stated_minor // 10 + 2)}.get(charging, 0)
    fee = contract.standing(stated_minor + wrong)
    return [Charges(commission=fee.fee_minor, vat=fee.vat_minor) for _ in range(2 if charging is Charging.TWICE else 1)]


def chargeback_charges(seed: int, contract: Contract, stated_minor: int, movement_key: str) -> Charges:
    """Return what is withheld with a chargeback: the agreed fee, or now and then more, less or nothing."""
    generator = chance(seed, "chargeback fee", movement_key)
    if generator.random() < _WRONG_CHARGEBACK_SHARE:
        stated_minor = generator.choice((0, stated_minor + 350, stated_minor - 45))
    fee = contract.standing(stated_minor)
    return Charges(markup=fee.fee_minor, vat=fee.vat_minor)


def is_threshold_ignored(seed: int, plan: ProviderPlan, day: date, total: int) -> bool:
    """Tell whether a balance is carried over that should be paid, or paid out that should be carried over.

    `total` is the balance of the batch of a day in minor units.
    """
    generator = chance(seed, "threshold", plan.code, week_of(day) // _THRESHOLD_WEEKS)
    if 0 < total < plan.default_contract.payout_threshold_minor:
        return generator.random() < 0.5
    chosen = (generator.randrange(_THRESHOLD_WEEKS), generator.randrange(5))
    return (week_of(day) % _THRESHOLD_WEEKS, day.weekday()) == chosen
