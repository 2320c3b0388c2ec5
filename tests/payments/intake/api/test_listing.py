"""The list of checkouts, and what refunds and customers are found by: each filter, and the index it is answered by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from payments.facts import CheckoutFact, CustomerFact, EventKind, Instrument, OrderLineFact, StepFact
from payments.intake.filters import CheckoutFilter
from payments.intake.scopes import Scope
from payments.ledger.models import Checkout
from payments.ledger.services.record import record
from payments.ledger.told import checkouts_told
from tests.payments.intake.api.asking import Machine, refusals
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db


def at(days: int = 1) -> datetime:
    """So many days ago."""
    return timezone.now() - timedelta(days=days)


def keep(*facts: CheckoutFact, events: Any = ()) -> None:
    """What the shop says of checkouts, and events of their payments."""
    with transaction.atomic():
        record(list(events), checkouts=facts)


def found(response: Any, name: str = "merchant_reference") -> list[Any]:
    """One field of each row of a page."""
    assert response.status_code == 200, response.content
    return [row[name] for row in response.json()["results"]]


@pytest.fixture
def shop() -> Machine:
    """A machine, and a provider."""
    make_provider("local", event_adapter="")
    return Machine()


def test_checkouts_are_listed_and_narrowed(shop: Machine) -> None:
    hana = CustomerFact("c-1", "hana@example.com")
    steps = (StepFact("started", at()), StepFact("paid", at()))
    paid = tell(EventKind.CAPTURED, amount=5, provider="local", by_shop=True, merchant_reference="A")
    keep(
        CheckoutFact("A", 5, "KRW", at(1), customer=hana, country="KR", device="mobile", channel="app", steps=steps),
        CheckoutFact("B", 5, "JPY", at(2), country="JP", device="desktop", channel="web", campaign="summer",
                     steps=steps[:1]),
        CheckoutFact("C", 5, "KRW", at(40), customer=hana, country="KR"),
        events=[replace(paid, occurred_at=at())],
    )  # fmt: skip
    for query, expected in (
        ({}, ["A", "B"]),
        ({"currency": "jpy"}, ["B"]),
        ({"country": "KR"}, ["A"]),
        ({"device": "desktop"}, ["B"]),
        ({"channel": "app"}, ["A"]),
        ({"campaign": "summer"}, ["B"]),
        ({"step": "started"}, ["A", "B"]),
        ({"step": "paid"}, ["A"]),
        ({"is_paid": "true"}, ["A"]),
        ({"is_paid": "false"}, ["B"]),
        ({"customer": "c-1"}, ["A", "C"]),
        ({"customer": "nobody"}, []),
        ({"merchant_reference": "C"}, ["C"]),
        ({"started_from": at(60).isoformat()}, ["A", "B", "C"]),
        ({"started_to": at(20).isoformat()}, ["C"]),
    ):
        assert found(shop.get("checkouts", query)) == expected, query
    first = shop.get("checkouts").json()["results"][0]
    assert (first["customer"], first["amount"], first["channel"]) == ("c-1", 5, "app")
    assert {"lines", "steps"}.isdisjoint(first)


@pytest.mark.parametrize("query", [{"step": "flown"}, {"is_paid": "perhaps"}, {"started_from": "soon"}, {"country": "KOR"},
                                   {"cursor": "x"}, {"misspelt": "1"}])  # fmt: skip
def test_a_question_for_checkouts_that_cannot_be_read_is_named(shop: Machine, query: dict[str, str]) -> None:
    response = shop.get("checkouts", query)
    assert (response.status_code, [field for _code, field in refusals(response)]) == (422, list(query))


def test_checkouts_of_providers_alone_are_not_the_shops(shop: Machine) -> None:
    make_provider("stripe")
    keep(events=[replace(tell(EventKind.CAPTURED, amount=5, merchant_reference="theirs"), occurred_at=at())])
    assert Checkout.objects.get().merchant_reference == "theirs"
    assert found(shop.get("checkouts")) == []


def test_pages_of_checkouts_follow_each_other(shop: Machine, django_assert_max_num_queries: Any) -> None:
    same = at()
    lines = (OrderLineFact("sku", "tea", 1, 5),)
    keep(*[CheckoutFact(f"A-{number}", 5, "KRW", same, lines=lines) for number in range(7)])
    page, seen = shop.get("checkouts", {"limit": 3}), []
    for _ in range(3):
        seen += found(page)
        following = page.json()["next"]
        with django_assert_max_num_queries(5):
            page = shop.client.get(following, headers=shop.headers()) if following else page
    assert seen == [f"A-{number}" for number in range(6, -1, -1)]


def test_reading_checkouts_needs_its_scope_and_a_write_takes_no_filters() -> None:
    assert Machine(Scope.CHECKOUTS_WRITE).get("checkouts").status_code == 403
    assert Machine(Scope.CHECKOUTS_READ).get("checkouts").status_code == 200
    assert refusals(Machine().post("checkouts?currency=KRW", {})) == [("unknown", "currency")]


def test_refunds_are_found_by_what_finds_their_payment(shop: Machine) -> None:
    make_provider("stripe")
    hana = CustomerFact("c-1", "hana@example.com")
    card = Instrument(brand="visa", last4="4242")
    keep(
        CheckoutFact("A-1", 10_000, "KRW", at(), customer=hana),
        events=[
            tell(EventKind.CAPTURED, amount=10_000, attempt_reference="pi_1", provider_key="ch_1", instrument=card),
            tell(EventKind.REFUNDED, 5, amount=4_000, provider_key="re_1"),
            tell(EventKind.CAPTURED, 6, amount=900, attempt_reference="pi_2", merchant_reference="B-1", currency="JPY"),
            tell(EventKind.REFUNDED, 7, amount=900, provider_key="re_2", merchant_reference="B-1", currency="JPY"),
        ],
    )
    for query, expected in (
        ({"q": "4242"}, ["A-1"]),
        ({"q": "pi_2"}, ["B-1"]),
        ({"q": "Hana@example.com"}, ["A-1"]),
        ({"q": "nothing"}, []),
        ({"currency": "jpy"}, ["B-1"]),
        ({"amount_min": 901}, ["A-1"]),
        ({"amount_max": 901}, ["B-1"]),
    ):
        assert found(shop.get("refunds", query)) == expected, query
    assert found(shop.get("attempts", {"q": "4242"})) == ["A-1"]


def test_customers_are_found_by_their_id_or_address(shop: Machine) -> None:
    keep(
        CheckoutFact("A", 5, "KRW", at(), customer=CustomerFact("c-1", "hana@example.com")),
        CheckoutFact("B", 5, "KRW", at(), customer=CustomerFact("c-2")),
    )
    assert found(shop.get("customers", {"q": "HANA@example.com "}), "id") == ["c-1"]
    assert found(shop.get("customers", {"q": "c-2"}), "id") == ["c-2"]
    assert found(shop.get("customers", {"q": "c"}), "id") == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "payments_checkout_started_at"),
        ({"country": "KR", "step": "paid", "is_paid": "false"}, "payments_checkoutstep_checkout_id"),
        ({"customer": "c-7"}, "payments_checkout_customer_id"),
        ({"merchant_reference": "A-7"}, "payments_checkout_merchant_reference"),
    ],
)
def test_every_question_for_checkouts_is_answered_by_an_index(query: dict[str, str], index: str) -> None:
    now = timezone.now()
    steps = (StepFact("started", now), StepFact("paid", now))
    keep(*[CheckoutFact(f"A-{n}", 5, "KRW", now - timedelta(hours=n), country="KR", steps=steps,
                        customer=CustomerFact(f"c-{n % 500}")) for n in range(5_000)])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE payments_checkout, payments_checkoutstep, payments_payment, payments_customer")
    rows = checkouts_told(CheckoutFilter(query, Checkout.objects.all()).qs).order_by("-started_at", "-id")[:51]
    plan = rows.explain()
    assert index in plan, plan
    assert "Seq Scan on payments_checkout " not in plan, plan
