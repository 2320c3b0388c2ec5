"""Lists by filters and cursor, each thing by its name, and a known number of queries at any size."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from payments.facts import CheckoutFact, CustomerFact, EventKind
from payments.ledger.models import Attempt, Customer, Payment
from payments.ledger.services.record import record
from payments.methods.models import PaymentMethod
from tests.payments.intake.api.asking import Machine, refusals
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)


def make_payments(count: int, begun_at: datetime | None = None, prefix: str = "A", **values: Any) -> None:
    """Captured payments A-0, A-1, …, a minute apart; two of each instant."""
    begun_at = begun_at or timezone.now() - timedelta(days=1)
    defaults: dict[str, Any] = {"provider": "local", "currency": "KRW", "by_shop": True}
    events = [
        tell(EventKind.CAPTURED, **(defaults | {"amount": 1_000 + n} | values), shop_attempt=f"t-{n}",
             merchant_reference=f"{prefix}-{n}", source_event_id=f"{prefix}{n}")
        for n in range(count)
    ]  # fmt: skip
    moved = [_at(event, begun_at + timedelta(minutes=n // 2)) for n, event in enumerate(events)]
    with transaction.atomic():
        record(moved)


def _at(event: Any, moment: datetime) -> Any:
    return replace(event, occurred_at=moment)


def references(response: Any) -> list[str]:
    """The merchant's references of a page."""
    assert response.status_code == 200, response.content
    return [each["merchant_reference"] for each in response.json()["results"]]


@pytest.fixture
def shop() -> Machine:
    """A machine, and a provider."""
    make_provider("local", event_adapter="")
    return Machine()


def test_pages_follow_each_other_without_gap_or_repetition(shop: Machine) -> None:
    make_payments(11)
    whole = references(shop.get("payments"))
    assert sorted(whole) == sorted(f"A-{n}" for n in range(11))
    stored = Payment.objects.order_by("-created_at", "-id").values_list("merchant_reference", flat=True)
    assert whole == list(stored)
    found: list[str] = []
    page = shop.get("payments", {"limit": 3})
    for _ in range(5):
        found += references(page)
        following = page.json()["next"]
        if not following:
            break
        page = shop.client.get(following, headers=shop.headers())
    assert found == whole


def test_new_payments_do_not_shift_a_page(shop: Machine) -> None:
    make_payments(6)
    page = shop.get("payments", {"limit": 4})
    with transaction.atomic():
        record([_at(tell(EventKind.CAPTURED, amount=5, by_shop=True, provider="local", merchant_reference="new",
                         source_event_id="new"), timezone.now())])  # fmt: skip
    rest = shop.client.get(page.json()["next"], headers=shop.headers())
    assert sorted(references(page) + references(rest)) == sorted(f"A-{n}" for n in range(6))


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"cursor": "fDE"}, {"cursor": "MjAyNnwx"}, {"cursor": "====="},
                                   {"limit": "0"}, {"limit": "201"}, {"limit": "0000002001"}, {"limit": "x"}, {"limit": "٣"},
                                   {"amount_min": "x"}, {"status": "nothing"}, {"created_from": "soon"},
                                   {"provider": "nobody"}, {"misspelt": "1"}, {"currency": "KRWX"}])  # fmt: skip
def test_a_query_that_cannot_be_read_is_named(shop: Machine, query: dict[str, str]) -> None:
    response = shop.get("payments", query)
    assert response.status_code == 422
    assert [field for _code, field in refusals(response)] == list(query)


def test_filters_narrow_and_the_default_is_a_month(shop: Machine) -> None:
    make_provider("other", event_adapter="")
    PaymentMethod.objects.create(code="card", family="card", name_ko="카드", name_ja="カード", name_en="Card")
    make_payments(3, method="card")
    make_payments(2, provider="other", currency="JPY", prefix="B")
    make_payments(1, begun_at=timezone.now() - timedelta(days=40), prefix="C")
    for query, expected in (
        ({}, ["A-0", "A-1", "A-2", "B-0", "B-1"]),
        ({"provider": "other"}, ["B-0", "B-1"]),
        ({"method": "card"}, ["A-0", "A-1", "A-2"]),
        ({"currency": "JPY"}, ["B-0", "B-1"]),
        ({"status": ["captured", "failed"]}, ["A-0", "A-1", "A-2", "B-0", "B-1"]),
        ({"status": "failed"}, []),
        ({"amount_min": 1_001, "amount_max": 1_001}, ["A-1", "B-1"]),
        ({"merchant_reference": "C-0"}, ["C-0"]),
        ({"q": "C-0"}, ["C-0"]),
        ({"created_from": "2020-01-01T00:00:00Z"}, ["A-0", "A-1", "A-2", "B-0", "B-1", "C-0"]),
        ({"created_to": (timezone.now() - timedelta(days=20)).isoformat()}, ["C-0"]),
    ):
        assert sorted(references(shop.get("payments", query))) == expected, query


def test_payments_of_a_customer_are_found_at_any_age(shop: Machine) -> None:
    with transaction.atomic():
        record(
            [_at(tell(EventKind.CAPTURED, amount=5, by_shop=True, provider="local"), NOW)],
            checkouts=[CheckoutFact("A-1", 5, "KRW", NOW, customer=CustomerFact("c-1"))],
        )
    assert references(shop.get("payments", {"customer": "c-1"})) == ["A-1"]
    assert references(shop.get("payments", {"customer": "c-2"})) == []


def test_a_payment_is_told_whole(shop: Machine) -> None:
    with transaction.atomic():
        record([
            tell(EventKind.CAPTURED, amount=10_000, by_shop=True, provider="local", provider_key="tx-1", shop_attempt="t"),
            tell(EventKind.REFUNDED, 5, amount=4_000, by_shop=True, provider="local", provider_key="tx-2"),
        ])  # fmt: skip
    told = shop.get("payments/A-1").json()
    assert {name: told[name] for name in ("status", "amount", "captured", "refunded", "provider", "conflicts")} == {
        "status": "partially_refunded", "amount": 10_000, "captured": 10_000, "refunded": 4_000, "provider": "local",
        "conflicts": [],
    }  # fmt: skip
    assert [each["status"] for each in told["attempts"]] == ["captured"]
    assert [(each["amount"], each["status"]) for each in told["refunds"]] == [(4_000, "succeeded")]
    assert [(each["kind"], each["amount"]) for each in told["movements"]] == [("capture", 10_000), ("refund", -4_000)]
    assert [each["kind"] for each in told["events"]] == ["capture.succeeded", "refund.succeeded"]
    assert told["disputes"] == []
    assert shop.get("payments/A-2").status_code == 404


def test_what_belongs_to_payments_is_listed_and_read(shop: Machine) -> None:
    make_provider("stripe")
    with transaction.atomic():
        record(
            [
                tell(EventKind.CAPTURED, amount=10_000, attempt_reference="pi_1", provider_key="ch_1"),
                tell(EventKind.REFUNDED, 5, amount=4_000, provider_key="re_1"),
                tell(EventKind.CHARGED_BACK, 9, amount=6_000, provider_key="dp_1", reason="fraud"),
            ],
            checkouts=[CheckoutFact("A-1", 10_000, "KRW", NOW, customer=CustomerFact("c-1", segments=("vip",)))],
        )
    for path, amount in (("attempts", 10_000), ("refunds", 4_000), ("disputes", 6_000)):
        (row,) = shop.get(path, {"merchant_reference": "A-1", "provider": "stripe"}).json()["results"]
        assert (row["amount"], row["provider"], row["merchant_reference"]) == (amount, "stripe", "A-1")
        assert shop.get(f"{path}/{row['id']}").json() == row
        assert shop.get(path, {"merchant_reference": "A-2"}).json()["results"] == []
        assert shop.get(path, {"provider": "nobody"}).json()["results"] == []
        assert shop.get(path, {"status": row["status"]}).json()["results"] == [row]
        assert shop.get(f"{path}/999999999").status_code == 404
        assert shop.get(f"{path}/{'9' * 30}").status_code == 404
    assert shop.get("customers", {"segment": "vip"}).json()["results"] == [shop.get("customers/c-1").json()]
    assert shop.get("customers", {"segment": "new"}).json()["results"] == []
    assert shop.get("customers/c-2").status_code == 404
    assert "hash" not in shop.get("customers").content.decode()
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(("path", "queries"), [("payments", 8), ("attempts", 6), ("refunds", 6), ("customers", 6)])
def test_a_list_costs_a_known_number_of_queries(
    shop: Machine, path: str, queries: int, django_assert_max_num_queries: Any, settings: Any
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    shop.get(path)  # notes the use of the key
    for count in (2, 150):
        make_payments(count, prefix=f"P{count}")
        with django_assert_max_num_queries(queries):
            response = shop.get(path, {"limit": 200})
        if path in ("payments", "attempts"):
            assert len(response.json()["results"]) == (count if count == 2 else 152)
    assert Attempt.objects.count() == 152
