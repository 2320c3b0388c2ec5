"""Alerts: every payment that should be looked at comes into one case, once, whatever happens twice or at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fraud.features.reference import reference_amount
from fraud.review.models import Alert, Case, CaseEvent, CaseState, Decision, Queue
from fraud.review.ordering import rank
from fraud.review.selectors import unraised
from fraud.review.services import raising
from fraud.review.services.raising import raise_alerts
from tests.fraud.review.cases import NOON, assessed, case_of, held, payment
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[str, int, int]]:
    """Payment, case and kind of every alert."""
    found = Alert.objects.order_by("pk").values_list("payment_id", "case_id", "kind")
    from payments.ledger.models import Payment

    names = dict(Payment.objects.values_list("pk", "merchant_reference"))
    return sorted((names[payment_id], case_id, kind) for payment_id, case_id, kind in found)


def test_payments_of_one_customer_are_one_case_and_strangers_have_their_own() -> None:
    for reference, of in (("A-1", "ann"), ("A-2", "ann"), ("B-1", "bob"), ("C-1", ""), ("C-2", "")):
        assessed(payment(reference, of=of))
    assert (raise_alerts(), raise_alerts()) == (5, 0)
    of_ann, of_bob, first, second = Case.objects.order_by("pk")
    assert kept() == [
        ("A-1", of_ann.pk, 1), ("A-2", of_ann.pk, 1), ("B-1", of_bob.pk, 1), ("C-1", first.pk, 1), ("C-2", second.pk, 1),
    ]  # fmt: skip
    assert [case.group_kind for case in (of_ann, of_bob, first, second)] == [1, 1, None, None]
    assert list(CaseEvent.objects.values_list("verb", flat=True)) == ["opened"] * 4


def test_what_can_be_lost_is_the_amount_times_the_probability_or_all_without_a_score() -> None:
    assessed(payment("A-1", amount=9_999), score_ppm=123_456)
    assessed(payment("A-2", of="c-2", amount=9_999), score_ppm=None)
    raise_alerts()
    assert list(Alert.objects.order_by("pk").values_list("expected_loss", flat=True)) == [1_234, 9_999]


def test_a_case_is_due_by_its_promise_or_by_its_first_hold(settings: Any) -> None:
    settings.FRAUD_QUEUE_SLA_SECONDS = {"review": 7_200}
    soon = timezone.now() + timedelta(minutes=90)
    first, second = payment("A-1"), payment("A-2", of="c-2")
    for each in (first, second):
        assessed(each)
    held(second, until=soon)
    before = timezone.now()
    raise_alerts()
    by_promise, by_hold = Case.objects.order_by("pk")
    assert before + timedelta(hours=2) <= by_promise.due_at <= timezone.now() + timedelta(hours=2)
    assert by_hold.due_at == soon
    assert by_hold.rank == rank(reference_amount(5_000, "KRW"), soon)


@pytest.mark.parametrize("status", ["failed", "voided", "expired", "refunded"])
def test_nobody_looks_at_what_is_over(status: str) -> None:
    over = payment(status=status)
    assessed(over)
    assert raise_alerts() == 0
    type(over).objects.filter(pk=over.pk).update(status="authorized")  # a later try was paid
    assert raise_alerts() == 1


def test_only_what_was_reviewed_or_drawn_is_raised() -> None:
    for number, outcome in enumerate((0, 2, 3)):
        assessed(payment(f"A-{number}"), outcome=outcome)
    drawn = payment("A-9")
    assessed(drawn, outcome=0, sampled_ppm=5_000)
    row(type(assessed(payment("S-1"))), payment_id=None, outcome=1, basis=3)
    assert raise_alerts() == 2  # the drawn one, and S-1 by its own assessment
    sample = Case.objects.get(queue=Queue.SAMPLE)
    assert (sample.group_kind, sample.group_key, sample.rank) == (None, drawn.pk, rank(0, sample.due_at))
    assert Alert.objects.get(case=sample).kind == 2


def test_what_was_told_long_after_it_happened_is_for_the_record_alone() -> None:
    now = timezone.now()
    assessed(payment("A-1"), as_of=now - timedelta(days=8))
    assessed(payment("B-1", of="bob"), as_of=now - timedelta(days=6))
    assessed(payment("C-1", of="cai"), outcome=0, sampled_ppm=5_000, as_of=now - timedelta(days=8))
    assert raise_alerts() == 1
    assert [name for name, _case, _kind in kept()] == ["B-1"]


def test_several_tries_of_a_payment_are_one_alert_on_the_last() -> None:
    one = payment()
    assessed(one)
    last = assessed(one, attempt_id=10**9, score_ppm=900_000)
    assert raise_alerts() == 1
    assert Alert.objects.get().assessment_id == last.pk


@pytest.mark.parametrize("state", [CaseState.SNOOZED, CaseState.WAITING])
def test_what_joins_a_case_wakes_it_and_lifts_it_and_never_lowers_it(state: CaseState) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    case = case_of(payment("A-1"), state=state, wakes_at=tomorrow, due_at=tomorrow, rank=-(10**9))
    assessed(payment("A-2"))
    assert raise_alerts() == 1
    case.refresh_from_db()
    loss = reference_amount(10_000, "KRW")
    assert (case.state, case.wakes_at, case.due_at, case.rank) == (1, None, tomorrow, rank(loss, tomorrow))
    assert list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("verb", flat=True)) == [
        "woken",
        "joined",
    ]
    Case.objects.filter(pk=case.pk).update(rank=10**9)
    assessed(payment("A-3"))
    raise_alerts()
    case.refresh_from_db()
    assert (case.rank, case.alerts.count()) == (10**9, 3)


def test_an_escalated_case_takes_what_comes_in() -> None:
    case = case_of(payment("A-1"), queue=Queue.ESCALATED)
    assessed(payment("A-2"))
    raise_alerts()
    assert (Case.objects.count(), case.alerts.count()) == (1, 2)


def test_a_decided_case_is_joined_undecided_and_after_a_closed_one_comes_another() -> None:
    case = case_of(payment("A-1"), state=CaseState.DECIDED)
    case.alerts.update(settled_by=row(Decision, case=case))
    assessed(payment("A-2"))
    raise_alerts()
    case.refresh_from_db()
    assert (case.state, case.alerts.filter(settled_by=None).count()) == (CaseState.DECIDED, 1)
    Case.objects.filter(pk=case.pk).update(state=CaseState.CLOSED, closed_at=NOON)
    assessed(payment("A-3"))
    raise_alerts()
    assert Case.objects.exclude(pk=case.pk).get().alerts.count() == 1


def test_what_was_assessed_a_week_ago_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assessed(payment())
    monkeypatch.setattr(unraised, "LOOKBACK", timedelta(seconds=-1))
    assert raise_alerts() == 0


def test_more_than_fit_into_one_go_are_raised_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raising, "AT_ONCE", 2)
    for number in range(5):
        assessed(payment(f"A-{number}", of="one" if number < 3 else ""))
    assert raise_alerts() == 5
    assert sorted(case.alerts.count() for case in Case.objects.all()) == [1, 1, 3]


@pytest.mark.parametrize("count", [2, 40])
def test_many_cost_as_much_as_few(count: int, django_assert_num_queries: Any) -> None:
    case_of(payment("old", of="c-0"), due_at=datetime(2030, 1, 1, tzinfo=UTC))
    for number in range(count):
        assessed(payment(f"A-{number}", of=f"c-{number % 7}"))
    with django_assert_num_queries(10):  # with the savepoint
        assert raise_alerts() == count
