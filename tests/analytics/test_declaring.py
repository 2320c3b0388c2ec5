"""An upgrade that counts otherwise: everything is marked, once."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from analytics.metrics.facts import FAMILIES, Family
from analytics.rollups.models import DirtyBucket, Rollup
from analytics.rollups.services import declaring
from analytics.rollups.services.computing import compute_dirty
from tests.analytics import stories
from tests.analytics.test_rollups import told

pytestmark = pytest.mark.django_db


def test_what_is_declared_otherwise_is_counted_anew_and_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    stories.providers()
    told(range(20), random.Random(1))
    declaring.mark_declared()
    compute_dirty()
    declaring.mark_declared()
    assert DirtyBucket.objects.count() == 0
    first = Rollup.objects.order_by("starts_at").values_list("starts_at", flat=True)[0]

    changed = tuple(
        Family(each.name, tuple(replace(facts, cubes=facts.cubes[:1]) for facts in each.facts))
        if each.name == "buyers" else each for each in FAMILIES
    )  # fmt: skip
    monkeypatch.setattr(declaring, "FAMILIES", changed)
    declaring.mark_declared()
    dirty = DirtyBucket.objects.order_by("starts_at")
    assert {each.facts for each in dirty} == {"buyers"}
    assert dirty[0].starts_at <= first
    compute_dirty()
    declaring.mark_declared()
    assert DirtyBucket.objects.count() == 0
