"""PayPal's activity download: ten languages, running balances, conversions, holds, rows that only show something."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import FileRefused, LineKind, PayoutFact, ReadingTerms
from payments.money import format_minor
from payments.providers.paypal.balances import Chain
from payments.providers.paypal.words import kinds_of_words
from payments.tabular.amounts import Amounts
from tests.payments.providers.paypal_files import (
    CHINESE,
    DUTCH,
    ENGLISH,
    FRENCH,
    GERMAN,
    ITALIAN,
    JAPANESE,
    KOREAN,
    POLISH,
    SPANISH,
    SPANISH_STATEMENT,
    TERMS,
    activity,
    read,
    row,
)

STATES = ReadingTerms("America/Los_Angeles", ("USD",))


def test_a_payment_its_refund_and_a_withdrawal(tmp_path: Path) -> None:
    rows = [
        row("Express Checkout Payment", "100.00", "-3.20", "96.80", "96.80", key="A1", invoice="order-1"),
        row("Payment Refund", "-40.00", "0.00", "-40.00", "56.80", key="A2", reference="A1", time="11:00:00"),
        row("General Withdrawal", "-50.00", "0.00", "-50.00", "6.80", key="A3", status="Pending", time="12:00:00"),
    ]
    found = read(tmp_path, activity(rows))

    assert found.problems == []
    sale, refund, payout = found.lines
    assert (sale.kind, sale.provider_key, sale.merchant_reference) == (LineKind.SALE, "A1", "order-1")
    assert (sale.gross, sale.fee, sale.fee_commission, sale.net) == (10_000, 320, 320, 9_680)
    assert sale.occurred_at == datetime(2026, 7, 25, 8, 0, tzinfo=UTC)
    assert (refund.kind, refund.provider_key, refund.payment_reference) == (LineKind.REFUND, "A2", "A1")
    assert (payout.kind, payout.provider_key, payout.payout_key, payout.net) == (LineKind.PAYOUT, "", "", -5_000)
    assert found.reading.payouts() == [PayoutFact("2026-07-25", "A3", "EUR", 5_000, date(2026, 7, 25), is_stated=True)]
    assert [(check.expected, check.found, check.is_met) for check in found.reading.checks()] == [(680, 680, True)]


@pytest.mark.parametrize(
    ("header", "type_name", "date_cell", "gross", "net"),
    [
        (ENGLISH, "Website Payment", "25/07/2026", "1,653.75", "1,653.75"),
        (GERMAN, "Website-Zahlung", "25.07.2026", "1.653,75", "1.653,75"),
        (FRENCH, "Paiement sur site marchand", "25/07/2026", "1 653,75", "1653,75"),
        (SPANISH, "Pago en sitio web", "25/07/2026", "1.653,75", "1.653,75"),
        (SPANISH_STATEMENT, "Pago con Pago exprés", "25/7/2026", "1.653,75", "1.653,75"),
        (ITALIAN, "Pagamento Express Checkout", "25/07/2026", "1.653,75", "1.653,75"),
        (DUTCH, "Express Checkout-betaling", "25/7/2026", "1.653,75", "1.653,75"),
        (POLISH, "Płatność ekspresowa", "25.07.2026", "1 653,75", "1653,75"),
        (JAPANESE, "ウェブサイト支払い", "2026/07/25", "1,653.75", "1,653.75"),
        (CHINESE, "网站付款", "2026/7/25", "1,653.75", "1,653.75"),
        (KOREAN, "웹사이트 결제", "2026-07-25", "1,653.75", "1,653.75"),
    ],
)
def test_headers_dates_and_amounts_in_ten_languages(
    tmp_path: Path, header: tuple[str, ...], type_name: str, date_cell: str, gross: str, net: str
) -> None:
    """Pitfalls 12 and 14: 1.234,56 and 1,653.75; headers in the account's language."""
    found = read(tmp_path, activity([row(type_name, gross, "0", net, net, date=date_cell)], header))
    assert found.problems == []
    assert [(x.kind, x.gross, x.net, x.booked_on) for x in found.lines] == [
        (LineKind.SALE, 165_375, 165_375, date(2026, 7, 25))
    ]


@pytest.mark.parametrize(
    ("type_name", "debit", "credit"),
    [
        ("Express Checkout Payment", LineKind.TRANSFER, LineKind.SALE),
        ("Payment Refund", LineKind.REFUND, LineKind.TRANSFER),
        ("Rückzahlung", LineKind.REFUND, LineKind.TRANSFER),
        ("Payment Reversal", LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL),
        ("Chargeback", LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL),
        ("Chargeback Fee", LineKind.FEE, LineKind.FEE),
        ("Fee Reversal", LineKind.FEE, LineKind.FEE),
        ("General Currency Conversion", LineKind.FX, LineKind.FX),
        ("Allgemeine Währungsumrechnung", LineKind.FX, LineKind.FX),
        ("Payment Hold", LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE),
        ("Reversal of General Account Hold", LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE),
        ("Hold on Balance for Dispute Investigation", LineKind.RESERVE_HOLD, LineKind.RESERVE_RELEASE),
        ("General Withdrawal", LineKind.PAYOUT, LineKind.PAYOUT_RETURN),
        ("Retrait", LineKind.PAYOUT, LineKind.PAYOUT_RETURN),
        ("Bank Deposit to PP Account", LineKind.TRANSFER, LineKind.TRANSFER),
        ("Mass Pay Payment", LineKind.TRANSFER, LineKind.TRANSFER),
        ("General Account Correction", LineKind.ADJUSTMENT, LineKind.ADJUSTMENT),
        ("Algemene valutaomrekening", LineKind.FX, LineKind.FX),
        ("Bankstorting naar PP-rekening", LineKind.TRANSFER, LineKind.TRANSFER),
        ("Terugbetaling", LineKind.REFUND, LineKind.TRANSFER),
        ("Versamento generico con carta", LineKind.TRANSFER, LineKind.TRANSFER),
        ("Rimborso del pagamento", LineKind.REFUND, LineKind.TRANSFER),
        ("Retirada iniciada por el usuario", LineKind.PAYOUT, LineKind.PAYOUT_RETURN),
        ("Moon Landing", LineKind.UNKNOWN, LineKind.UNKNOWN),
    ],
)
def test_types_by_their_words(type_name: str, debit: LineKind, credit: LineKind) -> None:
    assert kinds_of_words(type_name) == (debit, credit)


def test_an_event_code_says_more_than_the_words(tmp_path: Path) -> None:
    header = (*ENGLISH, "Transaction Event Code")
    rows = [(*row("Moon Landing", "-5.00", "0", "-5.00", "-5.00"), "T1201"),
            (*row("Moon Landing", "-5.00", "0", "-5.00", "", key="T2"), "T1300")]  # fmt: skip
    found = read(tmp_path, activity(rows, header))
    assert [line.kind for line in found.lines] == [LineKind.CHARGEBACK]
    assert [check.found for check in found.reading.checks()] == [-500, 1]


def test_conversion_legs_are_fx_beside_the_payment(tmp_path: Path) -> None:
    """Pitfall 11: a payment in dollars, and the two rows that make euros of it."""
    rows = [
        row("Website Payment", "100.00", "-4.00", "96.00", "96.00", currency="USD", key="P"),
        row("General Currency Conversion", "-96.00", "0.00", "-96.00", "0.00", currency="USD", key="C1", reference="P"),
        row("General Currency Conversion", "88.00", "0.00", "88.00", "88.00", currency="EUR", key="C2", reference="P"),
    ]
    found = read(tmp_path, activity(rows))
    assert [(x.kind, x.currency, x.net) for x in found.lines] == [
        (LineKind.SALE, "USD", 9_600), (LineKind.FX, "USD", -9_600), (LineKind.FX, "EUR", 8_800),
    ]  # fmt: skip
    assert [(c.currency, c.expected, c.found) for c in found.reading.checks()] == [("USD", 0, 0), ("EUR", 8_800, 8_800)]


def test_holds_and_releases_move_the_balance(tmp_path: Path) -> None:
    """Pitfall 10: money set aside and given back."""
    rows = [
        row("Payment Hold", "-5.00", "0.00", "-5.00", "-5.00"),
        row("Payment Release", "5.00", "0.00", "5.00", "0.00", time="11:00:00"),
    ]
    assert [(x.kind, x.net) for x in read(tmp_path, activity(rows)).lines] == [
        (LineKind.RESERVE_HOLD, -500), (LineKind.RESERVE_RELEASE, 500),
    ]  # fmt: skip


def test_rows_without_effect_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        row("General Authorization", "10.00", "0.00", "10.00", "", key="X1"),
        row("Website Payment", "10.00", "0.00", "10.00", "", key="X2", status="Denied"),
        row("Website Payment", "10.00", "0.00", "10.00", "", key="X3", status="Pending"),
        row("Invoice Payment", "10.00", "0.00", "10.00", "", key="X4", impact="Memo"),
        row("Website Payment", "10.00", "-1.00", "9.00", "9.00", key="S", impact="Credit"),
    ]
    found = read(tmp_path, activity(rows))
    assert [line.provider_key for line in found.lines] == ["S"]
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(900, 900), (4, 4)]


def test_a_balance_that_no_row_leads_to_is_named(tmp_path: Path) -> None:
    """Pitfall 14: a row is missing in the middle, and the running balance tells."""
    rows = [
        row("Website Payment", "10.00", "0.00", "10.00", "110.00"),
        row("Website Payment", "5.00", "0.00", "5.00", "175.00", key="T2"),
        row("Website Payment", "1.00", "0.00", "1.00", "176.00", key="T3"),
    ]
    problems = read(tmp_path, activity(rows)).problems
    assert [(line, field) for line, field, _ in problems] == [(3, "Balance")]
    assert problems[0][2].startswith("No row leads to the balance of 170.00 EUR from which this one starts")


def test_rows_may_stand_newest_first_and_anyhow_within_a_second(tmp_path: Path) -> None:
    rows = [
        row("Website Payment", "10.00", "0.00", "10.00", "110.00", time="09:00:00"),
        row("Website Payment", "5.00", "0.00", "5.00", "115.00", key="T2"),
        row("Website Payment", "1.00", "0.00", "1.00", "116.00", key="T3"),
        row("Website Payment", "2.00", "0.00", "2.00", "118.00", key="T4", time="11:00:00"),
    ]
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (0, 2, 1, 3)):
        found = read(tmp_path, activity([rows[place] for place in order]))
        assert found.problems == []
        assert [(check.expected, check.found) for check in found.reading.checks()] == [(11_800, 11_800)]


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30), st.integers(-(10**6), 10**6), st.randoms())
def test_any_order_of_rows_that_lead_to_each_other_is_one_chain(nets: list[int], opening: int, random: object) -> None:
    rows, balance = [], opening
    for net in nets:
        balance += net
        rows.append((net, balance))
    random.shuffle(rows)  # type: ignore[attr-defined]
    chain = Chain("EUR")
    for place, (net, after) in enumerate(rows):
        chain.add(place, net, after)
    assert list(chain.problems("Balance", is_newest_first=False)) == []
    assert chain.check().is_met


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]), st.sampled_from(".,"))
def test_amounts_are_read_back_as_they_are_spelled(minor: int, currency: str, mark: str) -> None:
    plain = format_minor(abs(minor), currency)
    whole, _, fraction = plain.partition(".")
    divider = "," if mark == "." else "."
    text = f"{'-' if minor < 0 else ''}{int(whole):,}".replace(",", divider) + (mark + fraction if fraction else "")
    assert Amounts(currency, mark)[text] == minor


@pytest.mark.parametrize(
    "cell", ["1,2.34", "12,34.00", ",123.00", "12..34", "1E5", "x", "0" * 2000, "1234,567.00", "1.005"]
)
def test_an_amount_that_is_none_is_named(tmp_path: Path, cell: str) -> None:
    """Pitfall 12: marks in the wrong places, what is no amount, and what must not hang."""
    rows = [
        row("Website Payment", "1.00", "0.00", "1.00", "1.00"),
        row("Website Payment", cell, "0.00", "1.00", "2.00"),
    ]
    assert [(line, field) for line, field, _ in read(tmp_path, activity(rows)).problems] == [(3, "Gross")]


def test_net_is_gross_with_its_fee(tmp_path: Path) -> None:
    found = read(tmp_path, activity([row("Website Payment", "10.00", "-1.00", "9.50", "9.50")]))
    assert found.problems == [(2, "Net", "The net amount 9.50 EUR is not the gross amount with its fee (9.00 EUR).")]
    written_as_cost = read(tmp_path, activity([row("Website Payment", "10.00", "1.00", "9.00", "9.00")]))
    assert (written_as_cost.problems, written_as_cost.lines[0].fee) == ([], 100)


@pytest.mark.parametrize(
    ("dates", "terms", "first"),
    [
        (["05/06/2026", "13/06/2026"], STATES, date(2026, 6, 5)),
        (["05/06/2026", "05/13/2026"], TERMS, date(2026, 5, 6)),
        (["05/06/2026", "07/06/2026"], STATES, date(2026, 6, 5)),
        (["05/06/2026", "05/08/2026"], TERMS, date(2026, 5, 6)),
        (["05/06/2026"], STATES, date(2026, 5, 6)),
        (["05/06/2026"], TERMS, date(2026, 6, 5)),
        (["05/06/2026"], ReadingTerms("Europe/Berlin", (), {"date_order": "mdy"}), date(2026, 5, 6)),
        (["5/6/26"], STATES, date(2026, 5, 6)),
    ],
)
def test_the_order_of_day_and_month_is_found(
    tmp_path: Path, dates: list[str], terms: ReadingTerms, first: date
) -> None:
    """Pitfall 13: 05/06 is the fifth of June or the sixth of May."""
    rows = [row("Website Payment", "1.00", "0.00", "1.00", "", date=each, zone="") for each in dates]
    assert read(tmp_path, activity(rows), terms).lines[0].booked_on == first


def test_dates_that_could_be_either_are_refused_with_the_setting_that_says_it(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="date_order"):
        read(
            tmp_path, activity([row("x", "1.00", "0", "1.00", "", date="05/06/2026")]), ReadingTerms("America/Toronto")
        )


def test_the_zone_of_the_row_and_the_day_at_home(tmp_path: Path) -> None:
    """Pitfall 13: PST and PDT across the change of the clock, and a date of another zone."""
    rows = [
        row("Website Payment", "1.00", "0.00", "1.00", "", date="25/01/2026", time="23:30:00", zone="PST"),
        row("Website Payment", "1.00", "0.00", "1.00", "", date="25/07/2026", time="23:30:00", zone="PDT"),
    ]
    found = read(tmp_path, activity(rows)).lines
    assert [line.occurred_at for line in found] == [
        datetime(2026, 1, 26, 7, 30, tzinfo=UTC), datetime(2026, 7, 26, 6, 30, tzinfo=UTC),
    ]  # fmt: skip
    assert [line.statement_key for line in found] == ["2026-01-26", "2026-07-26"]


def test_a_day_that_a_download_goes_past_is_complete_whenever_it_came(tmp_path: Path) -> None:
    """Pitfall 3: overlapping downloads."""
    one = row("Website Payment", "1.00", "0.00", "1.00", "1.00")
    two = row("Website Payment", "1.00", "0.00", "1.00", "2.00", key="T2", time="22:00:00")
    next_day = row("Website Payment", "1.00", "0.00", "1.00", "3.00", key="T3", date="26/07/2026")
    early = read(tmp_path, activity([one]), name="Download (4).CSV").reading.statements()
    late = read(tmp_path, activity([one, two, next_day])).reading.statements()
    assert [fact.statement_key for fact in late] == ["2026-07-25", "2026-07-26"]
    assert early[0].sequence < late[0].sequence
