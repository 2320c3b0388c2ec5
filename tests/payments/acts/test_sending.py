"""Sending acts: once at the provider, whatever happens on the way, and always with an end that people can read."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from payments.acts.models import ActKind, ActState, PaymentAct
from payments.acts.services import sending, wishes
from payments.acts.services.wishes import Author, Wish
from payments.facts import EventKind
from payments.ledger.models import Movement, Payment, Refund
from payments.methods.models import ProviderSecret
from payments.notices.models import WebhookDelivery
from payments.notices.services import endpoints
from payments.providers.answers import ActResult
from payments.providers.answers import ActState as Answered
from payments.records.models import AuditEvent
from tests.payments.acts.stories import LOST, FakeClient, authorized, captured, stripe, tell_all
from tests.payments.ledger.telling import tell

pytestmark = pytest.mark.django_db
SHOP = Author(key_prefix="jk_shop")


@pytest.fixture
def act(fake: FakeClient) -> PaymentAct:
    """A refund on its way."""
    stripe()
    return wishes.request(captured(), ActKind.REFUND, Wish(4_000, "broken"), by=SHOP)


def due(act: PaymentAct) -> None:
    """Let the next try be due."""
    PaymentAct.objects.filter(pk=act.pk).update(next_try_at=timezone.now())


def seen(act: PaymentAct) -> PaymentAct:
    """The row as it is now."""
    return PaymentAct.objects.get(pk=act.pk)


def test_a_refund_is_sent_once_and_folded_with_what_the_provider_tells(act: PaymentAct, fake: FakeClient) -> None:
    assert (sending.send_acts(), sending.send_acts()) == (1, 0)
    key = str(act.idempotency_key)
    assert fake.calls == [("refund.succeeded", "pi_A-1", 4_000, key)]
    row = seen(act)
    assert (row.state, row.provider_reference, row.tries, row.error) == (ActState.SUCCEEDED, "refunded_1", 1, "")
    assert (row.next_try_at, row.finished_at is not None) == (None, True)
    refund = Refund.objects.get()
    assert (refund.status, refund.amount, refund.provider_reference) == ("succeeded", 4_000, "refunded_1")
    payment = Payment.objects.get()
    assert (payment.status, payment.refunded, payment.conflicts) == ("partially_refunded", 4_000, [])
    assert Movement.objects.filter(provider_key="refunded_1").values_list("amount", flat=True)[0] == -4_000
    assert AuditEvent.objects.filter(verb="act.succeeded", subject_id=str(act.pk)).count() == 1


def test_the_webhook_of_our_own_refund_changes_nothing(act: PaymentAct, fake: FakeClient) -> None:
    sending.send_acts()
    tell_all([
        tell(EventKind.REFUNDED, 99, attempt_reference="pi_A-1", provider_key="refunded_1", amount=4_000),
    ])  # fmt: skip
    payment = Payment.objects.get()
    assert (payment.refunded, payment.conflicts, Refund.objects.count()) == (4_000, [], 1)
    assert Movement.objects.filter(provider_key="refunded_1").count() == 1


def test_capture_and_void_are_sent_as_such(fake: FakeClient) -> None:
    stripe()
    wishes.request(authorized(), ActKind.CAPTURE, Wish(7_000), by=SHOP)
    wishes.request(authorized(reference="A-2"), ActKind.VOID, Wish(10_000), by=SHOP)
    assert sending.send_acts() == 2
    assert [call[:3] for call in fake.calls] == [
        ("capture.succeeded", "pi_A-1", 7_000), ("attempt.voided", "pi_A-2", None),
    ]  # fmt: skip
    assert Payment.objects.get(merchant_reference="A-1").captured == 7_000
    assert Payment.objects.get(merchant_reference="A-2").status == "voided"


def test_a_refusal_is_kept_in_the_words_of_the_provider(act: PaymentAct, fake: FakeClient) -> None:
    endpoints.create("https://shop.example.com/told", by=None)
    fake.moods = [ActResult(Answered.FAILED, error="insufficient_funds")]
    sending.send_acts()
    row = seen(act)
    assert (row.state, row.error) == (ActState.FAILED, "insufficient_funds")
    refund = Refund.objects.get()
    assert (refund.status, refund.reason) == ("failed", "broken")
    assert Payment.objects.get().refunded == 0
    told = WebhookDelivery.objects.select_related("message").get(message__kind="act.changed").message.payload
    assert told == {
        "id": str(act.idempotency_key), "kind": "refund", "state": "failed", "amount": 4_000, "currency": "KRW",
        "reference": "A-1", "error": "insufficient_funds",
    }  # fmt: skip
    # The money is free for the next one.
    assert wishes.request(Payment.objects.get(), ActKind.REFUND, Wish(10_000), by=SHOP).state == ActState.QUEUED


def test_a_lost_answer_is_asked_for_again_with_the_same_key(act: PaymentAct, fake: FakeClient) -> None:
    fake.moods = [LOST]
    before = timezone.now()
    sending.send_acts()
    row = seen(act)
    assert (row.state, row.error) == (ActState.UNKNOWN, "no answer: ReadTimeout")
    assert row.next_try_at is not None
    assert timedelta(minutes=4) < row.next_try_at - before < timedelta(minutes=6)
    assert Payment.objects.get().refunded == 0
    due(act)
    sending.send_acts()
    assert seen(act).state == ActState.SUCCEEDED
    assert {call[3] for call in fake.calls} == {str(act.idempotency_key)}
    assert (len(fake.calls), len(fake.done), Payment.objects.get().refunded) == (2, 1, 4_000)


def test_tries_come_apart_until_somebody_knows(act: PaymentAct, fake: FakeClient) -> None:
    fake.repeats_within = timedelta(days=30)
    fake.moods = [LOST] * 6
    waits = []
    for _ in range(6):
        due(act)
        before = timezone.now()
        sending.send_acts()
        row = seen(act)
        assert (row.state, row.next_try_at is not None) == (ActState.UNKNOWN, True)
        assert row.next_try_at is not None
        waits.append(round((row.next_try_at - before).total_seconds() / 60))
    assert waits == [5, 60, 360, 1440, 1440, 1440]


def test_a_key_that_the_provider_may_have_forgotten_is_not_sent_again(act: PaymentAct, fake: FakeClient) -> None:
    fake.moods = [LOST]
    sending.send_acts()
    due(act)
    with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=55)):
        sending.send_acts()
    assert fake.calls[1:] == [("read", "pi_A-1")]
    assert (seen(act).state, seen(act).provider_reference) == (ActState.SUCCEEDED, "refunded_1")
    assert Payment.objects.get().refunded == 4_000


def test_what_the_provider_never_did_is_failed_in_the_end(act: PaymentAct, fake: FakeClient) -> None:
    fake.moods = [ActResult(Answered.UNKNOWN, error="http_500")]
    sending.send_acts()
    due(act)
    # Somebody gave back the same amount by hand, but a day before us.
    tell_all([tell(EventKind.REFUNDED, 9, attempt_reference="pi_A-1", provider_key="re_by_hand", amount=4_000)])
    fake.told = [tell(EventKind.REFUNDED, 9, attempt_reference="pi_A-1", provider_key="re_by_hand", amount=4_000)]
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        sending.send_acts()
    assert (seen(act).state, seen(act).error) == (ActState.FAILED, "not_found_at_provider")
    assert Payment.objects.get().refunded == 4_000


def test_already_refunded_after_a_lost_answer_is_our_own_refund(act: PaymentAct, fake: FakeClient) -> None:
    fake.moods = [LOST, ActResult(Answered.FAILED, error="charge_already_refunded")]
    sending.send_acts()
    due(act)
    sending.send_acts()
    assert [call[0] for call in fake.calls] == ["refund.succeeded", "refund.succeeded", "read"]
    assert (seen(act).state, seen(act).error) == (ActState.SUCCEEDED, "")


def test_already_refunded_within_one_call_is_our_own_refund(act: PaymentAct, fake: FakeClient) -> None:
    fake.done[str(act.idempotency_key)] = fake._make(EventKind.REFUNDED, act.attempt_reference, act.amount)
    fake.moods = [ActResult(Answered.FAILED, error="charge_already_refunded", is_after_doubt=True)]
    sending.send_acts()
    assert [call[0] for call in fake.calls] == ["refund.succeeded", "read"]
    assert (seen(act).state, seen(act).error) == (ActState.SUCCEEDED, "")


def test_what_never_arrived_stays_queued(act: PaymentAct, fake: FakeClient) -> None:
    fake.moods = [ActResult(Answered.UNKNOWN, error="not reached: ConnectError", was_sent=False)]
    sending.send_acts()
    row = seen(act)
    assert (row.state, row.sent_at, row.tries, row.error) == (ActState.QUEUED, None, 0, "not reached: ConnectError")
    assert row.next_try_at is not None
    assert row.next_try_at > timezone.now()


def test_a_secret_that_went_is_said_and_nothing_is_lost(act: PaymentAct, fake: FakeClient) -> None:
    ProviderSecret.objects.all().delete()
    sending.send_acts()
    assert (seen(act).state, seen(act).error[:33]) == (ActState.QUEUED, "the provider has no API secret he")
    assert fake.calls == []


def test_an_answer_that_cannot_be_recorded_is_asked_for_again(
    act: PaymentAct, fake: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("payments.acts.services.endings.record", lambda _: 1 / 0)
        sending.send_acts()
    assert (seen(act).state, seen(act).error) == (ActState.UNKNOWN, "the answer could not be recorded")
    due(act)
    sending.send_acts()
    assert (seen(act).state, len(fake.done)) == (ActState.SUCCEEDED, 1)


def test_a_worker_taken_for_dead_moves_nothing_any_more(act: PaymentAct, fake: FakeClient) -> None:
    late = sending.claimed()
    assert late is not None
    assert sending.claimed() is None  # it is being sent
    due(act)
    second = sending.claimed()
    assert second is not None
    fake.moods = [LOST]
    sending.send(late)  # its answer is lost, but the act is in another's hands
    assert (seen(act).state, seen(act).tries) == (ActState.SENDING, 2)
    sending.send(second)
    assert seen(act).state == ActState.SUCCEEDED
    sending.send(late)
    assert (seen(act).state, Payment.objects.get().refunded) == (ActState.SUCCEEDED, 4_000)
