"""Toss Payments settlements: payments, cancels, fees with VAT, the shapes an answer comes in."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from payments.facts import FileRefused, LineKind, PayoutFact, ReadingTerms
from payments.providers.registry import recognise
from payments.providers.toss import TossAdapter
from payments.providers.toss.rows import without_vat
from tests.payments.files import Read, cut_out, read_all, sample, stored

TERMS = ReadingTerms("Asia/Seoul", ("KRW",))
PAYMENT: dict[str, Any] = {
    "mId": "shop", "paymentKey": "pk1", "transactionKey": "tk1", "orderId": "order-1", "currency": "KRW", "method": "카드",
    "amount": 50000, "interestFee": 0, "fee": 1155, "fees": [{"type": "BASE", "fee": 1155}], "supplyAmount": 1050,
    "vat": 105, "payOutAmount": 48845, "approvedAt": "2026-07-01T08:30:00+09:00", "soldDate": "2026-07-01",
    "paidOutDate": "2026-07-03", "card": {"number": "55704251****800*", "amount": 50000}, "cancel": None,
    "virtualAccount": None,
}  # fmt: skip
CANCEL: dict[str, Any] = {
    **PAYMENT, "transactionKey": "tk2", "amount": -20000, "fee": -462, "fees": [{"type": "BASE", "fee": -462}],
    "supplyAmount": -420, "vat": -42, "payOutAmount": -19538, "soldDate": "2026-07-02",
    "cancel": {"transactionKey": "tk2", "canceledAt": "2026-07-02T00:10:00+09:00", "cancelAmount": 20000},
}  # fmt: skip


def read(folder: Path, content: Any) -> Read:
    text = content if isinstance(content, (str, bytes)) else json.dumps(content, ensure_ascii=False)
    return read_all(TossAdapter(), stored(folder, text, "settlements.json"), TERMS)


def refusal(folder: Path, content: Any) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(folder, content)
    return caught.value


def test_a_payment_and_its_partial_cancel_are_two_lines(tmp_path: Path) -> None:
    found = read(tmp_path, [PAYMENT, CANCEL])

    assert found.problems == []
    sale, refund = found.lines
    assert (sale.kind, sale.provider_key, sale.payment_reference) == (LineKind.SALE, "tk1", "pk1")
    assert (sale.merchant_reference, sale.method, sale.currency) == ("order-1", "카드", "KRW")
    assert (sale.gross, sale.fee, sale.fee_vat, sale.net) == (50_000, 1_050, 105, 48_845)
    assert (sale.fee_commission, sale.fee_installment, sale.fee_other) == (1_050, 0, 0)
    assert sale.occurred_at == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert (sale.sold_on, sale.booked_on, sale.paid_on) == (date(2026, 7, 1), date(2026, 7, 1), date(2026, 7, 3))
    assert (sale.statement_key, sale.payout_key) == ("shop/2026-07-01/2026-07-03", "shop/2026-07-03")
    assert (refund.kind, refund.provider_key, refund.payment_reference) == (LineKind.REFUND, "tk2", "pk1")
    assert (refund.gross, refund.fee, refund.fee_vat, refund.net) == (-20_000, -420, -42, -19_538)
    assert refund.occurred_at == datetime(2026, 7, 1, 15, 10, tzinfo=UTC)
    assert found.reading.payouts() == [
        PayoutFact("shop/2026-07-01/2026-07-03", "shop/2026-07-03", "KRW", 48_845, date(2026, 7, 3), is_stated=False),
        PayoutFact("shop/2026-07-02/2026-07-03", "shop/2026-07-03", "KRW", -19_538, date(2026, 7, 3), is_stated=False),
    ]
    assert [statement.booked_on for statement in found.reading.statements()] == [date(2026, 7, 1), date(2026, 7, 2)]


@pytest.mark.parametrize(
    "content",
    [
        [PAYMENT, CANCEL],
        {"data": [PAYMENT, CANCEL]},
        {"version": "2022-11-16", "page": {"number": 1}, "items": [PAYMENT, CANCEL], "hasNext": False},
        "\n".join(json.dumps(row) for row in (PAYMENT, CANCEL)),
        "\ufeff" + json.dumps([PAYMENT, CANCEL]),
        json.dumps([PAYMENT, CANCEL], indent=2),
    ],
)
def test_every_shape_of_the_answer_gives_the_same_lines(tmp_path: Path, content: Any) -> None:
    expected = [line[3:] for line in read(tmp_path, [PAYMENT, CANCEL]).lines]
    assert [line[3:] for line in read(tmp_path, content).lines] == expected


def test_amounts_may_be_texts_as_in_the_documented_examples(tmp_path: Path) -> None:
    text = {**PAYMENT, "amount": "50000", "fee": "1155", "supplyAmount": "1050", "vat": "105", "payOutAmount": "48845"}
    assert read(tmp_path, [text]).lines[0][3:] == read(tmp_path, [PAYMENT]).lines[0][3:]


def test_api_versions_without_parts_of_the_fee_are_read(tmp_path: Path) -> None:
    line = read(tmp_path, [{name: value for name, value in PAYMENT.items() if name != "fees"}]).lines[0]
    assert (line.fee, line.fee_commission, line.fee_installment, line.fee_other) == (1_050, 1_050, 0, 0)


def test_the_oldest_api_version_states_neither_a_transaction_key_nor_the_whole_fee(tmp_path: Path) -> None:
    left_out = {"transactionKey", "fee"}
    row = {name: value for name, value in PAYMENT.items() if name not in left_out}
    row["fees"] = [{"type": "BASE", "fee": "1100"}, {"type": "INSTALLMENT", "fee": "55"}]
    found = read(tmp_path, [row])
    assert found.problems == []
    line = found.lines[0]
    assert (line.line_key, line.provider_key, line.payment_reference) == ("", "", "pk1")
    assert (line.fee, line.fee_commission, line.fee_installment, line.fee_vat, line.net) == (
        1_050,
        1_000,
        50,
        105,
        48_845,
    )

    cancel = {name: value for name, value in CANCEL.items() if name not in left_out}
    assert read(tmp_path, [cancel]).lines[0].provider_key == "tk2"

    row["fees"] = [{"type": "BASE", "fee": "1100"}]
    message = "The parts in fees sum to 1100 KRW and not to fee (1155 KRW)."
    assert read(tmp_path, [row]).problems == [(1, "fees", message)]


def test_parts_of_the_fee_are_split_without_their_vat(tmp_path: Path) -> None:
    parts = [
        {"type": "BASE", "fee": 770},
        {"type": "INSTALLMENT_DISCOUNT", "fee": 330},
        {"type": "POINT_SAVING", "fee": 33},
        {"type": "ETC", "fee": 22},
    ]
    row = {**PAYMENT, "fees": parts, "interestFee": 500, "payOutAmount": 48345}
    line = read(tmp_path, [row]).lines[0]
    assert (line.fee_commission, line.fee_installment, line.fee_other) == (700, 300 + 500, 50)
    assert (line.fee, line.fee_vat, line.net) == (1_550, 105, 48_345)
    assert line.net == line.gross - line.fee - line.fee_vat


def test_parts_of_both_signs_leave_the_rest_with_the_commission() -> None:
    assert without_vat(90, (110, -11, 0)) == (101, -11, 0)
    assert without_vat(0, (0, 0, 0)) == (0, 0, 0)
    assert without_vat(-420, (-462, 0, 0)) == (-420, 0, 0)


def test_a_positive_cancel_is_not_explained_by_the_machine(tmp_path: Path) -> None:
    row = {**PAYMENT, "cancel": CANCEL["cancel"]}
    assert [line.kind for line in read(tmp_path, [row]).lines] == [LineKind.UNKNOWN]


def test_a_row_without_a_payout_date_has_no_payout_yet(tmp_path: Path) -> None:
    found = read(tmp_path, [{**PAYMENT, "paidOutDate": None}])
    assert (found.lines[0].statement_key, found.lines[0].payout_key, found.lines[0].paid_on) == (
        "shop/2026-07-01/",
        "",
        None,
    )
    assert found.reading.payouts() == []


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"payOutAmount": 48844}, "payOutAmount", "payOutAmount 48844 KRW is not amount less fee less interestFee (48845 KRW)."),
        ({"vat": 104, "payOutAmount": 48846}, "fee", "fee 1155 KRW is not supplyAmount plus vat (1154 KRW)."),
        ({"fees": [{"type": "BASE", "fee": 1}]}, "fees", "The parts in fees sum to 1 KRW and not to fee (1155 KRW)."),
        ({"fees": "none"}, "fees", "“fees” is not a list of objects with type and fee."),
        ({"amount": 50000.5}, "amount", "“50000.5” has more decimals than the currency has."),
        ({"amount": None}, "amount", "“amount” is missing."),
        ({"amount": True}, "amount", "“amount” is not text."),
        ({"currency": "MUSD"}, "currency", "“MUSD” is not a currency (ISO 4217 code)."),
        ({"soldDate": "2026-07-32"}, "soldDate", "“2026-07-32” is not a date such as 2026-07-31."),
        ({"approvedAt": "2026-07-01T08:30:00"}, "approvedAt", "“2026-07-01T08:30:00” is not a date and time with its"),
        ({"cancel": {}}, "cancel.canceledAt", "“cancel.canceledAt” is missing."),
        ({"orderId": ""}, "orderId", "“orderId” is missing."),
        ({"soldDate": " "}, "soldDate", "“soldDate” is missing."),
        ({"vat": " "}, "vat", "“vat” is missing."),
    ],
)  # fmt: skip
def test_a_bad_object_is_named_with_line_and_field(
    tmp_path: Path, change: dict[str, Any], field: str, message: str
) -> None:
    content = "[\n" + ",\n".join(json.dumps(row) for row in (PAYMENT, {**PAYMENT, **change}, CANCEL)) + "\n]"
    found = read(tmp_path, content)
    assert len(found.lines) == 2
    assert [(line, name) for line, name, _ in found.problems] == [(3, field)]
    assert found.problems[0][2].startswith(message)


def test_a_number_with_an_endless_exponent_does_not_hang(tmp_path: Path) -> None:
    content = json.dumps([PAYMENT]).replace('"amount": 50000', '"amount": 1E-80000000', 1)
    assert read(tmp_path, content).problems[0][1] == "amount"


def test_an_error_answer_is_not_a_settlement(tmp_path: Path) -> None:
    refused = refusal(tmp_path, {"code": "INVALID_API_KEY", "message": "잘못된 시크릿키"})
    assert "INVALID_API_KEY" in str(refused)


def test_an_empty_list_is_said_to_be_empty(tmp_path: Path) -> None:
    refused = refusal(tmp_path, []).problem
    assert refused.message.startswith("The list of settlements is empty. If nothing happened")
    assert refused.line == 1


@pytest.mark.parametrize(
    "change",
    [
        {"card": {"number": "4111111111111111"}},
        {"card": {"number": "4111-1111-1111-1111"}},
        {"card": {"number": "４１１１－１１１１－１１１１－１１１１"}},
        {"method": "카드 4111 1111 1111 1111"},
        {"orderId": "4111 1111 1111 1111"},
        {"note": [{"deep": "５５００００５５５５５５５５５９"}]},
    ],
)
def test_a_card_number_deletes_the_file(tmp_path: Path, change: dict[str, Any]) -> None:
    for is_ascii in (True, False):
        refused = refusal(tmp_path, json.dumps([CANCEL, {**PAYMENT, **change}], ensure_ascii=is_ascii))
        assert refused.must_delete_bytes
        assert "1111" not in str(refused)


def test_masked_numbers_and_references_of_sixteen_digits_pass(tmp_path: Path) -> None:
    row = {**PAYMENT, "orderId": "4111111111111111", "virtualAccount": {"accountNumber": "36000000000008"}}
    assert read(tmp_path, [row]).problems == []


def test_half_a_surrogate_pair_is_refused_before_it_reaches_the_database(tmp_path: Path) -> None:
    content = json.dumps([PAYMENT]).replace('"order-1"', '"\\ud800"')
    assert read(tmp_path, content).problems == [(1, "orderId", "“orderId” holds characters that are no text.")]


def test_settlements_are_recognised_by_their_fields(tmp_path: Path) -> None:
    source = stored(tmp_path, json.dumps({"data": [PAYMENT]}), "x")
    assert [(code, judged.confidence) for code, judged in recognise(source)] == [("toss", 95)]
    assert recognise(stored(tmp_path, '[{"amount": 1}]', "toss.json")) == []


def test_objects_can_be_cut_out_of_the_file_again(tmp_path: Path) -> None:
    rows = [json.dumps(row, ensure_ascii=False) for row in (PAYMENT, CANCEL)]
    source = stored(tmp_path, "[\n  " + ",\n  ".join(rows) + "]")
    found = read_all(TossAdapter(), source, TERMS)
    assert [piece.decode() for piece in cut_out(source, found.lines)] == rows
    assert [line.line_number for line in found.lines] == [2, 3]


@pytest.mark.external
def test_the_sample_of_a_card_payment_ties(samples: Path) -> None:
    found = read_all(TossAdapter(), sample(samples / "toss" / "settlement_card_payment_2025-02.json"), TERMS)
    assert found.problems == []
    line = found.lines[0]
    assert (line.gross, line.fee, line.fee_vat, line.net) == (64_601, 1_356, 136, 63_109)
    assert [(p.payout_key, p.amount) for p in found.reading.payouts()] == [("TP01012100/2025-02-13", 63_109)]


@pytest.mark.external
def test_the_sample_of_a_cancel_is_a_negative_row_at_its_own_time(samples: Path) -> None:
    found = read_all(TossAdapter(), sample(samples / "toss" / "settlement_cancel_2023-11.json"), TERMS)
    assert found.problems == []
    line = found.lines[0]
    assert (line.kind, line.gross, line.fee, line.fee_vat, line.net) == (
        LineKind.REFUND,
        -99_800,
        -2_045,
        -205,
        -97_550,
    )
    assert line.occurred_at == datetime(2023, 11, 25, 4, 40, 3, tzinfo=UTC)


def test_a_problem_says_which_object_of_one_line_it_is_in(tmp_path: Path) -> None:
    found = read(tmp_path, [PAYMENT, PAYMENT, CANCEL, PAYMENT | {"amount": "abc"}, PAYMENT])
    assert [(each.line, each.record, each.field) for each in found.reading.problems.first] == [(1, 4, "amount")]


@pytest.mark.parametrize(
    ("third", "message"),
    [
        ("7", "The list holds something that is not an object."),
        ('{"mId":"a","mId":"b"}', "The key “mId” is there twice"),
        ('{"mId" 1}', "This is not valid JSON"),
        (json.dumps(PAYMENT | {"memo": "4111 1111 1111 1111"}), "This column holds what looks like a card number"),
    ],
)
def test_a_refusal_says_which_object_of_one_line_it_is_in(tmp_path: Path, third: str, message: str) -> None:
    refused = refusal(tmp_path, f"[{json.dumps(PAYMENT)}, {json.dumps(CANCEL)}, {third}]").problem
    assert (refused.line, refused.record) == (1, 3)
    assert refused.message.startswith(message)
