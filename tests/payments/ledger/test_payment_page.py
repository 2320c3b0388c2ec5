"""The page of one payment: one timeline whoever told it, conflicts in words, panels of the rooms above, its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from config.staff.roles import Role
from payments.facts import AttemptResult, CheckoutFact, CustomerFact, EventKind, NeutralEvent, OrderLineFact, StepFact
from payments.ledger.addresses import payment_url
from payments.ledger.labels import shop_words
from payments.ledger.models import Checkout, Payment
from payments.ledger.panels import Panel
from payments.ledger.selectors.payment_page import PaymentDetail, payment_detail
from payments.ledger.services.record import record
from payments.methods.models import MethodFamily, PaymentMethod
from tests.cast import person
from tests.payments.ledger.telling import NOON, make_provider, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who may look at payments and at nothing else."""
    client.force_login(person(Role.FRAUD_ANALYST))
    return client


def told(*events: NeutralEvent, checkout: CheckoutFact | None = None) -> Payment:
    with transaction.atomic():
        record(events, checkouts=[checkout] if checkout else [])
    return Payment.objects.latest("pk")


def whole_life(order: str = "A-1", refunds: int = 1) -> Payment:
    """Checkout, a declined try, a captured one, refunds, a chargeback."""
    common = {"merchant_reference": order}
    return told(
        tell(EventKind.FAILED, 1, attempt_reference=f"pi_0{order}", result=AttemptResult.DECLINED_SOFT,
             source_event_id=f"f-{order}", decline_code="insufficient_funds", provider_decline_code="51", **common),
        tell(EventKind.CAPTURED, 3, attempt_reference=f"pi_1{order}", provider_key=f"ch_{order}", amount=10_000,
             source_event_id=f"c-{order}", **common),
        *(
            tell(EventKind.REFUNDED, 10 + number, attempt_reference=f"pi_1{order}", provider_key=f"re_{number}{order}",
                 amount=100, source_event_id=f"r{number}-{order}", reason="too small", **common)
            for number in range(refunds)
        ),
        tell(EventKind.CHARGED_BACK, 90, attempt_reference=f"pi_1{order}", provider_key=f"dp_{order}", amount=500,
             source_event_id=f"d-{order}", **common),
        checkout=CheckoutFact(
            order, 10_000, "KRW", NOON, customer=CustomerFact("c-1", email="minji@example.com"), country="KR",
            lines=(OrderLineFact("sku-1", "A teapot", 2, 10_000),),
            steps=(StepFact("started", NOON), StepFact("submitted", NOON, "card")),
        ),
    )  # fmt: skip


def test_one_timeline_tells_everything_in_order(reader: Client) -> None:
    make_provider()
    whole_life()
    page = reader.get("/payments/A-1/")
    said = [(str(moment.badge.label), moment.amount) for moment in page.context["moments"]]
    assert said == [
        ("Checkout started", None),
        ("Checkout submitted", None),
        ("Failed", None),
        ("Captured", 10_000),
        ("To be settled: Sale", 10_000),
        ("Refunded", 100),
        ("To be settled: Refund", -100),
        ("Charged back", 500),
        ("To be settled: Chargeback", -500),
    ]
    text = page.content.decode()
    for words in ("Declined, may be tried again", "Insufficient funds", "too small", "A teapot", "c-1", "pi_1A-1"):
        assert words in text, words
    assert text.count("<details>") == 5, "each told body is behind a fold, and so is what was known"
    assert "&quot;provider_key&quot;: &quot;ch_A-1&quot;" in text


@pytest.mark.parametrize(
    ("channel", "device", "words"), [("app", "mobile", "App · Mobile"), ("", "kiosk", "kiosk"), ("", "", "")]
)
def test_where_the_buyer_was_is_told_in_words(channel: str, device: str, words: str) -> None:
    assert shop_words(Checkout(channel=channel, device=device)) == words


def test_a_conflict_is_explained_in_words_and_marked_where_it_happened(reader: Client) -> None:
    make_provider()
    told(
        tell(EventKind.CAPTURED, 1, attempt_reference="pi_1", provider_key="ch_1", amount=10_000),
        tell(EventKind.FAILED, 2, attempt_reference="pi_1", result=AttemptResult.DECLINED_HARD),
        tell(EventKind.CAPTURED, 3, attempt_reference="pi_2", provider_key="ch_2", amount=10_000),
    )
    page = reader.get("/payments/A-1/")
    text = page.content.decode()
    assert "one of them must go back to the buyer" in text
    assert "An attempt that had succeeded was reported as failed afterwards." in text
    marked = [str(moment.badge.label) for moment in page.context["moments"] if moment.is_conflicting]
    assert marked == ["Failed"]


def test_of_two_events_at_one_instant_the_cause_stands_first(reader: Client) -> None:
    make_provider()
    for kind in (EventKind.CAPTURED, EventKind.AUTHORIZED):  # as they arrived
        told(tell(kind, 1, attempt_reference="pi_1", provider_key="ch_1", amount=10_000))
    said = [str(moment.badge.label) for moment in reader.get("/payments/A-1/").context["moments"]]
    assert said == ["Authorized", "Captured", "To be settled: Sale"]


def test_a_result_that_nobody_knows_is_not_called_a_failure(reader: Client) -> None:
    make_provider()
    told(tell(EventKind.FAILED, 1, attempt_reference="pi_1", result=AttemptResult.UNKNOWN))
    (moment,) = reader.get("/payments/A-1/").context["moments"]
    assert (str(moment.badge.label), moment.badge.tone, moment.badge.icon) == ("Unknown", "warning", "question")


def test_a_method_is_named_in_the_viewers_language(reader: Client) -> None:
    make_provider()
    PaymentMethod.objects.create(
        code="card", family=MethodFamily.CARD, name_ko="카드", name_ja="カード", name_en="Credit card"
    )
    told(
        tell(EventKind.CAPTURED, 1, attempt_reference="pi_1", provider_key="ch_1", amount=10_000, method="card"),
        checkout=CheckoutFact("A-1", 10_000, "KRW", NOON, steps=(StepFact("submitted", NOON, "card"),)),
    )
    step, captured, _sale = reader.get("/payments/A-1/").context["moments"]
    assert (step.detail, captured.detail) == ("Credit card", "Credit card · pi_1 · ch_1")


def test_the_page_is_found_by_reference_by_id_and_by_a_reference_no_address_can_hold(reader: Client) -> None:
    make_provider()
    payment = whole_life("order 1/..")
    assert payment_url(payment) == f"/payments/id/{payment.pk}/"
    for path in (payment_url(payment), f"/payments/{payment.pk}/"):
        assert reader.get(path).context["payment"] == payment
    assert payment_url(Payment(merchant_reference="..", pk=7)) == "/payments/id/7/"
    assert payment_url(Payment(merchant_reference="주문-1.a:b", pk=7)) == f"/payments/{'%EC%A3%BC%EB%AC%B8-1.a:b'}/"
    for path in ("/payments/nobody/", "/payments/99999999999999999999/", "/payments/id/1234567/"):
        assert reader.get(path).status_code == 404


def test_another_payments_reference_that_is_a_number_wins_over_an_id(reader: Client) -> None:
    make_provider()
    first = whole_life("A-1")
    second = whole_life(str(first.pk))
    assert reader.get(f"/payments/{first.pk}/").context["payment"] == second
    assert reader.get(f"/payments/id/{first.pk}/").context["payment"] == first


def test_previous_and_next_stay_within_the_filters_of_the_list(reader: Client) -> None:
    make_provider()
    make_provider("toss", "toss")
    for number, provider in enumerate(("stripe", "toss", "stripe", "toss", "stripe")):
        told(tell(EventKind.CAPTURED, number, merchant_reference=f"o-{number}", attempt_reference=f"pi_{number}",
                  provider_key=f"ch_{number}", amount=1_000, provider=provider))  # fmt: skip
    query = "?provider=stripe&created_from=2026-01-01"
    page = reader.get(f"/payments/o-2/{query}")
    assert (page.context["newer"], page.context["older"]) == (f"/payments/o-4/{query}", f"/payments/o-0/{query}")
    page = reader.get("/payments/o-4/")
    assert (page.context["newer"], page.context["older"]) == ("", "/payments/o-3/")
    assert reader.get("/payments/o-0/?created_from=nonsense").context["newer"] == "/payments/o-1/?created_from=nonsense"


def test_panels_come_from_the_settings_and_may_have_nothing_to_say(reader: Client, settings: Settings) -> None:
    make_provider()
    whole_life()
    settings.PAYMENT_PANELS = [f"{__name__}.{name}" for name in ("silent_panel", "speaking_panel")]
    page = reader.get("/payments/A-1/")
    assert [panel.title for panel in page.context["panels"]] == ["about A-1"]
    assert "about A-1" in page.content.decode()
    settings.PAYMENT_PANELS = []
    assert reader.get("/payments/A-1/").status_code == 200


def silent_panel(detail: PaymentDetail, request: HttpRequest) -> Panel | None:
    """Of a room with nothing to say."""
    return None


def speaking_panel(detail: PaymentDetail, request: HttpRequest) -> Panel | None:
    """Of a room with something to say."""
    return Panel(f"about {detail.row.merchant_reference}", "components/empty.html")


def test_who_may_not_see_settlement_or_inbox_sees_no_panel_of_them(reader: Client) -> None:
    make_provider()
    whole_life()
    assert "Settled by" not in reader.get("/payments/A-1/").content.decode()
    auditor = Client()
    auditor.force_login(person(Role.AUDITOR))
    assert "3 movements wait for statement lines." in auditor.get("/payments/A-1/").content.decode()


@pytest.mark.parametrize("refunds", [1, 40])
def test_the_page_asks_a_fixed_number_of_questions(
    refunds: int, reader: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    make_provider()
    payment = whole_life(refunds=refunds)
    with django_assert_num_queries(10):
        detail = payment_detail(payment)
    assert len(detail.refunds) == refunds
    with django_assert_num_queries(22):
        assert reader.get(reverse("payments:payment", args=["A-1"])).status_code == 200
