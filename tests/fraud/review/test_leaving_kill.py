"""kill -9 between a decision's act and its end: the act is neither lost nor doubled, and the label told once."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from fraud.labels.models import Label
from fraud.review.models import Case, CaseState, Decision, DecisionState, Verdict
from fraud.review.services import deciding
from fraud.review.services.deciding import Choice
from payments.acts.models import PaymentAct, PaymentHold
from tests.fraud.review.cases import analyst, case_of, held
from tests.payments.acts.stories import captured, stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]
WORKER = Path(__file__).with_name("leaving_process.py")


def worker(manner: str) -> subprocess.Popen[str]:
    """A process that lets decisions leave, past its start."""
    arguments = [sys.executable, str(WORKER), str(connection.settings_dict["NAME"]), manner]
    started = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def killed(manner: str) -> None:
    """A rejected payment, and the death of the worker that acts on it."""
    stripe()
    payment = captured(7_000)
    held(payment)
    deciding.decide(case_of(payment), Choice(Verdict.REJECT, "stolen_card", UUID(int=1)), by=analyst())
    Decision.objects.update(leaves_at=timezone.now() - timedelta(seconds=1))
    with worker(manner) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "acted\n"
        first.send_signal(signal.SIGKILL)


def test_a_worker_killed_between_act_and_end_leaves_the_decision_for_the_next() -> None:
    killed("slow")
    assert Decision.objects.get().state == DecisionState.PENDING
    assert (PaymentAct.objects.count(), Label.objects.count()) == (0, 0)
    assert PaymentHold.objects.get().ended_at is None
    with worker("honest") as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "1\n"
    act = PaymentAct.objects.get()
    assert (act.kind, act.amount, act.state) == ("refund", 7_000, "queued")
    assert (Decision.objects.get().state, Case.objects.get().state) == (DecisionState.DONE, CaseState.CLOSED)
    assert (PaymentHold.objects.get().ending, Label.objects.get().is_fraud) == ("cancelled", True)
    with worker("honest") as third:
        assert third.stdout is not None
        assert third.stdout.readline() == "0\n"
    assert PaymentAct.objects.count() == 1


def test_the_drill_sees_an_act_that_outlives_its_decision() -> None:
    killed("careless")
    assert Decision.objects.get().state == DecisionState.PENDING
    assert (PaymentAct.objects.count(), PaymentHold.objects.get().ending) == (1, "cancelled")
