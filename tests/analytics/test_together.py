"""What is kept while several work at once, one of them dies, or everything is counted anew: always whole, never twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import date

import pytest
import time_machine
from django.db import OperationalError, connection, connections

from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Clock
from analytics.metrics.facts import FACTS
from analytics.rollups.models import DirtyBucket, Mark
from analytics.rollups.questions import Answer, Question
from analytics.rollups.selectors import answer
from analytics.rollups.services import computing, replacing, resolving
from analytics.rollups.services.computing import compute_dirty
from analytics.rollups.services.deriving import derive_buyers
from analytics.rollups.services.rebuilding import rebuild
from tests.analytics import naive, town
from tests.analytics.naive import SEOUL
from tests.analytics.test_every_metric import rows_by_hand, rows_kept
from tests.analytics.test_rollups import kept_rows

WAIT = 30.0


@pytest.fixture
def race(transactional_db: None) -> Iterator[None]:
    """The town, at an instant that stands still, and a connection for everybody."""
    with time_machine.travel(town.NOW, tick=False):
        town.build()
        yield
    connections.close_all()


class Worker(threading.Thread):
    """Does something with a connection of its own, and remembers how it ended."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self.work, self.error = work, None
        self.start()

    error: BaseException | None

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def end(self) -> BaseException | None:
        """How it ended."""
        self.join(WAIT)
        assert not self.is_alive()
        return self.error


class Gate:
    """Holds whoever comes through a function, once, until somebody lets them on."""

    def __init__(self, plain: Callable[..., object], *, is_before: bool = True) -> None:
        self.plain, self.is_before = plain, is_before
        self.reached, self.go_on, self.backend = threading.Event(), threading.Event(), 0

    def __call__(self, *arguments: object) -> object:
        if self.reached.is_set():
            return self.plain(*arguments)
        found = None if self.is_before else self.plain(*arguments)
        self.backend = connection.connection.info.backend_pid
        self.reached.set()
        assert self.go_on.wait(WAIT)
        return self.plain(*arguments) if self.is_before else found


def counted_by_hand() -> None:
    """Fails unless everything kept is what a count of every row gives, and what a rebuild gives."""
    told = naive.everything(town.NOW)
    for facts in FACTS:
        if facts.clock is not Clock.PERIOD:
            for cube in facts.cubes:
                assert rows_kept(facts, cube, "d") == rows_by_hand(facts, cube, told[facts.code], "d"), cube
    kept = kept_rows()
    derive_buyers()
    rebuild()
    assert kept_rows() == kept


def told(seed: int, many: int = 40, parts: int = 4) -> list[list[town.Told]]:
    dice = random.Random(seed)
    return town.batches(town.orders(range(many), dice), dice, parts)


def test_two_that_count_while_a_third_records_lose_nothing_and_count_nothing_twice(race: None) -> None:
    is_over = threading.Event()

    def count() -> None:
        while not is_over.is_set():
            compute_dirty()

    def tell_everything() -> None:
        for batch in told(1, parts=8):
            town.tell(batch)

    counting, telling = [Worker(count), Worker(count)], Worker(tell_everything)
    assert telling.end() is None
    is_over.set()
    assert [each.end() for each in counting] == [None, None]
    compute_dirty()
    assert (Mark.objects.count(), DirtyBucket.objects.count()) == (0, 0)
    counted_by_hand()


@pytest.mark.parametrize("place", ["resolving", "counting"])
def test_a_worker_that_dies_takes_nothing_with_it(race: None, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    first, second = told(2, parts=2)
    town.tell(first)
    compute_dirty()
    town.tell(second)
    if place == "counting":
        while resolving.resolve():
            pass
    waiting = (Mark.objects.count(), DirtyBucket.objects.count())
    assert sum(waiting) > 0
    module, name = (computing, "replace") if place == "counting" else (resolving, "_resolve")
    gate = Gate(getattr(module, name))
    monkeypatch.setattr(module, name, gate)
    worker = Worker(compute_dirty)
    assert gate.reached.wait(WAIT)  # it has taken the marks, and counted nothing
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [gate.backend])
        assert cursor.fetchone() == (True,)
    gate.go_on.set()
    assert isinstance(worker.end(), OperationalError)
    assert (Mark.objects.count(), DirtyBucket.objects.count()) == waiting
    compute_dirty()
    counted_by_hand()


@pytest.mark.parametrize("is_before", [True, False], ids=["gathered", "written"])
def test_a_page_never_sees_half_a_day_of_a_rebuild(
    race: None, monkeypatch: pytest.MonkeyPatch, is_before: bool
) -> None:
    town.tell([each for batch in told(3) for each in batch])
    compute_dirty()
    before = everything_asked()
    gate = Gate(replacing.replace, is_before=is_before)
    monkeypatch.setattr(computing, "replace", gate)
    worker = Worker(rebuild)
    assert gate.reached.wait(WAIT)
    assert everything_asked() == before
    gate.go_on.set()
    while worker.is_alive():
        assert everything_asked() == before
    assert worker.end() is None
    assert everything_asked() == before


def everything_asked() -> list[object]:
    """Each metric that adds up, by day and by currency."""
    questions = [
        Question(metric, date(2026, 7, 1), date(2026, 11, 12), SEOUL, {}, ("currency",))
        for code, metric in METRICS.items()
        if code in ("failure_rate", "provider_latency", "abandonment_60m", "repurchase_30", "purchase_interval")
    ]
    found: list[Answer] = [answer(each) for each in questions]
    return [(each.whole, each.steps, each.cells) for each in found]


@pytest.mark.django_db
def test_very_many_marks_are_resolved_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel(town.NOW, tick=False):
        town.build()
        for batch in told(4, parts=2):
            town.tell(batch)
        monkeypatch.setattr(resolving, "AT_ONCE", 9)
        rounds = 0
        while found := resolving.resolve():
            assert found <= 9
            rounds += 1
        assert rounds > 10
        compute_dirty()
        counted_by_hand()


def test_a_round_does_not_wait_for_the_one_before_it(race: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for batch in told(4):
        town.tell(batch)
    gate = Gate(replacing.replace)
    monkeypatch.setattr(computing, "replace", gate)
    worker = Worker(computing.keep_quick_current)
    assert gate.reached.wait(WAIT)
    again = Worker(computing.keep_quick_current)
    assert again.end() is None  # at once, though the first still counts
    assert worker.is_alive()
    gate.go_on.set()
    assert worker.end() is None
    computing.keep_slow_current()
    assert (Mark.objects.count(), DirtyBucket.objects.count()) == (0, 0)
    counted_by_hand()
