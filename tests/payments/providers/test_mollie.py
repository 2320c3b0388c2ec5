"""Mollie settlements: totals of four decimals that tie to the payout, whatever signs a file writes, and what is none."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payments.facts import LineKind, PayoutFact, ReadingTerms
from payments.providers.mollie import MollieAdapter
from payments.providers.mollie.kinds import kind_of, method_behind
from payments.providers.registry import recognise
from tests.payments.files import Read, cut_out, read_all, sample, stored

TERMS = ReadingTerms("Europe/Amsterdam", ("EUR",))
REFERENCE = "1234567.2607.03"


def money(value: str, currency: str = "EUR") -> dict[str, str]:
    return {"currency": currency, "value": value}


def entry(method: str, count: int, net: str, **more: Any) -> dict[str, Any]:
    """An entry as Mollie writes it; `gross` and `vat` where they are not the net and nothing."""
    return {
        "description": more.pop("description", method),
        "method": method,
        "count": count,
        "amountNet": money(net),
        "amountVat": money(more["vat"]) if "vat" in more else None,
        "amountGross": money(more.get("gross", net)),
    }


SALES = entry("ideal", 6, "86.1000", description="iDEAL")
REFUNDS = entry("refund", 2, "-43.2000", description="Refunds iDEAL", gross="43.2000")
SALE_COSTS = entry("ideal", 6, "2.1000", description="iDEAL", vat="0.4410", gross="2.5410")
REFUND_COSTS = entry("refund", 2, "0.5000", description="Refunds iDEAL", vat="0.1050", gross="0.6050")


def settlement(amount: str, revenue: list[Any], costs: list[Any], **more: Any) -> dict[str, Any]:
    return {
        "resource": "settlement",
        "id": "stl_jDk30akdN",
        "reference": REFERENCE,
        "createdAt": "2026-07-06T04:00:01.0Z",
        "settledAt": "2026-07-06T07:41:44.0Z",
        "amount": money(amount),
        "status": "paidout",
        "periods": {"2026": {"7": {"revenue": revenue, "costs": costs, "invoiceId": "inv_1"}}},
        **more,
    }


USUAL = settlement("39.75", [SALES, REFUNDS], [SALE_COSTS, REFUND_COSTS])


def read(folder: Path, content: Any, name: str = "settlement.json") -> Read:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_all(MollieAdapter(), stored(folder, text, name), TERMS)


def changed(**more: Any) -> dict[str, Any]:
    return {**deepcopy(USUAL), **more}


def test_a_settlement_is_a_statement_of_totals_that_come_to_its_payout(tmp_path: Path) -> None:
    found = read(tmp_path, USUAL)

    assert found.problems == []
    assert [
        (line.kind, line.line_key, line.method, line.transaction_count, line.gross, line.fee, line.fee_vat, line.net)
        for line in found.lines
    ] == [
        (LineKind.SALE, "2026-07/revenue/ideal", "ideal", 6, 8610, 0, 0, 8610),
        (LineKind.REFUND, "2026-07/revenue/refund/ideal", "ideal", 2, -4320, 0, 0, -4320),
        (LineKind.FEE, "2026-07/costs/ideal", "ideal", 6, 0, 210, 44, -254),
        (LineKind.FEE, "2026-07/costs/refund/ideal", "ideal", 2, 0, 50, 11, -61),
    ]
    assert {(line.sold_from, line.sold_on, line.booked_on, line.paid_on) for line in found.lines} == {
        (date(2026, 7, 1), date(2026, 7, 6), date(2026, 7, 6), date(2026, 7, 6))
    }
    assert {(line.provider_key, line.merchant_reference, line.payout_key) for line in found.lines} == {
        ("", "", REFERENCE)
    }
    assert [line.payment_reference for line in found.lines] == ["", "", "inv_1", "inv_1"]
    assert found.reading.payouts() == [PayoutFact(REFERENCE, REFERENCE, "EUR", 3975, date(2026, 7, 6), is_stated=True)]
    (statement,) = found.reading.statements()
    assert (statement.statement_key, statement.booked_on) == (REFERENCE, date(2026, 7, 6))
    assert (statement.period_from, statement.period_to) == (date(2026, 7, 1), date(2026, 7, 6))
    assert all(check.is_met for check in found.reading.checks())


def test_pitfall_12_sub_cent_roundings_are_a_line_of_their_own(tmp_path: Path) -> None:
    costs = [entry(f"method{number}", 1, "0.2040", vat="0.0000", gross="0.2040") for number in range(5)]
    found = read(tmp_path, settlement("8.98", [entry("ideal", 1, "10.0000")], costs))

    assert found.problems == []
    *rest, rounding = found.lines
    assert [line.net for line in rest] == [1000, -20, -20, -20, -20, -20]
    assert (rounding.kind, rounding.line_key, rounding.gross, rounding.net) == (LineKind.ROUNDING, "rounding", -2, -2)
    assert rounding.transaction_count is None


@pytest.mark.parametrize(
    ("refund", "cost"),
    [
        (("-43.2000", "43.2000"), ("2.1000", "0.4410", "2.5410")),
        (("-43.2000", "-43.2000"), ("2.1000", "0.4410", "2.5410")),
        (("43.2000", "43.2000"), ("2.1000", "0.4410", "2.5410")),
        (("43.2000", "-43.2000"), ("2.1000", "0.4410", "2.5410")),
        (("-43.2000", "-43.2000"), ("-2.1000", "-0.4410", "-2.5410")),
        (("43.2000", "43.2000"), ("-2.1000", "-0.4410", "-2.5410")),
    ],
)
def test_pitfall_12_whatever_signs_a_file_writes_those_that_tie_are_meant(
    tmp_path: Path, refund: tuple[str, str], cost: tuple[str, str, str]
) -> None:
    refunds = entry("refund", 2, refund[0], description="Refunds iDEAL", gross=refund[1])
    costs = entry("ideal", 6, cost[0], vat=cost[1], gross=cost[2])
    found = read(tmp_path, settlement("40.36", [SALES, refunds], [costs]))

    assert found.problems == []
    assert [(line.kind, line.gross, line.fee, line.fee_vat, line.net) for line in found.lines] == [
        (LineKind.SALE, 8610, 0, 0, 8610),
        (LineKind.REFUND, -4320, 0, 0, -4320),
        (LineKind.FEE, 0, 210, 44, -254),
    ]


def test_pitfall_9_costs_that_are_given_back_are_a_negative_fee(tmp_path: Path) -> None:
    back = entry("ideal", 1, "-0.3500", vat="-0.0735", gross="-0.4235")
    (sale, fee) = read(tmp_path, settlement("10.42", [entry("ideal", 1, "10.0000")], [back])).lines[:2]

    assert (sale.net, fee.kind, fee.fee, fee.fee_vat, fee.net) == (1000, LineKind.FEE, -35, -7, 42)


def test_a_list_of_settlements_is_one_statement_each(tmp_path: Path) -> None:
    listed = [changed(reference=f"1.{number}") for number in range(3)]
    content = json.dumps({"count": 3, "_embedded": {"settlements": listed}, "_links": {"next": None}}, indent=1)
    found = read(tmp_path, content)

    assert [statement.statement_key for statement in found.reading.statements()] == ["1.0", "1.1", "1.2"]
    assert [payout.amount for payout in found.reading.payouts()] == [3975] * 3
    assert [json.loads(text)["reference"] for text in cut_out(stored(tmp_path, content), found.lines[::4])] == [
        "1.0",
        "1.1",
        "1.2",
    ]


def test_a_later_state_of_a_settlement_is_a_newer_version(tmp_path: Path) -> None:
    states = [changed(status="pending", settledAt=None), changed(status="failed"), USUAL]
    sequences = [read(tmp_path, state).reading.statements()[0].sequence for state in states]
    again = read(tmp_path, USUAL, "settlement_v2.json").reading.statements()[0].sequence

    assert sequences == sorted(set(sequences))
    assert again > sequences[-1]


def test_reserves_captures_and_chargebacks_have_kinds_of_their_own(tmp_path: Path) -> None:
    revenue = [
        entry("capture", 1, "50.0000", description="Captures Klarna"),
        entry("chargeback", 1, "-5.0000", description="Chargebacks Credit card"),
        entry("rolling-reserve", 1, "-4.0000"),
        entry("rolling-reserve-release", 1, "3.0000"),
        entry("loyalty-bonus", 1, "2.0000"),
        entry("ideal", 1, "-1.0000"),
    ]
    found = read(tmp_path, settlement("45.00", revenue, []))

    assert [(line.kind, line.method, line.net) for line in found.lines] == [
        (LineKind.SALE, "klarna", 5000),
        (LineKind.CHARGEBACK, "creditcard", -500),
        (LineKind.RESERVE_HOLD, "", -400),
        (LineKind.RESERVE_RELEASE, "", 300),
        (LineKind.UNKNOWN, "", 200),
        (LineKind.UNKNOWN, "ideal", -100),
    ]


def test_entries_of_one_name_are_told_apart(tmp_path: Path) -> None:
    costs = [entry("creditcard", 1, "0.5000"), entry("creditcard", 2, "0.9000")]
    found = read(tmp_path, settlement("8.60", [entry("creditcard", 3, "10.0000")], costs))

    assert [line.line_key for line in found.lines] == [
        "2026-07/revenue/creditcard",
        "2026-07/costs/creditcard",
        "2026-07/costs/creditcard#2",
    ]


@pytest.mark.parametrize(
    ("method", "description", "expected"),
    [
        ("ideal", "iDEAL", "ideal"),
        ("refund", "Refunds iDEAL", "ideal"),
        ("refund", "Refunds SEPA Direct Debit", "directdebit"),
        ("refund", "Refunds Credit card - European", "creditcard"),
        ("chargeback", "Chargebacks: Wero", "wero"),
        ("refund", "Refunds", ""),
        ("refund", "", ""),
        ("refund", "Something else", ""),
        ("rolling-reserve", "Rolling reserve", ""),
    ],
)
def test_the_method_behind_a_refund_is_in_its_words(method: str, description: str, expected: str) -> None:
    assert method_behind(method, description, {"wero": "wero"}) == expected


def test_a_method_newer_than_this_reader_is_a_sale() -> None:
    assert kind_of("brandnew", is_negative=False) is LineKind.SALE
    assert kind_of("brand-new", is_negative=False) is LineKind.UNKNOWN


def test_it_is_recognised_by_content_alone(tmp_path: Path) -> None:
    (best, *_) = recognise(stored(tmp_path, json.dumps(USUAL), "data.txt"))
    assert (best[0], best[1].confidence) == ("mollie", 95)
    assert recognise(stored(tmp_path, '{"reference": "a", "createdAt": "b", "periods": 3}')) == []


@pytest.mark.external
def test_the_sample_is_open_and_ties_when_it_is_paid_out(samples: Path, tmp_path: Path) -> None:
    path = samples / "mollie" / "settlement_single.json"
    found = read_all(MollieAdapter(), sample(path), TERMS)
    assert (found.lines, [(line, field) for line, field, _ in found.problems]) == ([], [(1, "status")])

    paid = read(tmp_path, path.read_text().replace('"status": "open"', '"status": "paidout"'))
    assert paid.problems == []
    assert [line.net for line in paid.lines] == [8610, -4320, -254, -61]
    assert [payout.amount for payout in paid.reading.payouts()] == [3975]


@pytest.mark.external
def test_the_sample_of_a_list_lacks_its_entries_and_is_refused(samples: Path) -> None:
    found = read_all(MollieAdapter(), sample(samples / "mollie" / "settlements_list.json"), TERMS)
    ((line, field, message),) = found.problems
    assert (found.lines, line, field) == ([], 5, "amount")
    assert "Revenue less costs is 0.00 EUR" in message
