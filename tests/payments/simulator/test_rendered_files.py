"""What the simulator writes is what the real adapters read: every line, payout and balance, and no problem."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from payments.facts import MOVEMENT_LINE_KINDS, LineFact, LineKind
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Line, Version
from tests.payments.simulator.conftest import Quarter
from tests.payments.simulator.reading import read_bank, read_statements

PROVIDERS = ("toss", "naver", "sbps", "adyen-jp", "adyen-eu")


def _delivered(quarter: Quarter, code: str) -> dict[tuple[str, int], Version]:
    return {
        (document.statement_key, version.number): version
        for document in quarter.world.documents
        for version in document.versions
        if document.provider == code and version.delivered_on <= quarter.truth.as_of
    }


def _as_read(fact: LineFact, plan: ProviderPlan) -> tuple[object, ...]:
    dated_on = fact.occurred_at.astimezone(ZoneInfo(plan.zone)).date() if fact.occurred_at else fact.sold_on
    return (
        fact.kind,
        fact.provider_key or fact.line_key,
        fact.payment_reference,
        fact.merchant_reference,
        (fact.currency, fact.gross, fact.net_currency, fact.gross_settled),
        (fact.fee, fact.fee_vat, fact.rounding, fact.net),
        fact.payout_key,
        dated_on,
    )


def _as_written(line: Line) -> tuple[object, ...]:
    return (
        line.kind,
        line.identity,
        line.payment_reference,
        line.merchant_reference,
        (line.currency, line.gross, line.net_currency, line.gross_settled),
        (line.charges.fee, line.charges.vat, 0, line.net),
        line.payout_key,
        line.occurred_on,
    )


@pytest.mark.parametrize("code", PROVIDERS)
def test_every_line_is_read_as_it_was_written(quarter: Quarter, code: str) -> None:
    plan = quarter.world.merchant.provider(code)
    versions = _delivered(quarter, code)
    seen = set()
    for file in read_statements(quarter.folder, code):
        (statement,) = file.statements
        key = (statement.statement_key, int(statement.sequence or 1))
        seen.add(key)
        assert [_as_read(fact, plan) for fact in file.lines] == [_as_written(line) for line in versions[key].lines]
    assert seen == set(versions)


@pytest.mark.parametrize("code", PROVIDERS)
def test_payouts_are_read_as_they_were_stated(quarter: Quarter, code: str) -> None:
    versions = _delivered(quarter, code)
    for file in read_statements(quarter.folder, code):
        (statement,) = file.statements
        stated = versions[(statement.statement_key, int(statement.sequence or 1))].payouts
        found = [(one.payout_key, one.currency, one.amount, one.paid_on, one.is_stated) for one in file.payouts]
        assert found == [(one.payout_key, one.currency, one.amount, one.paid_on, one.is_stated) for one in stated]


@pytest.mark.parametrize("code", PROVIDERS)
def test_statements_are_booked_on_the_day_the_truth_says(quarter: Quarter, code: str) -> None:
    booked = {one.statement_key: one.booked_on for one in quarter.world.documents if one.provider == code}
    for file in read_statements(quarter.folder, code):
        (statement,) = file.statements
        versions = _delivered(quarter, code)
        lines = versions[(statement.statement_key, int(statement.sequence or 1))].lines
        assert statement.booked_on == booked[statement.statement_key]
        for fact, line in zip(file.lines, lines, strict=True):
            if line.kind in MOVEMENT_LINE_KINDS:
                assert (fact.booked_on or statement.booked_on) == line.booked_on


@pytest.mark.parametrize("code", PROVIDERS)
def test_files_agree_with_themselves_where_nothing_was_planted(quarter: Quarter, code: str) -> None:
    plain = {
        (document.statement_key, version.number): sum(line.net for line in version.lines)
        for document in quarter.world.documents
        for version in document.versions
        if document.provider == code
    }
    for file in read_statements(quarter.folder, code):
        (statement,) = file.statements
        total = plain[(statement.statement_key, int(statement.sequence or 1))]
        unmet = [check for check in file.checks if not check.is_met]
        # Only with a residual, or before a correction, does a statement that says what it pays not sum to zero.
        kinds = {one.kind for one in file.lines}
        assert bool(unmet) == (bool(kinds & {LineKind.PAYOUT, LineKind.CARRY_OUT}) and total != 0)


@pytest.mark.parametrize(("code", "adapter"), [("mufg-jpy", "camt"), ("ing-eur", "mt940"), ("kookmin-krw", "mapped")])
def test_bank_days_are_read_as_they_were_written(quarter: Quarter, code: str, adapter: str) -> None:
    account = next(one for one in quarter.world.merchant.accounts if one.code == code)
    days = {one.booked_on: one for one in quarter.world.bank_documents if one.account == code}
    for file in read_bank(quarter.folder, code, adapter):
        (statement,) = file.statements
        document = days[statement.closed_on]
        written = [(one.booked_on, one.amount, one.reference) for one in document.entries]
        found = [(one.booked_on, one.amount, one.bank_reference) for one in file.lines]
        assert statement.account_reference == account.account_reference
        assert statement.is_interim == file.name.startswith(("MT942", "camt052", "camt054"))
        if statement.is_interim:
            assert found == written[: len(found)]
            assert 0 < len(found) <= document.interim_count
        else:
            assert found == written
            assert statement.opening_balance == document.opening_balance
            assert statement.closing_balance == document.closing_balance
        for line, entry in zip(file.lines, document.entries, strict=False):
            assert entry.remittance in line.remittance
