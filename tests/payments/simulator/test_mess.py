"""The mess that is made on request: files say the same as before, are refused, or come another day, and the truth agrees."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from payments.facts import LineFact, ReadingTerms, SourceFile
from payments.providers import registry as providers
from payments.simulator.expectations import truth_of
from payments.simulator.mess import Mess, UnknownMess, mess_of
from payments.simulator.simulation import Request, Simulation, World
from payments.simulator.truth import Truth
from payments.simulator.world import Document
from payments.simulator.writing import EXCEL, delivered_files, write
from payments.tabular.refusals import DAMAGED
from tests.payments.simulator.conftest import START

FORMATS = ("adyen", "gmo", "kakaopay", "stripe", "toss", "komoju", "square")


@lru_cache(maxsize=8)
def world_with(*mess: Mess) -> World:
    return Simulation(Request(6, START, 25, 40, formats=FORMATS, mess=frozenset(mess))).run()


@lru_cache(maxsize=8)
def files_with(*mess: Mess) -> dict[str, bytes]:
    return {file.path: file.content for file in delivered_files(world_with(*mess))}


def facts_of(folder: Path, path: str, content: bytes) -> list[LineFact]:
    plan = world_with().merchant.provider(path.split("/")[1])
    place = folder / "file"
    place.write_bytes(content)
    terms = ReadingTerms(plan.zone, (plan.currency,), plan.mapping)
    source = SourceFile(place, Path(path).name, len(content))
    return [
        fact._replace(line_number=0, byte_offset=0, byte_length=0)
        for fact in providers.ADAPTERS[plan.adapter].read(source, terms)
    ]


@pytest.mark.parametrize("mess", [Mess.BOM, Mess.REORDERED])
def test_bytes_change_and_what_they_say_does_not(mess: Mess, tmp_path: Path) -> None:
    plain, muddled = files_with(), files_with(mess)
    changed = [path for path in plain if plain[path] != muddled[path] and path.startswith("statements/")]
    assert plain.keys() == muddled.keys()
    assert len({path.split("/")[1] for path in changed}) >= 5
    for path in changed[::7]:
        assert facts_of(tmp_path, path, muddled[path]) == facts_of(tmp_path, path, plain[path]), path


def test_ids_that_a_spreadsheet_spoiled_are_refused_and_the_truth_names_the_files(tmp_path: Path) -> None:
    truth, _ = write(world_with(Mess.EXCEL), tmp_path / "out")
    assert truth.refused
    assert Truth.load(tmp_path / "out" / "truth.json").refused == sorted(truth.refused)
    for path in truth.refused:
        assert Path(path).name.startswith(EXCEL)
        plan = world_with(Mess.EXCEL).merchant.provider(path.split("/")[1])
        source = SourceFile(tmp_path / "out" / path, Path(path).name, (tmp_path / "out" / path).stat().st_size)
        reading = providers.ADAPTERS[plan.adapter].read(source, ReadingTerms(plan.zone, (plan.currency,), plan.mapping))
        lines = len(list(reading))
        damaged = {problem.template for problem in reading.problems.first}
        assert (lines < reading.problems.count + lines, damaged) == (True, {DAMAGED}), path


def test_without_damage_the_truth_names_no_refused_files(tmp_path: Path) -> None:
    truth, _ = write(world_with(), tmp_path)
    assert truth.refused is None
    assert '"refused"' not in (tmp_path / "truth.json").read_text(encoding="utf-8")


def test_what_was_captured_in_part_is_told_in_two_rows_that_come_to_the_same(tmp_path: Path) -> None:
    plain, partial = files_with(), files_with(Mess.PARTIAL)
    changed = [path for path in plain if plain[path] != partial[path]]
    assert len(changed) > 5
    assert {path.split("/")[1] for path in changed} == {"stripe"}
    for path in changed:
        told = facts_of(tmp_path, path, partial[path])
        rests = [fact for fact in told if fact.line_key.endswith("_rest")]
        assert rests
        assert {(fact.gross, fact.gross_settled, fact.fee, fact.net) for fact in rests} == {(0, 0, 0, 0)}
        assert [fact for fact in told if fact not in rests] == facts_of(tmp_path, path, plain[path])


def test_reports_in_two_files_tell_what_one_tells(tmp_path: Path) -> None:
    def world_of(mess: frozenset[Mess]) -> World:
        return Simulation(Request(6, START, 12, 40, formats=("paypal_settlement",), mess=mess)).run()

    plan = world_of(frozenset()).merchant.provider("paypal-us")
    terms = ReadingTerms(plan.zone, (plan.currency,), plan.mapping)

    def told(world: World) -> tuple[dict[str, list[tuple[object, ...]]], Counter[tuple[int, int | None]]]:
        lines: dict[str, list[tuple[object, ...]]] = {}
        parts = Counter[tuple[int, int | None]]()
        for file in sorted(delivered_files(world), key=lambda each: each.path):
            if not file.path.startswith("statements/paypal-us/STL"):
                continue
            (tmp_path / "file").write_bytes(file.content)
            reading = providers.ADAPTERS["paypal"].read(
                SourceFile(tmp_path / "file", Path(file.path).name, len(file.content)), terms
            )
            for fact in reading:
                lines.setdefault(fact.statement_key, []).append((fact.line_key, fact.kind, fact.gross, fact.net))
            assert (reading.problems.count, all(check.is_met for check in reading.checks())) == (0, True), file.path
            parts.update((each.part, each.part_count) for each in reading.statements())
        return lines, parts

    (whole, no_parts), (split, parts) = told(world_of(frozenset())), told(world_of(frozenset({Mess.SPLIT})))
    assert split == whole
    assert set(no_parts) == {(0, None)}
    assert parts[1, None] == parts[2, 2] > 2


@pytest.mark.parametrize("mess", [Mess.LATE, Mess.CORRECTED])
def test_files_come_another_day_and_tell_the_same_in_the_end(mess: Mess) -> None:
    plain, messy = world_with(), world_with(mess)
    assert [_told(one) for one in plain.documents] == [_told(one) for one in messy.documents]
    before = [version.delivered_on for one in plain.documents for version in one.versions]
    after = [version.delivered_on for one in messy.documents for version in one.versions]
    assert before != after
    if mess is Mess.CORRECTED:
        assert sum(len(one.versions) == 2 for one in messy.documents) > 20
    assert sum(len(one.versions) == 2 for one in plain.documents) < 20
    assert truth_of(messy).as_of == date(2026, 7, 25)


def _told(document: Document) -> list[tuple[object, ...]]:
    return [(line.kind, line.identity, line.gross, line.net, line.payout_key) for line in document.final.lines]


def test_equal_entries_of_a_day_are_two() -> None:
    def doubles(world: World) -> int:
        seen: dict[tuple[object, ...], int] = {}
        for document in world.bank_documents:
            for entry in document.entries:
                key = (entry.account, entry.booked_on, entry.amount, entry.counterparty, entry.reference)
                seen[key] = seen.get(key, 0) + 1
        return sum(count > 1 for count in seen.values())

    assert doubles(world_with()) == 0
    assert doubles(world_with(Mess.DUPLICATED)) > 20


def test_mess_is_named() -> None:
    assert mess_of("bom, late") == {Mess.BOM, Mess.LATE}
    assert mess_of("all") == set(Mess)
    assert mess_of("") == frozenset()
    with pytest.raises(UnknownMess, match="no mess “flood”"):
        mess_of("flood")
