"""MT940 as single banks bend it: entries without a transaction type, balances whose dates run backwards."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.payments.banks.mt940_files import read, statement


def test_nonref_right_behind_the_amount_is_no_type_and_no_reference(tmp_path: Path) -> None:
    content = statement(":61:2607010701D20,00NONREF", ":86:fee", closing="C260701EUR80,00")
    (line,) = read(tmp_path, content).lines
    assert (line.amount, line.transaction_code, line.end_to_end_reference) == (-2000, "", "")


def test_a_period_never_ends_before_it_begins(tmp_path: Path) -> None:
    content = statement(":61:2606300630C5,00NTRFX", opening="C260718EUR100,00", closing="C260630EUR105,00")
    (found,) = read(tmp_path, content).reading.statements()
    assert (found.opened_on, found.closed_on) == (date(2026, 6, 30), date(2026, 6, 30))
