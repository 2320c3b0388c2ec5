"""Asking for acts: never more than there is, by whom it may be decided, and what is written with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections

from config.staff.models import User
from config.staff.roles import Role
from payments.acts.models import ActKind, ActState, PaymentAct
from payments.acts.selectors import Room, room_of
from payments.acts.services import decisions, sending, wishes
from payments.acts.services.refusals import ActRefused, NotAwaitingApproval, OwnAct, ReasonMissing
from payments.acts.services.wishes import Author, Wish
from payments.facts import EventKind
from payments.intake.scopes import Scope
from payments.intake.services import keys
from payments.intake.services.keys import NewKey
from payments.ledger.models import Payment, PaymentEvent, Refund
from payments.notices.models import WebhookEndpoint, WebhookMessage
from payments.records.models import ApprovalLimit, AuditEvent
from tests.cast import person
from tests.payments.acts.stories import FakeClient, authorized, captured, stripe, tell_all
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db
SHOP = Author(key_prefix="jk_shop")


def refusal(ask: Callable[[], object]) -> str:
    """The code of a refused wish, which leaves no row."""
    before = PaymentAct.objects.count(), PaymentEvent.objects.count(), AuditEvent.objects.count()
    with pytest.raises(ActRefused) as refused:
        ask()
    assert (PaymentAct.objects.count(), PaymentEvent.objects.count(), AuditEvent.objects.count()) == before
    return refused.value.code.value


def test_a_refund_is_kept_with_its_event_and_its_audit_row(fake: FakeClient) -> None:
    stripe()
    payment = captured()
    asker = person(Role.FINANCE)
    act = wishes.request(payment, ActKind.REFUND, Wish(4_000, " broken cup "), by=Author(asker))
    assert (act.state, act.amount, act.currency, act.reason) == (ActState.QUEUED, 4_000, "KRW", "broken cup")
    assert act.next_try_at is not None
    event = PaymentEvent.objects.get(source="act")
    assert (event.kind, event.source_event_id) == ("refund.requested", f"{act.idempotency_key}:requested")
    refund = Refund.objects.get()
    assert (refund.status, refund.amount, refund.provider_reference) == ("requested", 4_000, str(act.idempotency_key))
    audit = AuditEvent.objects.get(verb="act.requested")
    assert (audit.actor, audit.subject_id, audit.reason) == (asker, str(act.pk), "broken cup")
    assert audit.detail == {
        "payment": "A-1", "kind": "refund", "amount": 4_000, "currency": "KRW", "state": "queued", "api_key": "",
    }  # fmt: skip
    assert fake.calls == []  # nothing is sent by whoever asks


def test_there_is_never_more_than_there_is(fake: FakeClient) -> None:
    stripe()
    payment = captured()
    wishes.request(payment, ActKind.REFUND, Wish(4_000), by=SHOP)
    assert room_of(payment) == Room(capture=0, void=0, refund=6_000)
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, Wish(6_001), by=SHOP)) == "too_much"
    wishes.request(payment, ActKind.REFUND, Wish(6_000), by=SHOP)
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, Wish(1), by=SHOP)) == "too_much"
    for amount in (0, -5):
        wish = Wish(amount)
        assert refusal(lambda wish=wish: wishes.request(payment, ActKind.REFUND, wish, by=SHOP)) == "not_positive"  # type: ignore[misc]


def test_what_the_provider_has_taken_on_or_taken_back_is_no_room(fake: FakeClient) -> None:
    stripe()
    payment = captured()
    tell_all([
        tell(EventKind.REFUND_REQUESTED, 3, attempt_reference="pi_A-1", object_key="re_pending", amount=1_000),
        tell(EventKind.CHARGED_BACK, 4, attempt_reference="pi_A-1", provider_key="dp_1", amount=2_500),
        tell(EventKind.REFUND_REQUESTED, 5, by_shop=True, amount=300),
    ])  # fmt: skip
    payment.refresh_from_db()
    assert room_of(payment).refund == 10_000 - 1_000 - 2_500


def test_capture_and_void(fake: FakeClient) -> None:
    stripe()
    payment = authorized()
    assert room_of(payment) == Room(capture=10_000, void=10_000, refund=0)
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, Wish(1), by=SHOP)) == "wrong_state"
    assert refusal(lambda: wishes.request(payment, ActKind.VOID, Wish(9_999), by=SHOP)) == "not_whole"
    assert refusal(lambda: wishes.request(payment, ActKind.CAPTURE, Wish(10_001), by=SHOP)) == "too_much"
    act = wishes.request(payment, ActKind.CAPTURE, Wish(7_000), by=SHOP)
    assert (act.kind, act.attempt_reference, act.requested_with) == (ActKind.CAPTURE, "pi_A-1", "jk_shop")
    assert room_of(payment) == Room(capture=3_000, void=0, refund=0)
    other = authorized(reference="A-2")
    wishes.request(other, ActKind.VOID, Wish(10_000), by=SHOP)
    assert refusal(lambda: wishes.request(other, ActKind.CAPTURE, Wish(1), by=SHOP)) == "too_much"


def test_a_payment_taken_twice_asks_which_attempt(fake: FakeClient) -> None:
    stripe()
    payment = captured(5_000)
    tell_all([
        tell(EventKind.CAPTURED, 9, attempt_reference="pi_second", provider_key="ch_second", amount=5_000),
    ])  # fmt: skip
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, Wish(5_000), by=SHOP)) == "which_attempt"
    named = Wish(5_000, attempt_reference="pi_second")
    assert wishes.request(payment, ActKind.REFUND, named, by=SHOP).attempt_reference == "pi_second"
    too_much = Wish(5_001, attempt_reference="pi_A-1")
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, too_much, by=SHOP)) == "too_much"
    stranger = Wish(5_000, attempt_reference="pi_stranger")
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, stranger, by=SHOP)) == "wrong_state"


def test_a_provider_without_a_way_to_its_api_is_refused_at_once() -> None:
    make_provider("stripe", "stripe")  # no secret
    payment = captured()
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, Wish(1), by=SHOP)) == "no_client"
    assert refusal(lambda: wishes.request(payment, ActKind.REFUND, Wish(1), by=Author())) == "nobody"


def test_above_the_limit_a_second_person_decides(fake: FakeClient) -> None:
    stripe()
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=5_000)
    ApprovalLimit.objects.create(verb="capture", currency="KRW", limit_minor=1)
    payment, asker, lead = captured(20_000), person(Role.FINANCE), person(Role.FINANCE_LEAD)
    assert wishes.request(payment, ActKind.REFUND, Wish(5_000), by=Author(asker)).state == ActState.QUEUED
    act = wishes.request(payment, ActKind.REFUND, Wish(5_001), by=Author(asker))
    assert (act.state, act.next_try_at) == (ActState.AWAITING_APPROVAL, None)
    with pytest.raises(OwnAct):
        decisions.approve(act, by=asker)
    approved = decisions.approve(act, by=lead)
    assert (approved.state, approved.decided_by) == (ActState.QUEUED, lead)
    with pytest.raises(NotAwaitingApproval):
        decisions.reject(act, "too late", by=lead)
    assert list(AuditEvent.objects.filter(verb__startswith="act.approved").values_list("actor", flat=True)) == [lead.pk]


def test_a_large_refund_cannot_be_had_in_small_ones(fake: FakeClient) -> None:
    stripe()
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=5_000)
    payment, asker, lead = captured(20_000), person(Role.FINANCE), person(Role.FINANCE_LEAD)

    def asked(amount: int) -> PaymentAct:
        return wishes.request(payment, ActKind.REFUND, Wish(amount), by=Author(asker))

    assert asked(3_000).state == ActState.QUEUED
    sending.send_acts()  # one that went through counts as one under way does
    assert asked(2_000).state == ActState.QUEUED
    more = asked(1)
    assert more.state == ActState.AWAITING_APPROVAL
    decisions.approve(more, by=lead)
    decisions.reject(asked(4_000), "no proof", by=lead)
    assert asked(1).state == ActState.AWAITING_APPROVAL  # still those 5 000, and none that the lead has looked at
    other = captured(20_000, "A-2")
    assert wishes.request(other, ActKind.REFUND, Wish(5_000), by=Author(asker)).state == ActState.QUEUED


def test_a_rejected_refund_frees_its_money(fake: FakeClient) -> None:
    stripe()
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=0)
    payment, asker, lead = captured(), person(Role.FINANCE), person(Role.FINANCE_LEAD)
    act = wishes.request(payment, ActKind.REFUND, Wish(10_000), by=Author(asker))
    assert room_of(payment).refund == 0
    with pytest.raises(ReasonMissing):
        decisions.reject(act, "  ", by=lead)
    with pytest.raises(OwnAct):
        decisions.reject(act, "I changed my mind", by=asker)
    rejected = decisions.reject(act, "no proof", by=lead)
    assert (rejected.state, rejected.error) == (ActState.REJECTED, "no proof")
    assert Refund.objects.get().status == "failed"
    payment.refresh_from_db()
    assert (room_of(payment).refund, payment.refunded) == (10_000, 0)


def test_an_approval_looks_again_whether_there_is_room(fake: FakeClient) -> None:
    stripe()
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=0)
    payment, lead = captured(), person(Role.FINANCE_LEAD)
    act = wishes.request(payment, ActKind.REFUND, Wish(10_000), by=SHOP)
    tell_all([tell(EventKind.REFUNDED, 9, attempt_reference="pi_A-1", provider_key="re_dashboard", amount=1)])
    assert refusal(lambda: decisions.approve(act, by=lead)) == "too_much"
    act.refresh_from_db()
    assert act.state == ActState.AWAITING_APPROVAL


def test_the_database_knows_that_nobody_approves_their_own(fake: FakeClient) -> None:
    stripe()
    asker = person(Role.FINANCE)
    act = wishes.request(captured(), ActKind.REFUND, Wish(1), by=Author(asker))
    with pytest.raises(IntegrityError, match="act_is_decided_by_another_person"):
        PaymentAct.objects.filter(pk=act.pk).update(decided_by=asker)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_take_no_more_than_there_is(fake: FakeClient) -> None:
    stripe()
    payment = captured(10_000)
    asker: User = person(Role.FINANCE)
    start, outcomes = threading.Barrier(8), []

    def ask() -> None:
        try:
            start.wait(10)
            wishes.request(Payment.objects.get(pk=payment.pk), ActKind.REFUND, Wish(3_000), by=Author(asker))
            outcomes.append("taken")
        except ActRefused as refused:
            outcomes.append(refused.code.value)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["taken"] * 3 + ["too_much"] * 5
    assert PaymentAct.objects.count() == 3


def test_nobody_approves_what_a_key_asked_that_they_were_shown(fake: FakeClient) -> None:
    """Whoever issued or rotated a key can ask with it."""
    stripe()
    payment = captured()
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=0)
    issuer, rotator = person(Role.FINANCE_LEAD), person(Role.FINANCE_LEAD, email="rotates@example.com")
    first = keys.issue(NewKey("shop", [Scope.ACTS_WRITE.value]), by=issuer).key
    second = keys.rotate(first, overlap=timedelta(days=1), by=rotator).key
    for key, own, other in ((first, issuer, rotator), (second, rotator, issuer)):
        act = wishes.request(payment, ActKind.REFUND, Wish(1_000), by=Author(key_prefix=key.prefix))
        for decide in (decisions.approve, lambda row, by: decisions.reject(row, "no", by=by)):
            with pytest.raises(OwnAct):
                decide(act, by=own)
        assert decisions.approve(act, by=other).state == ActState.QUEUED


def test_the_shop_is_told_of_a_rejection(fake: FakeClient) -> None:
    stripe()
    payment = captured()
    WebhookEndpoint.objects.create(url="https://shop.example.com/hooks", secret=b"closed")
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=0)
    act = wishes.request(payment, ActKind.REFUND, Wish(4_000), by=SHOP)
    decisions.reject(act, "no proof", by=person(Role.FINANCE_LEAD))
    told = WebhookMessage.objects.get(kind="act.changed").payload
    assert told == {
        "id": str(act.idempotency_key), "kind": "refund", "state": "rejected", "amount": 4_000, "currency": "KRW",
        "reference": "A-1", "error": "no proof",
    }  # fmt: skip
