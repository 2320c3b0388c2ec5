"""The simulation as such: the same bytes for the same arguments, days that later days do not change, every fault."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from payments.simulator.score import BREAK_KINDS
from payments.simulator.simulation import Request
from payments.simulator.world import Fault
from payments.simulator.writing import delivered_files, write
from tests.payments.simulator.conftest import START, Quarter, simulated


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("once", "again"):
        write(simulated(5, 20, 40), tmp_path / name)
    assert _files(tmp_path / "once") == _files(tmp_path / "again")


def test_another_seed_is_another_merchant(tmp_path: Path) -> None:
    first = {file.path: file.content for file in delivered_files(simulated(5, 6, 40))}
    second = {file.path: file.content for file in delivered_files(simulated(6, 6, 40))}
    shared = set(first) & set(second)
    assert [path for path in shared if first[path] == second[path]] == []


@pytest.mark.parametrize("days", [1, 9, 33])
def test_more_days_only_add_files(days: int) -> None:
    short = {file.path: file.content for file in delivered_files(simulated(5, days, 40))}
    long = {file.path: file.content for file in delivered_files(simulated(5, days + 13, 40))}
    assert {path: long[path] for path in short} == short
    assert len(long) > len(short)


def test_a_continued_folder_equals_one_written_at_once(tmp_path: Path) -> None:
    write(simulated(5, 12, 40), tmp_path / "continued")
    _, added = write(simulated(5, 15, 40), tmp_path / "continued")
    _, everything = write(simulated(5, 15, 40), tmp_path / "at once")
    _, nothing = write(simulated(5, 15, 40), tmp_path / "continued")
    assert _files(tmp_path / "continued") == _files(tmp_path / "at once")
    assert 0 < added < everything
    assert nothing == 0


def test_no_two_files_share_a_path(quarter: Quarter) -> None:
    paths = Counter(file.path for file in delivered_files(quarter.world))
    assert [path for path, count in paths.items() if count > 1] == []


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_kind_of_break_is_planted(seed: int) -> None:
    from payments.simulator.expectations import truth_of

    truth = truth_of(simulated(seed, 60, 60))
    found = Counter(one.kind for one in truth.breaks)
    assert [kind for kind in BREAK_KINDS if not found[kind]] == []
    assert set(found) == set(BREAK_KINDS)
    assert truth.ambiguous
    assert any(one.is_account for one in truth.breaks)


def test_every_fault_is_placed_and_every_deviation_of_delivery_happens(quarter: Quarter) -> None:
    world = quarter.world
    faults = {movement.fault for export in world.exports for movement in export.movements}
    lines = [line for document in world.documents for line in document.final.lines]
    faults |= {line.movement.fault for line in lines if line.movement}
    assert faults == {None, *Fault}
    documents = world.documents
    assert any(len(document.versions) == 2 for document in documents)
    assert any(document.copied_on for document in documents)
    assert any(document.final.delivered_on > document.booked_on for document in documents)
    assert any(export.delivered_on > export.day for export in world.exports)
    assert any(document.delivered_on is None for document in world.bank_documents)
    assert any(document.copied_on for document in world.bank_documents)


def test_payouts_reach_the_bank_in_every_way(quarter: Quarter) -> None:
    entries = [entry for document in quarter.world.bank_documents for entry in document.entries]
    paid = [entry for entry in entries if entry.payouts]
    times = Counter((entry.payouts, entry.booked_on) for entry in paid)
    assert any(len(entry.payouts) == 2 for entry in paid), "many in one"
    assert 2 in times.values(), "one in two"
    assert any(entry.amount < 0 for entry in paid), "taken from us"
    equal = Counter((entry.booked_on, entry.amount, entry.counterparty) for entry in entries if not entry.payouts)
    assert max(equal.values()) == 2, "two equal lines on one day"


def test_holidays_move_payouts() -> None:
    world = simulated(3, 100, 20)
    toss = {document.booked_on: document for document in world.documents if document.provider == "toss"}
    # Thursday 24 to Saturday 26 September 2026 is Chuseok.
    assert toss[date(2026, 9, 21)].final.payouts[0].paid_on == date(2026, 9, 28)
    assert toss[date(2026, 9, 14)].final.payouts[0].paid_on == date(2026, 9, 17)
    banks = {one.booked_on for one in world.bank_documents if one.account == "kookmin-krw"}
    assert banks.isdisjoint({date(2026, 9, day) for day in (24, 25, 26, 27)})


@pytest.mark.parametrize(("days", "payments"), [(0, 400), (-1, 400), (92, -1)])
def test_impossible_requests_are_refused(days: int, payments: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Request(7, START, days, payments)


def test_a_merchant_without_buyers_has_no_statements() -> None:
    world = simulated(7, 10, 0)
    assert world.exports == []
    assert [one for one in world.documents if one.provider == "toss"] == []
    assert world.bank_documents
