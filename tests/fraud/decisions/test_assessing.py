"""Every payment is assessed as it arrives: once for each question, held when it is stopped, and never lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from fraud.assessments.models import Assessment, Basis, Origin, Outcome
from fraud.decisions import judging
from fraud.decisions.models import Due
from fraud.decisions.policy import Outcome as Decided
from fraud.decisions.services import assessing
from fraud.decisions.signals import assessed
from fraud.features.models import Sighting
from fraud.features.selectors import features_of_attempts
from fraud.features.services import sightings
from payments.acts.models import PaymentHold
from payments.acts.services import holds
from payments.facts import EventKind, Instrument, NeutralEvent
from payments.ledger.models import Attempt, Payment
from payments.notices.models import WebhookEndpoint, WebhookMessage
from tests.fraud.decisions.conftest import STEPS, Score
from tests.payments.acts.stories import tell_all
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db
Scoring = Callable[[Score], None]
START = timezone.now() - timedelta(hours=2)


@pytest.fixture(autouse=True)
def _provider() -> None:
    make_provider()


def told(kind: EventKind, minute: int = 0, order: str = "A-1", **values: Any) -> NeutralEvent:
    """An event of an order of 10 000 won, a while ago; `card` is the fingerprint of what it is paid with."""
    card = values.pop("card", "one")
    defaults: dict[str, Any] = {
        "merchant_reference": order, "attempt_reference": f"pi_{order}", "amount": 10_000,
        "source_event_id": f"{order}-{kind}-{minute}", "instrument": Instrument(fingerprint=card),
    }  # fmt: skip
    return replace(tell(kind, **(defaults | values)), occurred_at=START + timedelta(minutes=minute))


def outcomes() -> list[tuple[int, int, int]]:
    """Outcome, basis and origin of every assessment, as they were made."""
    return list(Assessment.objects.order_by("pk").values_list("outcome", "basis", "origin"))


def test_without_rules_lists_or_a_model_everything_is_allowed_and_says_what_it_rests_on() -> None:
    tell_all([told(EventKind.AUTHORIZED)])
    row = Assessment.objects.get()
    attempt = Attempt.objects.get()
    assert outcomes() == [(Outcome.ALLOW, Basis.NOTHING, Origin.LEDGER)]
    assert (row.payment_id, row.attempt_id, row.merchant_reference) == (attempt.payment_id, attempt.pk, "A-1")
    assert (row.amount, row.currency, row.provider, row.down_reason) == (10_000, "KRW", "stripe", "")
    assert len(row.features) > 40
    assert Due.objects.count() == PaymentHold.objects.count() == 0


def test_telling_more_of_the_same_attempt_asks_nothing_again() -> None:
    tell_all([told(EventKind.AUTHORIZED)])
    tell_all([told(EventKind.CAPTURED, 5, provider_key="ch_1")])
    tell_all([told(EventKind.CAPTURED, 5, provider_key="ch_1")])
    assert len(outcomes()) == 1


def test_a_retry_with_the_same_card_is_the_same_question_and_with_another_a_new_one() -> None:
    tell_all([told(EventKind.FAILED, attempt_reference="pi_1")])
    tell_all([told(EventKind.FAILED, 1, attempt_reference="pi_2")])
    assert len(outcomes()) == 1
    tell_all([told(EventKind.AUTHORIZED, 2, attempt_reference="pi_3", card="two")])
    assert len(outcomes()) == 2


def test_an_attempt_that_runs_waits_for_its_end_but_not_for_ever() -> None:
    tell_all([told(EventKind.ATTEMPT_STARTED)])
    assert (outcomes(), Due.objects.count()) == ([], 1)
    Due.objects.update(since=timezone.now() - assessing.PATIENCE * 2)
    assert assessing.sweep() == 0
    Due.objects.update(since=timezone.now() - assessing.PENDING_PATIENCE * 2)
    assert assessing.sweep() == 1
    assert outcomes() == [(Outcome.ALLOW, Basis.NOTHING, Origin.SWEEP)]
    assert Due.objects.count() == 0


def test_a_score_above_the_line_holds_the_payment_and_wakes_those_who_look(
    scoring: Scoring, django_capture_on_commit_callbacks: Any
) -> None:
    scoring(lambda values: 400_000)
    heard: list[tuple[int, ...]] = []

    def hear(ids: tuple[int, ...], **_: Any) -> None:
        heard.append(ids)

    assessed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        tell_all([told(EventKind.AUTHORIZED)])
    row, hold = Assessment.objects.get(), PaymentHold.objects.get()
    assert (row.outcome, row.basis, row.score_ppm, row.model_id) == (Outcome.REVIEW, Basis.SCORE, 400_000, 7)
    assert (hold.payment_id, hold.effect, hold.reason, hold.at_deadline, hold.ended_at) == (
        row.payment_id, "capture_postponed", "fraud review", "released", None,
    )  # fmt: skip
    assert timedelta(hours=47) < hold.until - timezone.now() <= timedelta(hours=48)
    assert heard == [(row.pk,)]


def test_what_failed_is_not_held_but_its_retry_is(scoring: Scoring) -> None:
    scoring(lambda values: 400_000)
    tell_all([told(EventKind.FAILED, attempt_reference="pi_1")])
    assert (len(outcomes()), PaymentHold.objects.count()) == (1, 0)
    tell_all([told(EventKind.AUTHORIZED, 1, attempt_reference="pi_2")])
    assert (len(outcomes()), PaymentHold.objects.count()) == (2, 1)


def test_what_is_blocked_is_due_at_once_to_be_cancelled(scoring: Scoring) -> None:
    scoring(lambda values: 950_000)
    tell_all([told(EventKind.AUTHORIZED), told(EventKind.CAPTURED, 1, provider_key="ch_1")])
    hold = PaymentHold.objects.get()
    assert (hold.effect, hold.at_deadline, hold.reason) == ("shipping_flagged", "cancelled", "blocked as fraud")
    assert hold.until <= timezone.now()


def test_what_people_decided_about_is_not_held_again_but_what_is_blocked_since_is(scoring: Scoring) -> None:
    scoring(lambda values: 400_000)
    tell_all([told(EventKind.AUTHORIZED)])
    holds.release(PaymentHold.objects.get(), by=None)
    tell_all([told(EventKind.AUTHORIZED, 1, attempt_reference="pi_2", card="two")])
    assert (len(outcomes()), PaymentHold.objects.count()) == (2, 1)
    scoring(lambda values: 950_000)
    # All of a test is one transaction, and so one instant.
    PaymentHold.objects.update(placed_at=START)
    tell_all([told(EventKind.AUTHORIZED, 2, attempt_reference="pi_3", card="three")])
    assert PaymentHold.objects.get(ended_at=None).reason == "blocked as fraud"
    tell_all([told(EventKind.CAPTURED, 3, attempt_reference="pi_3", card="three", provider_key="ch_1")])
    assert PaymentHold.objects.count() == 2


def test_what_is_told_long_after_it_happened_is_decided_for_the_record(scoring: Scoring) -> None:
    scoring(lambda values: 950_000)
    late = told(EventKind.AUTHORIZED, -8 * 24 * 60)
    tell_all([late])
    assert outcomes() == [(Outcome.BLOCK, Basis.SCORE, Origin.LEDGER)]
    assert PaymentHold.objects.count() == 0


def test_while_the_score_cannot_be_asked_the_amount_decides_and_it_is_said(
    scoring: Scoring, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FRAUD_DOWN_POLICY = {"default": ((10_000, "allow"), (None, "review"))}

    def broken(values: Any) -> int:
        raise ZeroDivisionError

    scoring(broken)
    tell_all([told(EventKind.AUTHORIZED), told(EventKind.AUTHORIZED, order="A-2", amount=10_001)])
    assert outcomes() == [(Outcome.ALLOW, Basis.POLICY, Origin.LEDGER), (Outcome.REVIEW, Basis.POLICY, Origin.LEDGER)]
    assert set(Assessment.objects.values_list("down_reason", flat=True)) == {"score: ZeroDivisionError"}


def test_an_error_of_the_database_while_judging_is_no_error_of_the_ledger(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(judging, "in_force", broken)
    tell_all([told(EventKind.AUTHORIZED)])
    assert Assessment.objects.get().down_reason == "rules: DataError"
    assert Payment.objects.get().status == "authorized"


def test_a_step_that_fails_leaves_the_payment_due_and_the_sweep_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(assessing, "judge", lambda *_: 1 / 0)
        tell_all([told(EventKind.AUTHORIZED)])
    assert (outcomes(), Due.objects.count()) == ([], 1)
    assert assessing.sweep() == 0  # the step may be at work still
    Due.objects.update(since=timezone.now() - assessing.PATIENCE * 2)
    assert assessing.sweep() == 1
    assert outcomes() == [(Outcome.ALLOW, Basis.NOTHING, Origin.SWEEP)]


def test_one_that_cannot_be_assessed_keeps_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(assessing, "judge", lambda *_: 1 / 0)
        tell_all([told(EventKind.AUTHORIZED, order=f"A-{number}") for number in range(5)])
    Due.objects.update(since=timezone.now() - assessing.PATIENCE * 2)
    bad = Attempt.objects.get(payment__merchant_reference="A-1").pk

    def some(attempts: Sequence[int]) -> Any:
        if bad in attempts:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return features_of_attempts(attempts)

    monkeypatch.setattr(assessing, "features_of_attempts", some)
    assert (assessing.sweep(), assessing.sweep()) == (4, 0)
    assert list(Due.objects.values_list("payment_id", flat=True)) == [Attempt.objects.get(pk=bad).payment_id]
    monkeypatch.setattr(assessing, "features_of_attempts", features_of_attempts)
    assert (assessing.sweep(), len(outcomes()), Due.objects.count()) == (1, 5, 0)


def test_the_sweep_makes_up_for_what_was_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(sightings, "keep", lambda *_: 1 / 0)
        tell_all([told(EventKind.AUTHORIZED)])
    assert (outcomes(), Due.objects.count(), Sighting.objects.count()) == ([], 1, 0)
    Due.objects.update(since=timezone.now() - assessing.PATIENCE * 2)
    assert assessing.sweep() == 1
    assert (len(outcomes()), Sighting.objects.count()) == (1, 1)


def test_more_proof_is_asked_for_and_releases_the_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    WebhookEndpoint.objects.create(url="https://shop.example.com/hooks", secret=b"closed")
    monkeypatch.setattr(judging, "decide", lambda *_: Decided(Outcome.STEP_UP, Basis.RULE))
    tell_all([told(EventKind.AUTHORIZED)])
    told_to_shop = WebhookMessage.objects.get(kind="assessment.step_up").payload
    hold = PaymentHold.objects.get()
    assert (told_to_shop["reference"], hold.reason, hold.ended_at) == ("A-1", "more proof is needed", None)
    tell_all([told(EventKind.AUTHORIZED, 3, attempt_reference="pi_2", three_d_secure="authenticated")])
    hold.refresh_from_db()
    assert (hold.ending, PaymentHold.objects.count()) == ("released", 1)


def test_who_has_proven_it_already_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "decide", lambda *_: Decided(Outcome.STEP_UP, Basis.RULE))
    tell_all([told(EventKind.AUTHORIZED, three_d_secure="authenticated")])
    assert outcomes() == [(Outcome.STEP_UP, Basis.RULE, Origin.LEDGER)]
    assert PaymentHold.objects.count() == 0


def test_however_many_arrive_at_once_the_questions_are_as_many(scoring: Scoring, settings: Settings) -> None:
    settings.LEDGER_PIPELINE = STEPS[:1]
    scoring(lambda values: 400_000)
    counts = []
    for first, last in ((0, 2), (2, 42)):
        tell_all([told(EventKind.AUTHORIZED, order=f"B-{number}", card=f"c{number}") for number in range(first, last)])
        payments = list(Payment.objects.order_by("pk").values_list("pk", flat=True))[first:last]
        with CaptureQueriesContext(connection) as queries:
            assessing.assess_payments(payments, origin=Origin.SWEEP)
        written = [
            query for query in queries if "records_auditevent" in query["sql"] or "payments_auditevent" in query["sql"]
        ]
        counts.append(len(queries) - len(written))
    assert counts[0] == counts[1] <= 22
    assert len(outcomes()) == PaymentHold.objects.count() == 42
