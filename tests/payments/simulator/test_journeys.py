"""Checkouts as people go through them: how many pay and when, how long answers take, why tries fail, who comes back."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.cards import holds_card_number
from payments.facts import AttemptResult, MovementKind
from payments.ledger.fold import PaymentState, fold
from payments.ledger.states import ConflictCode
from payments.providers.declines import RESULT_OF, decline_of
from payments.simulator.chance import chance
from payments.simulator.events.days import told_movements
from payments.simulator.expectations import truth_of
from payments.simulator.journeys import PATIENCE, Journey, Try
from payments.simulator.latencies import PROFILES, TIMEOUT, latency
from payments.simulator.refusals import TIMEOUT as TIMED_OUT
from payments.simulator.refusals import every_refusal
from payments.simulator.replay.facts import facts_of
from payments.simulator.replay.reading import Told, told_in
from payments.simulator.replay.toss_api import TossBooks
from payments.simulator.simulation import World
from payments.simulator.truth import Ledger
from payments.simulator.writing import delivered_files
from tests.payments.simulator.conftest import Quarter, simulated
from tests.payments.simulator.test_events import by_payment, terms_of

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def people(quarter: Quarter) -> list[Journey]:
    """Every checkout of a human being."""
    return [journey for journey in quarter.world.journeys if not journey.wish.campaign]


def unpaid_within(journeys: Sequence[Journey], window: timedelta) -> float:
    """Share of the checkouts that were not paid so soon."""
    left = [one for one in journeys if one.paid_at is None or one.paid_at - one.wish.started_at > window]
    return len(left) / len(journeys)


def test_believably_many_leave_and_some_of_them_pay_later(people: list[Journey]) -> None:
    within = [unpaid_within(people, window) for window in (HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR)]
    assert within == sorted(within, reverse=True)
    assert 0.38 < within[0] < 0.48
    assert 0.29 < within[2] < 0.38
    at_once = [one for one in people if not one.wish.method.endswith(("account", "store"))]
    assert 0.30 < unpaid_within(at_once, HOUR) < 0.40
    recovered = [one for one in at_once if one.paid_at and one.paid_at - one.wish.started_at > HOUR]
    assert 0.02 < len(recovered) / len(at_once) < 0.07
    assert max(one.paid_at - one.wish.started_at for one in recovered if one.paid_at) < timedelta(days=7)
    assert all([step for _, step, _ in one.steps][-1] == "paid" for one in recovered)
    assert all("abandoned" in [step for _, step, _ in one.steps] for one in recovered)


def test_more_leave_on_small_screens(people: list[Journey]) -> None:
    by_device = defaultdict(list)
    for one in people:
        by_device[one.device].append(one)
    shares = {device: unpaid_within(journeys, HOUR) for device, journeys in by_device.items()}
    assert set(shares) == {"mobile", "desktop", "tablet"}
    assert shares["mobile"] > shares["desktop"] + 0.08


def test_people_leave_at_every_step(people: list[Journey]) -> None:
    reached = Counter(step for one in people for step in {step for _, step, _ in one.steps})
    assert reached["started"] == len(people)
    shares = [reached[later] / reached[earlier] for earlier, later in (
        ("started", "method_selected"), ("method_selected", "submitted"), ("submitted", "paid"),
    )]  # fmt: skip
    assert all(0.75 < share < 0.97 for share in shares), shares
    for one in people:
        moments = [at for at, _, _ in one.steps]
        assert moments == sorted(moments)
        assert all(step == "abandoned" or at >= one.wish.started_at for at, step, _ in one.steps)
        assert len(one.tries) <= 2 * sum(step == "submitted" for _, step, _ in one.steps)


def test_vouchers_are_paid_hours_later_or_lapse_or_come_late(people: list[Journey]) -> None:
    issued = [one for one in people if one.expires_at]
    paid = [(one.paid_at - one.deciding.responded_at) / HOUR for one in issued if one.paid_at]
    assert 0.17 < 1 - len(paid) / len(issued) < 0.3
    assert 4 < median(paid) < 10
    late = [one for one in issued if one.paid_at and one.expires_at and one.paid_at > one.expires_at]
    assert 0.005 < len(late) / len(issued) < 0.06
    assert {one.wish.plan.code for one in late} == {"sbps"}


@pytest.mark.parametrize("provider", sorted(PROFILES))
def test_each_provider_answers_in_its_own_time(quarter: Quarter, provider: str) -> None:
    profile, zone = PROFILES[provider], ZoneInfo("Asia/Seoul")
    luck = chance(1, "latency", provider)
    quiet = next(hour for hour in range(24) if hour not in profile.slow_hours)
    middles = []
    for hour in (quiet, min(profile.slow_hours)):
        asked_at = datetime(2026, 7, 1, hour, 30, tzinfo=zone)
        answers = [latency(provider, zone, asked_at, luck) for _ in range(2_000)]
        assert all(timedelta() < each < TIMEOUT and each.microseconds % 1_000 == 0 for each in answers)
        middle = median(each.total_seconds() for each in answers)
        assert max(answers).total_seconds() > 5 * middle, "a tail"
        middles.append(middle * 1_000)
    assert profile.median_milliseconds * 0.93 < middles[0] < profile.median_milliseconds * 1.07
    assert profile.slow_factor * 0.9 < middles[1] / middles[0] < profile.slow_factor * 1.1


def test_tries_are_told_to_the_millisecond(folded: dict[str, PaymentState], quarter: Quarter) -> None:
    """What the ledger makes of both tellings is what happened: the shop's instants, not the webhooks' whole seconds."""
    happened = {(one.wish.reference, each.requested_at): each for one in quarter.world.journeys for each in one.tries}
    seen: Counter[str] = Counter()
    for reference, state in folded.items():
        for attempt in state.attempts:
            tried = happened.get((reference, attempt.requested_at))
            if tried is None:
                continue
            seen[attempt.provider] += 1
            assert attempt.responded_at == tried.responded_at
            assert attempt.decline_code == (str(tried.refusal.code) if tried.refusal else "")
            if tried.is_waiting and tried.finished_at and attempt.finished_at and not attempt.voucher_expires_at:
                waited = tried.finished_at - tried.responded_at
                assert abs(attempt.waiting_for_customer_seconds - waited.total_seconds()) <= 2
    everything = Counter(attempt.provider for state in folded.values() for attempt in state.attempts)
    assert all(seen[provider] > everything[provider] * 0.97 for provider in PROFILES), (seen, everything)


@pytest.fixture(scope="module")
def folded(quarter: Quarter) -> dict[str, PaymentState]:
    told = sorted(told_in(quarter.folder), key=lambda one: one.at)
    return fold_all(quarter.world, told)


def fold_all(world: World, told: list[Told]) -> dict[str, PaymentState]:
    """Every payment as the ledger sees it."""
    events, _ = facts_of(told, terms_of(world), TossBooks(told))
    speaking = frozenset(plan.code for plan in world.merchant.providers if plan.event_adapter)
    return {reference: fold(each, speaking=speaking) for reference, each in by_payment(events).items()}


def test_failures_have_codes_as_their_providers_say_them(folded: dict[str, PaymentState]) -> None:
    for (provider, _method), words in every_refusal().items():
        for refusal in words:
            scheme = "adyen" if provider.startswith("adyen") else provider
            if refusal.word and scheme in ("adyen", "toss"):
                assert decline_of(scheme, refusal.word, refusal.raw) == (refusal.code, RESULT_OF[refusal.code])
            assert refusal.is_silent or refusal.word
    failed = [one for state in folded.values() for one in state.attempts if one.result not in (None, "succeeded")]
    codes = Counter(one.decline_code for one in failed if one.status == "failed")
    assert codes.most_common(1)[0][0] == "insufficient_funds"
    assert len(codes) >= 12
    assert all(one.decline_code for one in failed if one.status == "failed")
    assert Counter(str(one.result).split(".")[0] for one in failed).keys() >= {
        "declined", "authentication", "technical", "blocked",
    }  # fmt: skip


def test_cards_are_known_by_their_ends_alone(quarter: Quarter, folded: dict[str, PaymentState]) -> None:
    cards = [one.instrument for state in folded.values() for one in state.attempts if one.instrument.bin]
    assert len({card.bin for card in cards}) > 10
    assert all(re.fullmatch("[0-9]{6}", card.bin) and re.fullmatch("[0-9]{0,4}", card.last4) for card in cards)
    for file in delivered_files(quarter.world):
        if file.path.startswith("events/"):
            for line in file.content.decode().splitlines():
                assert not [text for text in _texts(json.loads(line)["body"]) if holds_card_number(text)]


def _texts(value: object, name: str = "") -> list[str]:
    """Every text but the references that providers make, which may be sixteen digits."""
    if isinstance(value, dict):
        return [text for key, part in value.items() for text in _texts(part, key)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    is_reference = name in ("pspReference", "originalReference", "attempt_reference", "provider_key")
    return [value] if isinstance(value, str) and not is_reference else []


def test_a_card_stays_with_its_buyer(people: list[Journey]) -> None:
    cards = defaultdict(set)
    for one in people:
        if one.card:
            cards[one.wish.customer, one.wish.brand].add(one.card)
    assert {len(each) for each in cards.values()} == {1}


def purchases(people: list[Journey]) -> dict[str, list[Journey]]:
    """What each buyer has paid, in the order of time."""
    found = defaultdict(list)
    for one in sorted((one for one in people if one.paid_at), key=lambda one: str(one.paid_at)):
        found[one.wish.customer].append(one)
    return found


def test_many_buy_once_and_some_come_back_at_their_own_pace(quarter: Quarter, people: list[Journey]) -> None:
    bought = purchases(people)
    assert 0.55 < sum(len(each) == 1 for each in bought.values()) / len(bought) < 0.8
    instants = [[one.paid_at for one in each if one.paid_at] for each in bought.values()]
    pauses = [(b - a) / timedelta(days=1) for each in instants for a, b in pairwise(each)]
    assert 5 < median(pauses) < 16
    assert sum(pause > 30 for pause in pauses) / len(pauses) > 0.06
    # An exponential pace of one kind of buyer would spread like its mean; people are of many kinds.
    mean = sum(pauses) / len(pauses)
    assert median(pauses) < mean * 0.8
    countries = {code.partition("-")[0] for code in bought}
    assert countries == {"KR", "JP", "EU"}


def test_more_and_more_buyers_have_bought_before(quarter: Quarter, people: list[Journey]) -> None:
    seen: set[str] = set()
    months = defaultdict(list)
    for one in sorted((one for one in people if one.paid_at), key=lambda one: str(one.paid_at)):
        assert one.paid_at is not None
        months[(one.paid_at.date() - quarter.world.request.start).days // 31].append(one.wish.customer in seen)
        seen.add(one.wish.customer)
    shares = [sum(months[place]) / len(months[place]) for place in range(3)]
    assert shares == sorted(shares)
    assert shares[0] < 0.3
    assert 0.35 < shares[2] < 0.65, "new ones keep arriving"


def test_a_bad_beginning_keeps_people_away(busy_quarter: World) -> None:
    world = busy_quarter
    refunded = {one.merchant_reference for one in world.movements if one.kind is MovementKind.REFUND}
    returned: dict[str, list[bool]] = defaultdict(list)
    for bought in purchases([one for one in world.journeys if not one.wish.campaign]).values():
        first = bought[0]
        is_bad = "failed" if first.is_first_failed else "refunded" if first.wish.reference in refunded else "well"
        returned[is_bad].append(len(bought) > 1)
    shares = {name: sum(each) / len(each) for name, each in returned.items()}
    assert shares["failed"] < shares["well"] - 0.03
    assert shares["refunded"] < shares["well"] - 0.03


PLANNED = {ConflictCode.PAID_TWICE, ConflictCode.CAPTURED_TOO_MUCH, ConflictCode.AMOUNTS_DIFFER}
"""What a captured twin comes to; a refund whose capture nobody told of is one too many."""


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**31), days=st.integers(1, 16))
def test_whatever_the_seed_everybody_tells_the_same_story(seed: int, days: int) -> None:
    world = simulated(seed, days, 40)
    for ledger in Ledger:
        truth_of(world, ledger)  # refuses files that would mislead a matcher
    lines = [
        Told(datetime.fromisoformat(told["at"]), file.path.split("/")[1], told["to"], told["body"])
        for file in delivered_files(world)
        if file.path.startswith("events/")
        for told in map(json.loads, file.content.decode().splitlines())
    ]
    states = fold_all(world, sorted(lines, key=lambda one: one.at))
    told = [one for plan in world.merchant.providers for one in told_movements(world, plan)]
    keys = {one.movement_key for one in told}
    planned: dict[str, set[ConflictCode]] = defaultdict(set)
    for one in world.movements:
        planned[one.merchant_reference] |= PLANNED if one.is_twin else set()
        planned[one.merchant_reference] |= set() if one.movement_key in keys else {ConflictCode.REFUNDED_TOO_MUCH}
    for reference, state in states.items():
        conflicts = {conflict.code for conflict in state.conflicts}
        assert conflicts <= planned[reference], (reference, conflicts)
    known = {(one.provider, one.event_key, one.amount) for one in told}
    assert {(one.provider, one.name.movement_key, one.amount) for s in states.values() for one in s.movements} == known


def test_a_silent_failure_is_the_shops_alone(quarter: Quarter) -> None:
    silent: list[Try] = [each for one in quarter.world.journeys for each in one.tries if each.refusal is TIMED_OUT]
    assert silent
    assert all(each.finished_at == each.responded_at == each.requested_at + TIMEOUT for each in silent)
    webhooks = " ".join(
        file.content.decode() for file in delivered_files(quarter.world) if file.path.startswith("events/")
    )
    assert not [each.reference for each in silent if each.reference in webhooks]
    assert all(result != AttemptResult.UNKNOWN for result in RESULT_OF.values())
    assert timedelta(minutes=10) < PATIENCE
