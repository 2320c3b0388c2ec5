"""Adyen's settlement details report: what is refused, cell by cell, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.facts import FileRefused
from tests.payments.providers.adyen_files import OLD_ORDER, named, one, payment, problem, read, report


def test_net_that_is_not_gross_less_fees_is_a_problem_of_its_line(tmp_path: Path) -> None:
    row = payment("Settled", "10.00", "9.50", markup="0.48")
    assert problem(tmp_path, row) == (
        2, "Net Credit (NC)", "The net amount 9.50 EUR is not the gross amount less the fees (9.52 EUR).",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"batch": ""}, "Batch Number", "The row has no batch number"),
        ({"account": ""}, "Merchant Account", "The row names no merchant account."),
        ({"zone": "XYZ"}, "TimeZone", "“XYZ” is not a time zone"),
        ({"created": "2026-02-30 00:00:00"}, "Creation Date", "“2026-02-30 00:00:00” is not a date and time"),
        ({"created": "01/07/2026"}, "Creation Date", "“01/07/2026” is not a date and time"),
        ({"created": "2026-W27-1T00:00:00"}, "Creation Date", "“2026-W27-1T00:00:00” is not a date"),
        ({"created": "0001-01-01 00:00:00"}, "Creation Date", "“0001-01-01 00:00:00” is not a date"),
        ({"currency": "EURO"}, "Gross Currency", "“EURO” is not a currency"),
        ({"currency": "USD", "rate": ""}, "Exchange Rate", "“” is not an exchange rate."),
        ({"currency": "USD", "rate": "-1"}, "Exchange Rate", "“-1” is not an exchange rate."),
        ({"currency": "USD", "rate": "1E-80000000"}, "Exchange Rate", "“1E-80000000” is not an exchange rate."),
        ({"currency": "USD", "rate": "NaN"}, "Exchange Rate", "“NaN” is not an exchange rate."),
        ({"markup": "12..34"}, "Markup (NC)", "“12..34” has its thousands marks"),
        ({"scheme": "1E-80000000"}, "Scheme Fees (NC)", "“1E-80000000” is a number as spreadsheets write it"),
        ({"markup": "0" * 2000}, "Markup (NC)", "“" + "0" * 39 + "…” is too long"),
        ({"interchange": "0.001"}, "Interchange (NC)", "“0.001” has more decimals than the currency has."),
        ({"debit": "1.00"}, "Gross Credit (GC)", "The row has an amount on the debit side and on the credit side."),
        ({"net_debit": "-1.00"}, "Net Debit (NC)", "“-1.00” has two signs"),
        ({"commission": "=1+1"}, "Commission (NC)", "“=1+1” is not an amount."),
    ],
)
def test_a_bad_cell_is_named_with_line_and_column(
    tmp_path: Path, change: dict[str, str], field: str, message: str
) -> None:
    line, found_field, found_message = problem(tmp_path, payment("Settled", "1.00", "1.00") | named(change))
    assert (line, found_field) == (2, field)
    assert found_message.startswith(message)


def test_good_rows_and_bad_rows_together_are_all_rows(tmp_path: Path) -> None:
    rows = [payment("Settled", "1.00", "1.00" if number % 3 else "2.00", number=number) for number in range(1, 10)]
    found = read(tmp_path, report(rows))
    assert (len(found.lines), found.reading.problems.count) == (6, 3)
    assert [line for line, _, _ in found.problems] == [4, 7, 10]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, report([payment("Settled", "1.00", "1.00")], [name for name in OLD_ORDER if name != "Type"]))
    assert (caught.value.problem.line, caught.value.problem.field) == (1, "Type")


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="“Type” is there twice"):
        read(tmp_path, report([payment("Settled", "1.00", "1.00")], (*OLD_ORDER, "Type")))


@pytest.mark.parametrize(
    "change",
    [
        {"variant": "4111111111111111"},
        {"reserved": "4111 1111 1111 1111"},
        {"method": "5500005555555559"},
        {"batch": "4111111111111111"},
        {"reference": "4111-1111-1111-1111"},
        {"psp": "378282246310005"},
        {"markup": "4111111111111111"},
    ],
)
def test_a_card_number_deletes_the_file(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, report([payment("Settled", "1.00", "1.00") | named(change)]))
    assert caught.value.must_delete_bytes
    assert caught.value.problem.line == 2
    assert "1111" not in str(caught.value)


def test_sixteen_digits_in_a_reference_are_a_reference(tmp_path: Path) -> None:
    row = payment(
        "Settled", "1.00", "1.00", psp="4111111111111111", modification="5500005555555559", reference="4111111111111111"
    )
    assert one(tmp_path, row).provider_key == "5500005555555559"


@pytest.mark.parametrize("text", ["8.816E+15", "8,81618E+15", "9E+15", "8.8161789500E+15", "8.816178952380553e+15"])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("psp", "Psp Reference"),
        ("modification", "Modification Reference"),
        ("reference", "Merchant Reference"),
    ],
)
def test_a_reference_that_a_spreadsheet_destroyed_is_named(tmp_path: Path, change: str, field: str, text: str) -> None:
    row = payment("Settled", "1.00", "1.00") | named({change: text})
    assert problem(tmp_path, row) == (
        2, field, f"“{text}” is a number as spreadsheets write it: most digits of this reference are lost. "
        "Import the file as it was downloaded, not as a spreadsheet saved it.",
    )  # fmt: skip


def test_a_plus_in_a_merchant_reference_is_no_damage(tmp_path: Path) -> None:
    assert one(tmp_path, payment("Settled", "1.00", "1.00", reference="order+1E+15")).merchant_reference
