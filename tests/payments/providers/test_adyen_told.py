"""Adyen's rows that move no money: steps of a payment's life, and what another acquirer settles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.facts import LineKind, PayoutFact
from tests.payments.providers.adyen_files import one, payment, problem, read, report
from tests.payments.providers.test_adyen import BATCH

TOLD = (
    "SettledExternally", "SettledExternallyWithInfo", "RefundedExternallyWithInfo", "ChargebackExternallyWithInfo",
    "ChargebackReversedExternallyWithInfo", "AdjustmentExternallyWithInfo", "UnmatchedSettledExternallyWithInfo",
    "HandledExternally", "SettledInInstallments", "Received", "Authorised", "Refused", "SentForSettle",
    "SentForRefund", "CaptureFailed", "Cancelled", "Expired", "Error",
)  # fmt: skip


@pytest.mark.parametrize("type_name", TOLD)
@pytest.mark.parametrize("net", ["", "0.00"])
def test_a_row_that_moves_no_money_is_counted_by_its_type_and_left_out(
    tmp_path: Path, type_name: str, net: str
) -> None:
    found = read(tmp_path, report([*BATCH, payment(type_name, "20.00", net, number=8)]))
    assert found.problems == []
    assert len(found.lines) == len(BATCH)
    *_, told = found.reading.checks()
    assert (told.name, told.subject) == ("Rows that moved no money in this batch, left out", type_name)
    assert (told.expected, told.found) == (1, 1)
    assert found.reading.payouts() == [PayoutFact("Shop/7", "7", "EUR", 1_445, date(2026, 7, 2), is_stated=True)]


def test_rows_that_move_no_money_need_no_currency_and_are_a_statement_by_themselves(tmp_path: Path) -> None:
    bare = payment("SettledExternallyWithInfo", "", "", currency="", net_currency="", rate="")
    found = read(tmp_path, report([bare, bare]))
    assert (found.lines, found.problems) == ([], [])
    assert [each.statement_key for each in found.reading.statements()] == ["Shop/7"]
    assert [(each.subject, each.found) for each in found.reading.checks()][-1] == ("SettledExternallyWithInfo", 2)


def test_a_row_of_an_unknown_type_without_a_net_amount_is_a_line_of_nothing_that_must_be_explained(
    tmp_path: Path,
) -> None:
    line = one(tmp_path, payment("SomethingNewOf2027", "20.00", ""))
    assert (line.kind, line.gross, line.fee, line.net) == (LineKind.UNKNOWN, 0, 0, 0)


def test_a_settled_row_without_its_net_amount_is_refused_as_before(tmp_path: Path) -> None:
    assert problem(tmp_path, payment("Settled", "20.00", ""))[:2] == (2, "Net Credit (NC)")


def test_what_cannot_be_read_is_told_of_rows_that_move_no_money_too(tmp_path: Path) -> None:
    assert problem(tmp_path, payment("SettledExternallyWithInfo", "20.O0", ""))[:2] == (2, "Gross Credit (GC)")


def test_types_without_end_are_counted_together(tmp_path: Path) -> None:
    rows = [payment(f"Settled{'-' * place}Externally", "1.00", "") for place in range(60)]
    counted = [(each.subject, each.found) for each in read(tmp_path, report(rows)).reading.checks() if each.subject]
    assert len(counted) == 51
    assert counted[-1] == ("…", 10)
