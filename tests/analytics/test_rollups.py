"""What is kept ready is what a count of every row gives, whatever arrives late, twice or at the same time."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from analytics.metrics.catalogue import METRICS
from analytics.metrics.catalogue.failure import FAILURE_RATE
from analytics.metrics.declarations import Clock, Metric
from analytics.metrics.facts import INTERVALS
from analytics.rollups.models import DirtyBucket, Mark, Rollup, Spread
from analytics.rollups.questions import Answer, PeriodTooLong, Question, Source
from analytics.rollups.selectors import answer
from analytics.rollups.services import computing, marking, replacing
from analytics.rollups.services.computing import compute_dirty
from analytics.rollups.services.deriving import derive_buyers
from analytics.rollups.services.rebuilding import rebuild
from analytics.rollups.services.resolving import resolve
from analytics.rollups.spans import day_of
from payments.facts import EventKind
from payments.ledger.models import Attempt
from payments.ledger.services.record import record
from tests.analytics import naive, stories
from tests.payments.ledger.telling import NOON, make_provider, tell, tell_all

Narrowed = dict[str, tuple[str, ...]]
FIRST, LAST = date(2026, 6, 30), date(2026, 7, 12)
SEOUL = "Asia/Seoul"


def asked(metric: Metric, zone: str = SEOUL, split: str = "", narrowed: Narrowed | None = None) -> Answer:
    return answer(Question(metric, FIRST, LAST, ZoneInfo(zone), narrowed or {}, (split,) if split else ()))


def failures() -> dict[date, tuple[int, int]]:
    """As `naive.failures`, from the answer."""
    return {day: (each.part, each.whole) for day, each in asked(FAILURE_RATE).steps.items() if each.sample}


def told(numbers: range, dice: random.Random) -> None:
    """Lives of some payments, shuffled, in a few batches."""
    events = [event for number in numbers for event in stories.life(number, dice)]
    dice.shuffle(events)
    for place in range(0, len(events), 40):
        with transaction.atomic():
            record(events[place : place + 40], checkouts=[stories.checkout(number, dice) for number in numbers])


def kept_rows() -> list[tuple[object, ...]]:
    """Everything that is kept, in order."""
    measures = Rollup.objects.values_list("cube", "grain", "starts_at", "dimensions", "measures")
    spreads = Spread.objects.values_list("cube", "times", "grain", "starts_at", "dimensions", "buckets", "counts")
    return [*sorted(measures), *sorted(spreads)]


@pytest.mark.django_db
def test_any_question_gives_the_same_from_facts_as_from_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    stories.providers()
    told(range(80), random.Random(9))
    compute_dirty()
    seen: set[tuple[str, bool]] = set()
    for metric in (each for each in METRICS.values() if each.facts.clock is not Clock.PERIOD):
        for split in ("", "provider", "method"):
            kept = asked(metric, split=split)
            if metric.facts is INTERVALS and split == "provider":
                assert kept.source is Source.FACTS  # no cube has it
                continue
            assert kept.source is Source.KEPT
            with monkeypatch.context() as patch:
                patch.setattr("analytics.rollups.planning.cube_for", lambda *_, **__: None)
                fresh = asked(metric, split=split)
            assert fresh.source is Source.FACTS
            assert (fresh.whole, fresh.steps, fresh.parts) == (kept.whole, kept.steps, kept.parts)
            seen.add((metric.code, kept.whole.sample > 30))
    assert {("failure_rate", True), ("provider_latency", True), ("payment_mix", True)} <= seen
    assert (
        asked(FAILURE_RATE, split="device", narrowed={"provider": ("toss",)}).source is Source.FACTS
    )  # no cube has both


@pytest.mark.django_db
def test_an_attempt_that_moves_to_another_hour_leaves_the_first() -> None:
    make_provider()
    tell_all([tell(EventKind.CAPTURED, 90, attempt_reference="pi_1", provider_key="ch_1", amount=10_000)])
    compute_dirty()
    before = asked(FAILURE_RATE).whole
    tell_all([tell(EventKind.ATTEMPT_STARTED, -1500, attempt_reference="pi_1", amount=10_000)])
    resolve()
    days = DirtyBucket.objects.filter(facts="tries").values_list("starts_at", flat=True)
    assert sorted(days) == [day_of(NOON - timedelta(hours=25)).start, day_of(NOON + timedelta(hours=1)).start]
    compute_dirty()
    assert (before.sample, asked(FAILURE_RATE).whole.sample) == (1, 1)
    hours = Rollup.objects.filter(grain="h", cube="groups:provider,currency")
    assert [row.starts_at for row in hours] == [NOON - timedelta(hours=25)]


@pytest.mark.django_db
def test_computing_again_changes_nothing_and_an_unchanged_house_costs_one_look() -> None:
    stories.providers()
    told(range(20), random.Random(1))
    compute_dirty()
    rows = kept_rows()
    assert compute_dirty() == 0
    assert rebuild() > 3
    assert kept_rows() == rows
    derive_buyers()
    assert rebuild() > 3
    assert kept_rows() == rows


@pytest.mark.django_db
def test_a_rebuild_of_a_range_mends_what_somebody_damaged() -> None:
    stories.providers()
    told(range(20), random.Random(2))
    compute_dirty()
    good = asked(FAILURE_RATE).steps
    Rollup.objects.all().delete()
    assert asked(FAILURE_RATE).whole.sample == 0
    rebuild(NOON - timedelta(days=2), NOON + timedelta(days=14))
    assert asked(FAILURE_RATE).steps == good


@pytest.mark.django_db
def test_the_command_counts_a_range_anew(capsys: pytest.CaptureFixture[str]) -> None:
    stories.providers()
    told(range(20), random.Random(4))
    compute_dirty()
    good = asked(FAILURE_RATE).steps
    Rollup.objects.all().delete()
    call_command("rebuild_rollups", "--from", "2026-07-01", "--to", "2026-07-02", "--json", "--workers", "1")
    assert json.loads(capsys.readouterr().out) == {"days": 2}
    days = asked(FAILURE_RATE).steps
    assert {day for day, figure in days.items() if figure.sample} == {
        day for day, figure in good.items() if figure.sample and day in (date(2026, 7, 1), date(2026, 7, 2))
    }
    call_command("rebuild_rollups", "--workers", "1")
    assert asked(FAILURE_RATE).steps == good
    with pytest.raises(CommandError, match="ends before"):
        call_command("rebuild_rollups", "--from", "2026-07-02", "--to", "2026-07-01")


@pytest.mark.django_db
def test_a_question_that_facts_cannot_answer_in_time_is_refused() -> None:
    narrowed = {"provider": ("toss",), "device": ("mobile",)}
    with pytest.raises(PeriodTooLong):
        answer(Question(FAILURE_RATE, date(2026, 6, 1), date(2026, 7, 2), ZoneInfo(SEOUL), narrowed))
    assert (
        answer(Question(FAILURE_RATE, date(2026, 6, 1), date(2026, 7, 1), ZoneInfo(SEOUL), narrowed)).whole.sample == 0
    )


@pytest.mark.django_db
def test_a_mark_fails_without_taking_the_facts_along(monkeypatch: pytest.MonkeyPatch) -> None:
    make_provider()
    monkeypatch.setattr(marking, "_MARK", "SELECT 1 / 0 WHERE %s <> %s")
    tell_all([tell(EventKind.CAPTURED, 1, attempt_reference="pi_1", provider_key="ch_1", amount=10_000)])
    assert (Attempt.objects.count(), Mark.objects.count()) == (1, 0)


@pytest.fixture
def race(transactional_db: None) -> Iterator[None]:
    stories.providers()
    yield
    connections.close_all()


def test_what_changes_while_it_is_computed_is_computed_again(race: None, monkeypatch: pytest.MonkeyPatch) -> None:
    told(range(30), random.Random(5))
    plain, reached, go_on = replacing.replace, threading.Event(), threading.Event()

    def held(*arguments: object) -> None:
        reached.set()
        assert go_on.wait(20)
        plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(computing, "replace", held)

    def work() -> None:
        try:
            compute_dirty()
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert reached.wait(20)
    monkeypatch.setattr(computing, "replace", plain)
    told(range(30, 60), random.Random(6))  # commits between the taking of the marks and the reading of the facts
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
    assert resolve() > 0  # and marks the day that is being counted, without waiting for that
    go_on.set()
    worker.join(60)
    compute_dirty()
    assert failures() == naive.failures()
    assert DirtyBucket.objects.count() == 0


@pytest.mark.django_db
def test_a_round_goes_on_while_more_comes_in_and_ends_when_nothing_does(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []
    coming = iter([1] * 12)
    monkeypatch.setattr(computing, "_sweep", lambda _deadline, family: swept.append(family.name))
    monkeypatch.setattr(computing, "resolve", lambda: next(coming, 0))
    for name, seconds in {"FINDING_SECONDS": 0.0, "REST_SECONDS": 0.05, "PAUSE_SECONDS": 0.02}.items():
        monkeypatch.setattr(computing, name, seconds)
    computing.keep_quick_current()
    assert 2 <= swept.count("tries") == swept.count("checkouts") <= 13
    assert next(coming, 0) == 0
    swept.clear()
    computing.keep_quick_current()  # at once: nothing comes
    assert swept == ["tries", "checkouts"]


@pytest.mark.django_db
def test_marks_that_never_end_do_not_keep_days_from_being_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when more comes in than is found out: the days known by then are counted, and the rest when its turn comes."""
    stories.providers()
    told(range(20), random.Random(9))
    resolve()
    assert kept_rows() == []
    monkeypatch.setattr(computing, "FINDING_SECONDS", 0.1)
    monkeypatch.setattr(computing, "resolve", lambda: 1)
    compute_dirty(budget_seconds=2)
    assert failures() == naive.failures()


def test_several_that_compute_at_once_count_nothing_twice(race: None) -> None:
    told(range(60), random.Random(7))

    def work() -> None:
        try:
            compute_dirty()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures() == naive.failures()


def test_several_that_rebuild_at_once_keep_what_one_does(race: None) -> None:
    told(range(60), random.Random(8))
    compute_dirty()
    rows = kept_rows()
    Rollup.objects.all().delete()
    Spread.objects.all().delete()
    assert rebuild(workers=3) > 3
    assert kept_rows() == rows
