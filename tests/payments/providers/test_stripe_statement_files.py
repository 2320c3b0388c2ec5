"""Stripe's itemised reports as files: columns, cut-off files, card numbers, tables, the samples."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.facts import FileRefused, LineKind, ReadingTerms
from payments.providers.registry import recognise
from payments.providers.stripe import StripeAdapter
from tests.payments.files import cut_out, read_all, sample, stored
from tests.payments.providers.stripe_files import COLUMNS, TERMS, read, report, row


def test_columns_may_stand_anywhere_with_any_others(tmp_path: Path) -> None:
    """Pitfall 14: reordered and extra columns, BOM, UTF-16, semicolons."""
    rows = [row("charge", "1.50", "1.00", "ch_1", fee="0.50", description="x")]
    plain = [line[3:] for line in read(tmp_path, report(rows)).lines]
    other = ("zeta", *reversed(COLUMNS), "alpha")
    for content in (
        report(rows, other),
        "\ufeff" + report(rows),
        b"\xff\xfe" + report(rows).encode("utf-16-le"),
        report(rows, delimiter=";"),
        report(rows).replace("\n", "\r\n"),
    ):
        assert [line[3:] for line in read(tmp_path, content).lines] == plain


@pytest.mark.parametrize(
    ("left_out", "named"),
    [({"net"}, "net"), ({"reporting_category"}, "reporting_category"), ({"source_id", "balance_transaction_id"}, "source_id"),
     ({"source_id", "reporting_category"}, "source_id"), ({"created_utc"}, "created_utc"), ({"currency"}, "currency"), ({"gross", "fee"}, "gross")],
)  # fmt: skip
def test_a_missing_column_is_named(tmp_path: Path, left_out: set[str], named: str) -> None:
    columns = [name for name in COLUMNS if name not in left_out]
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, report([row("charge", "1.00", "1.00", "ch_1")], columns))
    assert caught.value.problem.field == named
    assert f"The column “{named}” is missing" in str(caught.value)


@pytest.mark.parametrize("left_out", ["gross", "fee"])
def test_two_of_three_amounts_are_enough(tmp_path: Path, left_out: str) -> None:
    columns = [name for name in COLUMNS if name != left_out]
    line = read(tmp_path, report([row("charge", "1.50", "1.00", "ch_1", fee="0.50")], columns)).lines[0]
    assert (line.gross, line.fee, line.net) == (150, 50, 100)


def test_the_fewest_columns_are_enough(tmp_path: Path) -> None:
    columns = ("created_utc", "currency", "fee", "net", "reporting_category", "source_id")
    found = read(tmp_path, report([row("charge", "1.50", "1.00", "ch_1", fee="0.50")], columns))
    assert found.problems == []
    assert (found.lines[0].provider_key, found.lines[0].gross, found.lines[0].statement_key) == (
        "ch_1", 150, "balance/2026-09-15",
    )  # fmt: skip


def test_the_balance_report_with_its_own_columns_names_no_objects(tmp_path: Path) -> None:
    """What Stripe gives where nobody chooses columns."""
    columns = ("balance_transaction_id", "created_utc", "available_on_utc", "currency", "gross", "fee", "net",
               "reporting_category", "description")  # fmt: skip
    rows = [
        row("charge", "45.91", "44.97", "ch_1", fee="0.94"),
        row("payout", "-44.97", "-44.97", "po_1"),
        row("partial_capture_reversal", "-1.00", "-1.00", "ch_1"),
    ]
    found = read(tmp_path, report(rows, columns))
    assert found.problems == []
    assert [(line.provider_key, line.gross, line.fee, line.net) for line in found.lines][:2] == [
        ("", 4591, 94, 4497), ("", -4497, 0, -4497),
    ]  # fmt: skip
    assert all(line.line_key for line in found.lines)
    assert [(payout.payout_key, payout.amount) for payout in found.reading.payouts()] == [
        (found.lines[1].line_key, 4497)
    ]


def test_a_file_cut_off_in_its_last_line_is_refused(tmp_path: Path) -> None:
    """Pitfall 14: truncated last line; empty file with a header."""
    content = report([row("charge", "1.00", "1.00", "ch_1"), row("charge", "1.00", "1.00", "ch_2")])
    with pytest.raises(FileRefused, match="cut off"):
        read(tmp_path, content[: content.rindex(",ch_2")])
    with pytest.raises(FileRefused, match="no rows"):
        read(tmp_path, report([]))


@pytest.mark.parametrize("column", ["description", "payment_metadata[order_id]"])
def test_a_card_number_deletes_the_file(tmp_path: Path, column: str) -> None:
    rows = [row("charge", "1.00", "1.00", "ch_1", **{column: "4111 1111 1111 1111"})]
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, report(rows))
    assert caught.value.must_delete_bytes
    assert (caught.value.problem.line, caught.value.problem.field) == (2, column)


def test_a_reference_that_a_spreadsheet_damaged_is_refused(tmp_path: Path) -> None:
    """Pitfall 12: 16-digit ids damaged by a spreadsheet."""
    rows = [row("charge", "1.00", "1.00", "ch_1", **{"payment_metadata[order_id]": "8.81618E+15"})]
    assert [(line, field) for line, field, _ in read(tmp_path, report(rows)).problems] == [
        (2, "payment_metadata[order_id]")
    ]


def test_equal_rows_are_all_kept(tmp_path: Path) -> None:
    """Pitfall 5: legitimate duplicates."""
    rows = [row("charge", "1.00", "1.00", "ch_1")] * 2
    assert len(read(tmp_path, report(rows)).lines) == 2


def test_several_payouts_and_currencies_in_one_file(tmp_path: Path) -> None:
    """Pitfall 14: two currencies and two payouts in one file."""
    rows = [
        row("charge", "1.00", "1.00", "ch_1"), row("payout", "-1.00", "-1.00", "po_1"),
        row("charge", "2000", "2000", "ch_2", currency="jpy", automatic_payout_id="po_2"),
        row("payout", "-2000", "-2000", "po_2", currency="jpy", automatic_payout_id="po_2"),
    ]  # fmt: skip
    found = read(tmp_path, report(rows))
    assert [(p.payout_key, p.currency, p.amount) for p in found.reading.payouts()] == [
        ("po_1", "GBP", 100), ("po_2", "JPY", 2_000),
    ]  # fmt: skip


def test_rows_can_be_cut_out_of_the_file_again(tmp_path: Path) -> None:
    source = stored(tmp_path, report([row("charge", "1.00", "1.00", "ch_1"), row("refund", "-1.00", "-1.00", "re_1")]))
    found = read_all(StripeAdapter(), source, TERMS)
    assert cut_out(source, found.lines) == source.path.read_bytes().splitlines(keepends=True)[1:]


def test_the_report_is_recognised_by_its_header_and_not_by_its_name(tmp_path: Path) -> None:
    found = recognise(stored(tmp_path, report([row("charge", "1.00", "1.00", "ch_1")]), "anything.txt"))
    assert (found[0][0], found[0][1].confidence) == ("stripe", 95)
    assert "stripe" not in dict(recognise(stored(tmp_path, "a,b,c\n1,2,3\n", "stripe.csv")))


@pytest.mark.external
def test_the_documented_columns_tie_to_zero(samples: Path) -> None:
    source = sample(samples / "stripe" / "payout_reconciliation_itemized_documented_columns.csv")
    found = read_all(StripeAdapter(), source, TERMS)
    assert found.problems == []
    assert [line.kind for line in found.lines] == [
        LineKind.SALE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL, LineKind.FEE,
        LineKind.RESERVE_HOLD, LineKind.PAYOUT,
    ]  # fmt: skip
    assert [(p.payout_key, p.amount) for p in found.reading.payouts()] == [("po_1", 1_810)]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0)]


@pytest.mark.external
def test_a_table_of_balance_transactions_is_read_in_minor_units(samples: Path) -> None:
    source = sample(samples / "stripe" / "fivetran_balance_transaction_data.csv")
    found = read_all(StripeAdapter(), source, ReadingTerms("America/New_York", ("USD",)))
    assert found.problems == []
    assert len(found.lines) == 9
    assert (found.lines[1].gross, found.lines[1].fee, found.lines[1].net) == (2_040_000, 59_190, 1_980_810)
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0), (2, 2)]
    stated = [p for p in found.reading.payouts() if p.is_stated]
    assert [(p.payout_key, p.amount, p.paid_on) for p in stated] == [
        ("po_0IV4rIig6peNXzgD51VFKdaB", 18_759, date(2021, 3, 16))
    ]


@pytest.mark.external
@pytest.mark.parametrize(
    ("name", "table"),
    [("charge_data", "charges"), ("dispute_data", "disputes"), ("payment_intent_data", "payment intents"),
     ("payout_data", "payouts"), ("refund_data", "refunds"),
     ("payout_balance_transaction_data", "links between payouts and balance transactions")],
)  # fmt: skip
def test_tables_of_other_objects_are_recognised_and_refused_with_a_way_out(
    samples: Path, name: str, table: str
) -> None:
    source = sample(samples / "stripe" / f"fivetran_{name}.csv")
    assert recognise(source)[0][0] == "stripe"
    with pytest.raises(FileRefused) as caught:
        read_all(StripeAdapter(), source, TERMS)
    assert str(caught.value).startswith(f"This is a table of Stripe's “{table}”:")
    assert caught.value.problem.line == 1
