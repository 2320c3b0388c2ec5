"""Provider files read through a mapping: what it says is what is read, and what contradicts it is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payments.facts import Check, FileRefused, LineKind, PayoutFact, ReadingTerms
from payments.providers import mapped
from payments.providers.mapped import MappedAdapter, statement_mapping
from tests.payments.files import Read, cut_out, read_all, stored

EXAMPLES = Path(mapped.__file__).parent / "examples"
SBPS: dict[str, Any] = json.loads((EXAMPLES / "sbps_like.json").read_text())
NAVER: dict[str, Any] = json.loads((EXAMPLES / "naver_commerce.json").read_text())
PLAIN: dict[str, Any] = {
    "columns": {"provider_key": "id", "kind": "type", "gross": "gross", "fee": "fee", "net": "net", "booked_on": "day"},
    "constants": {"currency": "EUR"},
    "kinds": {"sale": "sale", "refund": "refund"},
    "decimal_mark": ".",
}


def read(folder: Path, content: bytes | str, mapping: dict[str, Any], *, currency: str = "EUR") -> Read:
    source = stored(folder, content)
    return read_all(MappedAdapter(), source, ReadingTerms("Asia/Tokyo", (currency,), mapping))


def refusal(folder: Path, content: bytes | str, mapping: dict[str, Any]) -> tuple[int | None, str, str]:
    with pytest.raises(FileRefused) as caught:
        read(folder, content, mapping)
    problem = caught.value.problem
    return problem.line, problem.field, problem.message


SBPS_FILE = (
    "支払明細,2026年7月分\r\n"
    "加盟店番号,取引番号,処理番号,注文番号,処理区分,決済手段,決済金額,手数料,手数料消費税,入金額,処理日時,売上日,締日,入金予定日,精算番号\r\n"
    'M001,T1,P1,O1,売上,クレジット,"10,000",325,32,9643,2026/07/01 00:10:00,2026/07/01,2026/07/15,2026/07/31,S7\r\n'
    "M001,T2,P1,O1,返金,クレジット,-4000,-130,-13,-3857,2026/07/02 23:59:59,2026/07/02,2026/07/15,2026/07/31,S7\r\n"
    "M001,,,,月額費用,,,3000,300,-3300,,,2026/07/15,2026/07/31,S7\r\n"
    "M001,,,,入金,,-2486,0,0,-2486,,,2026/07/15,2026/07/31,S7\r\n"
    '合計,4件,,,,,"3,514",,,0,,,,,\r\n'
)


def test_a_japanese_payout_file_is_read_in_its_own_encoding_with_fee_and_tax_per_line(tmp_path: Path) -> None:
    found = read(tmp_path, SBPS_FILE.encode("cp932"), SBPS, currency="JPY")

    assert found.problems == []
    sale, refund, monthly, payout = found.lines
    assert (sale.kind, sale.gross, sale.fee, sale.fee_commission, sale.fee_vat, sale.net) == (
        LineKind.SALE, 10_000, 325, 325, 32, 9_643,
    )  # fmt: skip
    assert (sale.statement_key, sale.payout_key) == ("M001/2026/07/15", "S7")
    assert sale.occurred_at == datetime(2026, 6, 30, 15, 10, tzinfo=UTC)
    assert (sale.sold_on, sale.booked_on, sale.paid_on) == (date(2026, 7, 1), date(2026, 7, 15), date(2026, 7, 31))
    assert (refund.kind, refund.gross, refund.fee, refund.fee_vat, refund.net) == (
        LineKind.REFUND, -4_000, -130, -13, -3_857,
    )  # fmt: skip
    assert (monthly.kind, monthly.gross, monthly.fee, monthly.fee_vat, monthly.net) == (
        LineKind.FEE,
        0,
        3_000,
        300,
        -3_300,
    )
    assert (payout.kind, payout.net, payout.provider_key) == (LineKind.PAYOUT, -2_486, "")
    assert found.reading.payouts() == [
        PayoutFact("M001/2026/07/15", "S7", "JPY", 2_486, date(2026, 7, 31), is_stated=True)
    ]
    assert [(check.expected, check.found, check.currency) for check in found.reading.checks()] == [
        (3_514, 3_514, "JPY"),
        (0, 0, "JPY"),
        (4, 4, ""),
        (2_486, 2_486, "JPY"),
    ]


def test_every_line_can_be_cut_out_of_a_shift_jis_file(tmp_path: Path) -> None:
    content = SBPS_FILE.encode("cp932")
    source = stored(tmp_path, content)
    found = read_all(MappedAdapter(), source, ReadingTerms("Asia/Tokyo", ("JPY",), SBPS))

    assert cut_out(source, found.lines) == content.splitlines(keepends=True)[2:-1]
    assert [line.line_number for line in found.lines] == [3, 4, 5, 6]


def test_a_file_that_contradicts_its_total_row_is_refused(tmp_path: Path) -> None:
    changed = SBPS_FILE.replace("合計,4件", "合計,5件")
    assert refusal(tmp_path, changed.encode("cp932"), SBPS) == (
        7, "count", "The file says it holds 5 rows, but it holds 4. It is cut off or changed: download it again.",
    )  # fmt: skip
    changed = SBPS_FILE.replace('"3,514"', '"3,515"')
    line, field, message = refusal(tmp_path, changed.encode("cp932"), SBPS)
    assert (line, field) == (7, "gross")
    assert "3515 JPY" in message
    assert "3514" in message


def test_a_file_whose_total_row_is_missing_is_refused(tmp_path: Path) -> None:
    without = SBPS_FILE[: SBPS_FILE.index("合計")]
    assert refusal(tmp_path, without.encode("cp932"), SBPS)[2].startswith(
        "The total row at the end of the file is missing"
    )


def test_a_korean_json_file_is_read_with_fees_as_deductions(tmp_path: Path) -> None:
    rows = [
        {
            "merchantId": "shop1", "settleKey": "K1", "productOrderId": "PO1", "payReferenceKey": "PR1", "orderId": "O1",
            "settleType": "NORMAL_SETTLE_ORIGINAL", "primaryPayMeans": "신용카드", "paySettleAmount": 50000,
            "totalPayCommissionAmount": -1815, "benefitSettleAmount": 0, "settleExpectAmount": 48185,
            "settleBasisDate": "2026-07-01", "settleExpectDate": "2026-07-03",
        },
        {
            "merchantId": "shop1", "settleKey": "K2", "productOrderId": "PO2", "payReferenceKey": "PR2", "orderId": "O2",
            "settleType": "QUICK_SETTLE_CANCEL", "primaryPayMeans": "신용카드", "paySettleAmount": -20000,
            "totalPayCommissionAmount": 726, "benefitSettleAmount": 0, "settleExpectAmount": -19274,
            "settleBasisDate": "2026-07-01", "settleExpectDate": "2026-07-03",
        },
    ]  # fmt: skip
    content = json.dumps({"elements": rows, "totalCount": 2, "totalSettleAmount": 28911}, ensure_ascii=False)
    found = read(tmp_path, content, NAVER, currency="KRW")

    assert found.problems == []
    assert [(line.kind, line.gross, line.fee, line.net) for line in found.lines] == [
        (LineKind.SALE, 50_000, 1_815, 48_185),
        (LineKind.REFUND, -20_000, -726, -19_274),
    ]
    assert found.lines[0].provider_key == "PO1"
    assert found.lines[0].statement_key == "shop1/2026-07-01"
    assert found.reading.payouts() == [
        PayoutFact("shop1/2026-07-01", "2026-07-03", "KRW", 28_911, date(2026, 7, 3), is_stated=False)
    ]
    assert Check("Net amounts sum to the total row", 28_911, 28_911, "KRW") in found.reading.checks()

    changed = content.replace('"totalCount": 2', '"totalCount": 3')
    assert refusal(tmp_path, changed, NAVER)[1] == "count"


@pytest.mark.parametrize(
    ("signs", "kind", "gross", "fee", "net", "expected"),
    [
        ({}, "refund", "-10.00", "0.30", "-10.30", (-1000, 30, -1030)),
        ({"amounts": "by_kind"}, "refund", "10.00", "0.30", "10.30", (-1000, 30, -1030)),
        ({"amounts": "by_kind", "fees": "by_kind"}, "refund", "10.00", "0.30", "9.70", (-1000, -30, -970)),
        ({"fees": "deduction"}, "sale", "10.00", "-0.30", "9.70", (1000, 30, 970)),
        ({"amounts": "by_side"}, "D", "10.00", "0.30", "10.30", (-1000, 30, -1030)),
    ],
)
def test_signs_follow_the_rule_of_the_mapping(
    tmp_path: Path, signs: dict[str, str], kind: str, gross: str, fee: str, net: str, expected: tuple[int, int, int]
) -> None:
    mapping = {**PLAIN, "signs": signs, "side": {"column": "type", "negative": ["D"], "positive": ["C"]}}
    found = read(tmp_path, f"id,type,gross,fee,net,day\nx,{kind},{gross},{fee},{net},2026-07-01\n", mapping)

    assert found.problems == []
    assert (found.lines[0].gross, found.lines[0].fee, found.lines[0].net) == expected


def test_an_unknown_kind_is_kept_as_unknown(tmp_path: Path) -> None:
    found = read(tmp_path, "id,type,gross,fee,net,day\nx,magic,1.00,0,1.00,2026-07-01\n", PLAIN)
    assert [line.kind for line in found.lines] == [LineKind.UNKNOWN]


def test_a_net_that_is_not_gross_less_fee_is_a_problem_with_its_column(tmp_path: Path) -> None:
    found = read(tmp_path, "id,type,gross,fee,net,day\nx,sale,1.00,0.02,0.96,2026-07-01\n", PLAIN)
    assert found.lines == []
    assert found.problems == [
        (2, "net", "The net amount 0.96 EUR is not the gross amount less fee and VAT (0.98 EUR).")
    ]  # fmt: skip


def test_a_residue_of_one_minor_unit_is_rounding(tmp_path: Path) -> None:
    found = read(tmp_path, "id,type,gross,fee,net,day\nx,sale,1.00,0.02,0.97,2026-07-01\n", PLAIN)
    assert (found.lines[0].net, found.lines[0].rounding) == (97, -1)


def test_minor_units_hold_only_for_the_currencies_they_are_declared_for(tmp_path: Path) -> None:
    mapping = {**PLAIN, "units": {"USD": "minor"}, "columns": {**PLAIN["columns"], "currency": "ccy"}}
    rows = "a,sale,10000,0,10000,2026-07-01,USD\nb,sale,10000,0,10000,2026-07-01,JPY\nc,sale,100,0,100,2026-07-01,EUR\n"
    found = read(tmp_path, "id,type,gross,fee,net,day,ccy\n" + rows, mapping)
    assert [(line.currency, line.gross) for line in found.lines] == [("USD", 10_000), ("JPY", 10_000), ("EUR", 10_000)]


def test_an_amount_in_another_currency_is_converted_at_the_rate_of_the_row(tmp_path: Path) -> None:
    mapping = {
        **PLAIN,
        "columns": {**PLAIN["columns"], "currency": "ccy", "net_currency": "settled", "rate": "rate"},
        "constants": {},
    }
    header = "id,type,gross,fee,net,day,ccy,settled,rate\n"
    found = read(tmp_path, header + "a,sale,5000,0.50,30.00,2026-07-01,JPY,EUR,0.0061\n", mapping)
    line = found.lines[0]
    assert (line.gross, line.currency, line.gross_settled, line.net_currency) == (5_000, "JPY", 3_050, "EUR")
    assert (line.rate, line.rounding, line.net) == (Decimal("0.0061"), 0, 3_000)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"colums": {}}, "colums", "The mapping has the key “colums”, which means nothing."),
        ({"columns": {"gros": "x"}}, "columns.gros", "The mapping has the key “columns.gros”"),
        ({"columns": {"gross": 0}}, "columns.gross", "The mapping's key “columns.gross” must be"),
        ({"columns": {"gross": "gross"}}, "columns.kind", "The mapping's key “kinds” needs a kind column"),
        ({"kinds": {"sale": "sell"}}, "kinds.sale", "The mapping's key “kinds.sale” is “sell”."),
        ({"encoding": "ebcdic"}, "encoding", "The mapping's key “encoding” is “ebcdic”."),
        ({"zone": "Mars/Base"}, "zone", "The mapping's key “zone” is “Mars/Base”."),
        ({"units": {"ABC": "minor"}}, "units.ABC", "The mapping's key “units.ABC” is “ABC”."),
        ({"units": "cents"}, "units", "The mapping's key “units” is “cents”."),
        ({"signs": {"amounts": "by_side"}}, "signs.amounts", "The mapping's key “signs.amounts” is “by_side”"),
        ({"trailer": {"column": "id"}}, "trailer.values", "The mapping lacks the key “trailer.values”."),
        ({"constants": {"kind": "gift"}}, "constants.kind", "The mapping's key “constants.kind” is “gift”."),
        ({"skip_lines": -1}, "skip_lines", "The mapping's key “skip_lines” must be 0 … 1000."),
        ({"trailer": {"totals": {"net": []}}}, "trailer.totals.net", "The mapping lacks the key “trailer.totals.net”."),
        ({"trailer": {"count": ["a", "b"]}}, "trailer.count", "The mapping's key “trailer.count” must be"),
        ({"date_format": "%Y%Y"}, "date_format", "The mapping's key “date_format” is “%Y%Y”."),
        ({"time_format": "%d/%m"}, "time_format", "The mapping's key “time_format” is “%d/%m”."),
        (
            {"side": {"column": "s", "negative": ["D", "X"], "positive": ["C", "X"]}},
            "side",
            "The mapping's key “side” calls “X” a debit and a credit",
        ),
        ({"_note": ["\x00"]}, "", "The mapping holds a character or a number that cannot be kept"),
        ({"_note": {"\ud800": 1}}, "", "The mapping holds a character or a number that cannot be kept"),
        ({"_note": float("nan")}, "", "The mapping holds a character or a number that cannot be kept: nan."),
        ({"_note": "4111 1111 1111 1111"}, "", "The mapping holds what looks like a card number"),
        ({"decimal_mark": "'"}, "decimal_mark", "The mapping's key “decimal_mark” is “'”."),
    ],
)
def test_a_wrong_mapping_is_refused_by_the_name_of_its_key(change: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(FileRefused) as caught:
        statement_mapping({**PLAIN, **change})
    assert caught.value.problem.field == field
    assert str(caught.value).startswith(message)


def test_a_mapping_is_needed(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="needs a mapping"):
        MappedAdapter().read(stored(tmp_path, "a\n1\n"), ReadingTerms("UTC"))


def test_a_column_the_file_lacks_is_named(tmp_path: Path) -> None:
    line, field, message = refusal(tmp_path, "id,type,gross,fee,day\nx,sale,1,0,2026-07-01\n", PLAIN)
    assert (line, field) == (1, "net")
    assert message.startswith("The column “net” of the mapping's key “columns.net” is not in the file.")


def test_a_card_number_outside_the_references_deletes_the_file(tmp_path: Path) -> None:
    source = stored(
        tmp_path, "id,type,gross,fee,net,day,note\n4111111111111111,sale,1,0,1,2026-07-01,5500005555555559\n"
    )
    with pytest.raises(FileRefused) as caught:
        read_all(MappedAdapter(), source, ReadingTerms("UTC", ("EUR",), PLAIN))
    assert caught.value.must_delete_bytes
    assert (caught.value.problem.line, caught.value.problem.field) == (2, "note")
    assert "5500005555555559" not in str(caught.value)


def test_a_file_without_header_is_read_by_positions(tmp_path: Path) -> None:
    mapping = {
        "header": False,
        "columns": {"provider_key": 2, "gross": 3, "booked_on": 4},
        "date_format": "%Y%m%d",
        "skip_rows": {"column": 1, "values": ["1", "9"]},
        "trailer": {"column": 1, "values": ["8"], "count": 2, "totals": {"gross": 3}},
    }
    content = "1,HEADER\n2,a,100,20260701\n2,b,-30,20260701\n8,2,70\n9\n"
    found = read(tmp_path, content, mapping, currency="JPY")
    assert [(line.provider_key, line.gross, line.kind) for line in found.lines] == [
        ("a", 100, LineKind.SALE),
        ("b", -30, LineKind.REFUND),
    ]
    assert found.problems == []
    assert refusal(tmp_path, content.replace("8,2,70", "8,2,71"), {**mapping, "constants": {"currency": "JPY"}})[0] == 4
