"""A person has a payment looked at that nothing asked for: by service, and by the page of the payment."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from fraud.review.models import Alert, AlertKind, Case, CaseEvent, CaseState, Queue
from fraud.review.services.opening import AlreadyOpen, AskedBefore, NotAssessed, NothingLeft, open_by_hand
from fraud.review.services.writing import CardDataTold, WordsMissing
from payments.acts.models import PaymentHold
from payments.records.models import AuditEvent
from tests.cast import person
from tests.fraud.review.cases import analyst, assessed, case_of, payment

pytestmark = pytest.mark.django_db
WHY = "The customer called: it was not them."


def test_a_payment_that_was_allowed_comes_into_the_first_queue_with_who_asked_and_why() -> None:
    one, ann = payment(amount=30_000), analyst()
    made = assessed(one, outcome=0, basis=0, score_ppm=200_000)
    case = open_by_hand(one, f" {WHY} ", by=ann)
    alert = Alert.objects.get()
    assert (case.queue, case.state, case.claimed_by) == (Queue.REVIEW, CaseState.OPEN, None)
    assert (alert.kind, alert.assessment_id, alert.expected_loss) == (AlertKind.MANUAL, made.pk, 6_000)
    told = CaseEvent.objects.filter(case=case).order_by("pk").values_list("verb", "by", "note")
    assert list(told) == [("opened", None, ""), ("asked_for", ann.pk, WHY)]
    event = AuditEvent.objects.get(verb="case.asked_for")
    assert (event.actor_id, event.reason, event.detail["payment"]) == (ann.pk, WHY, "A-1")
    assert not PaymentHold.objects.exists()


def test_it_joins_the_case_of_its_customer() -> None:
    standing = case_of(payment("A-1"))
    other = payment("A-2")
    assessed(other, outcome=0, basis=0)
    assert open_by_hand(other, WHY, by=analyst()) == standing
    assert Case.objects.count() == 1


def test_nothing_is_opened_twice_or_for_nothing() -> None:
    ann = analyst()
    fresh, over, known, decided = (payment(f"{name}-1", of=name) for name in "fokd")
    over.status = "refunded"
    over.save()
    standing = case_of(known)
    assessed(over)
    assessed(decided, outcome=0, basis=0)
    closed = open_by_hand(decided, WHY, by=ann)
    Case.objects.filter(pk=closed.pk).update(state=CaseState.CLOSED, closed_at=closed.opened_at)
    before = Alert.objects.count()
    for one, refusal in ((fresh, NotAssessed), (over, NothingLeft), (known, AlreadyOpen), (decided, AskedBefore)):
        with pytest.raises(refusal):
            open_by_hand(one, WHY, by=ann)
    with pytest.raises(AlreadyOpen) as refused:
        open_by_hand(known, WHY, by=ann)
    assert refused.value.case_id == standing.pk
    assert Alert.objects.count() == before


@pytest.mark.parametrize(("words", "refusal"), [(" ", WordsMissing), ("4242 4242 4242 4242", CardDataTold)])
def test_it_says_why_and_no_card(words: str, refusal: type[Exception]) -> None:
    one = payment()
    assessed(one)
    with pytest.raises(refusal):
        open_by_hand(one, words, by=analyst())
    assert not Case.objects.exists()


def browser(role: Role) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def test_the_page_of_a_payment_opens_a_case_and_leads_to_it() -> None:
    one = payment()
    assessed(one, outcome=0, basis=0)
    client = browser(Role.FRAUD_ANALYST)
    address, page = reverse("review:open", args=[one.pk]), reverse("payments:payment_by_id", args=[one.pk])
    assert "Have it reviewed" in client.get(page, follow=True).content.decode()
    empty = client.post(address, {"note": ""}, follow=True)
    assert ("This field is required." in empty.content.decode(), Case.objects.exists()) == (True, False)
    opened = client.post(address, {"note": WHY})
    case = Case.objects.get()
    assert opened["Location"] == reverse("review:case", args=[case.pk])
    shown = client.get(page, follow=True).content.decode()
    assert ("Have it reviewed" in shown, reverse("review:case", args=[case.pk]) in shown) == (False, True)
    again = client.post(address, {"note": WHY}, follow=True)
    assert "This payment is in a case already." in again.content.decode()
    assert WHY in again.content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.FINANCE, Role.ADMINISTRATOR])
def test_who_may_not_changes_nothing(role: Role) -> None:
    one = payment()
    assessed(one, outcome=0, basis=0)
    client = browser(role)
    assert client.post(reverse("review:open", args=[one.pk]), {"note": WHY}).status_code == 403
    assert not Case.objects.exists()
    assert not AuditEvent.objects.filter(verb="case.asked_for").exists()
    if role == Role.AUDITOR:
        page = client.get(reverse("payments:payment_by_id", args=[one.pk]), follow=True).content.decode()
        assert "Have it reviewed" not in page
