"""Interrupted imports: every way to stop between two statements ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from payments.intake.models import FileImport, ImportKind
from payments.intake.parsing import beside
from payments.intake.parsing.orders import Order
from payments.intake.rows import Chunk
from payments.intake.services import reading, staging
from payments.providers.adyen.reader import AdyenAdapter, AdyenReading
from payments.settlement.models import Statement, StatementLine
from payments.settlement.services import imports, posting
from tests.payments.settlement.arrivals import Desk, adyen, batch, posted_lines, problems, staged_rows

pytestmark = pytest.mark.django_db

AMOUNTS = range(1000, 1096)
LINES = len(AMOUNTS) + 1


class Killed(BaseException):
    """What a kill looks like from inside: nothing is caught, nothing is tidied up."""


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_LINES", 10)


def stop_after(monkeypatch: pytest.MonkeyPatch, chunks: int) -> list[int]:
    """Die after so many chunks are staged; the sizes of the chunks that were."""
    staged: list[int] = []

    def stage(file_import: FileImport, chunk: Chunk) -> None:
        if len(staged) == chunks:
            raise Killed
        staging.stage(file_import, chunk)
        staged.append(chunk.line_count)

    monkeypatch.setattr(reading, "stage", stage)
    return staged


@pytest.mark.parametrize("chunks", [0, 1, 5, 9])
def test_a_dead_reading_is_resumed_after_its_last_chunk(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, chunks: int
) -> None:
    undisturbed, provider = adyen("undisturbed"), adyen("killed")
    desk.take(undisturbed, batch(*AMOUNTS))
    received = desk.receive(provider, batch(*AMOUNTS), "a.csv", must_post=True)
    stop_after(monkeypatch, chunks)
    with pytest.raises(Killed):
        imports.advance(received.pk)
    assert (staged_rows(), StatementLine.objects.filter(provider=provider).count()) == (chunks * 10, 0)

    staged = stop_after(monkeypatch, 1000)
    resumed = imports.advance(received.pk)
    assert (resumed.state, resumed.line_count) == ("posted", LINES)
    assert sum(staged) == LINES - chunks * 10
    assert posted_lines(provider) == posted_lines(undisturbed)
    assert staged_rows() == 0


def test_staging_lost_in_a_crash_of_postgresql_is_read_from_zero(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = adyen()
    received = desk.receive(provider, batch(*AMOUNTS), "a.csv", must_post=True)
    stop_after(monkeypatch, 5)
    with pytest.raises(Killed):
        imports.advance(received.pk)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_stagedstatementline")

    staged = stop_after(monkeypatch, 1000)
    assert imports.advance(received.pk).state == "posted"
    assert sum(staged) == LINES
    assert StatementLine.objects.count() == LINES


def test_staging_lost_between_preview_and_commit_is_read_again(desk: Desk) -> None:
    provider = adyen()
    seen = imports.advance(desk.receive(provider, batch(*AMOUNTS), "a.csv").pk)
    assert seen.state == "previewed"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_stagedstatementline WHERE line_number > 50")
    FileImport.objects.filter(pk=seen.pk).update(must_post=True)

    assert imports.advance(seen.pk).state == "posted"
    assert StatementLine.objects.count() == LINES
    assert Statement.objects.count() == 1


def test_death_while_posting_posts_nothing_and_is_made_good(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = adyen()
    received = desk.receive(provider, batch(*AMOUNTS), "a.csv", must_post=True)
    posters = posting.POSTERS
    whole = posters[ImportKind.STATEMENT]

    def half(file_import: FileImport) -> dict[str, Any]:
        whole(file_import)
        raise Killed

    monkeypatch.setitem(posters, ImportKind.STATEMENT, half)
    with pytest.raises(Killed):
        imports.advance(received.pk)
    assert (StatementLine.objects.count(), Statement.objects.count(), staged_rows()) == (0, 0, LINES)

    monkeypatch.setitem(posters, ImportKind.STATEMENT, whole)
    imports.resume_all()
    assert StatementLine.objects.count() == LINES
    assert staged_rows() == 0


def test_the_same_command_again_takes_up_what_its_killed_self_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = adyen()
    stop_after(monkeypatch, 3)
    with pytest.raises(Killed):
        desk.take(provider, batch(*AMOUNTS))
    staged = stop_after(monkeypatch, 1000)
    assert desk.take(provider, batch(*AMOUNTS)).state == "posted"

    assert FileImport.objects.count() == 1
    assert sum(staged) == LINES - 30


def kill_readers(monkeypatch: pytest.MonkeyPatch, *moments: int) -> list[int]:
    """Read beside, and kill each reading process after so many of its chunks are staged; the chunks of each."""
    staged: list[int] = []

    class Doomed(beside.Beside):
        def __init__(self, order: Order) -> None:
            super().__init__(order)
            staged.append(0)

        def __iter__(self) -> Iterator[Chunk]:
            for chunk in super().__iter__():
                yield chunk
                staged[-1] += 1
                if len(staged) <= len(moments) and staged[-1] == moments[len(staged) - 1]:
                    os.kill(self.process_id, signal.SIGKILL)

    monkeypatch.setattr(beside, "Beside", Doomed)
    monkeypatch.setattr(beside, "WORTHWHILE_BYTES", 0)
    return staged


MANY = range(1000, 41_000)
"""Enough for the reading process to be still at it when it is killed."""


def test_a_killed_reading_process_is_started_again_behind_what_it_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK_LINES", 2_000)
    undisturbed, provider = adyen("undisturbed"), adyen("killed")
    desk.take(undisturbed, batch(*MANY))
    staged = kill_readers(monkeypatch, 2)
    assert desk.take(provider, batch(*MANY)).state == "posted"
    assert len(staged) == 2
    assert 2 <= staged[0] < 20
    assert sum(staged) == 21
    assert posted_lines(provider) == posted_lines(undisturbed)


def test_a_reading_process_that_dies_twice_leaves_the_import_to_the_sweep(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK_LINES", 2_000)
    received = desk.receive(adyen(), batch(*MANY), "a.csv", must_post=True)
    staged = kill_readers(monkeypatch, 2, 3)
    with pytest.raises(beside.ReaderDied):
        imports.advance(received.pk)
    received.refresh_from_db()
    assert received.state == "reading"
    assert received.line_count == staged_rows() == sum(staged) * 2_000
    assert StatementLine.objects.count() == 0

    imports.resume_all()
    received.refresh_from_db()
    assert (received.state, received.line_count) == ("posted", len(MANY) + 1)
    assert (StatementLine.objects.count(), staged_rows()) == (len(MANY) + 1, 0)


def test_a_file_that_ends_its_reader_each_time_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_LINES", 2_000)
    received = desk.receive(adyen(), batch(*MANY), "a.csv", must_post=True)
    kill_readers(monkeypatch, *(1,) * 2 * reading.MOST_DEATHS)
    with pytest.raises(beside.ReaderDied):
        imports.advance(received.pk)
    for _ in range(reading.MOST_DEATHS - 1):
        imports.resume_all()
    received.refresh_from_db()
    assert (received.state, received.problems[0]["template"]) == ("rejected", reading.READER_DIES)
    assert (StatementLine.objects.count(), staged_rows()) == (0, 0)


@pytest.mark.parametrize("when", ["read", "statements"])
def test_a_file_that_meets_a_defect_of_its_reader_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    received = desk.receive(adyen(), batch(1000), "a.csv", must_post=True)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(AdyenReading if when == "statements" else AdyenAdapter, when, fails)
    for _ in range(reading.MOST_DEATHS):
        received.refresh_from_db()
        assert received.state == "reading"
        imports.resume_all()
    received.refresh_from_db()
    assert (received.state, received.problems[0]["template"]) == ("rejected", reading.READER_DIES)


def test_an_import_that_fails_does_not_hold_up_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = desk.receive(adyen("one"), batch(1000), "a.csv", must_post=True)
    desk.receive(adyen("two"), batch(2000), "b.csv", must_post=True)
    opened = reading._opened

    def fails(file_import: FileImport) -> object:
        if file_import.pk == broken.pk:
            raise RuntimeError("a defect")
        return opened(file_import)

    monkeypatch.setattr(reading, "_opened", fails)
    imports.resume_all()
    assert list(FileImport.objects.order_by("pk").values_list("state", flat=True)) == ["reading", "posted"]


def test_what_only_a_constraint_catches_refuses_the_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    received = desk.receive(adyen(), batch(1000), "a.csv", must_post=True)
    posters = posting.POSTERS
    whole = posters[ImportKind.STATEMENT]

    def twice(file_import: FileImport) -> dict[str, Any]:
        whole(file_import)
        return whole(file_import)

    monkeypatch.setitem(posters, ImportKind.STATEMENT, twice)
    taken = imports.advance(received.pk)
    assert taken.state == "rejected"
    assert problems(taken)[0][2] == (
        "The database refused what the file says (statement_version_once). Nothing of it was posted."
    )
    assert (StatementLine.objects.count(), staged_rows()) == (0, 0)


def test_the_sweep_removes_uploads_that_were_abandoned_a_day_ago(desk: Desk) -> None:
    desk.take(adyen(), batch(1000))
    vault = desk.folder / "vault"
    old, young = vault / "incoming-old", vault / "incoming-young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    imports.resume_all()
    assert (old.exists(), young.exists()) == (False, True)


def test_the_sweep_leaves_what_waits_for_a_person(desk: Desk) -> None:
    seen = imports.advance(desk.receive(adyen(), batch(1000), "a.csv").pk)
    imports.resume_all()
    seen.refresh_from_db()
    assert (seen.state, staged_rows()) == ("previewed", 2)


def test_the_sweep_clears_rows_that_no_import_needs(desk: Desk) -> None:
    seen = imports.advance(desk.receive(adyen(), batch(1000), "a.csv").pk)
    FileImport.objects.filter(pk=seen.pk).update(state="discarded")
    imports.resume_all()
    assert staged_rows() == 0
