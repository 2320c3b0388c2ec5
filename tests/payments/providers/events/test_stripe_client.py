"""Stripe's client against localstripe, a fake of the API by other people, and through its signed webhooks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from payments.facts import EventKind, NeutralEvent
from payments.ledger.fold import fold
from payments.ledger.states import PaymentStatus
from payments.providers.client import (
    ActState,
    BadAddress,
    CallRefused,
    PaymentNotFound,
    ProviderClient,
    client_for,
)
from payments.providers.events import EVENT_ADAPTERS, ProviderTerms, RawDelivery
from payments.providers.stripe.client import VERSION
from tests.payments.providers.events.bodies import MADE, charge, intent
from tests.payments.providers.events.servers import Asked, serving
from tests.payments.providers.localstripe import API_KEY, DECLINED_CARD, LocalStripe, running_localstripe

TERMS = ProviderTerms("stripe-eu", "UTC", ("EUR",))
SECRET = "whsec_localstripe"


@pytest.fixture(scope="module")
def stripe_fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStripe]:
    with running_localstripe(tmp_path_factory.mktemp("localstripe")) as fake:
        yield fake


@pytest.fixture
def client(stripe_fake: LocalStripe) -> ProviderClient:
    return made(stripe_fake.address)


def made(address: str, secret: str = API_KEY) -> ProviderClient:
    client = client_for("stripe", secret=secret, api_address=address, provider=TERMS, is_loopback_allowed=True)
    assert client is not None
    return client


def told(events: tuple[NeutralEvent, ...]) -> list[tuple[EventKind, int | None, str]]:
    return [(event.kind, event.amount, event.provider_key) for event in events]


def test_a_payment_is_read_back_with_its_refunds(stripe_fake: LocalStripe, client: ProviderClient) -> None:
    intent = stripe_fake.payment(1000, **{"metadata[order_id]": "A-1"})
    charge = intent["latest_charge"]["id"]
    result = client.refund(intent["id"], 300, "EUR", "act-1", "wrong size")
    assert (result.state, result.error) == (ActState.DONE, "")
    assert result.provider_reference.startswith("re_")
    assert told(result.events) == [(EventKind.REFUNDED, 300, result.provider_reference)]
    events = client.read_payment(intent["id"])
    assert told(events) == [
        (EventKind.AUTHORIZED, 1000, ""),
        (EventKind.CAPTURED, 1000, charge),
        (EventKind.REFUNDED, 300, result.provider_reference),
    ]
    assert {event.merchant_reference for event in events[:2]} == {"A-1"}
    assert {event.source for event in events} == {"provider:stripe-eu"}
    assert events[2] == result.events[0]
    assert client.read_payment(charge) == events


def test_capturing_later_and_giving_back(stripe_fake: LocalStripe, client: ProviderClient) -> None:
    held = stripe_fake.payment(2000, capture_method="manual")
    assert told(client.read_payment(held["id"])) == [(EventKind.AUTHORIZED, 2000, "")]
    captured = client.capture(held["id"], 2000, "EUR", "act-2")
    charge = held["latest_charge"]["id"]
    assert (captured.state, captured.provider_reference) == (ActState.DONE, charge)
    assert (EventKind.CAPTURED, 2000, charge) in told(captured.events)
    again = client.capture(held["id"], 2000, "EUR", "act-3")
    assert (again.state, again.events) == (ActState.FAILED, ())

    other = stripe_fake.payment(700, capture_method="manual")
    voided = client.void(other["id"], "act-4")
    assert [(event.kind, event.amount) for event in voided.events] == [(EventKind.VOIDED, 700)]
    assert voided.state is ActState.DONE
    assert client.read_payment(other["id"]) == voided.events


def test_a_failed_try_is_an_attempt_of_its_own(stripe_fake: LocalStripe, client: ProviderClient) -> None:
    intent = stripe_fake.payment(900, card=DECLINED_CARD)
    (failed,) = client.read_payment(intent["id"])
    assert (failed.kind, failed.decline_code, failed.provider_decline_code) == (
        EventKind.FAILED,
        "do_not_honor",
        "card_declined",
    )
    assert failed.attempt_reference.startswith("ch_")
    assert intent["id"] in failed.references


def test_what_it_does_not_know_and_who_it_does_not_know(stripe_fake: LocalStripe, client: ProviderClient) -> None:
    with pytest.raises(PaymentNotFound):
        client.read_payment("pi_nobody")
    refused = client.refund("pi_nobody", 1, "EUR", "act-5", "")
    assert (refused.state, refused.was_sent) == (ActState.FAILED, True)
    with pytest.raises(CallRefused):
        made(stripe_fake.address, "pk_wrong").read_payment("pi_nobody")


def test_its_webhooks_tell_what_is_read_back(stripe_fake: LocalStripe, client: ProviderClient) -> None:
    with serving(lambda asked: (200, b"", {})) as door:
        stripe_fake.deliver_to(f"{door.address}/webhooks/stripe-eu/", SECRET)
        intent = stripe_fake.payment(1234, **{"metadata[order_id]": "A-2"})
        until = time.monotonic() + 20
        while not any(intent["id"].encode() in asked.body for asked in door.asked) and time.monotonic() < until:
            time.sleep(0.1)
    adapter = EVENT_ADAPTERS["stripe"]
    delivered: list[NeutralEvent] = []
    for asked in door.asked:
        if intent["id"].encode() not in asked.body:
            continue  # of an earlier test: localstripe waits a second before it delivers
        (item,) = adapter.open(RawDelivery(asked.headers, asked.body), [SECRET], datetime.now(UTC))
        delivered += adapter.translate(item.body, TERMS)
    (captured,) = [event for event in delivered if event.kind is EventKind.CAPTURED]
    read = client.read_payment(intent["id"])[1]
    assert (captured.amount, captured.currency, captured.provider_key, captured.merchant_reference) == (
        1234,
        "EUR",
        read.provider_key,
        "A-2",
    )
    assert captured.attempt_reference == read.attempt_reference == intent["id"]


def test_what_is_sent_with_an_act() -> None:
    answers = [(500, b"{}"), (402, b'{"error":{"type":"card_error","code":"card_declined"}}')]
    with serving(lambda asked: (*answers[min(len(server.asked), 2) - 1], {})) as server:
        result = made(server.address).refund("pi_1", 500, "ISK", "act-9", "too small")
    assert (result.state, result.error) == (ActState.FAILED, "card_declined")
    first, second = server.asked
    assert first.body == second.body == b"payment_intent=pi_1&amount=50000&metadata%5Breason%5D=too+small"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "act-9"
    assert (first.headers["authorization"], first.headers["stripe-version"]) == (f"Bearer {API_KEY}", VERSION)


def test_a_broken_stripe_leaves_an_act_unknown() -> None:
    with serving(lambda asked: (502, b"<html>", {})) as server:
        client = made(server.address)
        assert client.capture("pi_1", 1, "EUR", "act-9").state is ActState.UNKNOWN
    again = client.void("pi_1", "act-9")
    assert (again.state, again.was_sent) == (ActState.UNKNOWN, False)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.stripe.com",
        "https://user@api.stripe.com",
        "https://10.0.0.1",
        "https://169.254.169.254/latest",
        "https://127.0.0.1",
        "https://localhost:8420",
        "https://intranet",
        "https://printer.local",
        "ftp://api.stripe.com",
        "https://api.stripe.com?x=1",
        "https://api.stripe.com:99999",
        "https://[",
        "no address",
    ],
)
def test_secrets_go_to_no_doubtful_address(address: str) -> None:
    with pytest.raises(BadAddress):
        client_for("stripe", secret="sk", api_address=address, provider=TERMS)


def test_schemes_without_a_client() -> None:
    assert client_for("adyen", secret="x", api_address="", provider=TERMS) is None
    assert client_for("stripe", secret="x", api_address="", provider=TERMS) is not None


THREE_DAYS = 3 * 86_400


def captured_by_hand(taken_at: int | None) -> dict[str, Any]:
    """As Stripe shows 200.00 of a hold of 600.00, captured three days after it; `taken_at` of the balance's entry."""
    entry = {"id": "txn_1", "object": "balance_transaction", "amount": 20_000, "created": taken_at}
    whole = charge(
        amount=60_000, amount_captured=20_000, captured=True, balance_transaction=entry if taken_at else None
    )
    return intent(amount=60_000, amount_received=20_000, capture_method="manual", latest_charge=whole)


def stripe_showing(shown: dict[str, Any]) -> Callable[[Asked], tuple[int, bytes, dict[str, str]]]:
    refunds = {"object": "list", "data": [], "has_more": False}

    def answer(asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        return 200, json.dumps(refunds if asked.path.startswith("/v1/refunds") else shown).encode(), {}

    return answer


def test_a_part_captured_days_later_is_dated_by_its_capture_whoever_tells_it() -> None:
    taken_at = MADE + THREE_DAYS
    with serving(stripe_showing(captured_by_hand(taken_at))) as server:
        acted = made(server.address).capture("pi_1", 20_000, "EUR", "act-1")
        read = made(server.address).read_payment("pi_1")
    assert read == acted.events
    assert "latest_charge.balance_transaction" in unquote(server.asked[0].body.decode())
    assert server.asked[1].path.endswith("?expand%5B%5D=latest_charge.balance_transaction")
    assert told(read) == [(EventKind.AUTHORIZED, 60_000, ""), (EventKind.CAPTURED, 20_000, "ch_1")]
    authorized, taken = read
    assert (authorized.occurred_at.timestamp(), taken.occurred_at.timestamp()) == (MADE, taken_at)
    webhook = translated("charge.captured", charge(amount=60_000, amount_captured=20_000), taken_at)
    for events in ([*read, *webhook], [*webhook, *read], [*webhook, authorized]):
        state = fold(events)
        assert (state.status, state.captured, state.conflicts) == (PaymentStatus.PARTIALLY_CAPTURED, 20_000, ())
        (movement,) = state.movements
        assert (movement.amount, movement.occurred_at.timestamp()) == (20_000, taken_at)


def test_an_act_whose_answer_shows_no_entry_of_the_balance_is_dated_by_the_answer() -> None:
    before = datetime.now(UTC)
    with serving(stripe_showing(captured_by_hand(None))) as server:
        acted = made(server.address).capture("pi_1", 20_000, "EUR", "act-1")
        read = made(server.address).read_payment("pi_1")
    assert before <= acted.events[1].occurred_at <= datetime.now(UTC)
    assert acted.events[1].source_event_id != read[1].source_event_id
    state = fold([*acted.events, *read])
    assert (state.captured, len(state.movements), state.conflicts) == (20_000, 1, ())


def translated(event_type: str, subject: dict[str, Any], at: int) -> tuple[NeutralEvent, ...]:
    event = {"id": "evt_1", "object": "event", "type": event_type, "created": at, "data": {"object": subject}}
    return EVENT_ADAPTERS["stripe"].translate(json.dumps(event).encode(), TERMS)
