"""Pages of acts: asked for on the payment, decided by another person, listed with a known number of queries."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from config.staff.roles import Role
from payments.acts.models import ActKind, ActState, Inquiry, PaymentAct
from payments.acts.services import wishes
from payments.acts.services.clients import KEYLESS
from payments.acts.services.refusals import ActRefused
from payments.acts.services.wishes import Author, Wish
from payments.ledger.addresses import payment_url
from payments.ledger.models import Payment
from payments.methods.models import Provider
from payments.records.models import ApprovalLimit
from tests.cast import person
from tests.payments.acts.stories import FakeClient, authorized, captured, stripe

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(fake: FakeClient) -> Payment:
    """A captured payment at a provider with a client."""
    stripe()
    return captured()


def page(user: User, url: str, **data: str) -> str:
    """What a person sees; with `data`, after posting it."""
    client = Client()
    client.force_login(user)
    response = client.post(url, data, follow=True) if data else client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def ask(user: User, payment: Payment, kind: str = "refund", **changes: str) -> str:
    """Fill in the form on the page of the payment."""
    usual = {"kind": kind, "ticket": str(uuid4()), "amount": "4,000", "reason": "broken", "is_confirmed": "on"}
    given = usual | changes
    data = {f"{kind}-{name}": value for name, value in given.items() if value}
    return page(user, reverse("acts:request", args=[payment.pk, kind]), **data)


def test_the_page_of_a_payment_offers_what_can_be_done_to_those_who_may(payment: Payment) -> None:
    shown = page(person(Role.FINANCE), reverse("payments:payment", args=["A-1"]))
    assert "Refund the buyer" in shown
    assert "Capture the money" not in shown
    assert "Release the authorization" not in shown
    authorized(reference="A-2")
    shown = page(person(Role.FINANCE_LEAD), reverse("payments:payment", args=["A-2"]))
    assert "Capture the money" in shown
    assert "Release the authorization" in shown
    for role in (Role.AUDITOR, Role.FRAUD_LEAD, Role.PAYMENT_ADMIN):
        assert "Refund the buyer" not in page(person(role), reverse("payments:payment", args=["A-1"]))


def test_a_refund_is_asked_for_with_a_typed_amount(payment: Payment) -> None:
    user = person(Role.FINANCE)
    shown = ask(user, payment)
    assert "It is on its way to the provider." in shown
    act = PaymentAct.objects.get()
    assert (act.amount, act.reason, act.requested_by, act.state) == (4_000, "broken", user, ActState.QUEUED)
    assert "Queued" in shown
    assert "broken" in shown


@pytest.mark.parametrize("reason", ["card 4111 1111 1111 1111", "cvv 123"])
def test_a_reason_with_card_data_goes_nowhere(payment: Payment, reason: str) -> None:
    user = person(Role.FINANCE)
    shown = ask(user, payment, reason=reason)
    assert "Never write one here; nothing was kept." in shown
    assert reason not in shown
    with pytest.raises(ActRefused, match="card_data"):
        wishes.request(payment, ActKind.REFUND, Wish(100, reason), by=Author(user))
    assert not PaymentAct.objects.exists()
    assert [session.get_decoded() for session in Session.objects.all() if reason in str(session.get_decoded())] == []


def test_a_rejection_with_card_data_decides_nothing(payment: Payment) -> None:
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=1)
    act = wishes.request(payment, ActKind.REFUND, Wish(100, "broken"), by=Author(person(Role.FINANCE)))
    shown = page(person(Role.FINANCE_LEAD), reverse("acts:reject", args=[act.pk]), reason="card 4111111111111111")
    assert "Never write one here; nothing was kept." in shown
    act.refresh_from_db()
    assert (act.state, act.error) == (ActState.AWAITING_APPROVAL, "")


def test_a_form_that_is_sent_twice_asks_once(payment: Payment) -> None:
    user = person(Role.FINANCE)
    shown = page(user, reverse("payments:payment", args=["A-1"]))
    found = re.search(r'name="refund-ticket" value="([0-9a-f-]{36})"', shown)
    assert found is not None
    for _ in range(2):
        assert "It is on its way to the provider." in ask(user, payment, ticket=found[1])
    assert PaymentAct.objects.count() == 1
    ask(user, payment, ticket=found[1], amount="1,000")  # another wish, though typed into the same form
    ask(user, payment)
    assert list(PaymentAct.objects.order_by("pk").values_list("amount", flat=True)) == [4_000, 1_000, 4_000]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ticket": ""}, "This field is required."),
        ({"amount": ""}, "This field is required."),
        ({"amount": "many"}, "This amount can’t be read."),
        ({"amount": "10,001"}, "This is more than is left, acts under way included."),
        ({"amount": "-1"}, "The amount must be more than zero."),
        ({"reason": ""}, "This field is required."),
        ({"is_confirmed": ""}, "This field is required."),
        ({"attempt_reference": "pi_stranger"}, "is not one of the available choices"),
    ],
)
def test_a_form_that_is_not_right_does_nothing(payment: Payment, changes: dict[str, str], words: str) -> None:
    assert words in ask(person(Role.FINANCE), payment, **changes)
    assert PaymentAct.objects.count() == 0


def test_a_refused_form_keeps_what_was_typed_for_one_look(payment: Payment) -> None:
    user = person(Role.FINANCE)
    client = Client()
    client.force_login(user)
    url = reverse("acts:request", args=[payment.pk, "refund"])
    typed = {"refund-kind": "refund", "refund-amount": "4,00x", "refund-reason": "broken in two"}
    refused = client.post(url, typed, follow=True).content.decode()
    assert "broken in two" in refused
    assert "<details open>" in refused, "what was typed is not behind a fold"
    assert "broken in two" not in client.get(reverse("payments:payment", args=["A-1"])).content.decode()


def test_above_the_limit_another_person_decides(payment: Payment) -> None:
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=3_999)
    asking, lead = person(Role.FINANCE_LEAD, email="asks@example.com"), person(Role.FINANCE_LEAD)
    assert "a second person has to approve" in ask(asking, payment)
    act = PaymentAct.objects.get()
    url = reverse("acts:act", args=[act.pk])
    assert "Approve and send" not in page(asking, url)
    assert "Nobody approves their own act." in page(asking, reverse("acts:approve", args=[act.pk]), x="1")
    assert "Approve and send" in page(lead, url)
    assert "Say why in words." in page(lead, reverse("acts:reject", args=[act.pk]), reason=" ")
    assert "The act is approved." in page(lead, reverse("acts:approve", args=[act.pk]), x="1")
    assert "Somebody decided this meanwhile." in page(lead, reverse("acts:approve", args=[act.pk]), x="1")
    act.refresh_from_db()
    assert (act.state, act.decided_by) == (ActState.QUEUED, lead)


def test_a_rejection_is_shown_with_its_reason(payment: Payment) -> None:
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=0)
    ask(person(Role.FINANCE), payment)
    act = PaymentAct.objects.get()
    shown = page(person(Role.FINANCE_LEAD), reverse("acts:reject", args=[act.pk]), reason="no proof")
    assert "The act is rejected." in shown
    assert "no proof" in shown


def test_our_own_answers_are_translated_and_a_providers_are_not(payment: Payment) -> None:
    asking = person(Role.FINANCE, language="ko")
    ask(asking, payment)
    act = PaymentAct.objects.get()
    for error, words in ((KEYLESS, "비밀 키가 등록되어 있지 않습니다"), ("card_declined", "card_declined")):
        PaymentAct.objects.update(error=error)
        for url in (reverse("acts:acts"), reverse("acts:act", args=[act.pk]), payment_url(payment)):
            assert words in page(asking, url), url


def test_who_may_not_decide_reads_who_may(payment: Payment) -> None:
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=0)
    asking = person(Role.FINANCE)
    ask(asking, payment)
    url = reverse("acts:act", args=[PaymentAct.objects.get().pk])
    assert "Nothing is sent before a second person approves." in page(asking, url)
    assert "Nothing is sent before" not in page(person(Role.FINANCE_LEAD), url)


def test_providers_are_named_and_filtered_by_their_code(payment: Payment) -> None:
    asking = person(Role.FINANCE)
    ask(asking, payment)
    Provider.objects.update(name="Stripe Korea")
    shown = page(asking, f"{reverse('acts:acts')}?provider=stripe")
    assert shown.count("Stripe Korea") == 3, "in the filter, its chip and the row"
    assert "A filter can’t be read" in page(asking, f"{reverse('acts:acts')}?provider=nobody")


def test_an_act_of_no_kind_is_nowhere(payment: Payment) -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    assert client.post(reverse("acts:request", args=[payment.pk, "gift"])).status_code == 404


@pytest.mark.parametrize("count", [2, 12])
def test_the_lists_ask_as_much_for_many_rows_as_for_few(
    fake: FakeClient, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    provider = stripe()
    user = person(Role.FINANCE)
    for number in range(count):
        payment = captured(reference=f"A-{number}")
        wishes.request(payment, ActKind.REFUND, Wish(1_000), by=Author(user))
        Inquiry.objects.create(payment=payment, provider=provider, attempt_reference=f"pi_{number}", error="no answer")
    client = Client()
    client.force_login(user)
    for name, queries in (("acts:acts", 6), ("acts:inquiries", 5)):
        client.get(reverse(name))  # what a process asks once
        with django_assert_num_queries(queries):
            shown = client.get(reverse(name)).content.decode()
        assert shown.count("A-") >= count
    given_up = client.get(reverse("acts:inquiries"), {"state": "given_up"}).content.decode()
    assert "no answer" in given_up
    assert "no answer" not in client.get(reverse("acts:inquiries"), {"state": "settled"}).content.decode()


def test_every_refusal_and_state_has_words() -> None:
    from payments.acts import labels
    from payments.acts.services.refusals import Refusal

    assert set(labels.REFUSALS) == set(Refusal)
    assert set(labels.STATES) == set(ActState)
