"""How the files without a public layout are to be read: the mappings kept with two providers and one bank account."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import payments

KOOKMIN_CSV: Final[Mapping[str, Any]] = {
    "format": "csv",
    "encoding": "cp949",
    "delimiter": ",",
    "skip_lines": 1,
    "date_format": "%Y.%m.%d",
    "columns": {
        "booked_on": "거래일자",
        "debit": "출금액",
        "credit": "입금액",
        "balance": "거래후잔액",
        "counterparty": "보낸분/받는분",
        "remittance": "내용",
        "transaction_code": "적요",
        "bank_reference": "거래번호",
    },
    "constants": {"account": "80470104123456", "currency": "KRW"},
    "order": "oldest_first",
}

NAVER_JSON: Final[Mapping[str, Any]] = {
    "format": "json",
    "list": "elements",
    "zone": "Asia/Seoul",
    "columns": {
        "provider_key": "productOrderId",
        "payment_reference": "payReferenceKey",
        "merchant_reference": "orderId",
        "kind": "settleType",
        "method": "primaryPayMeans",
        "gross": "paySettleAmount",
        "fee": "totalPayCommissionAmount",
        "fee_vat": "payCommissionVatAmount",
        "net": "settleExpectAmount",
        "sold_on": "settleBasisDate",
        "booked_on": "settleExpectDate",
        "paid_on": "settleExpectDate",
        "payout_key": "settleId",
        "statement_key": "settleId",
    },
    "constants": {"currency": "KRW"},
    # The advance is no sale: money of a sale that is still to be settled, and taken back when it is.
    "kinds": {
        "NORMAL_SETTLE_ORIGINAL": "sale",
        "NORMAL_SETTLE_AFTER_CANCEL": "refund",
        "NORMAL_SETTLE_BEFORE_CANCEL": "refund",
        "QUICK_SETTLE_ORIGINAL": "reserve_release",
        "QUICK_SETTLE_CANCEL": "reserve_hold",
    },
    "signs": {"amounts": "as_written", "fees": "deduction"},
    "fee_includes_vat": True,
    "trailer": {"count": "totalCount", "totals": {"net": "totalSettleAmount"}},
}

SBPS_CSV: Final[Mapping[str, Any]] = {
    "format": "csv",
    "encoding": "shift-jis",
    "delimiter": ",",
    "skip_lines": 1,
    "zone": "Asia/Tokyo",
    "date_format": "%Y/%m/%d",
    "columns": {
        "line_key": "明細番号",
        "payment_reference": "処理番号",
        "merchant_reference": "注文番号",
        "kind": "処理区分",
        "method": "決済手段",
        "gross": "決済金額",
        "fee_commission": "手数料",
        "fee_vat": "手数料消費税",
        "net": "入金額",
        "sold_on": "処理日",
        "booked_on": "処理日",
        "paid_on": "入金予定日",
        "payout_key": "精算番号",
        "statement_key": "精算番号",
    },
    "constants": {"currency": "JPY"},
    "kinds": {"売上": "sale", "返金": "refund", "振込手数料": "fee", "入金": "payout"},
    "signs": {"amounts": "as_written", "fees": "cost"},
    "trailer": {
        "column": "加盟店番号",
        "values": ["合計"],
        "count": "明細番号",
        "totals": {"gross": "決済金額", "net": "入金額"},
    },
}


def example(name: str, of: str = "providers") -> Mapping[str, Any]:
    """One of the example mappings that are shipped, of `providers` or `banks`. Raises OSError."""
    path = Path(payments.__file__).parent / of / "mapped" / "examples" / f"{name}.json"
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
