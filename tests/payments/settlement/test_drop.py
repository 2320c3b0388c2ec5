"""The drop: only whole files are taken, nothing is lost or doubled, and hostile names lead nowhere."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django.fixtures import Settings

from payments.intake.dropbox import REASON, Drop
from payments.intake.models import FileImport
from payments.settlement.models import Statement, StatementLine
from payments.settlement.services import imports
from payments.settlement.services.drop import empty_drop
from tests.payments.settlement.arrivals import adyen, bank_account, batch
from tests.payments.settlement.drops import lying, put

GOOD = batch(1000, 2000)
BROKEN = GOOD.replace("10.00", "ten", 1)


@pytest.mark.django_db
def test_a_good_file_is_posted_and_a_bad_one_refused_with_its_reason_beside_it(root: Path) -> None:
    adyen()
    put(root, GOOD, "statements", "adyen", "july.csv")
    put(root, BROKEN, "statements", "adyen", "worse.csv")
    put(root, GOOD, "statements", "nobody", "x.csv")
    states = {each.path: each.state for each in empty_drop()}
    assert states == {
        "statements/adyen/july.csv": "posted",
        "statements/adyen/worse.csv": "rejected",
        "statements/nobody/x.csv": "rejected",
    }
    assert lying(root) == [
        "done/statements/adyen/july.csv",
        "refused/statements/adyen/worse.csv",
        "refused/statements/adyen/worse.csv.reason.txt",
        "refused/statements/nobody/x.csv",
        "refused/statements/nobody/x.csv.reason.txt",
    ]
    reason = (root / "refused" / "statements" / "adyen" / "worse.csv.reason.txt").read_text()
    assert reason == "Line 2: Gross Credit (GC): “ten” is not an amount.\n"
    assert "nobody" in (root / "refused" / "statements" / "nobody" / "x.csv.reason.txt").read_text()
    assert StatementLine.objects.count() == 3
    assert empty_drop() == []


@pytest.mark.django_db
def test_reasons_are_written_in_the_language_of_the_drop(root: Path, settings: Settings) -> None:
    settings.FILE_DROP_LANGUAGE = "ko"
    adyen()
    put(root, BROKEN, "statements", "adyen", "worse.csv")
    (taken,) = empty_drop()
    assert taken.reason == "Line 2: Gross Credit (GC): “ten” is not an amount."
    written = (root / "refused" / "statements" / "adyen" / "worse.csv.reason.txt").read_text("utf-8")
    assert written == "2행: Gross Credit (GC): “ten”은(는) 금액이 아닙니다.\n"


@pytest.mark.django_db
def test_files_anywhere_else_are_known_by_their_content_and_our_ledger_comes_first(root: Path) -> None:
    adyen()
    bank_account(account_reference="NL01")
    statement = (
        ":20:1\n:25:NL01\n:28C:1/1\n:60F:C260702EUR0,00\n"
        ":61:2607020702C9,90NTRF7//X\n:86:Adyen batch 7\n:62F:C260702EUR9,90\n-\n"
    )
    put(root, statement, "aaa.sta")
    put(root, GOOD, "adyen_july.csv")
    put(
        root,
        "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
        "m1,8815000000000001,,order-1,capture,10.00,EUR,2026-07-01T10:00:00+02:00,visa\n",
        "movements",
        "adyen",
        "z.csv",
    )
    assert [(each.path, each.state) for each in empty_drop()] == [
        ("movements/adyen/z.csv", "posted"),
        ("aaa.sta", "posted"),
        ("adyen_july.csv", "posted"),
    ]


@pytest.mark.django_db
def test_what_is_not_whole_yet_is_left_alone(root: Path, settings: Settings) -> None:
    adyen()
    folder = root / "statements" / "adyen"
    for name in (".july.csv.x7Qz", "july.csv.part", "july.csv.filepart", "july.csv~"):
        put(root, GOOD[:50], "statements", "adyen", name)
    # A sender who sets the time back, as scp -p does, cannot make a fresh file look old.
    settings.FILE_DROP_SETTLE_SECONDS = 30.0
    os.utime(put(root, GOOD[:90], "statements", "adyen", "slow.csv"), (1, 1))
    assert empty_drop() == []
    # Somebody still has it open for writing: however long it stands still, it is not taken.
    settings.FILE_DROP_SETTLE_SECONDS = 0.0
    with (folder / "slow.csv").open("ab") as stalled:
        assert empty_drop() == []
        stalled.write(GOOD.encode()[90:])
    (folder / "july.csv.part").rename(folder / "other.csv")
    (folder / "other.csv").write_text(batch(700, number="8"))
    assert [(each.path, each.state) for each in empty_drop()] == [
        ("statements/adyen/other.csv", "posted"),
        ("statements/adyen/slow.csv", "posted"),
    ]


@pytest.mark.django_db
def test_the_same_file_twice_posts_once_and_overwrites_nothing(root: Path) -> None:
    adyen()
    for _ in range(3):
        put(root, GOOD, "statements", "adyen", "settlement.csv")
        empty_drop()
    put(root, BROKEN, "statements", "adyen", "settlement.csv")
    empty_drop()
    put(root, BROKEN + "\n", "statements", "adyen", "settlement.csv")
    empty_drop()
    assert lying(root) == [
        "done/statements/adyen/settlement.2.csv",
        "done/statements/adyen/settlement.3.csv",
        "done/statements/adyen/settlement.csv",
        "refused/statements/adyen/settlement.2.csv",
        "refused/statements/adyen/settlement.2.csv.reason.txt",
        "refused/statements/adyen/settlement.csv",
        "refused/statements/adyen/settlement.csv.reason.txt",
    ]
    assert Statement.objects.count() == 1


@pytest.mark.django_db
def test_hostile_names_lead_nowhere(root: Path, tmp_path: Path) -> None:
    adyen()
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "inner.csv").write_text(GOOD)
    folder = root / "statements" / "adyen"
    (folder / "link.csv").symlink_to(secret)
    (folder / "dangling.csv").symlink_to("/nowhere")
    (root / "statements" / "linked").symlink_to(outside)
    os.mkfifo(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as door:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket must be short
        try:
            door.bind("door.csv")
        finally:
            os.chdir(here)
    put(root, batch(700, number="1"), "statements", "adyen", "x\\..\\..\\etc.csv")
    put(root, batch(700, number="2"), "statements", "adyen", "; rm -rf $HOME `x`\n.csv")
    os.rename(put(root, batch(700, number="3"), "statements", "adyen", "plain"), os.fsencode(folder) + b"/\xff\xfe.csv")
    put(root, batch(700, number="4"), "statements", "adyen", "정" * 80 + ".csv")
    put(root, batch(700, number="5"), "statements", "adyen", "deep", "a", "b", "c.csv")
    states = sorted(each.state for each in empty_drop())
    assert states == ["posted"] * 5 + ["rejected"] * 5
    assert secret.read_text() == (outside / "inner.csv").read_text() == GOOD
    assert sorted(path.name for path in outside.iterdir()) == ["inner.csv"]
    assert not (root / "statements" / "linked").exists()
    assert all(path.is_dir() for path in (root / "statements").rglob("*"))
    assert (root / "refused" / "statements" / "adyen" / f"link.csv{REASON}").read_text().startswith("This is no file")


@pytest.mark.django_db
def test_a_file_beyond_the_limit_is_refused_unread(root: Path, settings: Settings) -> None:
    adyen()
    settings.IMPORT_BYTES_LIMIT = 2 * 1024**2
    with put(root, b"", "statements", "adyen", "huge.csv").open("wb") as huge:
        huge.truncate(1024**4)
    [taken] = empty_drop()
    assert (taken.state, taken.import_id) == ("rejected", None)
    assert "larger than 2 MiB" in taken.reason


@pytest.mark.django_db
def test_a_file_that_is_replaced_while_it_is_imported_is_imported_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adyen()
    path = put(root, GOOD, "statements", "adyen", "a.csv")
    advance = imports.advance

    def replaced_meanwhile(import_id: int, *, must_wait: bool = False) -> FileImport:
        path.with_name(".new").write_text(batch(5000, number="9"))
        path.with_name(".new").rename(path)
        return advance(import_id, must_wait=must_wait)

    with monkeypatch.context() as patched:
        patched.setattr(imports, "advance", replaced_meanwhile)
        assert empty_drop() == []
    assert lying(root) == ["statements/adyen/a.csv"]
    assert [each.state for each in empty_drop()] == ["posted"]
    assert sorted(Statement.objects.values_list("statement_key", flat=True)) == ["Shop/7", "Shop/9"]


@pytest.mark.django_db
def test_a_worker_that_dies_between_posting_and_moving_doubles_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adyen()
    put(root, GOOD, "statements", "adyen", "a.csv")

    def dies(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Drop, "put_away", dies)
        with pytest.raises(KeyboardInterrupt):
            empty_drop()
    assert lying(root) == ["statements/adyen/a.csv"]
    assert [each.state for each in empty_drop()] == ["duplicate"]
    assert (Statement.objects.count(), lying(root)) == (1, ["done/statements/adyen/a.csv"])


@pytest.mark.django_db
def test_a_worker_that_dies_before_reading_leaves_an_import_that_is_taken_up(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adyen()
    put(root, GOOD, "statements", "adyen", "a.csv")

    def dies(*_: object, **__: object) -> FileImport:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(imports, "advance", dies)
        with pytest.raises(KeyboardInterrupt):
            empty_drop()
    assert [each.state for each in empty_drop()] == ["posted"]
    assert FileImport.objects.count() == 1


@pytest.mark.django_db
def test_one_file_that_fails_does_not_hold_up_the_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adyen()
    put(root, GOOD, "statements", "adyen", "a.csv")
    put(root, batch(700, number="8"), "statements", "adyen", "b.csv")
    receive = imports.receive

    def full_disk(**given: object) -> FileImport:
        if given["name"] == "a.csv":
            raise OSError(28, "No space left on device")
        return receive(**given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(imports, "receive", full_disk)
        assert [each.state for each in empty_drop()] == ["waiting", "posted"]
    assert "statements/adyen/a.csv" in lying(root)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_every_file_once(root: Path) -> None:
    adyen()
    for number in range(6):
        put(root, batch(700 + number, number=str(number)), "statements", "adyen", f"{number}.csv")
    start, found = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait()
            found.append(empty_drop())
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(len(taken) for taken in found) == [0, 6] or sum(map(len, found)) == 6
    assert FileImport.objects.count() == Statement.objects.count() == 6
    assert len(lying(root)) == 6


@pytest.mark.django_db
def test_without_a_folder_nothing_happens(settings: Settings, tmp_path: Path) -> None:
    settings.FILE_DROP = None
    assert empty_drop() == []
    settings.FILE_DROP = tmp_path / "not there"
    assert empty_drop() == []


@pytest.mark.django_db
def test_the_command_says_what_became_of_each(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adyen()
    put(root, BROKEN, "statements", "adyen", "worse.csv")
    with pytest.raises(SystemExit) as left:
        call_command("empty_drop")
    assert left.value.code == 1
    assert capsys.readouterr().out.startswith("statements/adyen/worse.csv: rejected (Line 2: ")
    assert connection.in_atomic_block
