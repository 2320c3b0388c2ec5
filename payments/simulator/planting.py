"""Where things go wrong on purpose: which movement gets which fault, and which day an unexplained extra line.

Plans are made by week and placed by day, from what happened on that day alone: a longer simulation plants the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from payments.facts import MovementKind
from payments.simulator.chance import chance, week_of
from payments.simulator.shopping import twin_of
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Fault, Movement

_PAYMENTS_PER_PLANT: Final = 400
"""One plant of each fault and week for so many payments a day."""
_DAYS_OF_A_ROUND: Final = 21

UNKNOWN_KIND: Final = "unknown kind"
AMBIGUOUS: Final = "ambiguous"

_KEYED: Final = ("toss", "naver", "adyen-jp", "adyen-eu")
_ALL: Final = (*_KEYED, "sbps")
_ADYEN: Final = ("adyen-jp", "adyen-eu")
_HOSTS: Final[dict[str, tuple[str, ...]]] = {
    Fault.UNSTATED: _ALL,
    Fault.UNLEDGERED: _ALL,
    Fault.AMOUNT: _KEYED,
    Fault.CURRENCY: _ADYEN,
    Fault.DUPLICATE: _KEYED,
    Fault.FEE_OVER: _ALL,
    Fault.FEE_UNDER: _ALL,
    Fault.FEE_VAT: ("toss", "naver", "sbps"),
    UNKNOWN_KIND: ("naver", "sbps", *_ADYEN),
    AMBIGUOUS: ("sbps", "toss"),
}
"""Which providers can show a fault: one without keys has no two lines of one movement and no changed amounts, it has
lines and movements that do not find each other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One fault to be placed on a day, at the first of these providers that has something to place it on."""

    fault: str
    hosts: tuple[str, ...]
    number: int


def plans_of(seed: int, day: date, payments_per_day: int) -> list[Plan]:
    """Return what is to go wrong on a day."""
    plans = []
    for fault, hosts in _HOSTS.items():
        for number in range(max(1, round(payments_per_day / _PAYMENTS_PER_PLANT))):
            generator = chance(seed, "plant", fault, number, week_of(day))
            if generator.randrange(7) == day.weekday():
                plans.append(Plan(fault, tuple(generator.sample(hosts, len(hosts))), number))
    return plans


def further_plans(seed: int, day: date, plan: ProviderPlan) -> list[Plan]:
    """Return what is to go wrong on a day at a further provider: each of its faults once in three weeks."""
    round_, place = divmod(day.toordinal() - 1, _DAYS_OF_A_ROUND)
    faults = plan.practice.faults if plan.practice else ()
    return [
        Plan(fault, (plan.code,), 0)
        for fault in faults
        if chance(seed, "further plant", fault, plan.code, round_).randrange(_DAYS_OF_A_ROUND) == place
    ]


@dataclass(frozen=True, slots=True)
class ExtraLine:
    """A line of an unknown kind that a provider books on a day."""

    provider: str
    day: date
    number: int


@dataclass(frozen=True, slots=True)
class Field:
    """One day as the faults find it."""

    seed: int
    day: date
    providers: dict[str, ProviderPlan]
    movements: dict[str, list[Movement]]
    """By provider: everything that occurred on the day. Twins are added to it."""


def plant(field: Field, payments_per_day: int) -> list[ExtraLine]:
    """Mark movements of the day with their faults, add twins, and return the extra lines."""
    extras = []
    further = [plan for plan in field.providers.values() if plan.practice]
    planned = plans_of(field.seed, field.day, payments_per_day)
    planned = [replace(plan, hosts=tuple(host for host in plan.hosts if host in field.providers)) for plan in planned]
    for plan in (*planned, *(each for one in further for each in further_plans(field.seed, field.day, one))):
        if plan.fault == UNKNOWN_KIND and plan.hosts:
            extras.append(ExtraLine(plan.hosts[0], field.day, plan.number))
        else:
            _place(field, plan)
    return extras


def _place(field: Field, plan: Plan) -> None:
    suits = _SUITS.get(plan.fault, _is_any_capture)
    for host in plan.hosts:
        candidates = [movement for movement in field.movements[host] if _is_untouched(movement) and suits(movement)]
        if candidates:
            chosen = chance(field.seed, "target", plan.fault, plan.number, field.day).choice(candidates)
            _spoil(field, chosen, plan.fault)
            return


def _spoil(field: Field, movement: Movement, fault: str) -> None:
    movement.is_advanced = False
    if fault == AMBIGUOUS:
        _blur(field, movement)
    else:
        movement.fault = Fault(fault)


def _blur(field: Field, movement: Movement) -> None:
    """Leave nothing that tells two of a kind apart: two payments, two lines of one, or one line for two."""
    movement.is_twin = True
    movement.is_key_in_ledger = False
    variant = week_of(field.day) % 3
    if variant == 0 and not field.providers[movement.provider].has_keys:
        movement.fault = Fault.LISTED_TWICE
        return
    movement.fault = Fault.AMBIGUOUS
    twin = twin_of(movement, field.providers[movement.provider].zone, field.seed)
    if variant == 1:
        twin.fault = Fault.UNSTATED
    field.movements[movement.provider].append(twin)


def _is_untouched(movement: Movement) -> bool:
    return movement.fault is None and not movement.is_twin and movement.is_key_in_ledger


def _is_any_capture(movement: Movement) -> bool:
    return movement.kind is MovementKind.CAPTURE


def _is_anything(_movement: Movement) -> bool:
    return True


def _is_listed_by_item(movement: Movement) -> bool:
    """Captures and refunds: what a provider lists with a key of its own."""
    return movement.kind in (MovementKind.CAPTURE, MovementKind.REFUND)


_SUITS: Final[dict[str, Callable[[Movement], bool]]] = {
    Fault.UNSTATED: _is_listed_by_item,
    Fault.UNLEDGERED: _is_anything,
    Fault.AMOUNT: _is_listed_by_item,
    Fault.DUPLICATE: _is_listed_by_item,
}
