"""Adyen's settlement details report: every type, both column orders, dates, fees, batches."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from payments.facts import LineKind, PayoutFact, ReadingTerms, StatementFact
from payments.providers.adyen import AdyenAdapter
from payments.providers.registry import recognise
from tests.payments.files import cut_out, read_all, sample, stored
from tests.payments.providers.adyen_files import (
    NEW_ORDER,
    TERMS,
    about_batch,
    one,
    payment,
    problem,
    read,
    report,
)

BATCH = (
    payment("Settled", "38.1", "37.45", number=1, markup="0.30", scheme="0.05", interchange="0.3"),
    payment("Refunded", "-10.00", "-10.10", number=2, commission="0.10"),
    payment("Chargeback", "-5.00", "-12.50", number=3, markup="7.5"),
    about_batch("Fee", "-0.40", modification="Transaction Fees July 01 2026"),
    about_batch("MerchantPayout", "-14.45", created="2026-07-02 01:00:00", modification="TX1 batch 7, Shop"),
)


def test_a_batch_with_interchange_fees_is_read_line_by_line(tmp_path: Path) -> None:
    found = read(tmp_path, report(BATCH))

    assert found.problems == []
    settled, refunded, chargeback, fee, payout = found.lines
    assert (settled.gross, settled.fee, settled.net) == (3_810, 65, 3_745)
    parts = (settled.fee_commission, settled.fee_markup, settled.fee_scheme, settled.fee_interchange)
    assert parts == (None, 30, 5, 30)
    assert settled.provider_key == "8815000000000001"
    assert settled.payment_reference == "8814000000000001"
    assert settled.merchant_reference == "order-1"
    assert (refunded.kind, refunded.gross, refunded.fee, refunded.net) == (LineKind.REFUND, -1_000, 10, -1_010)
    assert (chargeback.kind, chargeback.net) == (LineKind.CHARGEBACK, -1_250)
    assert (fee.kind, fee.gross, fee.fee, fee.fee_other, fee.net, fee.provider_key) == (
        LineKind.FEE,
        0,
        40,
        40,
        -40,
        "",
    )
    assert (payout.kind, payout.net, payout.payout_key) == (LineKind.PAYOUT, -1_445, "7")
    assert {line.payout_key for line in found.lines} == {"7"}


def test_a_batch_with_its_payout_sums_to_zero(tmp_path: Path) -> None:
    reading = read(tmp_path, report(BATCH)).reading
    assert reading.payouts() == [PayoutFact("Shop/7", "7", "EUR", 1_445, date(2026, 7, 2), is_stated=True)]
    assert [(check.expected, check.found, check.is_refusing) for check in reading.checks()] == [
        (0, 0, False),
        (1, 1, False),
    ]
    assert reading.statements() == [
        StatementFact("Shop/7", "", date(2026, 7, 2), period_from=date(2026, 7, 1), period_to=date(2026, 7, 2))
    ]


@pytest.mark.parametrize(
    ("type_name", "amount", "kind"),
    [
        ("Settled", "1.00", LineKind.SALE),
        ("Bulk Settlement", "1.00", LineKind.SALE),
        ("Refunded", "-1.00", LineKind.REFUND),
        ("RefundedReversed", "1.00", LineKind.REFUND_FAILURE),
        ("Chargeback", "-1.00", LineKind.CHARGEBACK),
        ("SecondChargeback", "-1.00", LineKind.CHARGEBACK),
        ("ChargebackReversed", "1.00", LineKind.CHARGEBACK_REVERSAL),
        ("Fee", "-1.00", LineKind.FEE),
        ("MiscCosts", "-1.00", LineKind.FEE),
        ("MerchantPayout", "-1.00", LineKind.PAYOUT),
        ("DepositCorrection", "-1.00", LineKind.RESERVE_HOLD),
        ("DepositCorrection", "1.00", LineKind.RESERVE_RELEASE),
        ("InvoiceDeduction", "-1.00", LineKind.FEE),
        ("MatchedStatement", "1.00", LineKind.TRANSFER),
        ("ManualCorrected", "-1.00", LineKind.ADJUSTMENT),
        ("AuthorisationSchemeFee", "-1.00", LineKind.FEE),
        ("BankInstructionReturned", "1.00", LineKind.PAYOUT_RETURN),
        ("InternalCompanyPayout", "-1.00", LineKind.TRANSFER),
        ("Balancetransfer", "1.00", LineKind.CARRY_IN),
        ("Balancetransfer", "-1.00", LineKind.CARRY_OUT),
        ("PaymentCost", "-1.00", LineKind.FEE),
        ("PaidOut", "-1.00", LineKind.TRANSFER),
        ("PaidOutReversed", "1.00", LineKind.TRANSFER),
        ("SettledBulk", "1.00", LineKind.SALE),
        ("SettledInstallment", "1.00", LineKind.SALE),
        ("RefundedBulk", "-1.00", LineKind.REFUND),
        ("RefundedInstallment", "-1.00", LineKind.REFUND),
        ("RefundFailed (Sales Day payout)", "1.00", LineKind.REFUND_FAILURE),
        ("RefundNotCleared (Sales Day payout)", "1.00", LineKind.REFUND_FAILURE),
        ("CaptureFailed (Sales Day payout)", "-1.00", LineKind.ADJUSTMENT),
        ("SettledReversed (Sales Day payout)", "-1.00", LineKind.ADJUSTMENT),
        ("ReserveAdjustment", "-1.00", LineKind.RESERVE_HOLD),
        ("ReserveAdjustment", "1.00", LineKind.RESERVE_RELEASE),
        ("MerchantPayin", "1.00", LineKind.TRANSFER),
        ("MerchantPayinReversed", "-1.00", LineKind.TRANSFER),
        ("SettledExternallyWithInfo", "1.00", LineKind.SALE),
        ("RefundedExternallyWithInfo", "-1.00", LineKind.REFUND),
        ("ChargebackExternallyWithInfo", "-1.00", LineKind.CHARGEBACK),
        ("ChargebackReversedExternallyWithInfo", "1.00", LineKind.CHARGEBACK_REVERSAL),
        ("SomethingNewOf2027", "-1.00", LineKind.UNKNOWN),
    ],
)
def test_every_type_has_its_kind(tmp_path: Path, type_name: str, amount: str, kind: LineKind) -> None:
    is_payment = kind in (
        LineKind.SALE, LineKind.REFUND, LineKind.REFUND_FAILURE, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL
    )  # fmt: skip
    row = payment(type_name, amount, amount) if is_payment else about_batch(type_name, amount)
    line = one(tmp_path, row)
    assert (line.kind, line.net) == (kind, int(float(amount) * 100))
    assert line.net == line.gross_settled - line.fee - line.fee_vat + line.rounding


def test_a_negative_balance_is_carried_by_what_the_row_says_and_not_by_its_side(tmp_path: Path) -> None:
    rows = [
        about_batch("Balancetransfer", "-5.00", modification_merchant="Balancetransfer from batch 6"),
        about_batch("Balancetransfer", "5.00", modification_merchant="Balancetransfer to batch 8"),
    ]
    assert [line.kind for line in read(tmp_path, report(rows)).lines] == [LineKind.CARRY_IN, LineKind.CARRY_OUT]


def test_the_columns_may_stand_in_any_order_with_others_among_them(tmp_path: Path) -> None:
    row = payment("Settled", "1.00", "0.90", markup="0.1", booked="2026-07-02 23:50:00", booked_zone="CET")
    shuffled = ("Brand New Column", *reversed(NEW_ORDER))
    assert one(tmp_path, row, NEW_ORDER)[3:] == one(tmp_path, row, shuffled)[3:]


def test_the_booking_date_is_the_date_in_the_providers_zone(tmp_path: Path) -> None:
    late = payment("Settled", "1.00", "1.00", number=1, booked="2026-01-06 23:50:00", booked_zone="CET")
    content = report([late, payment("Settled", "1.00", "1.00", number=2)], NEW_ORDER)

    found = read(tmp_path, content)
    assert [line.booked_on for line in found.lines] == [date(2026, 1, 6), None]
    assert found.reading.statements()[0].booked_on == date(2026, 1, 6)

    seoul = read(tmp_path, content, ReadingTerms("Asia/Seoul"))
    assert [line.booked_on for line in seoul.lines] == [date(2026, 1, 7), None]


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("CET", "2026-01-15 12:00:00", datetime(2026, 1, 15, 11, tzinfo=UTC)),
        ("CET", "2026-07-15 12:00:00", datetime(2026, 7, 15, 10, tzinfo=UTC)),
        ("CEST", "2026-07-15 12:00:00", datetime(2026, 7, 15, 10, tzinfo=UTC)),
        ("CET", "2026-03-29 01:59:59", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("CET", "2026-03-29 03:00:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("CET", "2026-10-25 02:30:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("CEST", "2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("CET", "2006-06-01 00:00:00", datetime(2006, 5, 31, 22, tzinfo=UTC)),
        ("KST", "2026-07-01 08:59:59", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)),
        ("JST", "2026-07-01 09:00:00", datetime(2026, 7, 1, tzinfo=UTC)),
        ("PST", "2026-07-01 00:00:00", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("BST", "2026-07-01 00:00:00", datetime(2026, 6, 30, 23, tzinfo=UTC)),
        ("Asia/Singapore", "2026-07-01 08:00:00", datetime(2026, 7, 1, tzinfo=UTC)),
        ("GMT+05:30", "2026-07-01 05:30:00", datetime(2026, 7, 1, tzinfo=UTC)),
        ("", "2026-07-01 02:00:00", datetime(2026, 7, 1, tzinfo=UTC)),
    ],
)
def test_local_times_are_told_by_the_wall_clock_of_their_zone(
    tmp_path: Path, zone: str, local: str, instant: datetime
) -> None:
    assert one(tmp_path, payment("Settled", "1.00", "1.00", zone=zone, created=local)).occurred_at == instant


def test_a_short_zone_name_used_at_home_means_home(tmp_path: Path) -> None:
    row = payment("Settled", "1.00", "1.00", zone="CST", created="2026-07-01 08:00:00")
    shanghai = read(tmp_path, report([row]), ReadingTerms("Asia/Shanghai"))
    assert shanghai.lines[0].occurred_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert problem(tmp_path, row) == (2, "TimeZone", "“CST” is not a time zone known here.")


def test_gross_in_another_currency_is_converted_and_its_residue_is_rounding(tmp_path: Path) -> None:
    row = payment("Settled", "10.00", "9.12", currency="USD", rate="0.9155", commission="0.03")
    line = one(tmp_path, row)
    assert (line.currency, line.gross, line.net_currency, line.gross_settled) == ("USD", 1_000, "EUR", 916)
    assert (line.fee, line.rounding, line.net, line.rate) == (3, -1, 912, Decimal("0.9155"))


def test_won_are_converted_from_whole_units(tmp_path: Path) -> None:
    line = one(tmp_path, payment("Settled", "10000", "6.10", currency="KRW", rate="0.00061"))
    assert (line.gross, line.gross_settled, line.net) == (10_000, 610, 610)


def test_a_long_rate_is_believed_as_far_as_it_is_written(tmp_path: Path) -> None:
    line = one(tmp_path, payment("Settled", "500000.00", "457715.02", currency="USD", rate="0.915430"))
    assert (line.gross_settled, line.rounding) == (45_771_502, 0)
    assert (
        problem(tmp_path, payment("Settled", "500.00", "457.70", currency="USD", rate="0.915430"))[1]
        == "Net Credit (NC)"
    )


def test_one_file_may_hold_several_batches_and_accounts(tmp_path: Path) -> None:
    rows = [
        payment("Settled", "1.00", "1.00", number=1, account="A", batch="1"),
        payment("Settled", "2.00", "2.00", number=2, account="B", batch="1"),
        about_batch("MerchantPayout", "-1.00", account="A", batch="1"),
        payment("Settled", "4.00", "4.00", number=3, account="A", batch="2"),
    ]
    found = read(tmp_path, report(rows))
    assert [statement.statement_key for statement in found.reading.statements()] == ["A/1", "B/1", "A/2"]
    assert [(payout.statement_key, payout.amount) for payout in found.reading.payouts()] == [("A/1", 100)]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [
        (0, 0), (1, 1), (0, 200), (1, 0), (0, 400), (1, 0),
    ]  # fmt: skip


def test_the_key_is_the_modification_and_without_one_the_payment(tmp_path: Path) -> None:
    assert one(tmp_path, payment("Settled", "1.00", "1.00")).provider_key == "8815000000000001"
    assert one(tmp_path, payment("Settled", "1.00", "1.00", modification="")).provider_key == "8814000000000001"


def test_the_report_is_recognised_by_its_header_and_not_by_its_name(tmp_path: Path) -> None:
    source = stored(tmp_path, report([payment("Settled", "1.00", "1.00")]), "anything.txt")
    found = recognise(source)
    assert [(code, judged.confidence) for code, judged in found] == [("adyen", 95)]
    assert recognise(stored(tmp_path, "a,b,c\n1,2,3\n", "settlement_detail_report_batch_7.csv")) == []


@pytest.mark.external
def test_batch_238_carries_its_balance_and_ties_to_zero(samples: Path) -> None:
    source = sample(samples / "adyen" / "settlement_detail_report_batch_238.csv")
    found = read_all(AdyenAdapter(), source, TERMS)
    assert found.problems == []
    assert [(line.kind, line.net, line.net_currency) for line in found.lines] == [
        (LineKind.CARRY_IN, 45_433_199, "USD"),
        (LineKind.FEE, -9, "USD"),
        (LineKind.CARRY_OUT, -45_433_190, "USD"),
    ]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0), (1, 1)]
    assert found.reading.payouts() == []
    assert found.reading.statements()[0].booked_on == date(2022, 3, 2)
    assert cut_out(source, found.lines) == source.path.read_bytes().splitlines(keepends=True)[1:]


@pytest.mark.external
def test_rows_copied_from_documentation_lack_their_batch_and_are_refused(samples: Path) -> None:
    found = read_all(AdyenAdapter(), sample(samples / "adyen" / "documented_rows_docs_adyen_com.csv"), TERMS)
    assert found.lines == []
    assert [(line, field) for line, field, _ in found.problems] == [(2, "Batch Number"), (3, "Batch Number")]
