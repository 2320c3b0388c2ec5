"""Bank CSV read through a mapping: debit and credit, running balances, one statement per booking date."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payments.banks import mapped
from payments.banks.mapped import MappedBankAdapter, bank_mapping
from payments.facts import FileRefused, ReadingTerms
from tests.payments.files import BankRead, cut_out, read_bank, sample, stored

EXAMPLES = Path(mapped.__file__).parent / "examples"
KOREAN: dict[str, Any] = json.loads((EXAMPLES / "korean_bank.json").read_text())
EUROPEAN: dict[str, Any] = json.loads((EXAMPLES / "european_bank.json").read_text())
SIMPLE: dict[str, Any] = {
    "decimal_mark": ".",
    "columns": {"booked_on": "day", "amount": "amount", "balance": "balance", "remittance": "text"},
}

KOREAN_FILE = (
    "계좌번호,123-456-789012\r\n조회기간,2026.07.01 ~ 2026.07.02\r\n\r\n"
    "거래일자,거래구분,출금금액,입금금액,거래후잔액,적요,의뢰인/수취인,메모\r\n"
    '2026.07.02,이체,"1,000",,"1,499,000",임대료,건물주,\r\n'
    '2026.07.02,이체,,"500,000","1,500,000",정산금,토스페이먼츠,0702\r\n'
    '2026.07.01,이체,,"1,000,000","1,000,000",정산금,토스페이먼츠,0701\r\n'
)


def read(folder: Path, content: bytes | str, mapping: dict[str, Any], currency: str = "EUR") -> BankRead:
    return read_bank(MappedBankAdapter(), stored(folder, content), ReadingTerms("Asia/Seoul", (currency,), mapping))


def test_a_korean_account_history_newest_first_gives_one_statement_per_day(tmp_path: Path) -> None:
    content = KOREAN_FILE.encode("cp949")
    source = stored(tmp_path, content)
    found = read_bank(MappedBankAdapter(), source, ReadingTerms("Asia/Seoul", ("KRW",), KOREAN))

    assert found.problems == []
    assert [(line.booked_on, line.amount, line.counterparty, line.remittance) for line in found.lines] == [
        (date(2026, 7, 2), -1_000, "건물주", "임대료"),
        (date(2026, 7, 2), 500_000, "토스페이먼츠", "정산금 0702"),
        (date(2026, 7, 1), 1_000_000, "토스페이먼츠", "정산금 0701"),
    ]
    assert [
        (statement.statement_key, statement.opening_balance, statement.closing_balance)
        for statement in found.reading.statements()
    ] == [("2026-07-02", 1_000_000, 1_499_000), ("2026-07-01", 0, 1_000_000)]
    assert cut_out(source, found.lines) == content.splitlines(keepends=True)[4:]


def test_a_balance_that_does_not_follow_names_its_row(tmp_path: Path) -> None:
    found = read(tmp_path, KOREAN_FILE.replace('"1,500,000"', '"1,600,000"').encode("cp949"), KOREAN, "KRW")
    assert [(line, field) for line, field, _ in found.problems] == [(6, "거래후잔액"), (7, "거래후잔액")]
    assert "1600000 KRW" in found.problems[0][2]


def test_the_order_of_a_running_balance_is_found_out(tmp_path: Path) -> None:
    oldest = "day,amount,balance,text\n2026-07-01,5.00,15.00,a\n2026-07-01,-2.00,13.00,b\n2026-07-02,1.00,14.00,c\n"
    header, *rows = oldest.splitlines(keepends=True)
    newest = header + "".join(reversed(rows))

    for content in (oldest, newest):
        found = read(tmp_path, content, SIMPLE)
        assert found.problems == []
        balances = {s.statement_key: (s.opening_balance, s.closing_balance) for s in found.reading.statements()}
        assert balances == {"2026-07-01": (1_000, 1_300), "2026-07-02": (1_300, 1_400)}


def test_debit_and_credit_in_one_row_are_refused(tmp_path: Path) -> None:
    mapping = {"columns": {"booked_on": "day", "debit": "out", "credit": "in"}, "decimal_mark": "."}
    found = read(tmp_path, "day,out,in\n2026-07-01,1.00,2.00\n2026-07-01,0.00,2.00\n", mapping)
    assert found.problems == [(2, "in", "The row has a debit and a credit.")]
    assert [line.amount for line in found.lines] == [200]


def test_a_row_in_another_currency_is_refused(tmp_path: Path) -> None:
    content = (
        "Buchungstag;Verwendungszweck;Betrag;CCY;IBAN;Ref\n2026-04-02;x;1,00;EUR;DE1;1\n2026-04-02;x;1,00;USD;DE1;2\n"
    )
    found = read(tmp_path, content, EUROPEAN)
    assert found.problems == [(3, "CCY", "The row is in USD, the rows before in EUR.")]


def test_amounts_without_sign_take_it_from_the_side_column(tmp_path: Path) -> None:
    mapping = {
        "columns": {"booked_on": "day", "amount": "amount"},
        "signs": "by_side",
        "side": {"column": "side", "negative": ["D"], "positive": ["C"]},
    }
    rows = "2026-07-01,D,100\n2026-07-01,C,70\n2026-07-01,X,1\n2026-07-01,D,-5\n"
    found = read(tmp_path, f"day,side,amount\n{rows}", mapping, "JPY")
    assert [line.amount for line in found.lines] == [-100, 70]
    # A debit of minus five would have come in as a credit of five.
    assert [(line, field) for line, field, _ in found.problems] == [(4, "side"), (5, "amount")]


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"columns": {"amount": "a"}}, "columns.booked_on"),
        ({"columns": {"booked_on": "d"}}, "columns.amount"),
        ({"columns": {"booked_on": "d", "debit": "x"}}, "columns.amount"),
        ({"columns": {"booked_on": "d", "amount": "a", "debit": "x"}}, "columns.amount"),
        ({"columns": {"booked_on": "d", "amount": "a"}, "signs": "by_side"}, "signs"),
        ({"columns": {"booked_on": "d", "amount": "a"}, "order": "random"}, "order"),
        ({"columns": {"booked_on": "d", "amount": "a"}, "delimiter": "::"}, "delimiter"),
    ],
)
def test_a_wrong_mapping_is_refused_by_the_name_of_its_key(mapping: dict[str, Any], field: str) -> None:
    with pytest.raises(FileRefused) as caught:
        bank_mapping(mapping)
    assert caught.value.problem.field == field


@pytest.mark.external
def test_the_sample_with_european_decimals_posts(samples: Path) -> None:
    source = sample(samples / "bank" / "bsp_csv_european_decimals.csv")
    found = read_bank(MappedBankAdapter(), source, ReadingTerms("Europe/Berlin", ("EUR",), EUROPEAN))
    assert found.problems == []
    assert [(line.amount, line.remittance, line.bank_reference) for line in found.lines] == [
        (-123_456, "Miete April", "EU-001"),
        (350_000, "Gehalt", "EU-002"),
        (-450, "Kaffee", "EU-003"),
    ]
    assert [statement.statement_key for statement in found.reading.statements()] == [
        "DE89370400440532013000/2026-04-02",
        "DE89370400440532013000/2026-04-05",
        "DE89370400440532013000/2026-04-09",
    ]


@pytest.mark.external
def test_the_sample_whose_last_balance_has_the_wrong_sign_is_refused_at_that_line(samples: Path) -> None:
    mapping = {
        "decimal_mark": ".",
        "date_format": "%m/%d/%Y",
        "columns": {
            "booked_on": "Date",
            "debit": "Debit",
            "credit": "Credit",
            "balance": "Balance",
            "counterparty": "Partner Name",
            "remittance": "Label",
        },
    }
    source = sample(samples / "bank" / "oca_debit_credit_amount.csv")
    found = read_bank(MappedBankAdapter(), source, ReadingTerms("Europe/Brussels", ("EUR",), mapping))
    assert [line.amount for line in found.lines] == [2_000, -1_350, 3_350]
    assert [(line, field) for line, field, _ in found.problems] == [(5, "Balance")]
    assert "1510.00 EUR" in found.problems[0][2]
    assert "-1490.00" in found.problems[0][2]


@pytest.mark.parametrize("fact", ["bank_reference", "end_to_end_reference", "account"])
def test_a_reference_that_a_spreadsheet_destroyed_is_named(tmp_path: Path, fact: str) -> None:
    mapping = SIMPLE | {"columns": {"booked_on": "day", "amount": "amount", "remittance": "text", fact: "id"}}
    content = "day,amount,text,id\n2026-07-01,5.00,4.8E+15,a\n2026-07-01,5.00,b,1.23457E+11\n"
    found = read(tmp_path, content, mapping)
    assert [(line, field) for line, field, _ in found.problems] == [(3, "id")]
    assert [line.remittance for line in found.lines] == ["4.8E+15"]


def test_a_problem_says_which_object_of_one_line_it_is_in(tmp_path: Path) -> None:
    row = {"day": "2026-07-01", "amount": "1.00"}
    mapping = {"format": "json", "columns": {"booked_on": "day", "amount": "amount"}}
    found = read(tmp_path, json.dumps([row, row | {"amount": "x"}]), mapping)
    assert [(each.line, each.record, each.field) for each in found.reading.problems.first] == [(1, 2, "amount")]


TITLES = "거래내역조회\r\n계좌번호,123-456-789012,예금주,주식회사\r\n조회기간,2026.07.01 ~ 2026.07.02\r\n조회일시,2026.07.03\r\n\r\n"


def test_the_header_is_found_below_however_many_titles_stand_above_it(tmp_path: Path) -> None:
    table = KOREAN_FILE.split("\r\n\r\n")[1]
    for titles, codec in ((TITLES, "cp949"), ("", "cp949"), (TITLES, "utf-16")):
        mapping = {**KOREAN, "encoding": codec if codec == "cp949" else "", "skip_lines": 0}
        found = read(tmp_path, (titles + table).encode(codec), mapping, "KRW")
        assert [line.amount for line in found.lines] == [-1000, 500_000, 1_000_000], (titles, codec)
        assert found.lines[0].line_number == titles.count("\r\n") + 2


def test_rows_of_another_table_above_the_header_are_never_passed_over(tmp_path: Path) -> None:
    renamed = KOREAN_FILE.split("\r\n\r\n")[1].replace("출금금액", "지급금액")
    with pytest.raises(FileRefused, match="출금금액"):
        read(tmp_path, (renamed + KOREAN_FILE).encode("cp949"), {**KOREAN, "skip_lines": 0}, "KRW")


CARD = "4111111111111111"


def test_a_card_number_is_found_behind_a_reference_of_the_same_digits(tmp_path: Path) -> None:
    content = f"day,amount,balance,text,note\n2026-07-01,5.00,5.00,{CARD},\n2026-07-01,1.00,6.00,a,{CARD}\n"
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, content, SIMPLE)
    problem = caught.value.problem
    assert (problem.line, problem.field, caught.value.must_delete_bytes) == (3, "note", True)


@pytest.mark.parametrize("column", ["amount", "balance"])
def test_a_card_number_among_amounts_has_the_file_deleted(tmp_path: Path, column: str) -> None:
    cells = {"day": "2026-07-01", "amount": "5.00", "balance": "1,234,567,890,123.00", "text": "a", column: CARD}
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, "day;amount;balance;text\n" + ";".join(cells.values()) + "\n", SIMPLE)
    assert (caught.value.problem.field, caught.value.must_delete_bytes) == (column, True)


def test_columns_joined_to_one_text_have_single_blanks_and_no_gaps(tmp_path: Path) -> None:
    mapping = SIMPLE | {"columns": {"booked_on": "day", "amount": ["sign", "figure"], "remittance": ["a", "b", "c"]}}
    found = read(tmp_path, "day,sign,figure,a,b,c\n 2026-07-01 , - , 5.00 , x\u3000 y ,, z\n", mapping)
    assert found.problems == []
    assert [(line.booked_on, line.amount, line.remittance) for line in found.lines] == [
        (date(2026, 7, 1), -500, "x y z"),
    ]
