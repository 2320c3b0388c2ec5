"""The answers: they move with time as the files do, and they refuse a simulation that would mislead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from payments.facts import LineKind, MovementKind
from payments.simulator.expectations import MisleadingSimulation, truth_of
from payments.simulator.settling.standing import Charging, charging_of
from payments.simulator.simulation import World
from payments.simulator.world import Document, Fault, Movement, StatedPayout
from tests.payments.simulator.conftest import START, Quarter, simulated


def _breaks(world: World) -> set[tuple[str, str, str]]:
    return {
        (one.kind, one.party, one.movement_key or one.line_identity or one.payout_key) for one in truth_of(world).breaks
    }


def _days_until(day: date) -> int:
    return (day - START).days + 1


def _overdue(quarter: Quarter) -> tuple[Document, Movement]:
    """A late statement, and a movement of it that was due before it came."""
    for document in quarter.world.documents:
        plan = quarter.world.merchant.provider(document.provider)
        for line in document.final.lines:
            movement = line.movement
            is_overdue = movement and document.final.delivered_on > plan.paid_on(movement.occurred_on) + timedelta(
                days=1
            )
            if movement and is_overdue and movement.fault is None and len(document.versions) == 1:
                return document, movement
    raise AssertionError("no statement of this seed is late enough")


def test_a_late_statement_opens_breaks_and_closes_them_by_itself(quarter: Quarter) -> None:
    document, movement = _overdue(quarter)
    expected = ("missing_on_statement", movement.provider, movement.movement_key)
    came_on = document.final.delivered_on
    assert expected in _breaks(simulated(11, _days_until(came_on) - 1, 60))
    assert expected not in _breaks(simulated(11, _days_until(came_on), 60))


def test_a_corrected_statement_closes_the_breaks_of_the_first_one(quarter: Quarter) -> None:
    document = next(one for one in quarter.world.documents if len(one.versions) == 2 and one.provider == "adyen-jp")
    residual = ("residual", "adyen-jp", document.label)
    corrected_on = document.final.delivered_on
    assert residual in _breaks(simulated(11, _days_until(corrected_on) - 1, 60))
    assert residual not in _breaks(simulated(11, _days_until(corrected_on), 60))


def test_what_is_not_due_yet_is_no_break() -> None:
    world = simulated(11, 2, 60)
    movements = [movement for export in world.exports for movement in export.movements]
    unstated = [movement for movement in movements if movement.fault is Fault.UNSTATED]
    listed = {line.movement.movement_key for one in world.documents for line in one.final.lines if line.movement}
    assert len([one for one in movements if one.movement_key not in listed]) > len(unstated)
    assert {kind for kind, *_ in _breaks(world)} <= {
        "fee",
        "ambiguous",
        "unknown_kind",
        "amount",
        "currency",
        "duplicate",
    }


def test_each_fee_fault_is_one_fee_break(quarter: Quarter) -> None:
    faults = {Fault.FEE_OVER, Fault.FEE_UNDER, Fault.FEE_VAT}
    movements = [
        ((document.provider, line.identity), line.movement)
        for document in quarter.world.documents
        for line in document.final.lines
        if line.movement and line.movement.kind is not MovementKind.CHARGEBACK
    ]
    keys = {key for key, _ in movements}
    spoiled = [key for key, movement in movements if movement.fault in faults]
    told = [(one.party, one.line_identity) for one in quarter.truth.breaks if one.kind == "fee"]
    assert sorted(key for key in told if key in keys) == sorted(spoiled)


def test_chargebacks_cost_what_is_agreed_but_for_some(quarter: Quarter) -> None:
    agreed = {"adyen-jp": 1_500, "adyen-eu": 750}
    chargebacks = [
        (document.provider, line)
        for document in quarter.world.documents
        for line in document.final.lines
        if line.kind is LineKind.CHARGEBACK
    ]
    wrong = [(code, line.identity) for code, line in chargebacks if line.charges.fee != agreed[code]]
    told = [(one.party, one.line_identity) for one in quarter.truth.breaks if one.kind == "fee" and one.line_identity]
    assert sorted(set(told) & {(code, line.identity) for code, line in chargebacks}) == sorted(wrong)
    assert 0 < len(wrong) < len(chargebacks)


def test_transfers_and_months_are_charged_in_every_wrong_way() -> None:
    """Over, under, twice and not at all, each seen somewhere in a year, and each told once."""
    world = simulated(3, 365, 8)
    ways = {
        (plan.code, charging_of(3, plan, name))
        for plan, name in [
            *((world.merchant.provider("sbps"), payout.payout_key) for payout in _payouts(world, "sbps")),
            *(
                (world.merchant.provider(code), f"20{27 + month // 12}-{month % 12 + 1:02}")
                for code in ("adyen-jp", "adyen-eu")
                for month in range(24)
            ),
        ]
    }
    assert {way for code, way in ways if code == "sbps"} == set(Charging)
    assert {way for code, way in ways if code != "sbps"} == set(Charging)
    for payout in _payouts(world, "sbps"):
        way = charging_of(3, world.merchant.provider("sbps"), payout.payout_key)
        charged = [
            line.charges.fee + line.charges.vat
            for document in world.documents
            for line in document.final.lines
            if line.kind is LineKind.FEE and line.payout_key == payout.payout_key
        ]
        sizes = {"agreed": [220], "over": [250], "under": [195], "twice": [220, 220], "missing": []}
        assert charged == sizes[way]


def _payouts(world: World, code: str) -> list[StatedPayout]:
    return [payout for document in world.documents if document.provider == code for payout in document.final.payouts]


def test_no_pair_is_both_confirmed_and_ambiguous(quarter: Quarter) -> None:
    assert not set(quarter.truth.matches) & set(quarter.truth.ambiguous)
    blurred = {one.movement_key for one in quarter.truth.ambiguous}
    assert blurred.isdisjoint(one.movement_key for one in quarter.truth.matches)
    assert blurred.isdisjoint(one.movement_key for one in quarter.truth.breaks if one.movement_key)


def test_reused_order_numbers_are_told_apart_by_their_dates(quarter: Quarter) -> None:
    captures = {
        movement.movement_key: movement.merchant_reference
        for export in quarter.world.exports
        if export.provider == "sbps"
        for movement in export.movements
        if movement.is_twin and movement.fault is None
    }
    matched = [captures[one.movement_key] for one in quarter.truth.matches if one.movement_key in captures]
    assert len(matched) > len(set(matched)) > 0


def test_a_simulation_that_would_mislead_a_matcher_is_refused() -> None:
    world = simulated(11, 10, 40)
    toss = next(document for document in world.documents if document.provider == "toss")
    first, second = toss.final.lines[:2]
    first.movement, second.movement = second.movement, first.movement
    with pytest.raises(MisleadingSimulation):
        truth_of(world)
