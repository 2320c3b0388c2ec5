"""Two who label one payment at the same moment: it counts as one fraud and one dispute all the same."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from fraud.features.models import KeyHour, Sighting
from fraud.labels.models import Label, LabelSource
from fraud.labels.services.telling import Told, tell
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
CHARGEBACK = Told(1, LabelSource.CHARGEBACK, True, NOON, "dispute/1")
REVIEWED = Told(1, LabelSource.REVIEWER, True, NOON, "decision/1")
WARNED = Told(1, LabelSource.ISSUER_WARNING, True, NOON, "warning/1")


def telling(told: Told) -> threading.Thread:
    """Tell it with a connection of its own."""

    def begin() -> None:
        try:
            tell([told], by=None)
        finally:
            connection.close()

    thread = threading.Thread(target=begin)
    thread.start()
    return thread


def test_a_fraud_that_two_tell_of_at_once_is_one() -> None:
    row(Sighting, payment_id=1, customer_id=5)
    with transaction.atomic():
        tell([CHARGEBACK], by=None)
        others = [telling(REVIEWED), telling(WARNED)]
        for other in others:
            other.join(timeout=0.5)
        # Neither may count while the first is not seen by all.
        assert [other.is_alive() for other in others] == [True, True]
    for other in others:
        other.join()
    assert Label.objects.count() == 3
    sums = KeyHour.objects.aggregate(frauds=Sum("frauds"), disputes=Sum("disputes"))
    assert sums == {"frauds": 1, "disputes": 1}


def test_what_says_no_fraud_waits_for_nobody() -> None:
    row(Sighting, payment_id=1, customer_id=5)
    with transaction.atomic():
        tell([CHARGEBACK], by=None)
        other = telling(Told(1, LabelSource.REVIEWER, False, NOON, "decision/1"))
        other.join(timeout=20)
        assert not other.is_alive()
    assert Label.objects.count() == 2
