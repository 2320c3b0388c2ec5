"""The quick way through a mapped file gives what the careful one gives, and the shipped examples read their layouts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.facts import FileRefused, LineFact, LineKind, ReadingTerms
from payments.providers import mapped
from payments.providers.mapped import MappedAdapter, statement_mapping
from payments.providers.mapped.plain import PlainRows
from payments.tabular.mapped_rows import Row
from tests.payments.files import Read, read_all, stored

EXAMPLES = sorted((Path(mapped.__file__).parent / "examples").glob("*.json"))
COLUMNS = ("id", "type", "order", "gross", "fee", "vat", "net", "day", "when")
BASE: dict[str, Any] = {
    "columns": {
        "provider_key": "id", "kind": "type", "merchant_reference": "order", "gross": "gross", "fee": "fee",
        "fee_vat": "vat", "net": "net", "booked_on": "day", "occurred_at": "when",
    },
    "constants": {"currency": "EUR"}, "kinds": {"sale": "sale", "refund": "refund", "fee": "fee"}, "decimal_mark": ".",
}  # fmt: skip
CHANGES: tuple[dict[str, Any], ...] = (
    {}, {"fee_includes_vat": True}, {"signs": {"amounts": "by_kind", "fees": "by_kind"}}, {"signs": {"fees": "deduction"}},
    {"columns": {**BASE["columns"], "booked_on": []}}, {"units": "minor"},
    {"columns": {**{name: column for name, column in BASE["columns"].items() if name != "kind"}}, "kinds": {}},
    {"columns": {**BASE["columns"], "fee": [], "fee_commission": "fee"}},
    {"columns": {**BASE["columns"], "fee": [], "paid_on": "day", "payout_key": "type", "statement_key": "order"}},
    {"columns": {**BASE["columns"], "booked_on": "when", "occurred_at": [], "paid_on": "day", "payout_key": "order"}},
)  # fmt: skip
CELLS = {
    "id": st.sampled_from(["a1", "b-2", "9+9", "8.8E+15", "é", "", "x y", "4111-1111-1111-1111", " pad "]),
    "type": st.sampled_from(["sale", "refund", "fee", "tax", "payout", "carry_out", "odd"]),
    "order": st.sampled_from(["O1", "O-2", "주문"]),
    "gross": st.sampled_from(["10", "-10", "10.00", "", " ", "1.2.3", "0"]),
    "fee": st.sampled_from(["1", "-1", "", "0", " "]),
    "vat": st.sampled_from(["0", "", "0.1", "1"]),
    "net": st.sampled_from(["9", "-9", "", "11", "-11", "10", "8", "12"]),
    "day": st.sampled_from(["2026-07-01", "2026-07-02", "", "2026-02-30"]),
    "when": st.sampled_from(
        ["2026-07-01 10:00:00", "2026-07-01T23:59:59Z", "2026-07-01 10:00:00 +0900", "2026-07-01 9"]
    ),
}


def outcome(source: Any, terms: ReadingTerms) -> tuple[object, ...]:
    reading = MappedAdapter().read(source, terms)
    try:
        lines: list[LineFact] = list(reading)
    except FileRefused as refusal:
        return refusal.problem, refusal.must_delete_bytes
    return lines, reading.problems.first, reading.statements(), reading.payouts(), reading.checks()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=12),
    change=st.sampled_from(CHANGES),
    is_json=st.booleans(),
)
def test_the_quick_way_gives_what_the_careful_one_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], change: dict[str, Any], is_json: bool
) -> None:
    mapping = BASE | change | ({"format": "json"} if is_json else {})
    csv = "\n".join([",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in rows)])
    content = json.dumps(rows, ensure_ascii=False) if is_json else csv
    source = stored(tmp_path_factory.mktemp("plain"), content)
    terms = ReadingTerms("Asia/Seoul", ("EUR",), mapping)
    quick = outcome(source, terms)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PlainRows, "fact", lambda self, record: None)
        careful = outcome(source, terms)
    assert quick == careful


def test_rows_like_one_before_take_the_quick_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"a{number},sale,O{number},10.00,1,0,9,2026-07-01,2026-07-01 10:00:{number:02d}" for number in range(20)]
    taken: list[LineFact | None] = []
    fact = PlainRows.fact

    def noted(self: PlainRows, record: Row) -> LineFact | None:
        taken.append(fact(self, record))
        return taken[-1]

    monkeypatch.setattr(PlainRows, "fact", noted)
    found = read_all(
        MappedAdapter(), stored(tmp_path, "\n".join([",".join(COLUMNS), *rows])), ReadingTerms("UTC", ("EUR",), BASE)
    )
    assert [one is None for one in taken] == [True] + [False] * 19
    assert found.lines[19].occurred_at == datetime(2026, 7, 1, 10, 0, 19, tzinfo=UTC)
    assert found.reading.payouts() == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_shipped_example_is_a_valid_mapping_and_says_that_it_is_one(path: Path) -> None:
    content = json.loads(path.read_text())
    assert content["_"].startswith("EXAMPLE LAYOUT, ADJUST")
    statement_mapping(content)


def read(folder: Path, content: bytes, name: str, currency: str) -> Read:
    mapping = json.loads(next(path for path in EXAMPLES if path.stem == name).read_text())
    return read_all(MappedAdapter(), stored(folder, content), ReadingTerms("UTC", (currency,), mapping))


GMO = (
    "振込明細書\r\n"
    "ショップID,明細番号,取引ID,決済ID,オーダーID,取引種別,決済手段,処理日,計上日,取引金額,手数料,手数料消費税,差引金額,振込予定日,振込番号\r\n"
)


def test_a_payout_below_the_transfer_fee_is_withheld_and_carried_over(tmp_path: Path) -> None:
    """Pitfall 10: no payout, carry-over below the minimum."""
    first = (
        GMO + "SHOP1,1,T1,P1,O1,売上,card,2026/07/01,2026/07/15,100,3,0,97,,F1\r\n"
        "SHOP1,2,,,,次回繰越,,2026/07/15,2026/07/15,-97,0,0,-97,,F1\r\n合計,2,,,,,,,,3,,,0,,\r\n"
    )
    found = read(tmp_path, first.encode("cp932"), "gmo_like", "JPY")
    assert [(line.kind, line.net) for line in found.lines] == [(LineKind.SALE, 97), (LineKind.CARRY_OUT, -97)]
    assert found.reading.payouts() == []
    assert all(check.is_met for check in found.reading.checks())

    second = (
        GMO + "SHOP1,3,,,,前回繰越,,2026/07/31,2026/07/31,97,0,0,97,2026/08/05,F2\r\n"
        "SHOP1,4,T2,P2,O2,売上,card,2026/07/20,2026/07/31,10000,300,30,9670,2026/08/05,F2\r\n"
        "SHOP1,5,,,,振込手数料,,2026/07/31,2026/07/31,0,200,20,-220,2026/08/05,F2\r\n"
        "SHOP1,6,,,,振込,,2026/07/31,2026/07/31,-9547,0,0,-9547,2026/08/05,F2\r\n合計,4,,,,,,,,550,,,0,,\r\n"
    )
    found = read(tmp_path, second.encode("cp932"), "gmo_like", "JPY")
    assert [line.kind for line in found.lines] == [LineKind.CARRY_IN, LineKind.SALE, LineKind.FEE, LineKind.PAYOUT]
    (payout,) = found.reading.payouts()
    assert (payout.payout_key, payout.amount, payout.paid_on, payout.is_stated) == ("F2", 9_547, date(2026, 8, 5), True)
    assert all(check.is_met for check in found.reading.checks())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_a_wallets_file_is_read_in_either_encoding_with_fees_given_back_on_cancels(
    tmp_path: Path, encoding: str
) -> None:
    """Pitfalls 7 and 14: a partial refund that gives its fee back; CP949 and a byte order mark."""
    content = (
        "가맹점코드,정산번호,거래구분,거래번호,원거래번호,주문번호,결제수단,거래일시,정산기준일,지급예정일,거래금액,수수료,부가세,정산금액\r\n"
        'SHOP1,S1,결제,T1,T1,O1,머니,2026-07-01 23:30:00,2026-07-01,2026-07-03,"10,000",300,30,"9,670"\r\n'
        'SHOP1,S1,부분취소,T2,T1,O1,머니,2026-07-02 00:10:00,2026-07-01,2026-07-03,"-4,000",-120,-12,"-3,868"\r\n'
        '합계,2건,,,,,,,,,"6,000",,,"5,802"\r\n'
    )
    found = read(tmp_path, content.encode(encoding), "kakaopay_like", "KRW")
    assert found.problems == []
    sale, refund = found.lines
    assert (sale.kind, sale.gross, sale.fee, sale.fee_vat, sale.net) == (LineKind.SALE, 10_000, 300, 30, 9_670)
    assert (refund.kind, refund.gross, refund.fee, refund.fee_vat, refund.net) == (
        LineKind.REFUND, -4_000, -120, -12, -3_868,
    )  # fmt: skip
    assert [(one.payout_key, one.amount) for one in found.reading.payouts()] == [("S1", 5_802)]


def test_every_commission_of_a_naver_case_is_a_fee_and_quantity_cancels_have_their_kinds(tmp_path: Path) -> None:
    case = {
        "productOrderId": "PO1", "orderId": "O1", "settleType": "NORMAL_SETTLE_ORIGINAL", "paySettleAmount": 50000,
        "totalPayCommissionAmount": -1815, "freeInstallmentCommissionAmount": -300,
        "sellingInterlockCommissionAmount": -1000, "benefitSettleAmount": -85, "settleExpectAmount": 46800,
        "settleBasisDate": "2026-07-01", "settleExpectDate": "2026-07-03", "merchantId": "shop",
    }  # fmt: skip
    taken = {"settleType": "QUANTITY_CANCEL_DEDUCTION", "paySettleAmount": -20000, "settleExpectAmount": -20000} | (
        dict.fromkeys(("totalPayCommissionAmount", "freeInstallmentCommissionAmount"), 0)
        | dict.fromkeys(("sellingInterlockCommissionAmount", "benefitSettleAmount"), 0)
    )
    given = {**taken, "settleType": "QUANTITY_CANCEL_RESTORE", "paySettleAmount": 20000, "settleExpectAmount": 20000}
    rows = [case, {**case, **taken}, {**case, **given}]
    content = json.dumps({"elements": rows, "totalCount": 3, "totalSettleAmount": 46800})
    found = read(tmp_path, content.encode(), "naver_commerce", "KRW")
    assert found.problems == []
    assert [line.kind for line in found.lines] == [LineKind.SALE, LineKind.REFUND, LineKind.REFUND_FAILURE]
    sale = found.lines[0]
    assert (sale.fee, sale.fee_commission, sale.fee_installment, sale.fee_markup, sale.fee_other) == (
        3_200, 1_815, 300, 1_000, 85,
    )  # fmt: skip
