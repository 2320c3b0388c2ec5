"""Stripe's itemised reports: every category, payouts of every sort, money and time as Stripe writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from payments.facts import LineKind, PayoutFact, ReadingTerms
from payments.providers.stripe.statements.categories import KNOWN
from tests.payments.providers.stripe_files import COLUMNS, read, report, row


def test_a_payout_its_rows_and_what_they_are_about(tmp_path: Path) -> None:
    rows = [
        row("charge", "45.99", "45.10", "ch_1", fee="0.89", payment_intent_id="pi_1", **{"payment_metadata[order_id]": "order-1"}),
        row("refund", "-5.00", "-5.00", "re_1", payment_intent_id="pi_1"),
        row("payout", "-40.10", "-40.10", "po_1", created_utc="2026-09-17 00:00:00"),
    ]  # fmt: skip
    found = read(tmp_path, report(rows))

    assert found.problems == []
    sale, refund, payout = found.lines
    assert (sale.kind, sale.provider_key, sale.payment_reference, sale.merchant_reference) == (
        LineKind.SALE, "ch_1", "pi_1", "order-1",
    )  # fmt: skip
    assert (sale.currency, sale.gross, sale.fee, sale.fee_commission, sale.net) == ("GBP", 4_599, 89, 89, 4_510)
    assert sale.occurred_at == datetime(2026, 9, 15, 10, 22, 31, tzinfo=UTC)
    assert (sale.sold_on, sale.booked_on, sale.paid_on) == (date(2026, 9, 15), date(2026, 9, 17), date(2026, 9, 17))
    assert (refund.kind, refund.provider_key, refund.net) == (LineKind.REFUND, "re_1", -500)
    assert (payout.kind, payout.provider_key, payout.payout_key) == (LineKind.PAYOUT, "", "po_1")
    assert found.reading.payouts() == [PayoutFact("po_1", "po_1", "GBP", 4_010, date(2026, 9, 17), is_stated=True)]
    assert [(s.statement_key, s.booked_on) for s in found.reading.statements()] == [("po_1", date(2026, 9, 17))]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0)]


def test_the_source_is_the_key_that_webhooks_keep_too(tmp_path: Path) -> None:
    rows = [
        row("charge", "1.00", "1.00", "ch_1"),
        row("refund", "-1.00", "-1.00", "re_1"),
        row("dispute", "-1.00", "-16.00", "du_1", fee="15.00"),
        row("dispute_reversal", "1.00", "1.00", "du_1"),
        row("refund_failure", "1.00", "1.00", "re_1"),
        row("fee", "-2.00", "-2.00", "fee_1"),
        row("payout_reversal", "5.00", "5.00", "po_0"),
    ]
    assert [line.provider_key for line in read(tmp_path, report(rows)).lines] == [
        "ch_1", "re_1", "du_1", "du_1", "re_1", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("category", sorted(KNOWN))
def test_every_documented_category_has_a_kind_and_a_side(tmp_path: Path, category: str) -> None:
    found = read(tmp_path, report([row(category, "1.00", "1.00", "x_1"), row(category, "-1.00", "-1.00", "x_2")]))
    assert found.problems == []
    assert LineKind.UNKNOWN not in [line.kind for line in found.lines]
    assert [line.net for line in found.lines] == [100, -100]


def test_an_unknown_category_is_kept_as_unknown(tmp_path: Path) -> None:
    found = read(tmp_path, report([row("moon_tax", "-3.00", "-3.00", "moon_1")]))
    assert [(line.kind, line.net) for line in found.lines] == [(LineKind.UNKNOWN, -300)]


def test_money_set_aside_is_told_by_its_side(tmp_path: Path) -> None:
    rows = [row("risk_reserved_funds", "-5.00", "-5.00", "rsv_1"), row("risk_reserved_funds", "5.00", "5.00", "rsv_1")]
    kinds = [line.kind for line in read(tmp_path, report(rows)).lines]
    assert kinds == [LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE]


def test_a_dispute_has_its_fee_in_the_fee_column_and_its_reversal_keeps_it(tmp_path: Path) -> None:
    """Pitfall 8: the fee of a dispute in the fee column, so that the chargeback's net is above its gross."""
    rows = [row("dispute", "-20.00", "-35.00", "dp_1", fee="15.00"), row("dispute_reversal", "20.00", "20.00", "dp_1")]
    dispute, reversal = read(tmp_path, report(rows)).lines
    assert (dispute.kind, dispute.gross, dispute.fee, dispute.net) == (LineKind.CHARGEBACK, -2_000, 1_500, -3_500)
    assert (reversal.kind, reversal.gross, reversal.fee, reversal.net) == (
        LineKind.CHARGEBACK_REVERSAL, 2_000, 0, 2_000,
    )  # fmt: skip


def test_a_failed_refund_comes_back(tmp_path: Path) -> None:
    """Pitfall 7: a refund that failed is returned on a row of its own, under the same key."""
    rows = [row("refund", "-5.00", "-5.00", "re_1"), row("refund_failure", "5.00", "5.00", "re_1")]
    assert [(line.kind, line.provider_key, line.net) for line in read(tmp_path, report(rows)).lines] == [
        (LineKind.REFUND, "re_1", -500), (LineKind.REFUND_FAILURE, "re_1", 500),
    ]  # fmt: skip


def test_a_row_that_is_a_fee_has_no_gross(tmp_path: Path) -> None:
    """Pitfall 9: a fee without a payment, and one that is given back."""
    rows = [row("fee", "-2.00", "-2.00"), row("fee", "0.50", "0.50"), row("tax", "-0.40", "-0.40")]
    assert [(line.gross, line.fee, line.fee_vat, line.net) for line in read(tmp_path, report(rows)).lines] == [
        (0, 200, 0, -200), (0, -50, 0, 50), (0, 0, 40, -40),
    ]  # fmt: skip


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_capture_in_part_is_one_sale_of_what_was_captured(tmp_path: Path, is_reversed: bool) -> None:
    """Pitfall 6: the whole amount that was held, and a row that takes back the rest."""
    rows = [
        row("charge", "100.00", "97.00", "ch_1", fee="3.00", charge_id="ch_1"),
        row("partial_capture_reversal", "-40.00", "-38.80", "re_9", fee="-1.20", charge_id="ch_1"),
        row("charge", "7.00", "7.00", "ch_2", charge_id="ch_2"),
        row("payout", "-65.20", "-65.20", "po_1"),
    ]
    found = read(tmp_path, report(rows[::-1] if is_reversed else rows))
    assert found.problems == []
    by_kind = {(line.kind, line.provider_key): (line.gross, line.fee, line.net) for line in found.lines}
    assert by_kind[LineKind.SALE, "ch_1"] == (6_000, 180, 5_820)
    assert by_kind[LineKind.SALE, "ch_2"] == (700, 0, 700)
    assert by_kind[LineKind.ADJUSTMENT, ""] == (0, 0, 0)
    assert len(found.lines) == 4
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0)]


def test_a_capture_in_part_whose_charge_is_in_another_payout_keeps_its_own_amounts(tmp_path: Path) -> None:
    rows = [
        row("charge", "100.00", "100.00", "ch_1", charge_id="ch_1"),
        row("partial_capture_reversal", "-40.00", "-40.00", "re_9", charge_id="ch_1", automatic_payout_id="po_2"),
    ]
    assert [line.gross for line in read(tmp_path, report(rows)).lines] == [10_000, -4_000]


def test_a_capture_in_part_that_is_listed_twice_is_taken_back_twice(tmp_path: Path) -> None:
    """Pitfall 5: the second row is a duplicate of what was captured, and not of what was held."""
    by_hand = {"charge_id": "ch_1", "automatic_payout_id": ""}
    rows = [
        row("charge", "100.00", "97.00", "ch_1", fee="3.00", **by_hand),
        row("partial_capture_reversal", "-40.00", "-40.00", "re_9", **by_hand),
    ]
    found = read(tmp_path, report([*rows, *rows]))
    assert [(line.gross, line.fee, line.net) for line in found.lines] == [(6_000, 300, 5_700), (0, 0, 0)] * 2


def test_a_negative_payout_takes_from_our_bank(tmp_path: Path) -> None:
    """Pitfall 10: a balance below zero is debited from the bank account."""
    rows = [row("refund", "-30.00", "-30.00", "re_1"), row("payout", "30.00", "30.00", "po_1")]
    found = read(tmp_path, report(rows))
    assert [payout.amount for payout in found.reading.payouts()] == [-3_000]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0)]


def test_a_payout_that_failed_is_sent_again_with_the_next_one(tmp_path: Path) -> None:
    """Pitfall 10: what came back is a row of the payout that sends it again."""
    rows = [
        row("charge", "10.00", "10.00", "ch_1"),
        row("payout", "-10.00", "-10.00", "po_1"),
        row("payout_reversal", "10.00", "10.00", "po_1", automatic_payout_id="po_2"),
        row("payout", "-10.00", "-10.00", "po_2", automatic_payout_id="po_2"),
    ]
    found = read(tmp_path, report(rows))
    assert [(line.statement_key, line.kind) for line in found.lines[2:]] == [
        ("po_2", LineKind.PAYOUT_RETURN), ("po_2", LineKind.PAYOUT),
    ]  # fmt: skip
    assert [(p.payout_key, p.amount) for p in found.reading.payouts()] == [("po_1", 1_000), ("po_2", 1_000)]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0), (0, 0)]


def test_what_came_back_is_not_among_what_its_own_payout_paid(tmp_path: Path) -> None:
    rows = [
        row("charge", "10.00", "10.00", "ch_1"),
        row("payout", "-10.00", "-10.00", "po_1"),
        row("payout_reversal", "10.00", "10.00", "po_1"),
    ]
    found = read(tmp_path, report(rows))
    assert [line.payout_key for line in found.lines] == ["po_1", "po_1", ""]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(0, 0)]


def test_payouts_by_hand_name_no_rows_and_rows_wait_by_the_day(tmp_path: Path) -> None:
    """Pitfall 10: manual payouts, of which Stripe does not say what they pay."""
    by_hand = {"automatic_payout_id": "", "automatic_payout_effective_at_utc": ""}
    rows = [
        row("charge", "10.00", "10.00", "ch_1", **by_hand, created_utc="2026-09-14 09:00:00"),
        row("payout", "-8.00", "-8.00", "po_9", **by_hand),
    ]
    found = read(tmp_path, report(rows))
    assert [(line.statement_key, line.payout_key) for line in found.lines] == [
        ("balance/2026-09-14", ""), ("balance/2026-09-15", ""),
    ]  # fmt: skip
    assert found.reading.payouts() == [
        PayoutFact("balance/2026-09-15", "po_9", "GBP", 800, date(2026, 9, 15), is_stated=True)
    ]


def test_a_payout_told_without_its_own_row_is_the_sum_of_its_rows_and_gives_way(tmp_path: Path) -> None:
    """Pitfall 2: a report of another period holds only some rows of a payout, whenever it came."""
    part = read(tmp_path, report([row("charge", "10.00", "10.00", "ch_1")]), name="activity (7).csv")
    whole = read(tmp_path, report([row("charge", "10.00", "10.00", "ch_1"), row("payout", "-10.00", "-10.00", "po_1")]))
    assert [(p.amount, p.is_stated) for p in part.reading.payouts()] == [(1_000, False)]
    assert part.reading.statements()[0].sequence < whole.reading.statements()[0].sequence


def test_a_day_that_a_file_goes_past_is_complete_whenever_it_was_downloaded(tmp_path: Path) -> None:
    """Pitfall 3: overlapping reports; the one that ends in the middle of a day does not win over the one behind it."""
    waiting = {"automatic_payout_id": "", "automatic_payout_effective_at_utc": ""}
    noon = [row("charge", "1.00", "1.00", "ch_1", **waiting)]
    more = [*noon, row("charge", "2.00", "2.00", "ch_2", **waiting, created_utc="2026-09-15 22:00:00"),
            row("charge", "3.00", "3.00", "ch_3", **waiting, created_utc="2026-09-16 08:00:00")]  # fmt: skip
    early = read(tmp_path, report(noon), name="report (4).csv").reading.statements()[0]
    late = read(tmp_path, report(more)).reading.statements()[0]
    assert (early.statement_key, late.statement_key) == ("balance/2026-09-15", "balance/2026-09-15")
    assert early.sequence < late.sequence


def test_the_buyer_paid_in_another_currency(tmp_path: Path) -> None:
    """Pitfall 11: presentment and settlement currency; a refund has its sign wherever it is written."""
    rows = [
        row("charge", "8.00", "7.50", "ch_1", fee="0.50", customer_facing_amount="10.00", customer_facing_currency="eur"),
        row("refund", "-8.10", "-8.10", "re_1", customer_facing_amount="10.00", customer_facing_currency="eur"),
        row("charge", "8.00", "8.00", "ch_2", customer_facing_amount="1500", customer_facing_currency="jpy"),
    ]  # fmt: skip
    found = [(x.currency, x.gross, x.net_currency, x.gross_settled, x.net) for x in read(tmp_path, report(rows)).lines]
    assert found == [
        ("EUR", 1_000, "GBP", 800, 750), ("EUR", -1_000, "GBP", -810, -810), ("JPY", 1_500, "GBP", 800, 800),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "text", "minor"),
    [("jpy", "5000", 5_000), ("jpy", "5000.00", 5_000), ("krw", "1234", 1_234), ("kwd", "1.234", 1_234), ("isk", "700.00", 700),
     ("huf", "12.50", 1_250), ("usd", "38.1", 3_810), ("mga", "100", 10_000)],
)  # fmt: skip
def test_reports_have_major_units_whatever_the_currency(tmp_path: Path, currency: str, text: str, minor: int) -> None:
    """Pitfall 12: zero- and three-decimal currencies, short decimals."""
    line = read(tmp_path, report([row("charge", text, text, "ch_1", currency=currency)])).lines[0]
    assert (line.net_currency, line.net) == (currency.upper(), minor)


@pytest.mark.parametrize(
    "cell", ["12..34", "1E-80000000", "0" * 2000, "1.234,56", "abc", "10.001"]
)  # fmt: skip
def test_an_amount_that_is_none_is_named(tmp_path: Path, cell: str) -> None:
    """Pitfall 12: what is no amount, and what must not hang."""
    found = read(
        tmp_path, report([row("charge", cell, "1.00", "ch_1"), row("charge", "1.00", "1.00", "ch_2")], delimiter=";")
    )
    assert len(found.lines) == 1
    assert [(line, field) for line, field, _ in found.problems] == [(2, "gross")]


def test_net_is_gross_less_fee(tmp_path: Path) -> None:
    found = read(tmp_path, report([row("charge", "10.00", "9.00", "ch_1", fee="0.50")]))
    assert found.problems == [(2, "net", "net 9.00 GBP is not gross less fee (9.50 GBP).")]


def test_created_is_in_the_zone_of_the_report_and_created_utc_is_not(tmp_path: Path) -> None:
    """Pitfall 13: one time, written in two zones, lies on another day at home."""
    terms = ReadingTerms("Asia/Seoul", ("KRW",))
    at = {"created": "2026-09-16 00:30:00", "created_utc": "2026-09-15 15:30:00"}
    local = [name if name != "created_utc" else "created" for name in COLUMNS]
    rows = [row("charge", "1.00", "1.00", "ch_1", **at, automatic_payout_id="")]
    for columns in (COLUMNS, local):
        line = read(tmp_path, report(rows, columns), terms).lines[0]
        assert line.occurred_at == datetime(2026, 9, 15, 15, 30, tzinfo=UTC)
        assert line.statement_key == "balance/2026-09-16"


def test_the_payout_date_is_not_moved_by_the_zone(tmp_path: Path) -> None:
    line = read(tmp_path, report([row("charge", "1.00", "1.00", "ch_1")]), ReadingTerms("America/New_York")).lines[0]
    assert line.paid_on == date(2026, 9, 17)
