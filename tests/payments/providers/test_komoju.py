"""KOMOJU's settlement CSV: fee and its tax on every row, kept on a refund, remitted in one currency, by version."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from payments.facts import FileRefused, LineKind, PayoutFact, ReadingTerms, StatementFact
from payments.providers.komoju import KomojuAdapter
from payments.providers.registry import recognise
from tests.payments.files import Read, cut_out, read_all, sample, stored

TERMS = ReadingTerms("Asia/Tokyo", ("JPY",))
HEADER = (
    "Type,Payment External Order#,Payment UUID,Timestamp,Payment Method,Currency,Description,Transaction UUID,"
    "Clearing UUID,Processing Currency,Transaction Amount,Fee Amount,Fee Tax Amount,Remittance Currency,Exchange Rate,"
    "Settlement Amount,Transfer Date"
)
CAPTURE = "Capture,ORDER-1,pay1,2026-09-01 00:30:00 +0900,konbini,JPY,,pay1,,JPY,5000,-138,-14,JPY,1,4848,2026-10-15"
REFUND = "Refund,ORDER-1,pay1,2026-09-03 11:00:00 +0900,konbini,JPY,,ref1,,JPY,-5000,0,0,JPY,1,-5000,2026-10-15"


def read(folder: Path, *rows: str, header: str = HEADER, terms: ReadingTerms = TERMS) -> Read:
    return read_all(KomojuAdapter(), stored(folder, "\n".join((header, *rows)) + "\n", "settlement.csv"), terms)


def problem(folder: Path, row: str) -> tuple[int | None, str, str]:
    found = read(folder, row)
    assert found.lines == []
    (only,) = found.problems
    return only


def test_a_capture_has_its_fee_and_the_tax_on_it_and_a_refund_gives_neither_back(tmp_path: Path) -> None:
    found = read(tmp_path, CAPTURE, REFUND)

    assert found.problems == []
    sale, refund = found.lines
    assert (sale.kind, sale.provider_key, sale.payment_reference) == (LineKind.SALE, "pay1", "pay1")
    assert (sale.merchant_reference, sale.method, sale.currency) == ("ORDER-1", "konbini", "JPY")
    assert (sale.gross, sale.fee, sale.fee_commission, sale.fee_vat, sale.net) == (5_000, 138, 138, 14, 4_848)
    assert (sale.occurred_at, sale.booked_on) == (datetime(2026, 8, 31, 15, 30, tzinfo=UTC), date(2026, 9, 1))
    assert (refund.kind, refund.provider_key, refund.payment_reference) == (LineKind.REFUND, "ref1", "pay1")
    assert (refund.gross, refund.fee, refund.fee_vat, refund.net) == (-5_000, 0, 0, -5_000)
    assert found.reading.statements() == [
        StatementFact("2026-10-15/JPY", "", date(2026, 9, 3), date(2026, 9, 1), date(2026, 9, 3))
    ]
    assert found.reading.payouts() == [
        PayoutFact("2026-10-15/JPY", "2026-10-15/JPY", "JPY", -152, date(2026, 10, 15), is_stated=False)
    ]


@pytest.mark.parametrize(
    ("kind_name", "amount", "kind"),
    [
        ("Capture", "100", LineKind.SALE),
        ("Capture", "-100", LineKind.UNKNOWN),
        ("Refund", "-100", LineKind.REFUND),
        ("Refund", "100", LineKind.UNKNOWN),
        ("Chargeback", "-100", LineKind.CHARGEBACK),
        ("Chargeback", "100", LineKind.CHARGEBACK_REVERSAL),
        ("Correction", "-100", LineKind.ADJUSTMENT),
        ("Correction", "100", LineKind.ADJUSTMENT),
        ("Something of 2027", "-100", LineKind.UNKNOWN),
    ],
)
def test_every_type_has_its_kind_and_an_unknown_one_is_kept(
    tmp_path: Path, kind_name: str, amount: str, kind: LineKind
) -> None:
    row = f"{kind_name},O,p,2026-09-01 10:00:00 +0900,card,JPY,,t,,JPY,{amount},0,0,JPY,1,{amount},2026-10-15"
    (line,) = read(tmp_path, row).lines
    assert (line.kind, line.net, line.line_key) == (kind, int(amount), "t")
    assert line.provider_key == ("" if kind is LineKind.ADJUSTMENT else "t")


def test_a_settlement_amount_that_is_not_the_sum_is_refused_by_line_and_column(tmp_path: Path) -> None:
    assert problem(tmp_path, CAPTURE.replace("4848", "4849")) == (
        2,
        "Settlement Amount",
        "Settlement Amount 4849 JPY is not Transaction Amount plus Fee Amount plus Fee Tax Amount (4848 JPY).",
    )


def test_what_was_paid_in_dollars_is_remitted_in_yen_whichever_currency_the_fee_is_in(tmp_path: Path) -> None:
    in_yen = "Capture,O,p,2026-09-01 10:00:00 +0900,card,USD,,t,,USD,10.00,-54,-5,JPY,148.5,1426,2026-10-15"
    in_dollars = "Capture,O,p,2026-09-01 10:00:00 +0900,card,USD,,u,,USD,10.00,-0.36,-0.04,JPY,148.5,1426,2026-10-15"
    first, second = read(tmp_path, in_yen, in_dollars).lines
    assert (first.currency, first.gross, first.net_currency, first.gross_settled) == ("USD", 1_000, "JPY", 1_485)
    assert (first.fee, first.fee_vat, first.rounding, first.net, first.rate) == (54, 5, 0, 1_426, Decimal("148.5"))
    assert (second.fee, second.fee_vat, second.rounding, second.net) == (53, 6, 0, 1_426)
    wrong = in_yen.replace("1426", "1500")
    assert problem(tmp_path, wrong)[1] == "Settlement Amount"


def test_two_currencies_and_two_transfers_in_one_file_are_statements_of_their_own(tmp_path: Path) -> None:
    other = REFUND.replace("2026-10-15", "2026-11-16")
    dollars = "Capture,O,p,2026-09-01 10:00:00 +0900,card,USD,,t,,USD,10.00,-0.36,-0.04,USD,1,9.60,2026-10-15"
    found = read(tmp_path, CAPTURE, other, dollars)
    assert [(one.payout_key, one.currency, one.amount) for one in found.reading.payouts()] == [
        ("2026-10-15/JPY", "JPY", 4_848), ("2026-11-16/JPY", "JPY", -5_000), ("2026-10-15/USD", "USD", 960),
    ]  # fmt: skip


def test_an_earlier_version_of_the_format_is_recognised_and_refused_by_name(tmp_path: Path) -> None:
    header = "Type,External Order#,UUID#,Timestamp,Payment Method,Currency,Total Payment Amount"
    source = stored(tmp_path, f"{header}\nCapture,O,p,2025-05-01 10:00:00 +0900,card,JPY,100\n")
    ((code, recognition), *_) = recognise(source)
    assert (code, recognition.confidence) == ("komoju", 95)
    with pytest.raises(FileRefused, match="before June 2025"):
        KomojuAdapter().read(source, TERMS)


def test_columns_may_be_moved_and_added_but_a_missing_one_is_named_with_the_version(tmp_path: Path) -> None:
    order = list(reversed(range(17)))
    names, cells = HEADER.split(","), CAPTURE.split(",")
    moved = ",".join(["New", *(names[place] for place in order)])
    row = ",".join(["x", *(cells[place] for place in order)])
    assert read(tmp_path, row, header=moved).lines[0][3:] == read(tmp_path, CAPTURE).lines[0][3:]
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, CAPTURE, header=HEADER.replace("Remittance Currency", "Currency 2"))
    assert (caught.value.problem.line, caught.value.problem.field) == (1, "Remittance Currency")
    assert "2025-06" in caught.value.problem.message


@pytest.mark.parametrize(
    ("found", "damaged", "field"),
    [
        (",2026-10-15", ",", "Transfer Date"),
        (",2026-10-15", ",2026-02-30", "Transfer Date"),
        ("2026-09-01 00:30:00 +0900", "2026-09-31 00:30:00 +0900", "Timestamp"),
        ("-138", "12..34", "Fee Amount"),
        ("4848", "4.8E+3", "Settlement Amount"),
        ("5000", "50.5", "Transaction Amount"),
        ("JPY,1,4848", "XXQ,1,4848", "Remittance Currency"),
        ("ORDER-1", "8.816E+15", "Payment External Order#"),
    ],
)
def test_a_damaged_cell_is_refused_by_its_column(tmp_path: Path, found: str, damaged: str, field: str) -> None:
    line, column, _ = problem(tmp_path, CAPTURE.replace(found, damaged))
    assert (line, column) == (2, field)


def test_a_card_number_in_the_description_refuses_the_file_and_deletes_it(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, CAPTURE, REFUND.replace("JPY,,ref1", "JPY,4111 1111 1111 1111,ref1"))
    assert (caught.value.problem.line, caught.value.problem.field) == (3, "Description")
    assert caught.value.must_delete_bytes
    assert "4111" not in caught.value.problem.message


def test_dates_are_those_of_the_provider_where_the_time_is_of_another_zone(tmp_path: Path) -> None:
    (line,) = read(tmp_path, CAPTURE.replace("2026-09-01 00:30:00 +0900", "2026-08-31T16:30:00Z")).lines
    assert (line.occurred_at, line.booked_on) == (datetime(2026, 8, 31, 16, 30, tzinfo=UTC), date(2026, 9, 1))


@pytest.mark.external
def test_the_sample_ties(samples: Path) -> None:
    path = samples / "komoju" / "komoju_settlement_columns_constructed.csv"
    source = sample(path)
    found = read_all(KomojuAdapter(), source, TERMS)
    assert found.problems == []
    assert [(line.kind, line.net) for line in found.lines] == [(LineKind.SALE, 4_848), (LineKind.REFUND, -5_000)]
    assert cut_out(source, found.lines) == path.read_bytes().splitlines(keepends=True)[1:]
