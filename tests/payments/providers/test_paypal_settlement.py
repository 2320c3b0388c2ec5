"""PayPal's settlement report: record types and their counts, sides, units, several files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from payments.facts import FileRefused, LineKind, PayoutFact, ReadingTerms
from payments.providers.registry import recognise
from tests.payments.files import cut_out, stored
from tests.payments.providers.paypal_files import HEADER, body, read, settlement

TERMS = ReadingTerms("America/Los_Angeles", ("USD",))


def test_rows_by_their_side_and_what_the_footers_say(tmp_path: Path) -> None:
    bodies = [
        body("T0006", "CR", "10000", "DR", "320", key="A1", invoice="order-1"),
        body("T1107", "DR", "4000", "CR", "20", key="A2"),
        body("T0400", "DR", "5000", key="A3", bank="BANKREF"),
    ]
    footer = '"SF","USD",10000,9000,20,320,"CR",1000,"CR",1700,"CR",0,"CR",0,"CR",0,"CR",0,3'
    found = read(tmp_path, settlement(bodies, [footer]), TERMS)

    assert found.problems == []
    sale, refund, payout = found.lines
    assert (sale.kind, sale.provider_key, sale.merchant_reference) == (LineKind.SALE, "A1", "order-1")
    assert (sale.gross, sale.fee, sale.net) == (10_000, 320, 9_680)
    assert sale.occurred_at == datetime(2026, 8, 20, 17, 0, tzinfo=UTC)
    assert (sale.statement_key, sale.booked_on) == ("ACC/2026-08-20", date(2026, 8, 20))
    assert (refund.kind, refund.gross, refund.fee, refund.net) == (LineKind.REFUND, -4_000, -20, -3_980)
    assert (payout.kind, payout.net) == (LineKind.PAYOUT, -5_000)
    assert found.reading.payouts() == [
        PayoutFact("ACC/2026-08-20", "BANKREF", "USD", 5_000, date(2026, 8, 20), is_stated=True)
    ]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [
        (3, 3), (1_000, 1_000), (-300, -300), (1_700, 1_700), (3, 3), (3, 3),
    ]  # fmt: skip
    statement = found.reading.statements()[0]
    assert (statement.part, statement.part_count) == (0, None)
    assert statement.generated_at == datetime(2026, 8, 21, 9, 44, 19, tzinfo=UTC)
    assert statement.sequence == "20260821T094419.000000Z"


def test_an_unknown_code_is_kept_as_unknown(tmp_path: Path) -> None:
    """Pitfall 14: an unknown type."""
    found = read(tmp_path, settlement([body("T7777", "DR", "100")]), TERMS)
    assert [(line.kind, line.net) for line in found.lines] == [(LineKind.UNKNOWN, -100)]


def test_the_column_of_the_side_has_one_blank_or_two(tmp_path: Path) -> None:
    """Pitfall 14: a header that PayPal spelled in two ways."""
    one = settlement([body("T0006", "CR", "100")], header=HEADER.replace("Transaction  Debit", "Transaction Debit"))
    two = settlement([body("T0006", "CR", "100")])
    assert read(tmp_path, one, TERMS).lines[0][3:] == read(tmp_path, two, TERMS).lines[0][3:]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_bom_and_utf_16(tmp_path: Path, encoding: str) -> None:
    """Pitfall 14: files of today with a BOM, older ones in UTF-16."""
    content = settlement([body("T0006", "CR", "100", invoice="注文-1")]).encode(encoding)
    source = stored(tmp_path, content)
    assert recognise(source)[0][0] == "paypal"
    assert read(tmp_path, content, TERMS).lines[0].merchant_reference == "注文-1"


@pytest.mark.parametrize(
    ("currency", "decimals", "minor"),
    [("USD", None, 10_000), ("JPY", None, 10_000), ("JPY", 2, 100), ("KWD", None, 10_000), ("KWD", 2, 100_000),
     ("TWD", 0, 1_000_000), ("HUF", 2, 10_000)],
)  # fmt: skip
def test_units_are_a_setting_by_currency(tmp_path: Path, currency: str, decimals: int | None, minor: int) -> None:
    """Pitfall 12: unsigned amounts without a decimal mark."""
    mapping = None if decimals is None else {"decimals": {currency: decimals}}
    terms = ReadingTerms("America/Los_Angeles", (), mapping)
    assert read(tmp_path, settlement([body("T0006", "CR", "10000", currency=currency)]), terms).lines[0].net == minor


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_a_currency_whose_decimals_nobody_knows_is_refused_with_the_setting(tmp_path: Path, currency: str) -> None:
    with pytest.raises(FileRefused, match=f"decimals.{currency}") as caught:
        read(tmp_path, settlement([body("T0006", "CR", "10000", currency=currency)]), TERMS)
    assert caught.value.problem.line == 5


def test_a_part_of_a_unit_is_refused(tmp_path: Path) -> None:
    terms = ReadingTerms("America/Los_Angeles", (), {"decimals": {"JPY": 2}})
    found = read(tmp_path, settlement([body("T0006", "CR", "10050", currency="JPY")]), terms)
    assert [(line, field) for line, field, _ in found.problems] == [(5, "Gross Transaction Amount")]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (body("T0006", "XX", "100"), "Transaction  Debit or Credit"),
        (body("T0006", "CR", "-100"), "Gross Transaction Amount"),
        (body("T0006", "CR", "1.00"), "Gross Transaction Amount"),
        (body("T0006", "CR", "100", "DR", "abc"), "Fee Amount"),
        (body("T0006", "CR", "100", currency="XYZ"), "Gross Transaction Currency"),
        (body("T0006", "CR", "100", at="2026-31-12"), "Transaction Initiation Date"),
        (body("T0006", "CR", "100", "ZZ", "1"), "Fee Debit or Credit"),
        ('"XX",1', ""),
    ],
)
def test_a_bad_record_is_named(tmp_path: Path, record: str, field: str) -> None:
    """Pitfalls 12 and 14: bad amounts and sides, unknown record types."""
    found = read(tmp_path, settlement([body("T0006", "CR", "100"), record]), TERMS)
    assert (6, field) in [(line, name) for line, name, _ in found.problems]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [('"SC",2', "Count of the section"), ('"RC",1', "Count of the report"), ('"FF",1', "Count of the file")],
)
def test_a_count_that_is_not_met_refuses_the_file(tmp_path: Path, wrong: str, name: str) -> None:
    """Pitfall 14: footer count mismatch."""
    bodies = [body("T0006", "CR", "100"), body("T0006", "CR", "100", key="TX2")]
    right = settlement(bodies)
    record = wrong[:5]
    given = wrong if wrong != '"SC",2' else '"SC",3'
    content = "\n".join(given if line.startswith(record) else line for line in right.splitlines()) + "\n"
    assert [(check.name, check.is_refusing) for check in read(tmp_path, content, TERMS).reading.checks() if not check.is_met] == [
        (name, True)
    ]  # fmt: skip


def test_a_total_that_is_not_met_refuses_the_file(tmp_path: Path) -> None:
    footer = '"SF","USD",200,0,0,0,"CR",0,"CR",200,"CR",0,"CR",0,"CR",0,"CR",0,1'
    found = read(tmp_path, settlement([body("T0006", "CR", "100")], [footer]), TERMS).reading.checks()
    assert [(check.name, check.expected, check.found) for check in found if check.is_refusing and not check.is_met] == [
        ("Gross amounts of the section", 200, 100)
    ]


def test_a_file_that_lost_its_end_is_refused(tmp_path: Path) -> None:
    """Pitfall 14: truncated."""
    content = settlement([body("T0006", "CR", "100")])
    found = read(tmp_path, content[: content.index('"FF"')], TERMS)
    assert [(field, message[:41]) for _, field, message in found.problems] == [
        ("FF", "The file ends without its last record (FF")
    ]


def test_a_part_alone_is_readable_and_says_which_it_is(tmp_path: Path) -> None:
    """Pitfall 3: a report in several files; the last one knows how many rows all have."""
    first = settlement([body("T0006", "CR", "100"), body("T0006", "CR", "100")], number="01", report_count=None)
    last = settlement([body("T0006", "CR", "100")], number="02", report_count=3)
    one, two = (read(tmp_path, content, TERMS) for content in (first, last))
    assert (one.problems, two.problems) == ([], [])
    facts = [found.reading.statements()[0] for found in (one, two)]
    assert [(fact.statement_key, fact.part, fact.part_count) for fact in facts] == [
        ("ACC/2026-08-20", 1, None), ("ACC/2026-08-20", 2, 2),
    ]  # fmt: skip
    assert all(check.is_met for found in (one, two) for check in found.reading.checks())


def test_a_section_that_began_in_the_file_before_is_not_held_against_its_footer(tmp_path: Path) -> None:
    last = settlement([body("T0006", "CR", "100")], number="02", report_count=3).replace('"SC",1', '"SC",3')
    assert all(check.is_met for check in read(tmp_path, last, TERMS).reading.checks())


def test_files_counted_from_zero(tmp_path: Path) -> None:
    """Pitfall 3: .00 and .01, where nothing but a setting tells a first file from a second."""
    zero = settlement([body("T0006", "CR", "100")], number="00", report_count=None)
    one = settlement([body("T0006", "CR", "100")], number="01", report_count=2)
    from_zero = ReadingTerms("America/Los_Angeles", (), {"first_part": 0})

    assert [field for _, field, _ in read(tmp_path, zero, TERMS).problems] == ["FH"]
    for content, part in ((zero, (1, None)), (one, (2, 2))):
        found = read(tmp_path, content, from_zero)
        assert found.problems == []
        assert (found.reading.statements()[0].part, found.reading.statements()[0].part_count) == part
    assert read(tmp_path, one, TERMS).reading.statements()[0].part == 2
    whole = read(tmp_path, settlement([body("T0006", "CR", "100")], number="00"), TERMS)
    assert (whole.problems, whole.reading.statements()[0].part) == ([], 0)


def test_rows_that_only_show_something_are_left_out_and_counted(tmp_path: Path) -> None:
    found = read(tmp_path, settlement([body("T1300", "CR", "100"), body("T0006", "CR", "100")]), TERMS)
    assert len(found.lines) == 1
    assert all(check.is_met for check in found.reading.checks())
    assert [check.found for check in found.reading.checks() if "left out" in check.name] == [1]


def test_a_day_without_rows_is_an_empty_statement(tmp_path: Path) -> None:
    """A day on which nothing happened has headers, footers and counts of none."""
    footer = '"SF","USD",0,0,0,0,"CR",500,"CR",500,"CR",500,"CR",500,"CR",0,"CR",0,0'
    found = read(tmp_path, settlement([], [footer]), TERMS)
    assert (found.lines, found.problems) == ([], [])
    [statement] = found.reading.statements()
    assert (statement.statement_key, statement.booked_on) == ("ACC/2026-08-20", date(2026, 8, 20))
    assert (statement.part, statement.part_count) == (0, None)
    assert found.reading.payouts() == []
    assert [(check.expected, check.found) for check in found.reading.checks()] == [
        (0, 0), (0, 0), (0, 0), (500, 500), (0, 0), (0, 0),
    ]  # fmt: skip


def test_a_report_without_rows_that_counts_some_is_refused(tmp_path: Path) -> None:
    content = settlement([]).replace('"SC",0', '"SC",3')
    with pytest.raises(FileRefused, match="no rows"):
        read(tmp_path, content, TERMS)


def test_a_body_without_its_header_is_out_of_place(tmp_path: Path) -> None:
    content = settlement([body("T0006", "CR", "100")])
    lines = [line for line in content.splitlines() if not line.startswith('"SH"')]
    assert (4, "SB") in [(line, field) for line, field, _ in read(tmp_path, "\n".join(lines) + "\n", TERMS).problems]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    content = settlement([body("T0006", "CR", "100")], header=HEADER.replace("Gross Transaction Currency", "Else"))
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, content, TERMS)
    assert (caught.value.problem.line, caught.value.problem.field) == (4, "Gross Transaction Currency")


def test_a_card_number_deletes_the_file(tmp_path: Path) -> None:
    for record in (body("T0006", "CR", "100", invoice="4111 1111 1111 1111"),
                   body("T0006", "CR", "100").replace('"C1"', '"4111111111111111"')):  # fmt: skip
        with pytest.raises(FileRefused) as caught:
            read(tmp_path, settlement([record]), TERMS)
        assert caught.value.must_delete_bytes


def test_records_can_be_cut_out_of_the_file_again(tmp_path: Path) -> None:
    source = stored(tmp_path, settlement([body("T0006", "CR", "100"), body("T0006", "CR", "200", key="TX2")]))
    found = read(tmp_path, source.path.read_bytes(), TERMS)
    assert cut_out(source, found.lines) == source.path.read_bytes().splitlines(keepends=True)[4:6]
