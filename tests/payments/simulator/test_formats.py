"""A merchant with an account of every layout: what is added, who delivers what, and that each reader takes it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from payments.banks import registry as banks
from payments.facts import ReadingTerms, SourceFile
from payments.providers import registry as providers
from payments.simulator.formats import ALL, UnknownFormat, merchant_of
from payments.simulator.rendering.layouts import BANKS, STATEMENTS
from payments.simulator.simulation import Request, Simulation, World
from payments.simulator.writing import delivered_files
from tests.fuzz.seeds import bank_adapter
from tests.payments.simulator.conftest import START, simulated

DAYS = 15


@pytest.fixture(scope="module")
def world() -> World:
    """Two weeks with everybody."""
    return Simulation(Request(6, START, DAYS, 60, formats=(ALL,))).run()


def test_every_layout_is_delivered_by_somebody(world: World) -> None:
    delivered = {str(Path(file.path).parent) for file in delivered_files(world)}
    assert {plan.layout for plan in world.merchant.providers} == set(STATEMENTS)
    assert {account.layout for account in world.merchant.accounts} == set(BANKS)
    assert {f"statements/{plan.code}" for plan in world.merchant.providers} <= delivered
    assert {f"bank/{account.code}" for account in world.merchant.accounts} <= delivered


def test_further_accounts_change_no_byte_of_the_others(world: World) -> None:
    usual = {file.path: file.content for file in delivered_files(simulated(6, DAYS, 60))}
    everything = {file.path: file.content for file in delivered_files(world)}
    assert {path: everything[path] for path in usual} == usual


def test_a_named_layout_brings_its_provider_and_where_that_is_paid() -> None:
    merchant = merchant_of(START, ("komoju", "ofx"))
    assert [plan.code for plan in merchant.providers] == ["komoju"]
    assert [account.layout for account in merchant.accounts] == ["zengin", "ofx"]
    assert merchant_of(START) == merchant_of(START, ())
    assert len(merchant_of(START).providers) == 5


def test_a_layout_that_nobody_delivers_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownFormat, match=r"no format “xml”.*adyen.*stripe"):
        merchant_of(START, ("xml",))


def test_every_statement_is_known_by_its_content_and_read_whole(world: World, tmp_path: Path) -> None:
    lines_of = Counter[tuple[str, str]]()
    for document in world.documents:
        lines_of[document.provider, document.label] = len(document.final.lines)
    read = Counter[str]()
    for file in delivered_files(world):
        kind, code, *_ = file.path.split("/")
        if kind != "statements":
            continue
        plan = world.merchant.provider(code)
        source = _stored(tmp_path, file.path, file.content)
        if plan.adapter != "mapped":
            assert providers.recognise(source)[0][0] == plan.adapter, file.path
        terms = ReadingTerms(plan.zone, (plan.currency,), plan.mapping)
        reading = providers.ADAPTERS[plan.adapter].read(source, terms)
        found = len(list(reading))
        assert (found > 0, [problem.message for problem in reading.problems.first]) == (True, []), file.path
        assert all(check.is_met or not check.is_refusing for check in reading.checks()), file.path
        read[plan.layout] += 1
    assert set(read) == set(STATEMENTS)


def test_every_bank_file_is_known_by_its_content_and_read_whole(world: World, tmp_path: Path) -> None:
    accounts = {account.code: account for account in world.merchant.accounts}
    read = Counter[str]()
    for file in delivered_files(world):
        kind, code, *_ = file.path.split("/")
        if kind != "bank":
            continue
        account = accounts[code]
        adapter = bank_adapter(account)
        source = _stored(tmp_path, file.path, file.content)
        if adapter.code != "mapped":
            assert banks.recognise(source)[0][0] == adapter.code, file.path
        reading = adapter.read(source, ReadingTerms(account.zone, (account.currency,), account.mapping))
        assert (len(list(reading)) > 0, reading.problems.count) == (True, 0), file.path
        assert all(check.is_met for check in reading.checks()), file.path
        read[account.layout] += 1
    assert set(read) == set(BANKS)


def _stored(folder: Path, path: str, content: bytes) -> SourceFile:
    place = folder / "file"
    place.write_bytes(content)
    return SourceFile(place, Path(path).name, len(content))
