"""What becomes of a payout on its way to our bank, planned by week so that no later day changes it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from random import Random
from typing import Final

from payments.simulator.chance import chance, week_of
from payments.simulator.terms import ProviderPlan


class Fate(StrEnum):
    """How the bank shows a payout."""

    PAID = "paid"
    LOST = "lost"
    """Never."""
    LATE = "late"
    """Failed and sent again days later; only where the reference in the text still tells whose it is."""
    RETURNED = "returned"
    """Failed; the provider books it back and pays it with the next batch."""
    SHORT = "short"
    """A bank on the way keeps something for itself."""
    SPLIT = "split"
    """In two credits on one day."""
    JOINED = "joined"
    """In one credit with the payout of the next business day."""


_HOSTS: Final[dict[Fate, tuple[str, ...]]] = {
    Fate.LOST: ("toss", "naver", "sbps", "adyen-jp", "adyen-eu"),
    Fate.LATE: ("naver", "adyen-jp", "adyen-eu"),
    Fate.RETURNED: ("adyen-jp", "adyen-eu"),
    Fate.SHORT: ("naver", "adyen-eu"),
    Fate.SPLIT: ("adyen-jp", "adyen-eu"),
    Fate.JOINED: ("adyen-jp", "adyen-eu"),
}
_WEEKS_BETWEEN: Final = {Fate.LOST: 1, Fate.LATE: 2, Fate.RETURNED: 4, Fate.SHORT: 3, Fate.SPLIT: 2, Fate.JOINED: 2}
_RESIDUAL_HOSTS: Final = ("adyen-jp", "adyen-eu", "sbps")


def fate_of(seed: int, plan: ProviderPlan, paid_on: date) -> Fate:
    """Return what becomes of a provider's payout of a date."""
    week = week_of(paid_on)
    if plan.practice:
        return _further_fate(seed, plan, paid_on)
    offset = chance(seed, "fate offset").randrange(12)
    for fate, hosts in _HOSTS.items():
        is_its_week = (week + offset) % _WEEKS_BETWEEN[fate] == 0
        if is_its_week and _is_chosen(seed, (fate, week), hosts, plan, paid_on):
            return fate
    return Fate.PAID


def _further_fate(seed: int, plan: ProviderPlan, paid_on: date) -> Fate:
    """In every other week of a provider one payout has a fate, each of them in turn."""
    week = week_of(paid_on)
    fates = plan.practice.fates if plan.practice else ()
    generator = chance(seed, "further fate", plan.code, week)
    if not fates or generator.random() < 0.5 or paid_on.weekday() != _weekday(plan, generator):
        return Fate.PAID
    return Fate(fates[(week + chance(seed, "further fate", plan.code).randrange(len(fates))) % len(fates)])


def is_residual_due(seed: int, plan: ProviderPlan, paid_on: date) -> bool:
    """Tell whether the provider pays less than its lines say with the batch of a date."""
    if plan.practice:
        generator = chance(seed, "further residual", plan.code, week_of(paid_on) // 3)
        is_its_week = week_of(paid_on) % 3 == generator.randrange(3)
        return plan.practice.has_residuals and is_its_week and paid_on.weekday() == _weekday(plan, generator)
    return _is_chosen(seed, ("residual", week_of(paid_on)), _RESIDUAL_HOSTS, plan, paid_on)


def _is_chosen(seed: int, question: tuple[str, int], hosts: tuple[str, ...], plan: ProviderPlan, paid_on: date) -> bool:
    generator = chance(seed, "fate", *question)
    host = generator.choice(hosts)
    return host == plan.code and paid_on.weekday() == _weekday(plan, generator)


def _weekday(plan: ProviderPlan, generator: Random) -> int:
    """The weekly payer has only its one day."""
    return plan.schedule.weekday if plan.schedule.weekday is not None else generator.randrange(5)
