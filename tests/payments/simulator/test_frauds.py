"""Stories of fraud: each is there with its signs and its truth, and without being asked for nothing is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from payments.facts import MovementKind
from payments.simulator.events.days import event_files
from payments.simulator.expectations import truth_of
from payments.simulator.frauds.truths import Story
from payments.simulator.journeys import Journey
from payments.simulator.simulation import Request, Simulation, World
from payments.simulator.truth import Truth
from payments.simulator.writing import write

START = date(2026, 7, 1)
ASKED = Request(3, START, 46, 400, has_frauds=True)


@pytest.fixture(scope="module")
def world() -> World:
    """Six weeks with stories."""
    return Simulation(ASKED).run()


def of(world: World, story: Story) -> list[Journey]:
    """The payments of a story."""
    references = {truth.reference for truth in world.frauds if truth.story == story}
    return [journey for journey in world.journeys if journey.wish.reference in references]


def honest(world: World) -> list[Journey]:
    """Paid by card, and in no story."""
    told = {truth.reference for truth in world.frauds}
    return [each for each in world.journeys if each.paid_at and each.card and each.wish.reference not in told]


def test_without_being_asked_nobody_cheats_and_nobody_is_known() -> None:
    world = Simulation(replace(ASKED, days=8, has_frauds=False)).run()
    assert world.frauds == []
    assert {journey.identity for journey in world.journeys} == {None}
    assert truth_of(world).frauds is None
    assert '"extra"' not in "".join(file.content.decode() for file in event_files(world))


def test_where_nobody_buys_nobody_cheats() -> None:
    world = Simulation(replace(ASKED, payments_per_day=0)).run()
    assert world.journeys == []
    assert truth_of(world).frauds == []


def test_every_story_happens_and_only_some_are_fraud(world: World) -> None:
    told = Counter((truth.story, truth.is_fraud) for truth in world.frauds)
    assert set(told) == {
        ("card_testing", True), ("stolen_card", True), ("takeover", True), ("terminal", True),
        ("friendly", False), ("reseller", False),
    }  # fmt: skip
    paid = sum(journey.paid_at is not None for journey in world.journeys)
    assert 0.003 < sum(truth.is_fraud for truth in world.frauds) / paid < 0.015


def test_every_fraud_is_disputed_by_its_reason_some_days_later(world: World) -> None:
    disputes = {each.merchant_reference: each for each in world.movements if each.kind is MovementKind.CHARGEBACK}
    told = [truth for truth in world.frauds if truth.source and truth.observed_on <= str(ASKED.as_of)]
    assert {truth.reference for truth in told} == set(disputes)
    for truth in told:
        dispute = disputes[truth.reference]
        assert truth.observed_on == str(dispute.occurred_on)
        assert dispute.reason == ("" if truth.is_fraud else "13.1 Merchandise/Services Not Received")
        assert dispute.occurred_at - dispute.captured_at >= timedelta(days=2)


def test_reasons_of_disputes_reach_the_provider_s_words(world: World) -> None:
    reasons = Counter(
        item["NotificationRequestItem"]["reason"]
        for told in lines(world)
        if told["to"] == "webhook" and "notificationItems" in told["body"]
        for item in told["body"]["notificationItems"]
        if item["NotificationRequestItem"]["eventCode"] == "CHARGEBACK"
    )
    assert set(reasons) == {
        "10.4 Other Fraud-Card Absent Environment",
        "13.1 Merchandise/Services Not Received",
    }


def test_a_stolen_card_buys_much_more_than_is_usual(world: World) -> None:
    for plan in ("adyen-jp", "adyen-eu"):
        stolen = [each.amount for each in of(world, Story.STOLEN_CARD) if each.wish.plan.code == plan]
        usual = [each.amount for each in honest(world) if each.wish.plan.code == plan]
        assert sum(stolen) / len(stolen) > 3 * sum(usual) / len(usual)


def test_a_takeover_is_in_the_account_of_somebody_known_with_everything_new(world: World) -> None:
    before: dict[str, list[Journey]] = {}
    bad = {truth.reference for truth in world.frauds if truth.is_fraud}
    for each in world.journeys:
        if each.wish.reference not in bad and each.paid_at and each.card:
            before.setdefault(each.wish.customer, []).append(each)
    taken = of(world, Story.TAKEOVER)
    assert taken
    for each in taken:
        earlier = [one for one in before[each.wish.customer] if one.wish.started_at < each.wish.started_at]
        assert earlier
        assert each.identity
        for one in earlier:
            assert one.identity
            assert each.identity.device != one.identity.device
            assert each.identity.address != one.identity.address
            assert each.identity.email == one.identity.email


def test_card_testing_is_one_machine_with_many_cards_in_minutes(world: World) -> None:
    by_machine: dict[str, list[Journey]] = {}
    for journey in world.journeys:
        if journey.wish.reference.rpartition("-")[2].startswith("T") and journey.identity:
            by_machine.setdefault(journey.identity.device, []).append(journey)
    assert len(by_machine) >= 8
    for burst in by_machine.values():
        assert len({each.identity.fingerprint for each in burst if each.identity}) == len(burst) >= 22
        assert burst[-1].wish.started_at - burst[0].wish.started_at < timedelta(hours=1)
    refused = [each for burst in by_machine.values() for each in burst if each.paid_at is None]
    assert len(refused) > 0.7 * sum(map(len, by_machine.values()))


def test_a_tapped_shop_is_one_shop_for_weeks(world: World) -> None:
    tapped = of(world, Story.TERMINAL)
    shops = {(each.wish.plan.country, each.identity.shop) for each in tapped if each.identity}
    assert 2 <= len(shops) <= 4
    also = [each for each in honest(world) if each.identity and (each.wish.plan.country, each.identity.shop) in shops]
    assert len(also) > len(tapped)


def test_a_reseller_looks_bad_and_nobody_complains(world: World) -> None:
    bought = of(world, Story.RESELLER)
    customers = {each.wish.customer for each in bought}
    assert len(customers) == 2
    for customer in customers:
        theirs = [each.identity for each in bought if each.wish.customer == customer and each.identity]
        assert len({each.device for each in theirs}) == len({each.address for each in theirs}) == 1
        assert len({each.fingerprint for each in theirs}) > 3


def test_events_tell_of_everybody_device_network_card_and_extras(world: World) -> None:
    told = [each["body"] for each in lines(world) if each["to"] == "event"]
    attempts = [body for body in told if body["kind"].startswith("attempt.")]
    assert attempts
    for body in attempts:
        assert body["device"].count("-") == 1
        assert set(body["extra"]) == {"card_country", "ip_country", "shop"}
        assert len(body["instrument"]["fingerprint"]) == 32
    shared = Counter(body["ip"] for body in attempts)
    assert sum(ip.startswith("203.") for ip in shared) <= 36
    assert max(shared.values()) > 100


def lines(world: World) -> Iterator[dict[str, Any]]:
    """Everything told."""
    for file in event_files(world):
        for line in file.content.decode().splitlines():
            yield json.loads(line)


def test_the_truth_can_be_written_read_and_gone_on_with(tmp_path: Path) -> None:
    short, long = (Simulation(replace(ASKED, days=days)).run() for days in (12, 20))
    truth, _ = write(short, tmp_path)
    read = Truth.load(tmp_path / "truth.json")
    assert sorted(read.frauds or (), key=str) == sorted(truth.frauds or (), key=str) != []
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.jsonl")}
    write(long, tmp_path)
    assert before
    assert {path: path.read_bytes() for path in before} == before
    assert {one.reference for one in truth.frauds or ()} <= {one.reference for one in long.frauds}
