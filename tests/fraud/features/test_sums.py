"""Sums by the hour: merged they are the same sums, and what was recorded before they were kept is made up for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from fraud.features.models import KeyHour, KeyKind, Sighting
from fraud.features.selectors import features_of_attempts
from fraud.features.services import backfilling
from fraud.features.services.backfilling import backfill
from fraud.features.services.counting import Observed, count_labels
from fraud.features.services.merging import merge_hours
from fraud.features.tasks import merge_key_hours
from payments.facts import EventKind
from payments.ledger.services.record import record
from tests.fraud.features.histories import START, Size, kept, labelled, sighted
from tests.payments.ledger.telling import NOON, make_provider, tell

pytestmark = pytest.mark.django_db


def totals() -> list[dict[str, Any]]:
    """What each key's sums by the hour come to."""
    counts = {name: Sum(name) for name in ("attempts", "failed", "frauds", "disputes", "refunds")}
    found = KeyHour.objects.values("kind", "key", "hour_at").annotate(**counts)
    return [dict(each) for each in found.order_by("kind", "key", "hour_at")]


def test_merging_changes_no_sum_and_no_feature() -> None:
    seen = sighted(21, Size(payments=150, days=20, keys=2))
    kept(seen, labelled(21, seen))
    attempts = [each.attempt_id for each in seen]
    before, sums, rows = features_of_attempts(attempts), totals(), KeyHour.objects.count()
    merged = merge_hours()
    assert merged > 0
    assert KeyHour.objects.count() == rows - merged == len(sums)
    assert totals() == sums
    assert features_of_attempts(attempts) == before
    assert merge_hours() == 0


def test_what_comes_to_nothing_goes() -> None:
    for attempts in (1, -1):
        KeyHour.objects.create(kind=KeyKind.IP, key=7, hour_at=NOON, attempts=attempts)
    merge_key_hours()
    assert not KeyHour.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_do_not_merge_at_once() -> None:
    for _ in range(2):
        KeyHour.objects.create(kind=KeyKind.IP, key=7, hour_at=NOON, attempts=1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('jeongsan.key-hours', 0))")
            assert merge_hours() == 0
            # Given back in words: closing alone leaves it to the server when the lock is free.
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('jeongsan.key-hours', 0))")
    finally:
        other.close()
    assert merge_hours() == 1


def test_what_was_recorded_before_is_made_up_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfilling, "_BATCH", 2)
    monkeypatch.setattr(backfilling, "_MERGED_AFTER", 2)
    make_provider()
    for number in range(7):
        record([tell(EventKind.ATTEMPT_STARTED, number, by_shop=True, shop_attempt="one", amount=number + 1,
                     merchant_reference=f"A-{number}", ip="203.0.113.9")])  # fmt: skip
    seen, sums = list(Sighting.objects.order_by("at").values()), totals()
    Sighting.objects.all().delete()
    KeyHour.objects.all().delete()
    assert backfill(since=NOON + timedelta(minutes=4)) == 3
    assert backfill() == 4
    assert list(Sighting.objects.order_by("at").values()) == seen
    assert totals() == sums
    assert backfill() == 0


def test_a_payment_is_one_fraud_and_one_dispute_of_each_key() -> None:
    at = START + timedelta(hours=5)
    common = {"payment_id": 1, "currency": "KRW", "customer_id": 3, "shop": 9}
    Sighting.objects.create(attempt_id=1, at=START, ip=4, **common)
    Sighting.objects.create(attempt_id=2, at=START, ip=5, **common)
    count_labels([Observed(1, at, True, True), Observed(1, at + timedelta(hours=1), True, False)])
    found = KeyHour.objects.values_list("kind", "key", "hour_at", "frauds", "disputes").order_by("kind", "key")
    assert list(found) == [
        (KeyKind.CUSTOMER, 3, at, 1, 1), (KeyKind.IP, 4, at, 1, 1), (KeyKind.IP, 5, at, 1, 1),
        (KeyKind.SHOP, 9, at, 1, 1),
    ]  # fmt: skip
    count_labels([Observed(1, at, False, False)])
    assert KeyHour.objects.count() == 4
