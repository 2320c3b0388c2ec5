"""Balance reports of Mollie: totals that lead from balance to balance to the last digit, in both groupings."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payments.facts import LineKind, PayoutFact, ReadingTerms, StatementFact
from payments.providers.mollie import MollieAdapter
from payments.providers.registry import recognise
from tests.payments.files import Read, read_all, stored
from tests.payments.providers.mollie_reports import amount, by_category, by_status, category, report

TERMS = ReadingTerms("Europe/Amsterdam", ("EUR",))
FIRST, LAST = date(2026, 7, 1), date(2026, 7, 31)
KEY = "bal_CKjKwQdjCwCSArXFAJNFH/2026-07-01/2026-07-31"


def read(folder: Path, content: Any) -> Read:
    return read_all(MollieAdapter(), stored(folder, json.dumps(content), "report.json"), TERMS)


@pytest.mark.parametrize("content", [by_category(), by_status()], ids=["by category", "by balance"])
def test_both_groupings_give_the_same_lines_which_come_to_nothing(tmp_path: Path, content: dict[str, Any]) -> None:
    found = read(tmp_path, content)

    assert found.problems == []
    assert {
        (line.kind, line.line_key, line.method, line.transaction_count, line.gross, line.fee, line.fee_vat, line.net)
        for line in found.lines
    } == {
        (LineKind.CARRY_IN, "open", "", None, 541, 0, 0, 541),
        (LineKind.SALE, "payment/ideal", "ideal", 1, 2, 0, 0, 2),
        (LineKind.SALE, "payment/pointofsale", "pointofsale", 35, 105, 0, 0, 105),
        (LineKind.TRANSFER, "split-payment/ideal", "ideal", None, 250, 0, 0, 250),
        (LineKind.FEE, "fee-prepayment/fee/payment-fee/ideal", "ideal", 1, 0, 28, 0, -28),
        (LineKind.TAX, "fee-prepayment/fee-vat", "", None, 0, 0, 6, -6),
        (LineKind.REFUND, "refund/creditcard", "creditcard", 1, -100, 0, 0, -100),
        (LineKind.PAYOUT, "outgoing-transfer", "", None, -200, 0, 0, -200),
        (LineKind.FEE, "fee-prepayment/fee/refund-fee", "", 1, 0, 25, 0, -25),
        (LineKind.CARRY_OUT, "close", "", None, -539, 0, 0, -539),
    }
    assert len(found.lines) == 10
    assert sum(line.net for line in found.lines) == 0
    assert {(line.statement_key, line.payout_key, line.booked_on) for line in found.lines} == {(KEY, KEY, LAST)}
    assert {(line.sold_from, line.sold_on) for line in found.lines if line.transaction_count} == {(FIRST, LAST)}
    assert found.reading.payouts() == [PayoutFact(KEY, KEY, "EUR", 200, LAST, is_stated=True)]
    assert found.reading.statements() == [StatementFact(KEY, "", LAST, FIRST, LAST)]
    assert [(check.expected, check.found, check.currency) for check in found.reading.checks()] == [(0, 0, "EUR")]


def test_what_the_roundings_come_to_is_a_line(tmp_path: Path) -> None:
    """Six decimals of VAT and of compensation: each line is rounded by itself, and all come to nothing."""
    text = json.dumps(by_category())
    text = text.replace("-0.0609", "-0.0650").replace("-0.0091", "-0.0050")
    found = read(tmp_path, json.loads(text))
    assert found.problems == []
    assert [
        (line.kind, line.net) for line in found.lines if line.line_key in ("rounding", "fee-prepayment/fee-vat")
    ] == [
        (LineKind.TAX, -7),
        (LineKind.ROUNDING, 1),
    ]


def test_a_period_in_which_nothing_happened_carries_its_balance_on(tmp_path: Path) -> None:
    kept = {"open": {"pending": amount("0.00"), "available": amount("7.25")}}
    totals = {**kept, "payments": category(), "close": kept["open"]}
    found = read(tmp_path, report(totals, "transaction-categories"))
    assert [(line.kind, line.net) for line in found.lines] == [(LineKind.CARRY_IN, 725), (LineKind.CARRY_OUT, -725)]
    assert found.reading.payouts() == []


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('"0.18"', '"0.19"', "totals.close.available"),
        ('"5.21"', '"5.20"', "totals.close.pending"),
        ('"3.57"', '"3.58"', "totals.payments.pending.amount"),
        ('"1.05"', '"1.06"', "totals.payments.pending.subtotals[0].amount"),
        ('"-0.0609"', '"-0.0608"', "totals.fee-prepayments.pending.amount"),
        ('"value": "2.50"', '"value": "x"', "totals.payments.pending.subtotals[1].amount.value"),
        ('"EUR"}}, "available"', '"USD"}}, "available"', "totals.payments.pending.amount"),
        ('"immediatelyAvailable"', '"available"', "totals.payments.available"),
        ('"transaction-categories"', '"months"', "grouping"),
        ('"2026-07-01"', '"1 July"', "from"),
        ('"2026-07-01"', '"2026-08-01"', "until"),
        ('"subtotals": [', '"subtotals": [1, ', "totals.payments.pending.subtotals"),
        ('"count": 35, ', "", "totals.payments.pending.subtotals[0].subtotals[1].count"),
        ('"count": 35', '"count": -1', "totals.payments.pending.subtotals[0].subtotals[1].count"),
        ('"totals"', '"sums"', "totals"),
    ],
)
def test_what_does_not_tie_or_is_damaged_is_refused_with_its_field(
    tmp_path: Path, before: str, after: str, field: str
) -> None:
    text = json.dumps(by_category())
    assert before in text
    found = read(tmp_path, json.loads(text.replace(before, after, 1)))
    assert [problem[1] for problem in found.problems] == [field]
    assert found.lines == []


def test_a_type_that_is_new_must_be_explained(tmp_path: Path) -> None:
    text = json.dumps(by_category()).replace("outgoing-transfer", "loyalty-bonus")
    found = read(tmp_path, json.loads(text))
    assert [line.kind for line in found.lines if line.line_key == "loyalty-bonus"] == [LineKind.UNKNOWN]
    assert found.reading.payouts() == []


def test_a_report_is_recognised_as_one_of_mollie(tmp_path: Path) -> None:
    for content in (by_category(), by_status()):
        (best, *others) = recognise(stored(tmp_path, json.dumps(content, indent=4), "report.json"))
        assert (best[0], best[1].confidence, others) == ("mollie", 95, [])
