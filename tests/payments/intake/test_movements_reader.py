"""Our own ledger's export: fixed columns, signs by kind, and every bad cell named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from payments.facts import FileRefused, MovementFact, MovementKind, ReadingTerms
from payments.intake.movements import MovementAdapter
from payments.tabular.lines import read_head
from tests.payments.files import cut_out, stored

HEADER = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
ROW = "m1,881,88,order-1,capture,12.34,EUR,2026-07-01T23:30:00+02:00,visa\n"
TERMS = ReadingTerms("Asia/Seoul")


def read(folder: Path, content: str) -> tuple[list[MovementFact], list[tuple[int | None, str, str]]]:
    reading = MovementAdapter().read(stored(folder, content), TERMS)
    facts = list(reading)
    return facts, [(problem.line, problem.field, problem.message) for problem in reading.problems.first]


def test_a_row_becomes_a_movement(tmp_path: Path) -> None:
    [fact], problems = read(tmp_path, HEADER + ROW)
    assert problems == []
    moment = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)
    assert fact == MovementFact(
        2, len(HEADER), len(ROW), "m1", "881", "88", "order-1", 1, 1234, "EUR", moment, date(2026, 7, 2), "visa"
    )


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        ("capture", "12.34", 1234),
        ("refund", "12.34", -1234),
        ("refund", "-12.34", -1234),
        ("chargeback", "12.34", -1234),
        ("chargeback_reversal", "12.34", 1234),
        ("refund_failure", "12.34", 1234),
    ],
)
def test_the_sign_follows_the_kind(tmp_path: Path, kind: str, amount: str, expected: int) -> None:
    [fact], problems = read(tmp_path, HEADER + ROW.replace("capture", kind).replace("12.34", amount))
    assert (fact.kind, fact.amount, problems) == (MovementKind[kind.upper()], expected, [])


def test_amounts_are_read_in_the_units_of_their_currency(tmp_path: Path) -> None:
    rows = [ROW.replace("12.34,EUR", cell) for cell in ("1000,KRW", "1.5,EUR", "1.234,KWD", "0,JPY")]
    facts, problems = read(tmp_path, HEADER + "".join(rows))
    assert ([fact.amount for fact in facts], problems) == ([1000, 150, 1234, 0], [])


@pytest.mark.parametrize(
    ("before", "after", "field", "message"),
    [
        ("m1", "", "movement_key", "“movement_key” is empty."),
        ("m1", "m" * 81, "movement_key", "“movement_key” is longer than 80 characters."),
        ("capture", "bought", "kind", "“bought” is not a kind of movement."),
        ("capture,12.34", "capture,-12.34", "amount", "The amount of a capture cannot be negative."),
        ("12.34", "", "amount", "“amount” is empty."),
        ("12.34", "12.345", "amount", "“12.345” has more decimals than the currency has."),
        ("12.34", "1E5", "amount", "“1E5” is a number as spreadsheets write it"),
        ("EUR", "EURO", "currency", "“EURO” is not a currency"),
        ("EUR", "", "currency", "“” is not a currency"),
        ("2026-07-01T23:30:00+02:00", "yesterday", "occurred_at", "“yesterday” is not a date and time"),
        ("2026-07-01", "2026-02-30", "occurred_at", "is not a date and time"),
        ("m1", "4.81477E+15", "movement_key", "“4.81477E+15” is a number as spreadsheets write it"),
        ("881,", "4.81477E+15,", "provider_key", "Import the file as it was downloaded"),
        ("order-1", "9e+12", "merchant_reference", "most digits of this reference are lost"),
        ("visa", "v" * 81, "method", "“method” is longer than 80 characters."),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, before: str, after: str, field: str, message: str) -> None:
    facts, problems = read(tmp_path, HEADER + ROW + ROW.replace(before, after))
    assert len(facts) == 1
    [(line, where, text)] = problems
    assert (line, where) == (3, field)
    assert message in text


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    names, cells = HEADER.strip().split(","), ROW.strip().split(",")
    content = ",".join(reversed(names)) + "\n" + ",".join(reversed(cells)) + "\n"
    assert read(tmp_path, content)[0][0][3:] == read(tmp_path, HEADER + ROW)[0][0][3:]


@pytest.mark.parametrize(
    ("header", "missing", "unknown"),
    [
        (HEADER.replace("amount", "amout"), "amount", "amout"),
        (HEADER.replace(",method", ""), "method", "–"),
        (HEADER.replace("\n", ",card\n"), "–", "card"),
        (HEADER.replace("\n", ",method\n"), "–", "–"),
    ],
)
def test_another_header_is_refused_by_name(tmp_path: Path, header: str, missing: str, unknown: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, header + ROW)
    assert f"Missing: {missing}. Unknown: {unknown}." in caught.value.problem.message


@pytest.mark.parametrize(
    "row",
    [
        ROW.replace("order-1", "4111-1111-1111-1111"),
        ROW.replace("visa", "4111111111111111"),
        ROW.replace("m1", "4111 1111 1111 1111"),
    ],
)
def test_a_card_number_refuses_the_file_and_its_bytes(tmp_path: Path, row: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, HEADER + ROW + row)
    assert caught.value.must_delete_bytes
    assert caught.value.problem.line == 3
    assert "1111" not in caught.value.problem.message


def test_sixteen_digits_are_a_reference(tmp_path: Path) -> None:
    facts, _ = read(tmp_path, HEADER + ROW.replace("881,", "4111111111111111,"))
    assert facts[0].provider_key == "4111111111111111"


def test_facts_name_their_bytes(tmp_path: Path) -> None:
    content = HEADER + ROW + ROW.replace("visa", "카드")
    source = stored(tmp_path, content)
    facts = list(MovementAdapter().read(source, TERMS))
    assert cut_out(source, facts) == [ROW.encode(), ROW.replace("visa", "카드").encode()]


def test_only_the_right_header_is_recognised(tmp_path: Path) -> None:
    adapter = MovementAdapter()
    for content, confidence in ((HEADER + ROW, 100), (ROW, 0), (HEADER.replace("amount", "sum") + ROW, 0), ("", 0)):
        source = stored(tmp_path, content)
        assert adapter.recognise(source, read_head(source)).confidence == confidence


def test_only_a_whole_number_of_a_spreadsheet_is_damage(tmp_path: Path) -> None:
    facts, problems = read(tmp_path, HEADER + ROW.replace("order-1", "order-1E+15").replace("visa", "4.8E+15"))
    assert problems == []
    assert [(fact.merchant_reference, fact.method) for fact in facts] == [("order-1E+15", "4.8E+15")]
