"""The conveyor belt: order and errors come through, and it ends when nobody takes from it any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from payments.intake.prefetch import Prefetched


def test_everything_comes_out_in_order() -> None:
    with Prefetched(iter(range(1000)), depth=3) as items:
        assert list(items) == list(range(1000))


def test_an_error_of_the_producer_reaches_the_consumer_after_what_came_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("cut off")

    taken: list[int] = []
    with Prefetched(broken()) as items, pytest.raises(ValueError, match="cut off"):
        taken.extend(items)
    assert taken == [1, 2]


def test_it_runs_ahead_by_no_more_than_its_depth() -> None:
    produced: list[int] = []
    reached = threading.Event()

    def counted() -> Iterator[int]:
        for number in range(100):
            produced.append(number)
            if number == 3:
                reached.set()
            yield number

    with Prefetched(counted(), depth=2) as items:
        taking = iter(items)
        assert next(taking) == 0
        assert reached.wait(5)  # one taken, two waiting, one in the producer's hand
        assert produced == [0, 1, 2, 3]


def test_leaving_early_ends_the_thread() -> None:
    def endless() -> Iterator[int]:
        while True:
            yield 1

    with Prefetched(endless()) as items:
        assert next(iter(items)) == 1
    assert [thread for thread in threading.enumerate() if thread.name == "prefetch"] == []
