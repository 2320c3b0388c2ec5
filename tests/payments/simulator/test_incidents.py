"""The twelve incidents: planned by the seed, told in truth.json, and seen in what is told while they last, not else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from payments.facts import AttemptResult
from payments.simulator.catalogue import Merchant
from payments.simulator.events.days import event_files
from payments.simulator.expectations import truth_of
from payments.simulator.incidents import QUARTER_DAYS, Calendar, Incident, Kind, incidents_from
from payments.simulator.journeys import Journey, Try
from payments.simulator.simulation import World
from payments.simulator.truth import Ledger, Truth
from tests.payments.simulator.conftest import START, Quarter

LAST = START + timedelta(days=QUARTER_DAYS - 1)
Tried = tuple[Journey, Try]
Something = TypeVar("Something")


@pytest.mark.parametrize("seed", range(40))
def test_a_quarter_has_each_once_and_whole(seed: int) -> None:
    planned = incidents_from(seed, START, LAST)
    assert sorted(each.kind for each in planned) == sorted(Kind)
    assert [each.start for each in planned] == sorted(each.start for each in planned)
    for each in planned:
        assert each.start.date() > START
        assert each.start < each.end < datetime.combine(LAST, datetime.min.time(), each.end.tzinfo)
        assert each.cause
        assert each.country in ("KR", "JP", "EU")


def test_a_longer_simulation_has_the_same_and_more() -> None:
    whole = incidents_from(5, START, START + timedelta(days=2 * QUARTER_DAYS - 1))
    assert sorted(each.kind for each in whole) == sorted([*Kind, *Kind])
    for days in (1, 20, 60, 92, 130):
        until = START + timedelta(days=days - 1)
        begun = incidents_from(5, START, until)
        assert begun == whole[: len(begun)]
        assert all(each.start.date() <= until for each in begun)
    assert incidents_from(5, START, START) == []
    assert incidents_from(6, START, LAST) != incidents_from(5, START, LAST)


def test_the_webhooks_of_a_gap_come_on_their_own_day() -> None:
    for seed in range(40):
        gap = next(each for each in incidents_from(seed, START, LAST) if each.kind is Kind.WEBHOOK_GAP)
        zone = ZoneInfo("Asia/Tokyo")
        assert gap.start.astimezone(zone).date() == gap.end.astimezone(zone).date()


def test_the_wave_of_empty_accounts_is_on_the_eve_of_pay_day() -> None:
    for seed in range(20):
        wave = next(each for each in incidents_from(seed, START, LAST) if each.kind is Kind.FUNDS_WAVE)
        assert wave.start.astimezone(ZoneInfo("Asia/Seoul")).day == 24


def test_the_calendar_knows_market_provider_and_moment() -> None:
    planned = incidents_from(7, START, LAST)
    calendar = Calendar(planned)
    for each in planned:
        provider = each.provider or "whoever"
        assert each in calendar.at(each.country, provider, each.start)
        assert each not in calendar.at(each.country, provider, each.end)
        assert each not in calendar.at(each.country, provider, each.start - timedelta(microseconds=1))
        assert each not in calendar.at("XX", provider, each.start)
        if each.provider:
            assert each not in calendar.at(each.country, "another", each.start)


def test_truth_json_tells_them(quarter: Quarter) -> None:
    for name in ("truth.json", "events/truth.json", "events/both/truth.json"):
        told = json.loads((quarter.folder / name).read_text())["incidents"]
        assert [each["kind"] for each in told] == [str(each.kind) for each in quarter.world.incidents]
        assert all(each["start"] < each["end"] and each["cause"] for each in told)
        assert Truth.load(quarter.folder / name).incidents == quarter.world.incidents
    assert len(quarter.world.incidents) == 12
    assert truth_of(quarter.world, Ledger.EVENTS).incidents == quarter.world.incidents


def test_a_truth_of_before_there_were_incidents_is_read(quarter: Quarter, tmp_path: Path) -> None:
    data = json.loads((quarter.folder / "truth.json").read_text())
    del data["incidents"]
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(data))
    older = Truth.load(path)
    assert older.incidents == []
    assert older.breaks == Truth.load(quarter.folder / "truth.json").breaks


def _of(world: World, kind: Kind) -> tuple[Incident, list[Journey]]:
    """An incident and the checkouts where it could be seen."""
    incident = next(each for each in world.incidents if each.kind is kind)
    hit = [
        journey
        for journey in world.journeys
        if journey.wish.plan.country == incident.country
        and incident.provider in ("", journey.wish.plan.code)
        and incident.method in ("", journey.wish.method)
        and incident.device in ("", journey.device)
        and (not incident.bin or (journey.card is not None and journey.card.bin == incident.bin))
    ]
    return incident, hit


def _tries(incident: Incident, journeys: Sequence[Journey]) -> tuple[list[Tried], list[Tried]]:
    """Tries that were sent inside and outside an incident."""
    tries = [(journey, each) for journey in journeys for each in journey.tries]
    inside = [each for each in tries if incident.is_at(each[1].requested_at)]
    return inside, [each for each in tries if not incident.is_at(each[1].requested_at)]


def _started(incident: Incident, journeys: Sequence[Journey]) -> tuple[list[Journey], list[Journey]]:
    inside = [each for each in journeys if incident.is_at(each.wish.started_at)]
    return inside, [each for each in journeys if not incident.is_at(each.wish.started_at)]


def _share(among: Sequence[Something], is_one: Callable[[Something], bool]) -> float:
    assert len(among) >= 20, "too few to say anything"
    return sum(map(is_one, among)) / len(among)


def _failed_as(*results: AttemptResult) -> Callable[[Tried], bool]:
    return lambda tried: tried[1].refusal is not None and tried[1].refusal.result in results


def _failed_with(code: str) -> Callable[[Tried], bool]:
    return lambda tried: tried[1].refusal is not None and tried[1].refusal.code == code


_TIMED_OUT = _failed_as(AttemptResult.TECHNICAL_TIMEOUT)
_NOT_AUTHENTICATED = _failed_as(AttemptResult.AUTHENTICATION_FAILED, AttemptResult.AUTHENTICATION_ABANDONED)


@pytest.mark.parametrize(
    ("kind", "seen", "inside_at_least", "outside_at_most"),
    [
        (Kind.PROVIDER_OUTAGE, _TIMED_OUT, 0.8, 0.02),
        (Kind.BIN_DECLINING, _failed_with("do_not_honor"), 0.8, 0.12),
        (Kind.AUTHENTICATION_BROKEN, _NOT_AUTHENTICATED, 0.7, 0.06),
        (Kind.FUNDS_WAVE, _failed_with("insufficient_funds"), 0.2, 0.08),
        (Kind.DOUBLE_SUBMIT, _failed_with("duplicate"), 0.4, 0.0),
    ],
)
def test_tries_show_it(
    busy_quarter: World, kind: Kind, seen: Callable[[Tried], bool], inside_at_least: float, outside_at_most: float
) -> None:
    incident, journeys = _of(busy_quarter, kind)
    inside, outside = _tries(incident, journeys)
    assert _share(inside, seen) >= inside_at_least
    assert _share(outside, seen) <= outside_at_most


@pytest.mark.parametrize(
    ("kind", "seen", "inside_at_least", "outside_at_most"),
    [
        (Kind.PRICE_ERROR, lambda journey: journey.paid_at is None, 0.55, 0.45),
        (Kind.PRICE_ERROR, lambda journey: journey.wrong_sku == "BAG-04", 0.5, 0.0),
        (Kind.MOBILE_BROKEN, lambda journey: len(journey.steps) == 2, 0.85, 0.3),
        (Kind.BAD_TRAFFIC, lambda journey: journey.wish.campaign == "flash-banner", 0.6, 0.0),
        (Kind.VOUCHERS_UNSENT, lambda journey: journey.end == "lapsed", 0.6, 0.3),
    ],
)
def test_checkouts_show_it(
    busy_quarter: World, kind: Kind, seen: Callable[[Journey], bool], inside_at_least: float, outside_at_most: float
) -> None:
    incident, journeys = _of(busy_quarter, kind)
    inside, outside = _started(incident, journeys)
    assert _share(inside, seen) >= inside_at_least
    assert _share(outside, seen) <= outside_at_most


def test_a_slow_provider_answers_six_times_slower(busy_quarter: World) -> None:
    incident, journeys = _of(busy_quarter, Kind.SLOW_PROVIDER)
    middles = [
        median((each.responded_at - each.requested_at).total_seconds() for _, each in tries)
        for tries in _tries(incident, journeys)
    ]
    assert 4.5 < middles[0] / middles[1] < 9


def test_a_method_that_is_off_is_tried_by_nobody(busy_quarter: World) -> None:
    incident, journeys = _of(busy_quarter, Kind.METHOD_OFF)
    inside, outside = _tries(incident, journeys)
    assert inside == []
    assert len(outside) > 1_000


def test_a_wrong_price_is_ten_times_too_high_and_paid_by_nobody(busy_quarter: World) -> None:
    wrong = [journey for journey in busy_quarter.journeys if journey.wrong_sku]
    assert {journey.amount for journey in wrong} == {journey.amount for journey in wrong if journey.paid_at is None}
    assert all(journey.amount == 10 * journey.wish.amount and journey.paid_at is None for journey in wrong)
    assert all(journey.amount == journey.wish.amount for journey in busy_quarter.journeys if not journey.wrong_sku)


def test_webhooks_of_a_gap_come_late_and_all_at_once(busy_quarter: World) -> None:
    gap = next(each for each in busy_quarter.incidents if each.kind is Kind.WEBHOOK_GAP)
    day = gap.start.astimezone(ZoneInfo("Asia/Tokyo")).date()
    told: dict[date, list[datetime]] = {}
    its_own = replace(busy_quarter, merchant=Merchant((busy_quarter.merchant.provider(gap.provider),)))
    for file in event_files(its_own):
        if abs((file.delivered_on - day).days) <= 1:
            lines = [json.loads(line) for line in file.content.decode().splitlines()]
            told[file.delivered_on] = [datetime.fromisoformat(one["at"]) for one in lines if one["to"] == "webhook"]
    assert [at for at in told[day] if gap.is_at(at)] == []
    assert told[day].count(gap.end) >= 15
    assert all(moments.count(moment) < 5 for moments in told.values() for moment in moments if moment != gap.end)


def test_whoever_pays_all_the_same_pays_the_price_of_the_ledger(busy_quarter: World) -> None:
    captured = {each.payment_reference: each.captured_amount for each in busy_quarter.movements}
    paid = [journey for journey in busy_quarter.journeys if journey.wish.payment_reference in captured]
    assert len(paid) > 30_000
    assert all(journey.amount == captured[journey.wish.payment_reference] for journey in paid)
