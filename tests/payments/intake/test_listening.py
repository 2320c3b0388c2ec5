"""The ear: wakes once for however many deliveries, never misses the last one, survives its connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from payments.intake.listening import FORGOTTEN_AFTER_SECONDS, SHORTEST_PAUSE_SECONDS, Coalescer, Listener
from payments.intake.services.door import CHANNEL
from payments.intake.services.drain import DRAINED_CHANNEL


def test_it_wakes_once_at_first_for_what_came_before() -> None:
    ear = Coalescer()
    assert ear.is_due(0.0)
    ear.sent(0.0)
    assert not ear.is_due(FORGOTTEN_AFTER_SECONDS * 2)


def test_while_a_drain_is_outstanding_nothing_is_sent_and_afterwards_one() -> None:
    ear = Coalescer()
    ear.sent(0.0)
    for _ in range(1000):
        ear.delivered()
    assert not ear.is_due(1.0)
    ear.drained()
    assert ear.is_due(1.0)
    ear.sent(1.0)
    ear.drained()
    assert not ear.is_due(2.0)


def test_a_lost_message_is_sent_again() -> None:
    ear = Coalescer()
    ear.sent(0.0)
    ear.delivered()
    assert not ear.is_due(FORGOTTEN_AFTER_SECONDS - 1)
    assert ear.is_due(FORGOTTEN_AFTER_SECONDS)


@given(st.lists(st.sampled_from(["delivered", "drained"])))
def test_never_more_than_ten_a_second_and_never_a_forgotten_delivery(heard: list[str]) -> None:
    ear, now, sent, is_waiting = Coalescer(), 0.0, [], True
    for word in heard:
        now += 0.01
        getattr(ear, word)()
        is_waiting = is_waiting or word == "delivered"
        if ear.is_due(now):
            ear.sent(now)
            sent.append(now)
            is_waiting = False
    assert all(later - earlier >= SHORTEST_PAUSE_SECONDS for earlier, later in pairwise(sent))
    assert ear.is_due(now + FORGOTTEN_AFTER_SECONDS) == is_waiting


def eventually(question: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not question() and time.monotonic() < deadline:
        time.sleep(0.02)
    return question()


def notify(channel: str, times: int = 1) -> None:
    with connection.cursor() as cursor:
        for _ in range(times):
            cursor.execute("SELECT pg_notify(%s, '')", [channel])


class Woken:
    """Counts, and can be out of order."""

    def __init__(self) -> None:
        self.count = 0
        self.is_broken = False

    def __call__(self) -> None:
        if self.is_broken:
            raise ConnectionError("no broker")
        self.count += 1


@pytest.fixture
def woken(transactional_db: None) -> Iterator[Woken]:
    found = Woken()
    listener = Listener(found)
    thread = threading.Thread(target=listener.run)
    thread.start()
    assert eventually(lambda: found.count == 1)
    yield found
    listener.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_a_flood_is_one_message_until_it_is_drained(woken: Woken) -> None:
    notify(CHANNEL, 300)
    time.sleep(0.5)
    assert woken.count == 1
    notify(DRAINED_CHANNEL)
    assert eventually(lambda: woken.count == 2)
    time.sleep(0.3)
    assert woken.count == 2


def test_it_listens_again_after_its_connection_is_cut(woken: Woken) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN jeongsan_drained%'"
        )
        assert cursor.fetchone() == (1,)
    assert eventually(lambda: woken.count == 2)  # once for whatever it has not heard meanwhile


def test_a_broker_that_is_away_is_tried_again(woken: Woken) -> None:
    woken.is_broken = True
    notify(DRAINED_CHANNEL)
    notify(CHANNEL)
    time.sleep(0.5)
    woken.is_broken = False
    assert eventually(lambda: woken.count == 2)
