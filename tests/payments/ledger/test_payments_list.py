"""The list of payments: found by whatever is pasted, narrowed by the address alone, paged by place, exported as shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.facts import CheckoutFact, CustomerFact, EventKind, Instrument
from payments.ledger.models import Payment
from payments.ledger.services.record import record
from payments.records.models import AuditEvent
from payments.web.models import SavedView
from tests.cast import person
from tests.payments.ledger.telling import NOON, make_provider, tell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_july() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who may look."""
    client.force_login(person(Role.FRAUD_ANALYST))
    return client


def take(order: str, minute: float = 0, **values: Any) -> None:
    """A payment that was captured."""
    told = {
        "merchant_reference": order, "amount": 10_000, "provider_key": f"ch_{order}", "attempt_reference": f"pi_{order}",
        "source_event_id": f"captured-{order}",
    } | values  # fmt: skip
    with transaction.atomic():
        record([tell(EventKind.CAPTURED, minute, **told)])


def shown(client: Client, query: str = "") -> list[str]:
    """The orders of the page, from the top."""
    page = client.get(f"{reverse('payments:payments')}?{query}")
    assert page.status_code == 200
    return [row.record.merchant_reference for row in page.context["table"].rows]


def test_the_newest_stand_first_and_the_default_period_is_31_days(reader: Client) -> None:
    make_provider()
    take("old", -60 * 24 * 30)
    take("first", 1)
    take("second", 2)
    assert shown(reader) == ["second", "first"]
    assert shown(reader, "sort=created_at") == ["first", "second"]
    assert shown(reader, "created_from=2026-05-01") == ["second", "first", "old"]
    assert shown(reader, "created_from=2026-05-01&created_to=2026-06-30") == ["old"]
    assert shown(reader, "created_to=2026-06-30") == ["old"]
    assert shown(reader, "created_to=2026-07-01") == ["second", "first", "old"]
    assert shown(reader, "created_to=2026-07-02") == ["second", "first"], "31 days before the end that is given"


@pytest.mark.parametrize(
    "term", ["A-1", " A-1 ", "pi_1", "ch_1", "4242", "minji@example.com", " MinJi@Example.com", "{pk}", "dp_1"]
)
def test_a_payment_is_found_by_whatever_somebody_pastes_at_any_age(term: str, reader: Client) -> None:
    make_provider()
    old = {"minute": -60 * 24 * 400}
    customer = CustomerFact("c-1", email="minji@example.com")
    with transaction.atomic():
        record(
            [
                tell(EventKind.CAPTURED, attempt_reference="pi_1", provider_key="ch_1", amount=5_000,
                     references=("ch_1",), instrument=Instrument(brand="visa", last4="4242"), **old),
                tell(EventKind.CHARGED_BACK, provider_key="dp_1", amount=5_000, attempt_reference="pi_1", **old),
            ],
            checkouts=[CheckoutFact("A-1", 5_000, "KRW", NOON, customer=customer)],
        )  # fmt: skip
    take("B-2", attempt_reference="pi_2")
    pk = Payment.objects.get(merchant_reference="A-1").pk
    assert shown(reader, f"q={term.format(pk=pk)}") == ["A-1"]


def test_nothing_is_found_by_a_part_or_by_nonsense(reader: Client) -> None:
    make_provider()
    take("A-1")
    for term in ("A-", "nobody@example.com", "99999999999999999999999", "0000", "%", "ch_"):
        assert shown(reader, f"q={term}") == []


def test_every_filter_narrows(reader: Client) -> None:
    make_provider()
    make_provider("toss", "toss", currencies=["KRW", "USD"])
    take("won", 1, amount=10_000)
    take("dollars", 2, amount=1_050, currency="USD", provider="toss")
    take("third", 3)
    with transaction.atomic():
        record(
            [tell(EventKind.FAILED, 4, merchant_reference="declined", attempt_reference="pi_x", result="declined.soft")]
        )
    assert shown(reader, "status=captured") == ["third", "dollars", "won"]
    assert shown(reader, "status=failed") == ["declined"]
    assert shown(reader, "provider=toss") == ["dollars"]
    assert shown(reader, "currency=usd") == ["dollars"]
    assert shown(reader, "at_least=10.5&currency=USD") == ["dollars"]
    assert shown(reader, "at_least=10.51&currency=USD") == []
    assert shown(reader, "at_most=9999") == ["dollars"]
    assert shown(reader, "at_least=10.5&at_most=10.5") == ["dollars"]
    assert shown(reader, "at_least=10.51&at_most=11") == []
    assert shown(reader, "conflict=True") == []
    assert shown(reader, "method=nothing") == [], "an unusable value shows no rows"


def test_pages_by_place_show_every_row_once_in_both_directions_and_under_new_rows(reader: Client) -> None:
    make_provider()
    for number in range(125):
        take(f"o-{number:03}", number // 5)
    expected = [f"o-{number:03}" for number in range(124, -1, -1)]
    for sort, order in (("", expected), ("sort=created_at", expected[::-1])):
        first = reader.get(f"{reverse('payments:payments')}?{sort}")
        pages = [first]
        while query := pages[-1].context["page"].pages.next_query:
            pages.append(reader.get(f"{reverse('payments:payments')}?{query}"))
        seen = [[row.record.merchant_reference for row in page.context["table"].rows] for page in pages]
        assert [len(rows) for rows in seen] == [50, 50, 25]
        assert [each for rows in seen for each in rows] == order
        back = pages[-1].context["page"].pages.previous_query
        assert shown(reader, back) == seen[1]
        assert (
            shown(reader, reader.get(f"{reverse('payments:payments')}?{back}").context["page"].pages.previous_query)
            == seen[0]
        )
        assert first.context["page"].pages.previous_query == ""
    second = reader.get(reverse("payments:payments")).context["page"].pages.next_query
    take("newer", 500)
    assert shown(reader, second)[0] == "o-074", "a new row moves nothing on the other pages"


@pytest.mark.parametrize(
    "place", ["x", "1", "1.", ".1", "-5.3", "9" * 400 + ".1", "999999999999999999.5", "1.99999999999999999999"]
)
def test_a_place_that_is_none_is_the_first_page(place: str, reader: Client) -> None:
    make_provider()
    take("A-1")
    assert shown(reader, f"after={place}") == ["A-1"]
    assert shown(reader, f"before={place}") == ["A-1"]


def test_the_export_is_exactly_what_is_shown_and_leaves_a_trace(reader: Client) -> None:
    make_provider()
    for number in range(60):
        take(f"o-{number:02}", number)
    take("other", 1, amount=5)
    query = "at_least=100&columns=amount&columns=currency&columns=status&sort=created_at"
    page = reader.get(f"{reverse('payments:payments')}?{query}")
    headers = [str(column.header) for column in page.context["table"].columns]
    answer: Any = reader.get(f"{reverse('payments:payments')}?{page.context['page'].export_query}")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode().removeprefix("\ufeff"))))
    assert rows[0] == headers == ["Order", "Status", "Cur.", "Amount"]
    assert len(rows) == 61
    assert rows[1] == ["o-00", "Captured", "KRW", "10000"]
    assert rows[-1] == ["o-59", "Captured", "KRW", "10000"]
    heard = AuditEvent.objects.get(verb="list.exported")
    assert heard.subject_id == "payments"
    assert heard.detail["rows"] == 60
    assert heard.detail["filters"] == {"at_least": ["100"]}
    assert heard.detail["columns"] == ["merchant_reference", "status", "currency", "amount"]


def test_the_columns_are_chosen_in_the_address_and_the_order_always_stays(reader: Client) -> None:
    make_provider()
    take("A-1")
    page = reader.get(f"{reverse('payments:payments')}?columns=customer&columns=nonsense")
    assert [column.name for column in page.context["table"].columns] == ["merchant_reference", "customer"]
    assert 'name="columns" value="customer"' in page.content.decode()


def test_a_view_is_saved_shown_marked_and_forgotten_by_its_owner_alone(reader: Client) -> None:
    address = reverse("payments:payments")
    query = "status=failed&columns=amount&after=5.5&q="
    saved = reader.post(
        reverse("views:save"), {"list": "payments", "name": " Failed  ones ", "path": address, "query": query}
    )
    assert saved.headers["Location"] == f"{address}?status=failed&columns=amount"
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Failed ones", "status=failed&columns=amount")
    current = reader.get(f"{address}?columns=amount&status=failed").context["page"].views
    assert [(each.name, each.is_current) for each in current] == [("Failed ones", True)]
    assert [each.is_current for each in reader.get(address).context["page"].views] == [False]
    other = Client()
    other.force_login(person(Role.AUDITOR))
    assert other.get(address).context["page"].views == ()
    other.post(reverse("views:delete", args=[view.pk]), {"path": address})
    assert SavedView.objects.count() == 1
    reader.post(reverse("views:delete", args=[view.pk]), {"path": "//evil.example/"})
    assert SavedView.objects.count() == 0


def test_the_same_name_replaces_a_view_and_a_bad_one_is_refused(reader: Client) -> None:
    address = reverse("payments:payments")
    for name, query in (
        ("a", "status=failed"),
        ("a", "status=captured"),
        (" ", "status=voided"),
        ("b", "q=" + "x" * 2001),
    ):
        reader.post(reverse("views:save"), {"list": "payments", "name": name, "path": address, "query": query})
    assert list(SavedView.objects.values_list("name", "query")) == [("a", "status=captured")]
    for number in range(40):
        reader.post(reverse("views:save"), {"list": "payments", "name": f"v{number}", "path": address, "query": ""})
    assert SavedView.objects.count() == 30


@pytest.mark.parametrize("count", [3, 60])
def test_the_list_asks_a_fixed_number_of_questions(
    count: int, reader: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    make_provider()
    for number in range(count):
        take(f"o-{number:02}", number)
    with django_assert_num_queries(9 if count > 50 else 8):
        assert len(shown(reader)) == min(count, 50)  # rows of a single page are counted already


def test_days_are_of_the_viewers_zone(reader: Client) -> None:
    make_provider()
    at = NOON.replace(hour=15, minute=30)  # half past midnight of the next day in Seoul
    take("late", (at - NOON) / timedelta(minutes=1))
    assert shown(reader, "created_from=2026-07-02&created_to=2026-07-02") == ["late"]
    assert shown(reader, "created_from=2026-07-01&created_to=2026-07-01") == []
