"""Square's payouts and payout entries: minor units, every type of the API, sums for batch payouts, pages."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from payments.facts import FileRefused, LineKind, PayoutFact, ReadingTerms
from payments.providers.registry import recognise
from payments.providers.square import SquareAdapter
from payments.providers.square.kinds import KINDS
from tests.payments.files import Read, cut_out, read_all, stored

TERMS = ReadingTerms("America/Los_Angeles", ("USD",))


def money(amount: int, currency: str = "USD") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def entry(type_name: str, gross: int, fee: int = 0, *, key: str = "e1", **details: str) -> dict[str, Any]:
    return {
        "id": key, "payout_id": "po_1", "effective_at": "2026-07-02T03:30:00Z", "type": type_name,
        "gross_amount_money": money(gross), "fee_amount_money": money(fee), "net_amount_money": money(gross - fee),
        **({f"type_{type_name.lower()}_details": details} if details else {}),
    }  # fmt: skip


CHARGE = entry("CHARGE", 10_000, 290, key="e1", payment_id="pay1")
REFUND = entry("REFUND", -5_000, -145, key="e2", payment_id="pay1", refund_id="ref1")
PAYOUT: dict[str, Any] = {
    "id": "po_1", "status": "PAID", "location_id": "L1", "created_at": "2026-07-02T12:00:00Z", "version": 2,
    "amount_money": money(4_855), "destination": {"type": "BANK_ACCOUNT", "id": "bact1"}, "type": "BATCH",
    "arrival_date": "2026-07-03",
}  # fmt: skip


def read(folder: Path, content: Any) -> Read:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_all(SquareAdapter(), stored(folder, text, "entries.json"), TERMS)


def test_a_charge_and_its_refund_are_read_in_minor_units_with_the_fee_given_back(tmp_path: Path) -> None:
    found = read(tmp_path, {"payout_entries": [CHARGE, REFUND], "cursor": ""})

    assert found.problems == []
    sale, refund = found.lines
    assert (sale.kind, sale.line_key, sale.provider_key, sale.payment_reference) == (
        LineKind.SALE, "e1", "pay1", "pay1",
    )  # fmt: skip
    assert (sale.gross, sale.fee, sale.fee_commission, sale.net, sale.currency) == (10_000, 290, 290, 9_710, "USD")
    assert (refund.kind, refund.provider_key, refund.payment_reference) == (LineKind.REFUND, "ref1", "pay1")
    assert (refund.gross, refund.fee, refund.net) == (-5_000, -145, -4_855)
    # Half past three in the morning UTC is the evening before in California.
    assert (sale.occurred_at, sale.booked_on) == (datetime(2026, 7, 2, 3, 30, tzinfo=UTC), date(2026, 7, 1))
    assert found.reading.payouts() == [PayoutFact("po_1", "po_1", "USD", 4_855, None, is_stated=False)]
    assert found.reading.checks() == []


def test_the_entries_of_a_batch_payout_are_held_against_it(tmp_path: Path) -> None:
    for content in (
        {"payouts": [PAYOUT], "payout_entries": [CHARGE, REFUND]},
        {"payout_entries": [CHARGE, REFUND], "payouts": [PAYOUT]},
        f"{json.dumps({'payouts': [PAYOUT]})}\n{json.dumps({'payout_entries': [CHARGE, REFUND]})}",
    ):
        found = read(tmp_path, content)
        assert sorted(line.kind for line in found.lines) == [LineKind.SALE, LineKind.REFUND, LineKind.PAYOUT]
        assert [(check.expected, check.found, check.is_met) for check in found.reading.checks()] == [
            (4_855, 4_855, True)
        ]
        stated = next(one for one in found.reading.payouts() if one.is_stated)
        assert stated == PayoutFact("po_1/payout", "po_1", "USD", 4_855, date(2026, 7, 3), is_stated=True)
        (sequence,) = (one.sequence for one in found.reading.statements() if one.statement_key == "po_1/payout")
        assert sequence == "0000000002"
    short = read(tmp_path, {"payouts": [PAYOUT], "payout_entries": [CHARGE]}).reading.checks()
    assert [(check.found, check.is_met, check.is_refusing) for check in short] == [(9_710, False, False)]


def test_a_simple_payout_has_no_entries_and_is_an_advance_on_later_ones(tmp_path: Path) -> None:
    found = read(tmp_path, {"payouts": [{**PAYOUT, "type": "SIMPLE"}]})
    (line,) = found.lines
    assert (line.kind, line.net, line.payout_key) == (LineKind.TRANSFER, 4_855, "po_1")
    assert [(one.amount, one.is_stated) for one in found.reading.payouts()] == [(4_855, True)]
    assert found.reading.checks() == []


def test_the_answer_about_one_payout_is_read_as_the_list_of_it_is(tmp_path: Path) -> None:
    listed, alone = read(tmp_path, {"payouts": [PAYOUT]}), read(tmp_path, {"payout": PAYOUT})
    assert alone.problems == []
    assert [line[3:] for line in alone.lines] == [line[3:] for line in listed.lines]
    assert alone.reading.payouts() == listed.reading.payouts()


def test_a_negative_payout_takes_from_the_bank(tmp_path: Path) -> None:
    found = read(tmp_path, {"payouts": [{**PAYOUT, "amount_money": money(-300)}]})
    assert [(line.kind, line.net) for line in found.lines] == [(LineKind.PAYOUT, 300)]
    assert found.reading.payouts()[0].amount == -300


@pytest.mark.parametrize("type_name", [*KINDS, "OTHER", "SOMETHING_NEW_OF_2027"])
def test_every_type_of_the_api_has_its_kind_and_what_is_new_is_kept_as_unknown(tmp_path: Path, type_name: str) -> None:
    rows = [entry(type_name, -100, key="e1"), entry(type_name, 100, key="e2")]
    found = read(tmp_path, {"payout_entries": rows})
    assert found.problems == []
    taking, giving = KINDS.get(type_name, (LineKind.UNKNOWN, LineKind.UNKNOWN))
    assert [line.kind for line in found.lines] == [taking, giving]
    assert [line.net for line in found.lines] == [-100, 100]
    assert all(line.net == line.gross_settled - line.fee - line.fee_vat for line in found.lines)
    assert found.reading.payouts()[0].amount == 0


def test_fees_and_the_tax_on_them_are_costs_and_no_sales(tmp_path: Path) -> None:
    fee, tax = read(tmp_path, {"payout_entries": [entry("FEE", -250), entry("TAX_ON_FEE", -25, key="e2")]}).lines
    assert (fee.gross, fee.fee, fee.fee_other, fee.fee_vat, fee.net) == (0, 250, 250, 0, -250)
    assert (tax.gross, tax.fee, tax.fee_vat, tax.net) == (0, 0, 25, -25)


def test_yen_have_no_decimals_and_the_older_name_of_the_currency_is_read(tmp_path: Path) -> None:
    named = {"amount": 1_000, "currency_code": "JPY"}
    row = {**CHARGE, "gross_amount_money": named, "fee_amount_money": None, "net_amount_money": named}
    (line,) = read(tmp_path, {"payout_entries": [row]}).lines
    assert (line.currency, line.gross, line.fee, line.net) == ("JPY", 1_000, 0, 1_000)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"net_amount_money": money(9_711)}, "net_amount_money"),
        ({"net_amount_money": money(9_710, "EUR")}, "gross_amount_money"),
        ({"gross_amount_money": money(10_000, "XXQ")}, "gross_amount_money.currency"),
        ({"gross_amount_money": {"amount": "100.00", "currency": "USD"}}, "gross_amount_money.amount"),
        ({"gross_amount_money": {"amount": 1e2, "currency": "USD"}}, "gross_amount_money.amount"),
        ({"effective_at": "2026-07-02 03:30:00"}, "effective_at"),
        ({"effective_at": "2026-02-30T03:30:00Z"}, "effective_at"),
        ({"payout_id": ""}, "payout_id"),
        ({"id": {}}, "id"),
        ({"type": None}, "type"),
    ],
)
def test_a_damaged_entry_is_refused_by_its_number_and_field(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    found = read(tmp_path, {"payout_entries": [REFUND, {**CHARGE, **change}]})
    assert [line.line_key for line in found.lines] == ["e2"]
    (problem,) = found.reading.problems.first
    assert (problem.record, problem.field) == (2, field)


def test_an_answer_that_goes_on_is_refused_until_its_pages_are_in_one_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="next page"):
        read(tmp_path, {"payout_entries": [CHARGE], "cursor": "abc"})
    pages = f"{json.dumps({'payout_entries': [CHARGE], 'cursor': 'abc'})}{json.dumps({'payout_entries': [REFUND]})}"
    assert read(tmp_path, pages).reading.payouts()[0].amount == 4_855


def test_errors_and_empty_lists_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="empty"):
        read(tmp_path, {"payout_entries": []})
    with pytest.raises(FileRefused, match="error message of Square"):
        read(tmp_path, {"errors": [{"category": "AUTHENTICATION_ERROR", "code": "UNAUTHORIZED"}]})


def test_the_format_is_known_by_its_fields_and_every_entry_can_be_cut_out(tmp_path: Path) -> None:
    source = stored(tmp_path, json.dumps({"payout_entries": [CHARGE, REFUND]}, indent=1))
    assert next((code, found.confidence) for code, found in recognise(source)) == ("square", 95)
    lines = read_all(SquareAdapter(), source, TERMS).lines
    assert [json.loads(piece) for piece in cut_out(source, lines)] == [CHARGE, REFUND]
