"""What the shop tells: once, in any order, beside what the provider tells, and each refused value by its name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from payments.facts import EventKind
from payments.intake.models import InboxDelivery
from payments.intake.services.telling import tell_events
from payments.ledger.models import (
    Attempt,
    Checkout,
    Customer,
    EventContradiction,
    Movement,
    Payment,
    PaymentEvent,
    Refund,
)
from payments.ledger.services.record import record
from tests.payments.intake.api.asking import NOON, Machine, captured, checkout, refusals
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Machine:
    """A machine that may do everything, and a provider that tells nothing by itself."""
    make_provider("local", event_adapter="")
    return Machine()


def test_a_checkout_is_kept_with_its_customer_lines_and_steps(shop: Machine) -> None:
    told = checkout(
        customer={"id": "c-1", "email": "hana@example.com", "segments": ["returning"]},
        country="KR",
        lines=[{"sku": "tea", "name": "녹차", "quantity": 2, "amount": 10_000}],
        steps=[{"step": "started", "occurred_at": NOON}],
    )
    response = shop.post("checkouts", told)
    assert response.status_code == 201
    answer = {
        "merchant_reference": "A-1", "amount": 10_000, "currency": "KRW", "customer": "c-1", "country": "KR",
        "device": "", "channel": "", "campaign": "", "promised_ship_at": None, "started_at": "2026-07-01T03:00:00Z",
        "lines": [{"position": 1, "sku": "tea", "name": "녹차", "quantity": 2, "amount": 10_000}],
        "steps": [{"step": "started", "method": "", "occurred_at": "2026-07-01T03:00:00Z"}],
    }  # fmt: skip
    assert response.json() == answer | {"contradicted": []}
    assert shop.get("checkouts/A-1").json() == answer
    assert Customer.objects.get().email_hash is not None
    again = shop.post("checkouts", told | {"device": "mobile"})
    assert (again.status_code, again.json()) == (200, answer | {"device": "mobile", "contradicted": []})
    assert Checkout.objects.count() == 1


def test_what_is_told_differently_is_named_and_what_stands_is_answered(shop: Machine) -> None:
    line = {"sku": "tea", "name": "tea", "quantity": 1, "amount": 10_000}
    first = checkout(country="KR", device="mobile", channel="app", promised_ship_at="2026-07-03T00:00:00Z", lines=[line],
                     customer={"id": "c-1"}, shipping_address="Seoul 1")  # fmt: skip
    told = shop.post("checkouts", first)
    assert (told.status_code, told.json()["contradicted"]) == (201, [])
    assert shop.post("checkouts", first | {"campaign": "new"}).json()["contradicted"] == []
    other = {
        "started_at": "2026-07-01T11:00:00+09:00", "country": "JP", "device": "desktop", "channel": "web", "campaign": "x",
        "promised_ship_at": "2026-07-04T00:00:00Z", "shipping_address": "Seoul 2", "customer": {"id": "c-2"},
        "lines": [line | {"quantity": 2}],
    }  # fmt: skip
    again = shop.post("checkouts", first | other)
    assert again.status_code == 200
    assert sorted(again.json()["contradicted"]) == sorted(other)
    stands = {name: told.json()[name] for name in told.json() if name not in ("contradicted", "campaign")}
    assert {name: again.json()[name] for name in stands} == stands
    without = {name: first[name] for name in first if name not in ("started_at", "lines", "customer")}
    assert shop.post("checkouts", without).json()["contradicted"] == []


def test_a_checkout_of_another_amount_is_a_contradiction_that_changes_nothing(shop: Machine) -> None:
    shop.post("checkouts", checkout())
    for other in ({"amount": 9_000}, {"currency": "JPY"}):
        response = shop.post("checkouts", checkout(**other, device="mobile"))
        assert (response.status_code, refusals(response)) == (409, [("contradicted", None)])
    assert (Checkout.objects.get().amount, Checkout.objects.get().device) == (10_000, "")


def test_steps_are_appended_once(shop: Machine) -> None:
    shop.post("checkouts", checkout())
    steps = {"steps": [{"step": "method_selected", "occurred_at": NOON, "method": "card"},
                       {"step": "submitted", "occurred_at": "2026-07-01T12:01:00+09:00"}]}  # fmt: skip
    for _ in range(2):
        response = shop.post("checkouts/A-1/steps", steps)
        assert [step["step"] for step in response.json()["steps"]] == ["method_selected", "submitted"]
    assert shop.post("checkouts/A-2/steps", steps).status_code == 404
    assert shop.get("checkouts/A-2").status_code == 404


def test_an_event_is_recorded_repeated_or_contradicted(shop: Machine) -> None:
    first = shop.post("events", captured())
    assert (first.status_code, first.json()) == (
        201,
        {"id": "e-1", "verdict": "recorded", "merchant_reference": "A-1"},
    )
    again = shop.post("events", captured())
    assert (again.status_code, again.json()["verdict"]) == (200, "repeated")
    other = shop.post("events", captured(amount=9_000))
    assert (other.status_code, refusals(other)) == (409, [("contradicted", None)])
    assert (PaymentEvent.objects.count(), EventContradiction.objects.count()) == (1, 1)
    assert Payment.objects.get().captured == 10_000
    assert Movement.objects.get().amount == 10_000


def test_each_telling_has_its_own_verdict_in_one_batch(shop: Machine) -> None:
    shop.post("events", captured(id="known"))
    told = [captured(id="new"), captured(id="known", amount=1), captured(id="new"), captured(id="new", amount=2),
            captured(id="known"), captured(id="odd", provider="nobody")]  # fmt: skip
    results = shop.post("events:batch", {"events": told}).json()["results"]
    assert [each["status"] for each in results] == [201, 409, 200, 409, 200, 422]


@pytest.mark.parametrize("count", [2, 60])
def test_telling_asks_a_fixed_number_of_questions(shop: Machine, count: int) -> None:
    events = [tell(EventKind.CAPTURED, by_shop=True, source_event_id=f"e-{number}", provider="local", amount=10,
                   shop_attempt="one") for number in range(count)]  # fmt: skip
    tell_events(events[:1])
    with CaptureQueriesContext(connection) as seen:
        verdicts = [str(each.verdict) for each in tell_events(events)]
    assert verdicts == ["repeated", *["recorded"] * (count - 1)]
    assert len(seen) == 45
    assert sum('FROM "payments_provider"' in query["sql"] for query in seen) == 1


def test_what_the_shop_and_the_provider_tell_is_counted_once() -> None:
    make_provider("stripe", event_adapter="stripe")
    shop = Machine()
    shop.post("checkouts", checkout())
    shop.post("events", captured(provider="stripe"))
    with transaction.atomic():
        record([tell(EventKind.CAPTURED, attempt_reference="pi_1", provider_key="ch_1", amount=10_000)])
    payment = shop.get("payments/A-1").json()
    assert (payment["status"], payment["captured"], len(payment["attempts"])) == ("captured", 10_000, 1)
    assert [(each["kind"], each["amount"], each["provider_key"]) for each in payment["movements"]] == [
        ("capture", 10_000, "ch_1")
    ]
    assert [each["source"] for each in payment["events"]] == ["shop", "provider:stripe"]


def test_what_the_shop_tells_releases_what_was_parked() -> None:
    provider = make_provider("stripe", event_adapter="stripe")
    parked = InboxDelivery.objects.create(
        provider=provider, event_id="evt_1", event_type="t", body=b"{}", state="parked", parked_references=["pi_9"]
    )
    Machine().post("events", captured(provider="stripe", attempt_reference="pi_9"))
    parked.refresh_from_db()
    assert parked.state == "waiting"


def test_a_batch_has_a_verdict_on_each_event(shop: Machine) -> None:
    shop.post("events", captured(id="e-1"))
    events = [
        captured(id="e-1"),
        captured(id="e-1", amount=1),
        captured(id="e-2", kind="attempt.started", merchant_reference="A-2"),
        captured(id="e-2", kind="attempt.started", merchant_reference="A-2"),
        captured(id="e-3", provider="nobody"),
        captured(id="e-4", amount="10000"),
        captured(id="e-5", extra={"note": "4111 1111 1111 1111"}),
        {"id": "e-6"},
        "e-7",
        captured(id="e-8", misspelt=1),
        captured(id="e-9", merchant_reference="A-9"),
    ]
    response = shop.post("events:batch", {"events": events})
    assert response.status_code == 200
    results = response.json()["results"]
    assert [each["status"] for each in results] == [200, 409, 201, 200, 422, 422, 422, 422, 422, 422, 201]
    assert [each["position"] for each in results] == list(range(11))
    assert [(each["errors"][0]["code"], each["errors"][0]["attr"]) for each in results if each["errors"]][:5] == [
        ("contradicted", "id"), ("refused", "provider"), ("invalid", "amount"), ("card_number", "extra.note"),
        ("required", "occurred_at"),
    ]  # fmt: skip
    assert set(Payment.objects.values_list("merchant_reference", flat=True)) == {"A-1", "A-2", "A-9"}
    assert "4111" not in response.content.decode()


@pytest.mark.parametrize("body", [{}, {"events": []}, {"events": "x"}, [], {"events": [{}] * 1_001},
                                  {"events": [{}], "more": 1}])  # fmt: skip
def test_what_is_no_batch_is_refused(shop: Machine, body: Any) -> None:
    assert shop.post("events:batch", body).status_code == 422


def test_a_thousand_events_cost_as_many_queries_as_ten(shop: Machine, django_assert_max_num_queries: Any) -> None:
    for count in (10, 1_000):
        events = [captured(id=f"{count}-{n}", merchant_reference=f"{count}-{n}") for n in range(count)]
        with django_assert_max_num_queries(65):
            response = shop.post("events:batch", {"events": events})
        assert {each["status"] for each in response.json()["results"]} == {201}
    assert Payment.objects.count() == 1_010


def test_attempts_and_refunds_become_events(shop: Machine) -> None:
    attempt = captured(status="captured", attempt_reference="tx-1", instrument={"brand": "bc", "last4": "4242"})
    for name in ("kind", "merchant_reference"):
        attempt.pop(name)
    assert shop.post("payments/A-1/attempts", attempt).status_code == 404
    shop.post("checkouts", checkout())
    assert shop.post("payments/A-1/attempts", attempt).status_code == 201
    assert shop.post("payments/A-1/attempts", attempt).status_code == 200
    refund = {"id": "r-1", "status": "succeeded", "occurred_at": "2026-07-02T12:00:00+09:00", "provider": "local",
              "provider_key": "tx-2", "amount": 4_000, "currency": "KRW", "reason": "broken"}  # fmt: skip
    assert shop.post("payments/A-2/refunds", refund).status_code == 404
    assert shop.post("payments/A-1/refunds", refund).status_code == 201
    payment = Payment.objects.get()
    assert (payment.status, payment.captured, payment.refunded) == ("partially_refunded", 10_000, 4_000)
    assert (Attempt.objects.get().last4, Refund.objects.get().reason) == ("4242", "broken")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"occurred_at": "2026-07-01T12:00:00"}, ("instant", "occurred_at")),
        ({"occurred_at": "2026-07-01"}, ("instant", "occurred_at")),
        ({"occurred_at": "0001-01-01T00:00:00+09:00"}, ("range", "occurred_at")),
        ({"occurred_at": "1999-12-31T23:59:59Z"}, ("range", "occurred_at")),
        ({"occurred_at": "2098-01-01T00:00:00Z"}, ("future", "occurred_at")),
        ({"occurred_at": 1}, ("instant", "occurred_at")),
        ({"amount": 10.5}, ("invalid", "amount")),
        ({"amount": True}, ("invalid", "amount")),
        ({"amount": -1}, ("min_value", "amount")),
        ({"amount": 10**15 + 1}, ("max_value", "amount")),
        ({"currency": "KRX"}, ("currency", "currency")),
        ({"currency": "krw"}, ("currency", "currency")),
        ({"provider": ""}, ("required", "provider")),
        ({"provider": "nobody"}, ("refused", "provider")),
        ({"kind": "paid"}, ("invalid_choice", "kind")),
        ({"kind": "attempt.failed"}, ("required", "result")),
        ({"kind": "dispute.charged_back"}, ("required", "object_key")),
        ({"kind": "fraud.warned"}, ("required", "object_key")),
        ({"id": ""}, ("blank", "id")),
        ({"id": 7}, ("invalid", "id")),
        ({"id": "x" * 121}, ("max_length", "id")),
        ({"merchant_reference": "x" * 81}, ("max_length", "merchant_reference")),
        ({"ip": "here"}, ("invalid", "ip")),
        ({"instrument": {"last4": "42424"}}, ("invalid", "instrument.last4")),
        ({"instrument": {"number": "1"}}, ("unknown", "instrument.number")),
        ({"extra": {"a": "\x00"}}, ("unwritable", "extra.a")),
        ({"extra": {"a": "\ud800"}}, ("unwritable", "extra.a")),
        ({"extra": {"a": "x" * 9_000}}, ("max_length", "extra")),
        ({"misspelt": 1}, ("unknown", "misspelt")),
    ],
)
def test_a_value_that_cannot_be_used_is_named(shop: Machine, values: dict[str, Any], expected: Any) -> None:
    response = shop.post("events", captured(**values))
    assert (response.status_code, refusals(response)) == (422, [expected])
    assert response.json()["type"] == "validation_error"
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "parse_error"),
        (b'{"a": NaN}', 400, "parse_error"),
        (b"\xff\xfe", 400, "parse_error"),
        (b"[" * 100_000, 400, "parse_error"),
        (b'{"amount": ' + b"9" * 5_000 + b"}", 400, "parse_error"),
        (b'{"amount": 1e400}', 422, "not_a_number"),
        (b"[1, 2]", 422, "invalid"),
        (b"", 422, "required"),
        (b"x" * 2_700_000, 413, "too_large"),
        (b'{"extra": ' + b'{"a": ' * 30 + b"1" + b"}" * 31, 422, "too_deep"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_body_that_is_none_is_refused(shop: Machine, body: bytes, status: int, code: str) -> None:
    response = shop.post("events", body)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (status, code)


def test_other_methods_types_and_addresses_have_the_one_shape_too(shop: Machine) -> None:
    form = shop.client.post("/api/v1/events", {"a": "b"}, headers=shop.headers())
    assert (form.status_code, refusals(form)) == (415, [("unsupported_media_type", None)])
    for method in ("put", "delete", "patch", "options"):
        response = getattr(shop.client, method)("/api/v1/events", headers=shop.headers())
        assert (response.status_code, refusals(response)) == (405, [("method_not_allowed", None)]), method
    assert refusals(shop.get("nothing/here")) == [("not_found", None)]
    assert refusals(shop.get("events")) == [("method_not_allowed", None)]


def test_instants_are_kept_in_utc(shop: Machine) -> None:
    shop.post("events", captured(occurred_at="2026-07-01T12:00:00.5+09:00"))
    assert PaymentEvent.objects.get().occurred_at == datetime(2026, 7, 1, 3, 0, 0, 500_000, tzinfo=UTC)
