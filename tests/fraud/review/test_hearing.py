"""What wakes review, and what it hears of holds that machines end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache
from django.utils import timezone

from fraud.decisions.services.deadlines import settle_overdue
from fraud.decisions.signals import assessed
from fraud.review.models import CaseEvent
from fraud.review.signals import decided
from tests.fraud.review.cases import NOON, case_of, held, payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Tasks that were sent, with the seconds until they run."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, countdown, **_: found.append((name, countdown)))
    cache.delete("fraud.review.raise")
    return found


def test_what_was_assessed_is_raised_soon_and_what_was_decided_leaves_when_it_may(sent: list[tuple[str, int]]) -> None:
    for _ in range(3):
        assessed.send_robust(sender=None, ids=(1,))
    decided.send_robust(sender=None)
    assert sent == [("fraud.review.tasks.raise_alerts", 1), ("fraud.review.tasks.let_leave", 11)]


def test_a_hold_that_the_clock_ends_is_told_in_the_open_case(django_capture_on_commit_callbacks: Any) -> None:
    one = payment()
    case = case_of(one)
    case_of(payment("B-1", of="c-2"))
    closed = case_of(one, queue=3, state=6, closed_at=NOON, group_kind=None, group_key=one.pk)
    held(one, until=timezone.now() - timedelta(seconds=1), at_deadline="released")
    with django_capture_on_commit_callbacks(execute=True):
        assert settle_overdue() == 1
    event = CaseEvent.objects.get()
    assert (event.case, event.verb, event.by, event.note) == (case, "hold_ended", None, "A-1")
    assert event.detail == {"payment": "A-1", "ending": "released", "is_by_clock": True}
    assert closed.events.count() == 0
