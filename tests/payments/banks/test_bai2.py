"""BAI2: control totals of every level, continuation records, type codes, funds types, several groups and accounts."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.banks.bai2 import Bai2Adapter
from payments.banks.registry import recognise
from payments.facts import FileRefused, ReadingTerms
from payments.simulator.rendering import bai2
from payments.simulator.world import BankDocument
from tests.payments.banks.rendered import account, days
from tests.payments.files import BankRead, cut_out, read_bank, sample, stored

TERMS = ReadingTerms("America/New_York", ("USD",))


def read(folder: Path, content: str | bytes, terms: ReadingTerms = TERMS) -> BankRead:
    return read_bank(Bai2Adapter(), stored(folder, content, "x.bai"), terms)


def refusal(folder: Path, content: str | bytes) -> tuple[int | None, str, str]:
    with pytest.raises(FileRefused) as caught:
        read(folder, content)
    problem = caught.value.problem
    return problem.line, problem.field, problem.message


def report(*entries: str, total: int, closing: int, currency: str = "", group: str = "1,260701,,USD,2") -> str:
    """One account of one group, opened with 10000 minor units; `total` is the sum of the entries' amounts."""
    count = 2 + sum(entry.count("\n") + 1 for entry in entries)
    control = 10000 + closing + total
    lines = [
        "01,BANK,US,260702,0415,1,80,,2/",
        f"02,US,BANK,{group}/",
        f"03,12-34,{currency},010,10000,,,015,{closing},,/",
        *entries,
        f"49,{control},{count}/",
        f"98,{control},1,{count + 2}/",
        f"99,{control},1,{count + 4}/",
    ]
    return "\n".join(lines) + "\n"


def test_type_codes_sign_amounts_and_text_goes_on_in_continuation_records(tmp_path: Path) -> None:
    credit = "16,195,500,V,260703,1200,BREF,CREF,ADYEN, BATCH 12/\n88,MORE TEXT/"
    content = report(credit, "16,475,200,Z,B2,C2/\n88,CHECK 1001", total=700, closing=10300)
    source = stored(tmp_path, content, "x.bai")
    found = read_bank(Bai2Adapter(), source, TERMS)

    assert found.problems == []
    assert [(line.amount, line.value_on, line.transaction_code, line.remittance) for line in found.lines] == [
        (500, date(2026, 7, 3), "195", "ADYEN, BATCH 12 MORE TEXT"),
        (-200, None, "475", "CHECK 1001"),
    ]
    assert [(line.bank_reference, line.end_to_end_reference) for line in found.lines] == [
        ("BREF", "CREF"),
        ("B2", "C2"),
    ]
    assert cut_out(source, found.lines)[0].decode() == credit + "\n"
    (statement,) = found.reading.statements()
    assert (statement.statement_key, statement.opening_balance, statement.closing_balance) == (
        "12-34/2026-07-01",
        10000,
        10300,
    )
    assert statement.generated_at == datetime(2026, 7, 2, 8, 15, tzinfo=UTC)
    assert all(check.is_met for check in found.reading.checks())
    assert len(found.reading.checks()) == 9


@pytest.mark.parametrize(
    ("funds", "value_on"),
    [
        ("", None),
        ("0", date(2026, 7, 1)),
        ("1", None),
        ("V,260705,", date(2026, 7, 5)),
        ("S,100,200,200", None),
        ("D,2,0,300,1,200", None),
    ],
)
def test_every_funds_type_leaves_the_references_where_they_are(
    tmp_path: Path, funds: str, value_on: date | None
) -> None:
    found = read(tmp_path, report(f"16,195,500,{funds},BREF,CREF,TEXT/", total=500, closing=10500))
    (line,) = found.lines
    assert (line.value_on, line.bank_reference, line.end_to_end_reference, line.remittance) == (
        value_on,
        "BREF",
        "CREF",
        "TEXT",
    )


@pytest.mark.parametrize(
    ("before", "after", "line", "field"),
    [
        ("16,195,500,", "16,195,501,", 5, "49"),
        ("49,21000,3/", "49,21000,4/", 5, "49"),
        ("98,21000,1,5/", "98,21001,1,5/", 6, "98"),
        ("98,21000,1,5/", "98,21000,2,5/", 6, "98"),
        ("99,21000,1,7/", "99,21000,1,8/", 7, "99"),
        ("99,21000,1,7/", "99,x,1,7/", 7, "99"),
        ("99,21000,1,7/", "", 6, "99"),
        ("49,21000,3/\n", "", 5, "98"),
        ("260701", "260732", 2, "02"),
        ("1,260701", "4,260701", 2, "02"),
        ("03,12-34", "03,", 3, "03"),
        ("03,12-34,", "03,12-34,XXY", 3, "03"),
        ("010,10000", "01O,10000", 3, "03"),
        ("010,10000", "010,100.00", 3, "03"),
        ("16,195", "17,195", 4, ""),
        ("02,US", "03,US", 2, "03"),
    ],
)
def test_pitfall_14_a_control_that_differs_is_refused_with_line_and_record(
    tmp_path: Path, before: str, after: str, line: int, field: str
) -> None:
    content = report("16,195,500,Z,B,C,T/", total=500, closing=10500)
    assert read(tmp_path, content).problems == []
    assert before in content
    assert refusal(tmp_path, content.replace(before, after))[:2] == (line, field)


def test_a_report_that_does_not_lead_to_its_closing_balance_is_refused(tmp_path: Path) -> None:
    line, field, message = refusal(tmp_path, report("16,195,500,,,,/", total=500, closing=10400))
    assert (line, field) == (3, "03")
    assert "opening balance 100.00 plus its lines is 105.00 USD, but its closing balance is 104.00" in message


@pytest.mark.parametrize(
    "entry",
    [
        "16,701,500,,,,/",
        "16,1X5,500,,,,/",
        "16,195,5.00,,,,/",
        "16,195,,,,,/",
        "16,195,500,Q,,,/",
        "16,195,5,V,260231,,,/",
        "16,195,5,D,x,,,/",
    ],
)
def test_a_bad_entry_is_reported_and_the_others_are_read(tmp_path: Path, entry: str) -> None:
    found = read(tmp_path, report(entry, "16,195,1,,,,/", total=1, closing=10001))
    assert [(line, field) for line, field, _ in found.problems] == [(4, "16")]
    assert [line.amount for line in found.lines] == [1]


def test_notes_without_money_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, report("16,890,,,,,A NOTE/", "16,195,1,,,,/", total=1, closing=10001))
    assert [check.found for check in found.reading.checks() if check.name == "Notes without money, left out"] == [1]


@pytest.mark.parametrize(
    ("group", "currency", "owner", "expected"),
    [
        ("1,260701,,USD,2", "JPY", "EUR", "JPY"),
        ("1,260701,,GBP,2", "", "EUR", "GBP"),
        ("1,260701,,,2", "", "EUR", "EUR"),
        ("1,260701,,,2", "", "", "USD"),
    ],
)
def test_the_currency_is_the_accounts_else_the_groups_else_ours(
    tmp_path: Path, group: str, currency: str, owner: str, expected: str
) -> None:
    content = report("16,195,1,,,,/", total=1, closing=10001, currency=currency, group=group)
    found = read(tmp_path, content, ReadingTerms("UTC", (owner,) if owner else ()))
    assert {line.currency for line in found.lines} == {expected}
    assert [statement.currency for statement in found.reading.statements()] == [expected]


@pytest.mark.parametrize(
    ("modifier", "is_interim"), [("1", True), ("2", False), ("3", True), ("4", False), ("", False)]
)
def test_interim_reports_have_keys_of_their_own(tmp_path: Path, modifier: str, is_interim: bool) -> None:
    content = report("16,195,1,,,,/", total=1, closing=10001, group=f"1,260701,1105,USD,{modifier}")
    (statement,) = read(tmp_path, content).reading.statements()
    assert statement.is_interim is is_interim
    assert statement.statement_key == "12-34/2026-07-01" + ("/interim 1105" if is_interim else "")


def test_two_groups_and_accounts_are_statements_of_their_own(tmp_path: Path) -> None:
    content = (
        "01,B,U,260703,2400,1,,,2/\n02,U,B,1,260701,,USD,2/\n03,A1,,010,0,,,015,5,,/\n16,195,5,,,,/\n49,10,3/\n"
        "03,A2,,015,7,,/\n49,7,2/\n98,17,2,7/\n02,U,B,1,260702,,USD,2/\n03,A1,,010,5,,,015,3,,/\n16,475,2,,,,/\n"
        "49,10,3/\n98,10,1,5/\n99,27,2,14/\n"
    )
    found = read(tmp_path, content)
    assert [(line.statement_key, line.amount) for line in found.lines] == [("A1/2026-07-01", 5), ("A1/2026-07-02", -2)]
    facts = [(s.statement_key, s.opening_balance, s.closing_balance) for s in found.reading.statements()]
    assert facts == [("A1/2026-07-01", 0, 5), ("A2/2026-07-01", None, 7), ("A1/2026-07-02", 5, 3)]


def test_pitfall_5_equal_entries_with_one_bank_reference_stay_two(tmp_path: Path) -> None:
    entry = "16,495,450,Z,0001,,COFFEE/"
    found = read(tmp_path, report(entry, entry, total=900, closing=9100))
    assert [(line.amount, line.bank_reference) for line in found.lines] == [(-450, "0001")] * 2


def test_a_card_number_in_the_text_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, report("16,195,1,,,,CARD 4111 1111 1111 1111/", total=1, closing=10001))
    assert caught.value.must_delete_bytes


@given(days())
def test_a_rendered_day_reads_as_it_was(document: BankDocument) -> None:
    owner = account("USD", "America/New_York")
    with tempfile.TemporaryDirectory() as folder:
        source = stored(Path(folder), bai2.render_day(owner, document), bai2.file_name(owner, document))
        assert recognise(source)[0][0] == "bai2"
        found = read_bank(Bai2Adapter(), source, TERMS)
    assert found.problems == []
    assert [(line.booked_on, line.value_on, line.amount, line.bank_reference) for line in found.lines] == [
        (entry.booked_on, entry.booked_on, entry.amount, entry.reference) for entry in document.entries
    ]
    assert [line.remittance for line in found.lines] == [
        f"{entry.counterparty} {entry.remittance}" for entry in document.entries
    ]
    (statement,) = found.reading.statements()
    assert (statement.opening_balance, statement.closing_balance) == (
        document.opening_balance,
        document.closing_balance,
    )


@given(days(), st.data())
def test_a_mutated_report_is_refused_or_read_and_nothing_is_lost(document: BankDocument, data: st.DataObject) -> None:
    lines = bai2.render_day(account("USD", "UTC"), document).split(b"\n")
    place = data.draw(st.integers(0, len(lines) - 1))
    change = data.draw(st.sampled_from(["drop", "double", "swap", "bytes"]))
    if change == "drop":
        del lines[place]
    elif change == "double":
        lines.insert(place, lines[place])
    elif change == "swap":
        lines[place], lines[place - 1] = lines[place - 1], lines[place]
    else:
        cut = data.draw(st.integers(0, len(lines[place])))
        lines[place] = lines[place][:cut] + data.draw(st.binary(max_size=4)) + lines[place][cut + 1 :]
    content = b"\n".join(lines)
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read_bank(Bai2Adapter(), stored(Path(folder), content), TERMS)
        except FileRefused:
            return
    entries = sum(line.startswith("16,") for line in content.decode("latin-1").replace("\r", "\n").split("\n"))
    assert len(found.lines) + found.reading.problems.count == entries


@pytest.mark.external
def test_samples_tie_or_are_refused_with_line_and_reason(samples: Path) -> None:
    found = read_bank(Bai2Adapter(), sample(samples / "bank" / "bai2_svb_us_example.bai2"), TERMS)
    assert found.problems == []
    assert [line.amount for line in found.lines] == [490196, 905800]
    assert [(s.opening_balance, s.closing_balance) for s in found.reading.statements()] == [
        (34726979, 35217175),
        (35217175, 36122975),
    ]
    assert all(check.is_met for check in found.reading.checks())
    with pytest.raises(FileRefused) as caught:  # its balances leave out the penny of its only entry
        read_bank(Bai2Adapter(), sample(samples / "bank" / "bai2_citi_example.bai2"), TERMS)
    assert (caught.value.problem.line, caught.value.problem.field) == (3, "03")


def test_an_account_without_a_total_of_its_own_is_held_by_that_of_its_group(tmp_path: Path) -> None:
    content = report("16,195,500,,,/", total=500, closing=10500)
    silent = content.replace("49,21000,3/", "49,,3/")
    assert [line.amount for line in read(tmp_path, silent).lines] == [500]
    assert len(read(tmp_path, silent).reading.checks()) == len(read(tmp_path, content).reading.checks()) - 1
    assert refusal(tmp_path, silent.replace("98,21000", "98,21001"))[:2] == (6, "98")
    assert refusal(tmp_path, silent.replace("49,,3/", "49,,4/"))[:2] == (5, "49")
