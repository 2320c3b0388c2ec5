"""Features at an instant are what their words say: compared with plain Python over lists, value for value."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from fraud.features.catalogue import CATALOGUE
from fraud.features.models import Sighting
from fraud.features.selectors import features_at, features_of_attempts
from fraud.features.subjects import FeatureRow
from tests.fraud.features.histories import Size, kept, labelled, sighted
from tests.fraud.features.naive import World

pytestmark = pytest.mark.django_db


def named(row: FeatureRow) -> dict[str, int | None]:
    """Values by name."""
    return {feature.name: row.values[feature.position - 1] for feature in CATALOGUE}


@pytest.mark.parametrize(
    ("seed", "size"),
    [(1, Size()), (2, Size(days=20, keys=3)), (3, Size(payments=700, days=12, keys=1)), (4, Size(days=500, keys=4))],
)
def test_every_value_is_what_its_words_say(seed: int, size: Size) -> None:
    seen = sighted(seed, size)
    labels = labelled(seed, seen)
    kept(seen, labels)
    world = World(seen, labels, settings.REPORTING_ZONE)
    asked = [each.attempt_id for each in seen][:: len(seen) // 40]
    rows = features_of_attempts(asked)
    assert [row.subject.attempt_id for row in rows] == asked
    for row in rows:
        assert named(row) == world.features(row.subject)
    assert all(any(row.values[feature.position - 1] for row in rows) for feature in CATALOGUE if feature.name in EVERY)


EVERY = {
    "customer_count_7d", "customer_amount_ratio_30d", "ip_count_30d", "shop_count_delayed_30d", "shop_frauds_30d",
    "customer_frauds", "customer_refunds", "ip_disputes", "customer_age", "device_gap", "customer_mean_30d",
}  # fmt: skip
"""Values that a history must have, or the comparison says nothing of them."""


def test_a_subject_without_a_payment_is_answered_alike() -> None:
    seen = sighted(5, Size())
    labels = labelled(5, seen)
    kept(seen, labels)
    world = World(seen, labels, settings.REPORTING_ZONE)
    row = features_of_attempts([seen[200].attempt_id])[0]
    told = replace(
        row.subject, attempt_id=0, payment_id=0, country="KR", card_country="KR", ip_country="US",
        method_family="wallet", installment_months=3, as_of=row.subject.as_of + timedelta(seconds=1),
    )  # fmt: skip
    nobody = replace(told, customer_id=None, instrument=None, device=None, ip=None, email=None, address=None, shop=None)
    found = features_at([told, nobody])
    assert [each.subject for each in found] == [told, nobody]
    assert [named(each) for each in found] == [world.features(told), world.features(nobody)]
    assert named(found[0])["is_ip_elsewhere"] == 1
    assert named(found[0])["is_shipping_elsewhere"] == 0


def test_what_has_an_enormous_amount_fails_nobody() -> None:
    seen = sighted(6, Size(payments=5))
    for each in seen:
        each.amount, each.customer_id = 2**63 - 1, 1
    seen[0].amount = 1
    kept(seen, [])
    last = features_of_attempts([seen[-1].attempt_id])[0]
    assert named(last)["amount"] == 2**31 - 1
    assert named(last)["customer_amount_ratio_30d"] is not None


@pytest.mark.parametrize("count", [1, 50])
def test_one_statement_whatever_the_number(count: int, django_assert_num_queries: Any) -> None:
    seen = sighted(7, Size(payments=60))
    Sighting.objects.bulk_create(seen)
    with django_assert_num_queries(1):
        assert len(features_of_attempts([each.attempt_id for each in seen[:count]])) == count
    with django_assert_num_queries(0):
        assert features_of_attempts([]) == features_at([]) == []


def test_an_attempt_nobody_saw_is_left_out() -> None:
    assert features_of_attempts([-404]) == []
