"""What is told as it happens: it comes to the movements of the truth, day by day, and is signed as providers sign."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from payments.facts import MOVEMENT_LINE_KINDS, MovementKind, NeutralEvent
from payments.ledger.fold import PaymentState, fold
from payments.providers.adyen.notifications import AdyenEvents
from payments.providers.deliveries import BadSignature, ProviderTerms, RawDelivery
from payments.simulator.events.days import event_files, told_movements
from payments.simulator.replay.facts import facts_of
from payments.simulator.replay.letters import Keys, NoSecret, disordered, letters_of
from payments.simulator.replay.reading import NoEvents, Told, told_in
from payments.simulator.replay.toss_api import TossBooks
from payments.simulator.simulation import World
from payments.simulator.world import Fault
from tests.payments.simulator.conftest import Quarter, simulated

KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
SECRETS = {"adyen-jp": KEY, "adyen-eu": KEY}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(quarter: Quarter) -> list[Told]:
    return sorted(told_in(quarter.folder), key=lambda one: one.at)


def terms_of(world: World) -> dict[str, ProviderTerms]:
    return {
        plan.code: ProviderTerms(plan.code, plan.zone, (plan.currency,), plan.event_adapter == "adyen")
        for plan in world.merchant.providers
    }


def by_payment(events: list[NeutralEvent]) -> dict[str, list[NeutralEvent]]:
    """Each payment's events; Adyen's modifications name theirs by its authorisation."""
    homes = {(e.provider, e.attempt_reference): e.merchant_reference for e in events if e.merchant_reference}
    found: dict[str, list[NeutralEvent]] = defaultdict(list)
    for event in events:
        found[event.merchant_reference or homes[event.provider, event.attempt_reference]].append(event)
    return found


@pytest.fixture(scope="module")
def folded(quarter: Quarter, told: list[Told]) -> dict[str, PaymentState]:
    events, _ = facts_of(told, terms_of(quarter.world), TossBooks(told))
    speaking = frozenset(plan.code for plan in quarter.world.merchant.providers if plan.event_adapter)
    return {reference: fold(each, speaking=speaking) for reference, each in by_payment(events).items()}


def test_what_is_told_comes_to_the_movements_that_are_known(quarter: Quarter, folded: dict[str, PaymentState]) -> None:
    known = {
        (movement.provider, movement.event_key): (movement.amount, movement.currency, movement.occurred_on)
        for plan in quarter.world.merchant.providers
        for movement in told_movements(quarter.world, plan)
    }
    zones = {plan.code: ZoneInfo(plan.zone) for plan in quarter.world.merchant.providers}
    found = {
        (movement.provider, movement.name.movement_key): (
            movement.amount,
            movement.currency,
            movement.occurred_at.astimezone(zones[movement.provider]).date(),
        )
        for state in folded.values()
        for movement in state.movements
    }
    assert found == known
    assert {kind.split(":")[0] for _, kind in found} == {kind.name.lower() for kind in quarter_kinds(quarter)}
    assert len(quarter_kinds(quarter)) == len(MOVEMENT_LINE_KINDS)


def quarter_kinds(quarter: Quarter) -> set[MovementKind]:
    return {movement.kind for movement in quarter.world.movements}


def test_not_everything_is_told(quarter: Quarter) -> None:
    movements = quarter.world.movements
    told = {
        one.movement_key for plan in quarter.world.merchant.providers for one in told_movements(quarter.world, plan)
    }
    untold = [one for one in movements if one.movement_key not in told]
    assert {one.fault for one in untold} >= {Fault.UNLEDGERED, None}
    assert 0 < len(untold) < len(movements) * 0.05


def test_payments_fail_first_lapse_and_come_late(folded: dict[str, PaymentState]) -> None:
    statuses = Counter(str(state.status) for state in folded.values())
    assert {"captured", "failed", "expired", "refunded", "partially_refunded", "charged_back"} <= set(statuses)
    retried = [state for state in folded.values() if state.captured and len(state.attempts) > 1]
    assert any(not attempt.has_succeeded for state in retried for attempt in state.attempts)
    vouchers = [
        one for state in folded.values() for one in state.attempts if one.voucher_expires_at and one.has_succeeded
    ]
    assert any(one.finished_at == one.voucher_expires_at for one in vouchers), "paid after it lapsed"
    assert any(one.finished_at != one.voucher_expires_at for one in vouchers)


def test_checkouts_have_buyers_who_come_back_and_steps(quarter: Quarter, told: list[Told]) -> None:
    _, checkouts = facts_of(told, terms_of(quarter.world), TossBooks(told))
    whole = {one.merchant_reference: one for one in checkouts}
    told_twice = [one for one in checkouts if one is not whole[one.merchant_reference]]
    assert max(Counter(one.merchant_reference for one in checkouts).values()) == 2
    for first in told_twice:
        last = whole[first.merchant_reference]
        assert replace(first, steps=()) == replace(last, steps=())
        assert last.steps[: len(first.steps)] == first.steps
    assert all(sum(line.amount for line in one.lines) == one.amount for one in checkouts)
    buyers = Counter(one.customer.merchant_customer_id for one in whole.values() if one.customer)
    assert max(buyers.values()) > 3
    ends = Counter(one.steps[-1].step for one in whole.values())
    assert ends["paid"] > ends["abandoned"] > 0
    assert all(
        a.occurred_at <= b.occurred_at for one in checkouts for a, b in zip(one.steps, one.steps[1:], strict=False)
    )


def test_a_day_tells_of_itself_alone(quarter: Quarter) -> None:
    zones = {plan.code: ZoneInfo(plan.zone) for plan in quarter.world.merchant.providers}
    for file in event_files(quarter.world):
        _, code, name = file.path.split("/")
        moments = [datetime.fromisoformat(json.loads(line)["at"]) for line in file.content.decode().splitlines()]
        assert moments == sorted(moments)
        assert {moment.astimezone(zones[code]).date() for moment in moments} == {date.fromisoformat(name[:10])}


def test_webhooks_are_signed_as_the_door_expects(quarter: Quarter, told: list[Told]) -> None:
    letters = [one for one in letters_of(told, Keys(SECRETS)) if one.kind.startswith("webhook adyen")]
    assert len(letters) > 500
    for letter in letters[:200]:
        (item,) = AdyenEvents().open(RawDelivery({}, letter.body), [KEY], NOW)
        assert item.is_verified
    with pytest.raises(BadSignature):
        AdyenEvents().open(RawDelivery({}, letters[0].body), ["00" * 32], NOW)


def test_a_webhook_without_a_secret_is_not_sent(told: list[Told]) -> None:
    with pytest.raises(NoSecret):
        list(letters_of(told, Keys({"adyen-eu": KEY})))


def test_without_a_key_the_shop_says_nothing(told: list[Told]) -> None:
    assert {one.path.split("/")[1] for one in letters_of(told, Keys(SECRETS))} == {"webhooks"}
    assert {one.path for one in letters_of(told, Keys(SECRETS, "jsk_x")) if one.path.startswith("/api")} == {
        "/api/v1/checkouts", "/api/v1/events:batch",
    }  # fmt: skip


def test_disorder_loses_nothing_and_depends_on_its_seed(told: list[Told]) -> None:
    letters = list(letters_of(told[:2_000], Keys(SECRETS, "jsk_x")))
    mixed = disordered(letters, 1, is_shuffled=True, is_repeated=True)
    assert mixed == disordered(letters, 1, is_shuffled=True, is_repeated=True)
    assert mixed != disordered(letters, 2, is_shuffled=True, is_repeated=True)
    bodies = Counter(letter.body for letter in mixed)
    assert set(bodies) == {letter.body for letter in letters}
    assert len(letters) * 1.15 < len(mixed) < len(letters) * 1.35
    assert disordered(letters, 1, is_shuffled=False, is_repeated=False) == letters


def test_the_toss_of_the_simulation_finds_an_approval_that_was_cancelled(told: list[Told]) -> None:
    books = TossBooks(told)
    key, payment = next((key, one) for key, one in books.payments.items() if one["cancels"] and one["approvedAt"])
    at = datetime.fromisoformat(payment["approvedAt"]).replace(tzinfo=None)
    period = (
        f"startDate={at - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}&endDate={at + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"
    )
    status, rows = books.answer(f"/v1/transactions?{period}&limit=1000")
    assert (status, [row["transactionKey"] for row in rows if row["paymentKey"] == key]) == (
        200,
        [books.approvals[key]],
    )
    assert books.answer(f"/v1/payments/{key}") == (200, payment)
    assert books.answer(f"/v1/payments/orders/{payment['orderId']}")[0] == 200
    assert books.answer("/v1/payments/nobody")[0] == 404
    assert books.answer("/")[0] == 404


def test_a_folder_without_events_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoEvents):
        list(told_in(tmp_path))
    (tmp_path / "events" / "toss").mkdir(parents=True)
    (tmp_path / "events" / "toss" / "2026-07-01.jsonl").write_text("{}\n")
    with pytest.raises(NoEvents, match="jsonl:1"):
        list(told_in(tmp_path))


def test_another_seed_tells_of_others() -> None:
    first, second = ("".join(file.content.decode() for file in event_files(simulated(seed, 3, 20))) for seed in (1, 2))
    assert first != second
