"""MT940 as single banks bend it: entries without a transaction type, balances whose dates run backwards."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.payments.banks.mt940_files import read, refusal, statement


def test_nonref_right_behind_the_amount_is_no_type_and_no_reference(tmp_path: Path) -> None:
    content = statement(":61:2607010701D20,00NONREF", ":86:fee", closing="C260701EUR80,00")
    (line,) = read(tmp_path, content).lines
    assert (line.amount, line.transaction_code, line.end_to_end_reference) == (-2000, "", "")


def test_a_period_never_ends_before_it_begins(tmp_path: Path) -> None:
    content = statement(":61:2606300630C5,00NTRFX", opening="C260718EUR100,00", closing="C260630EUR105,00")
    (found,) = read(tmp_path, content).reading.statements()
    assert (found.opened_on, found.closed_on) == (date(2026, 6, 30), date(2026, 6, 30))


def test_an_opening_balance_whose_date_is_zeros_is_that_of_the_first_entry(tmp_path: Path) -> None:
    lines = (":61:2606290629C5,00NTRFX", ":61:260630D1,00NTRFY")
    found = read(tmp_path, statement(*lines, opening="C000000EUR0,00", closing="C260630EUR4,00"))
    (told,) = found.reading.statements()
    assert (told.opened_on, told.closed_on, told.opening_balance) == (date(2026, 6, 29), date(2026, 6, 30), 0)
    assert [line.booked_on for line in found.lines] == [date(2026, 6, 29), date(2026, 6, 30)]


def test_a_closing_balance_has_its_date(tmp_path: Path) -> None:
    refused = refusal(tmp_path, statement(opening="C260630EUR0,00", closing="C000000EUR0,00"))
    assert refused.problem.field == ":62F:"
