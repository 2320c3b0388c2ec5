"""Two things at once: a decision is either taken back or in effect, and every payment is raised once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from fraud.labels.models import Label
from fraud.review.models import Alert, Case, CaseState, Decision, DecisionState, Verdict
from fraud.review.services import deciding
from fraud.review.services.deciding import Choice, TooLate
from fraud.review.services.leaving import let_leave
from fraud.review.services.raising import raise_alerts
from tests.fraud.review.cases import analyst, assessed, case_of, payment

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], object]) -> None:
    """Do several things at once, each with a connection of its own."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_decision_is_taken_back_or_in_effect_and_never_both() -> None:
    ann = analyst()
    made = [
        deciding.decide(
            case_of(payment(f"A-{n}", of=f"c-{n}")), Choice(Verdict.APPROVE, "explained", UUID(int=n + 1)), by=ann
        )
        for n in range(30)
    ]
    Decision.objects.update(leaves_at=timezone.now())
    late: list[int] = []

    def take_back() -> None:
        for decision in reversed(made):
            try:
                deciding.undo(decision, by=ann)
            except TooLate:
                late.append(decision.pk)

    together(take_back, let_leave, let_leave)
    let_leave()
    done = set(Decision.objects.filter(state=DecisionState.DONE).values_list("pk", flat=True))
    undone = set(Decision.objects.filter(state=DecisionState.UNDONE).values_list("pk", flat=True))
    assert (done | undone, done & undone) == ({each.pk for each in made}, set())
    assert set(late) == done
    assert {label.reference for label in Label.objects.all()} == {f"decision/{pk}" for pk in done}
    assert Label.objects.count() == len(done) == Case.objects.filter(state=CaseState.CLOSED).count()
    assert Alert.objects.filter(settled_by=None).count() == len(undone) == Case.objects.filter(state=1).count()


def test_every_payment_is_raised_once_however_many_raise() -> None:
    for number in range(60):
        assessed(payment(f"A-{number}", of=f"c-{number % 20}"))
    raised: list[int] = []
    together(*[lambda: raised.append(raise_alerts())] * 8)
    assert (sum(raised) + raise_alerts(), Alert.objects.count(), Case.objects.count()) == (60, 60, 20)


def test_what_comes_in_while_a_decision_leaves_is_not_decided_by_it() -> None:
    ann = analyst()
    cases = [case_of(payment(f"A-{n}", of=f"c-{n}")) for n in range(20)]
    for number, case in enumerate(cases):
        deciding.decide(case, Choice(Verdict.APPROVE, "explained", UUID(int=number + 1)), by=ann)
        assessed(payment(f"B-{number}", of=f"c-{number}"))
    Decision.objects.update(leaves_at=timezone.now())
    together(let_leave, raise_alerts, let_leave)
    let_leave()
    raise_alerts()
    late = Alert.objects.filter(settled_by=None).select_related("case")
    assert late.count() == 20
    assert {alert.case.state for alert in late} == {CaseState.OPEN}
    assert Label.objects.count() == Decision.objects.filter(state=DecisionState.DONE).count() == 20
