"""Questions to providers: opened by the pipeline and the sweep, asked four times at most, and always with an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from payments.acts.models import Inquiry
from payments.acts.services import inquiries
from payments.facts import AttemptResult, EventKind, NeutralEvent
from payments.ledger.models import Attempt, Payment, PaymentEvent
from payments.providers.client import CallFailed, PaymentNotFound
from tests.payments.acts.stories import FakeClient, stripe, tell_all
from tests.payments.ledger.telling import NOON, make_provider, tell

pytestmark = pytest.mark.django_db

UNKNOWN = tell(
    EventKind.FAILED, 1, attempt_reference="pi_A-1", amount=10_000, result=AttemptResult.UNKNOWN,
)  # fmt: skip
TAKEN = tell(EventKind.CAPTURED, 2, attempt_reference="pi_A-1", provider_key="ch_A-1", amount=10_000)


class Silent(FakeClient):
    """A provider that answers every question by raising."""

    problem: Exception = CallFailed("no answer", was_sent=True)

    def read_payment(self, reference: str) -> tuple[NeutralEvent, ...]:
        super().read_payment(reference)
        raise self.problem


def after(wait: timedelta) -> int:
    """Sweep so much later than now; how many were asked."""
    with time_machine.travel(timezone.now() + wait):
        return inquiries.sweep()


def status() -> str:
    """Of the one attempt."""
    return Attempt.objects.get().status


def test_an_unknown_result_is_asked_for_and_settled(fake: FakeClient) -> None:
    stripe()
    tell_all([UNKNOWN])
    question = Inquiry.objects.get()
    assert (question.attempt_reference, question.tries, question.settled_at) == ("pi_A-1", 0, None)
    assert inquiries.sweep() == 0  # not yet
    fake.told = [TAKEN]
    assert after(timedelta(minutes=6)) == 1
    assert fake.calls == [("read", "pi_A-1")]
    question.refresh_from_db()
    assert (question.settled_at is not None, question.next_try_at, question.error) == (True, None, "")
    assert (status(), Payment.objects.get().captured) == ("captured", 10_000)
    assert after(timedelta(days=9)) == 0


def test_an_answer_that_comes_by_itself_closes_the_question(fake: FakeClient) -> None:
    stripe()
    tell_all([UNKNOWN])
    tell_all([TAKEN])
    assert Inquiry.objects.get().settled_at is not None
    assert after(timedelta(minutes=6)) == 0
    assert fake.calls == []


def test_it_is_asked_four_times_and_then_given_up_for_all_to_see(
    fake: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe()
    silent = Silent()
    monkeypatch.setattr("payments.acts.services.clients.client_for", lambda *_, **__: silent)
    tell_all([UNKNOWN])
    now = timezone.now()
    for wait, tries in (
        (timedelta(minutes=6), 1),
        (timedelta(hours=2), 2),
        (timedelta(days=2), 3),
        (timedelta(days=6), 4),
    ):
        with time_machine.travel(now + wait):
            assert (inquiries.sweep(), inquiries.sweep()) == (1, 0)
        assert Inquiry.objects.get().tries == tries
    question = Inquiry.objects.get()
    assert (question.next_try_at, question.settled_at, question.error) == (None, None, "no answer")
    assert (after(timedelta(days=30)), status()) == (0, "unknown")


def test_a_call_that_was_never_sent_takes_no_question_away(fake: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe()
    silent = Silent()
    silent.problem = CallFailed("left alone for a while", was_sent=False)
    monkeypatch.setattr("payments.acts.services.clients.client_for", lambda *_, **__: silent)
    tell_all([UNKNOWN])
    for minutes in range(6, 60, 6):
        assert after(timedelta(minutes=minutes)) == 1
    question = Inquiry.objects.get()
    assert (question.tries, question.settled_at, question.error) == (0, None, "left alone for a while")
    assert question.next_try_at is not None


def test_a_payment_that_the_provider_never_got_has_failed(fake: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    stripe()
    silent = Silent()
    silent.problem = PaymentNotFound(404, "resource_missing")
    monkeypatch.setattr("payments.acts.services.clients.client_for", lambda *_, **__: silent)
    tell_all([UNKNOWN])
    assert (after(timedelta(minutes=6)), status()) == (1, "unknown")  # its copies may lag
    assert after(timedelta(hours=2)) == 1
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.result) == ("failed", "technical.not_sent")
    assert PaymentEvent.objects.filter(source="provider:stripe", source_event_id="not_found:pi_A-1").count() == 1
    assert Inquiry.objects.get().settled_at is not None


@pytest.mark.parametrize("kind", [EventKind.ATTEMPT_STARTED, EventKind.ATTEMPT_WAITING])
def test_what_waits_longer_than_a_buyer_would_is_asked_about(fake: FakeClient, kind: EventKind) -> None:
    stripe()
    tell_all([tell(kind, 0, attempt_reference="pi_A-1", amount=10_000)])
    for minutes, count in ((59, 0), (61, 1)):
        with time_machine.travel(NOON + timedelta(minutes=minutes)):
            inquiries.sweep()
        assert Inquiry.objects.count() == count
    assert fake.calls == [("read", "pi_A-1")]


def test_a_voucher_is_left_alone_until_it_lapsed_and_expires_a_day_later(fake: FakeClient) -> None:
    stripe()
    lapses_at = NOON + timedelta(days=2)
    tell_all([tell(EventKind.ATTEMPT_WAITING, 0, attempt_reference="pi_A-1", amount=10_000, expires_at=lapses_at)])
    for at, asked, expected in (
        (lapses_at - timedelta(hours=1), 0, "waiting"),
        (lapses_at + timedelta(hours=2), 1, "waiting"),
        (lapses_at + timedelta(hours=25), 2, "expired"),
    ):
        with time_machine.travel(at):
            inquiries.sweep()
        assert (len(fake.calls), status()) == (asked, expected)
    event = PaymentEvent.objects.get(source="clock")
    assert (event.kind, event.occurred_at) == ("attempt.expired", lapses_at)
    assert Payment.objects.get().status == "expired"


def test_a_voucher_paid_after_it_lapsed_was_paid(fake: FakeClient) -> None:
    make_provider("local", event_adapter="")
    lapses_at = NOON + timedelta(days=2)
    voucher = {"provider": "local", "shop_attempt": "try-1", "amount": 10_000, "by_shop": True}
    tell_all([tell(EventKind.ATTEMPT_WAITING, 0, expires_at=lapses_at, **voucher)])
    with time_machine.travel(lapses_at + timedelta(hours=25)):
        inquiries.sweep()
        inquiries.sweep()
    assert (status(), PaymentEvent.objects.filter(source="clock").count()) == ("expired", 1)
    tell_all([tell(EventKind.CAPTURED, 3 * 24 * 60, **voucher)])
    payment = Payment.objects.get()
    assert (payment.status, payment.conflicts) == ("captured", [])


def test_an_answer_that_cannot_be_recorded_is_asked_for_again(
    fake: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe()
    tell_all([UNKNOWN])
    monkeypatch.setattr("payments.acts.services.inquiries.record", lambda _: 1 / 0)
    assert after(timedelta(minutes=6)) == 1
    question = Inquiry.objects.get()
    assert (question.error, question.settled_at) == ("the answer could not be recorded", None)
    assert question.next_try_at is not None


@pytest.mark.parametrize("begun", [UNKNOWN, tell(EventKind.ATTEMPT_STARTED, 1, attempt_reference="pi_A-1")])
def test_what_is_open_again_is_asked_about_again(fake: FakeClient, begun: NeutralEvent) -> None:
    """The failure that nobody had named turns out to be that of another attempt, told of late."""
    stripe()
    nameless = tell(EventKind.FAILED, 3, by_shop=True, result=AttemptResult.DECLINED_HARD)
    with time_machine.travel(NOON + timedelta(minutes=5)):
        tell_all([begun])
    with time_machine.travel(NOON + timedelta(hours=2)):
        assert inquiries.sweep() == 1
        tell_all([nameless])
        assert Inquiry.objects.get().settled_at is not None
        tell_all([tell(EventKind.ATTEMPT_STARTED, 2, attempt_reference="pi_B")])
        inquiries.sweep()
    with time_machine.travel(NOON + timedelta(minutes=150)):
        inquiries.sweep()
    assert Attempt.objects.get(provider_reference="pi_A-1").status in ("unknown", "started")
    question = Inquiry.objects.get()
    assert (question.attempt_reference, question.tries, question.settled_at) == ("pi_A-1", 1, None)
    assert fake.calls == [("read", "pi_A-1")] * 2


def test_what_was_given_up_is_not_asked_about_again(fake: FakeClient) -> None:
    stripe()
    tell_all([UNKNOWN])
    Inquiry.objects.update(next_try_at=None, tries=4, error="no answer")
    tell_all([tell(EventKind.ATTEMPT_STARTED, 0, attempt_reference="pi_A-1")])
    with time_machine.travel(NOON + timedelta(hours=2)):
        assert inquiries.sweep() == 0
    assert Inquiry.objects.get().tries == 4
