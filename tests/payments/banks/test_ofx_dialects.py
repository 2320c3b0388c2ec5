"""OFX as banks and their software bend it: dates that are none, comments, types in mixed case."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.payments.banks.test_ofx import FROM, entry, read, sgml


def test_a_date_of_zeros_is_none(tmp_path: Path) -> None:
    balance = "<LEDGERBAL><BALAMT>2000,00<DTASOF>00000000</LEDGERBAL>"
    content = sgml(entry(inside="<DTAVAIL>00000000"), behind=balance).replace("<DTEND>20260702", "<DTEND>00000000")
    found = read(tmp_path, content)
    assert found.problems == []
    assert [(line.booked_on, line.value_on, line.amount) for line in found.lines] == [(date(2026, 7, 1), None, -150)]
    (statement,) = found.reading.statements()
    assert (statement.closed_on, statement.closing_balance) == (date(2026, 7, 1), None)


def test_an_entry_is_not_booked_on_no_date(tmp_path: Path) -> None:
    assert [(field, line) for line, field, _ in read(tmp_path, sgml(entry(posted="00000000"))).problems] == [
        ("DTPOSTED", 11)
    ]


def test_what_stands_in_a_comment_is_not_read(tmp_path: Path) -> None:
    hidden = entry().replace("<TRNAMT>", "<!-- <TRNAMT>").replace("<FITID>F1", "<FITID>F1 -->")
    found = read(tmp_path, sgml(hidden, entry("2.00")))
    assert [line.amount for line in found.lines] == [200]
    assert [field for _, field, _ in found.problems] == ["TRNAMT"]


@pytest.mark.parametrize(("kind", "amount"), [("Credit", "-5.00"), ("debit", "5.00")])
def test_a_type_in_other_letters_contradicts_its_amount_alike(tmp_path: Path, kind: str, amount: str) -> None:
    found = read(tmp_path, sgml(entry(amount, kind=kind), inside=f"<CURDEF>USD{FROM}"))
    assert (found.lines, [field for _, field, _ in found.problems]) == ([], ["TRNAMT"])


@pytest.mark.parametrize("end", ["2026070200000[-3:BRT]", "20260702 120000", "20260702T120000"])
def test_the_end_of_the_period_is_its_day_whatever_stands_behind_it(tmp_path: Path, end: str) -> None:
    found = read(tmp_path, sgml(entry(), behind="").replace("<DTEND>20260702", f"<DTEND>{end}"))
    assert (found.problems, [line.booked_on for line in found.lines]) == ([], [date(2026, 7, 1)])
    assert read(tmp_path, sgml(entry(posted=end))).problems == [(11, "DTPOSTED", f"“{end}” is not a date.")]
