"""How fresh the figures are is told above every page: since when changes wait, and how much is to be counted anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from analytics.dashboards.pages import KPIS
from analytics.metrics.catalogue import METRICS
from analytics.rollups.freshness import LATE, Freshness, freshness
from analytics.rollups.models import DirtyBucket, Mark
from config.staff.roles import Role
from tests.analytics.test_pages_a import words_of
from tests.cast import person

NOW = datetime(2026, 11, 9, 3, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "is_behind"), [(LATE, False), (LATE + timedelta(seconds=1), True)])
def test_the_oldest_change_that_waits_tells_how_far_figures_reach(age: timedelta, *, is_behind: bool) -> None:
    with time_machine.travel(NOW - age, tick=False):
        Mark.objects.create(kind=Mark.Kind.PAYMENT, subject_id=1)
    with time_machine.travel(NOW, tick=False):
        Mark.objects.create(kind=Mark.Kind.PAYMENT, subject_id=2)
        marked_at = Mark.objects.earliest("pk").marked_at
        found = freshness(KPIS)
    assert found == Freshness(marked_at, is_behind, 0)
    assert marked_at == NOW - age


@pytest.mark.django_db
def test_every_page_tells_it() -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    with time_machine.travel(NOW, tick=False):
        assert freshness(KPIS) == Freshness(NOW, is_behind=False, waiting=0)
        text = words_of(client.get("/insights/"))
        assert "as of 2026-11-09 12:00 KST" in text
        assert "to be counted anew" not in text
        for day in (1, 2):
            DirtyBucket.objects.create(facts="tries", starts_at=NOW - timedelta(days=day))
        for address in ("/insights/", "/insights/failure/"):
            assert "2 hours and days wait to be counted anew" in words_of(client.get(address))
            assert "changes wait to be counted" not in words_of(client.get(address))
    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        Mark.objects.create(kind=Mark.Kind.PAYMENT, subject_id=1)
    with time_machine.travel(NOW, tick=False):
        text = words_of(client.get("/insights/mix/"))
        assert "as of 2026-11-09 11:00 KST" in text
        assert "changes wait to be counted" in text


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["buyers", "buyers*"])
def test_what_waits_is_told_to_who_reads_it(name: str) -> None:
    """Also while it is being counted; days of buyers say nothing of the failure rate."""
    DirtyBucket.objects.create(facts=name, starts_at=NOW)
    told = {code: freshness([METRICS[code]]).waiting for code in ("repurchase_30", "failure_rate")}
    assert told == {"repurchase_30": 1, "failure_rate": 0}
    assert freshness([]).waiting == 0
