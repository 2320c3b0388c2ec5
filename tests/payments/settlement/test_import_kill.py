"""kill -9 on real processes, and real sessions that want the same thing at once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from payments.intake.models import FileImport
from payments.intake.services.locks import working_on
from payments.methods.models import Provider
from payments.settlement.models import LineTotal, Statement, StatementLine
from payments.settlement.services import imports
from tests.payments.settlement.arrivals import Desk, adyen, batch, posted_lines, staged_rows

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = Path(__file__).with_name("worker_process.py")
AMOUNTS = range(1000, 5000)


def worker(file_import: FileImport) -> subprocess.Popen[str]:
    """A process that advances the import, past its start; leaving its `with` waits for its end."""
    arguments = [connection.settings_dict["NAME"], str(settings.MEDIA_ROOT), str(file_import.pk), "100"]
    started = subprocess.Popen([sys.executable, WORKER, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def staged_beyond(file_import: FileImport, lines: int, process: subprocess.Popen[str]) -> bool:
    """Wait until so many lines are staged; False when the process ended first."""
    while process.poll() is None:
        file_import.refresh_from_db()
        if file_import.line_count >= lines:
            return True
        time.sleep(0.005)
    return False


def test_a_worker_killed_at_random_moments_leaves_the_same_books(desk: Desk) -> None:
    undisturbed, provider = adyen("undisturbed"), adyen("killed")
    content = batch(*AMOUNTS)
    desk.take(undisturbed, content)
    received = desk.receive(provider, content, "a.csv", must_post=True)
    dice, kills, done = random.Random(11), 0, -1
    for moment in sorted(dice.sample(range(100, len(AMOUNTS) - 400), 3)):
        with worker(received) as process:
            if staged_beyond(received, moment, process):
                process.send_signal(signal.SIGKILL)
                kills += 1
        received.refresh_from_db()
        assert received.line_count >= done
        done = received.line_count
        assert StatementLine.objects.filter(provider=provider).count() == 0
    assert kills == 3

    with worker(received) as process:
        assert process.wait(60) == 0
    received.refresh_from_db()
    assert (received.state, received.line_count) == ("posted", len(AMOUNTS) + 1)
    assert posted_lines(provider) == posted_lines(undisturbed)
    assert staged_rows() == 0


def test_a_killed_worker_leaves_no_reading_process_behind(desk: Desk) -> None:
    received = desk.receive(adyen(), batch(*AMOUNTS), "a.csv", must_post=True)
    with worker(received) as process:
        assert staged_beyond(received, 500, process)
        process.send_signal(signal.SIGSTOP)  # so that the file cannot come to its end meanwhile
        [reader] = children_of(process.pid)
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while Path(f"/proc/{reader}").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{reader}").exists()


def children_of(process_id: int) -> list[int]:
    """The processes that a process has started and that still run."""
    return [
        int(child) for path in Path(f"/proc/{process_id}/task").glob("*/children") for child in path.read_text().split()
    ]


def test_a_live_worker_keeps_its_import(desk: Desk) -> None:
    received = desk.receive(adyen(), batch(1000), "a.csv", must_post=True)
    with working_on(received.pk) as is_ours:
        assert is_ours
        seen = in_another_session(lambda: imports.advance(received.pk))
        assert (seen.state, seen.line_count) == ("reading", 0)
    assert imports.advance(received.pk).state == "posted"


def test_a_command_waits_for_the_worker_that_has_its_import(desk: Desk) -> None:
    received = desk.receive(adyen(), batch(1000), "a.csv", must_post=True)
    waiting: list[FileImport] = []
    with working_on(received.pk):
        thread = started(lambda: waiting.append(imports.advance(received.pk, must_wait=True)))
        time.sleep(0.2)
        assert waiting == []
    thread.join(30)
    assert [each.state for each in waiting] == ["posted"]


def test_the_same_file_twice_at_once_is_posted_once(desk: Desk) -> None:
    provider = adyen()
    content = batch(*range(1000, 1500))
    received = [desk.receive(provider, content, f"{name}.csv") for name in "abcd"]
    FileImport.objects.update(must_post=True)

    states = at_once([advancing(each) for each in received])
    assert sorted(states) == ["duplicate", "duplicate", "duplicate", "posted"]
    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 501)
    assert sum(LineTotal.objects.values_list("line_count", flat=True)) == 501
    assert staged_rows() == 0


def test_versions_that_arrive_at_once_are_all_ranked(desk: Desk) -> None:
    provider = adyen()
    received = [
        desk.receive(provider, batch(1000 + number), f"r_v{number}.csv", must_post=True) for number in range(1, 6)
    ]
    states = at_once([advancing(each) for each in received])

    assert states == ["posted"] * 5
    rows = Statement.objects.order_by("version").values_list("sequence", "version", "is_current")
    assert list(rows) == [(f"00000{number}", number, number == 5) for number in range(1, 6)]


def test_the_same_movements_from_two_files_at_once_are_posted_once(desk: Desk) -> None:
    provider = adyen()
    header = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    rows = [f"m{n},{n},,order-{n},capture,1.00,EUR,2026-07-01T10:00:00Z,visa\n" for n in range(400)]
    received = [
        desk.receive(provider, header + "".join(part), f"{place}.csv", kind="movements", must_post=True)
        for place, part in enumerate([rows, list(reversed(rows)), rows[100:300]])
    ]
    assert at_once([advancing(each) for each in received]) == ["posted"] * 3
    assert movement_count(provider) == 400


def movement_count(provider: Provider) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), (SELECT sum(movement_count) FROM payments_movementbatch) FROM payments_movement"
            " WHERE provider_id = %s",
            [provider.pk],
        )
        count, in_batches = cursor.fetchone()
    assert count == in_batches
    return int(count)


def started(act: Callable[[], object]) -> threading.Thread:
    """Run something in a database session of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def in_another_session(act: Callable[[], FileImport]) -> FileImport:
    """What something gives in a database session of its own."""
    given: list[FileImport] = []
    started(lambda: given.append(act())).join(30)
    return given[0]


def advancing(file_import: FileImport) -> Callable[[], str]:
    """What advances an import and gives its state."""
    return lambda: str(imports.advance(file_import.pk).state)


def at_once(acts: list[Callable[[], str]]) -> list[str]:
    """Run several things at the same time; what each gave, in their order."""
    barrier = threading.Barrier(len(acts))
    given = [""] * len(acts)

    def run(place: int) -> None:
        barrier.wait(30)
        given[place] = acts[place]()

    threads = [started(partial(run, place)) for place in range(len(acts))]
    for thread in threads:
        thread.join(60)
    return given
