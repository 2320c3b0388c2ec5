"""Several at once, and killed in the middle: still one row and one effect for each event."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection, connections

from payments.intake.models import InboxDelivery
from payments.intake.services import door
from payments.intake.services import drain as draining
from payments.intake.services.drain import drain
from payments.ledger.models import Movement, Payment, PaymentEvent
from tests.payments.intake.doors import (
    as_bytes,
    charge,
    deliver,
    dispute,
    forget_doors,
    give,
    provider_with_door,
    states,
)

pytestmark = pytest.mark.django_db(transaction=True)

DRAINER = Path(__file__).with_name("drain_process.py")


@pytest.fixture(autouse=True)
def stripe(db: None) -> Iterator[Any]:
    yield provider_with_door("stripe", "stripe", currencies=["KRW"])
    forget_doors()


def at_once(count: int, work: Any) -> list[Any]:
    """The same work on several connections at the same time; what each raised."""
    barrier, raised = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            barrier.wait()
            work(number)
        except Exception as problem:
            raised.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_storm_of_repeats_is_one_row_and_one_effect() -> None:
    body = as_bytes(charge(1))
    answers: list[int] = []
    raised = at_once(8, lambda _: answers.extend(deliver(body).status_code for _ in range(7)))
    assert (raised, answers) == ([], [200] * 56)
    assert InboxDelivery.objects.count() == 1
    drain()
    assert (Payment.objects.count(), Movement.objects.count()) == (1, 1)


def test_two_drainers_share_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "BATCH", 5)
    give(*(charge(number) for number in range(40)), *(dispute(number) for number in range(40)))
    done: list[int] = []
    assert at_once(2, lambda _: done.append(drain().deliveries)) == []
    drain()
    assert states() == ["done"] * 80
    assert (Payment.objects.count(), Movement.objects.count()) == (40, 40)
    assert PaymentEvent.objects.values("source", "source_event_id").distinct().count() == PaymentEvent.objects.count()


def test_where_much_waits_two_lanes_share_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "BATCH", 5)
    lanes: list[str] = []
    plain = draining._batch

    def noted(*arguments: Any) -> Any:
        lanes.append(threading.current_thread().name)
        return plain(*arguments)

    monkeypatch.setattr(draining, "_batch", noted)
    give(*(charge(number) for number in range(40)), *(dispute(number) for number in range(40)))
    drained = drain()
    assert (drained.deliveries >= 80, drained.is_empty, states()) == (True, True, ["done"] * 80)
    assert (Payment.objects.count(), Movement.objects.count()) == (40, 40)
    assert {name.split("_")[0] for name in lanes} == {"MainThread", "drain"}
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("drain")] == []


def test_what_stops_one_lane_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "BATCH", 5)
    plain = draining._batch

    def broken_beside(*arguments: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            raise ValueError("the second lane")
        return plain(*arguments)

    monkeypatch.setattr(draining, "_batch", broken_beside)
    give(*(charge(number) for number in range(12)))
    with pytest.raises(ValueError, match="the second lane"):
        drain()


@pytest.mark.parametrize("first", ["dispute", "charge"])
def test_a_payment_learned_while_another_parks_is_not_missed(first: str) -> None:
    """Each in a transaction of its own, at the same moment: the sweep of the next drain catches what both missed."""
    bodies = [dispute(1), charge(1)] if first == "dispute" else [charge(1), dispute(1)]
    give(*bodies)
    ids = list(InboxDelivery.objects.order_by("id").values_list("id", flat=True))
    claim = draining._CLAIM.replace("id > %s", "id = %s")
    assert at_once(2, lambda number: draining._batch(claim, [ids[number], 1])) == []
    drain()
    assert states() == ["done", "done"]


@pytest.mark.worker
def test_a_drainer_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing() -> None:
    give(*(charge(number) for number in range(60)))
    struck = []
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, DRAINER, connection.settings_dict["NAME"], "10"], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "recorded\n"  # and not committed: it waits there to be killed
            process.send_signal(signal.SIGKILL)
        struck.append(Movement.objects.count())
    assert struck == [0, 0, 0]
    deadline = time.monotonic() + 10
    while drain() and "waiting" in states() and time.monotonic() < deadline:
        time.sleep(0.1)  # the server notices a dead client when it next writes to it
    assert states() == ["done"] * 60
    assert (Payment.objects.count(), Movement.objects.count()) == (60, 60)


def test_a_process_notifies_once_for_deliveries_close_together() -> None:
    door._notified_at = float("-inf")
    ears = connection.copy()
    with contextlib.closing(ears), ears.cursor() as cursor:
        cursor.execute("LISTEN jeongsan_inbox")
        with mock.patch("payments.intake.services.door.QUIET_SECONDS", 60):
            give(charge(1), charge(1), charge(2), charge(3))
        door._notified_at = float("-inf")
        give(charge(1))  # known already: nothing to wake for
        assert len(list(ears.connection.notifies(timeout=1))) == 1
