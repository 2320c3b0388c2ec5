"""The words files use, in Korean, Japanese and English: what headers and kinds of rows are usually called."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s_\-./()\[\]{}:#（）・*'\"]+")

STATEMENT_WORDS: Final[dict[str, str]] = {
    "provider_key": (
        "거래번호 거래고유번호 승인번호 거래키 tid 取引番号 取引id トランザクションid 決済番号 承認番号"
        " transactionid transactionkey transactionreference txid txnid txn pspreference chargeid approvalno"
        " approvalnumber"
    ),
    "payment_reference": (
        "결제번호 결제키 결제id 결제고유번호 決済id 処理番号 オーダー番号 paymentid paymentkey paymentreference"
        " paymentno"
    ),
    "merchant_reference": (
        "주문번호 주문id 상점주문번호 가맹점주문번호 상품주문번호 注文番号 注文id 受注番号 お客様管理番号"
        " 伝票番号 オーダーid マーチャント決済id"
        " orderid orderno ordernumber order merchantreference merchantorderid reference ref invoice"
        " invoiceid bookingref"
    ),
    "kind": (
        "거래구분 구분 거래유형 유형 거래종류 정산구분 상태 거래상태 승인구분 取引区分 区分 処理区分 種別"
        " 取引種別 取引種類 状態 type kind transactiontype entrytype event category status recordtype operation"
    ),
    "method": (
        "결제수단 결제방법 지불수단 카드사 카드종류 발급사 매입사 決済手段 決済方法 支払方法 カード会社 ブランド"
        " カードブランド paymentmethod method cardtype brand cardbrand scheme instrument"
    ),
    "currency": "통화 통화코드 결제통화 通貨 通貨コード currency ccy currencycode cur transactioncurrency",
    "net_currency": "정산통화 入金通貨 精算通貨 settlementcurrency payoutcurrency netcurrency",
    "rate": "환율 為替レート レート exchangerate fxrate",
    "gross": (
        "결제금액 거래금액 승인금액 매출금액 판매금액 주문금액 금액 총금액 결제액 決済金額 取引金額 売上金額 売上"
        " 金額 利用金額 ご利用金額 amount gross grossamount total totalamount transactionamount saleamount paid"
        " value charged"
    ),
    "net": (
        "정산금액 지급금액 입금금액 정산예정금액 지급액 입금예정금액 정산액 차감지급액 実入金額 入金額 振込金額"
        " 差引金額 支払金額 精算金額 net netamount settled settlementamount payoutamount netsettled payable"
        " received"
    ),
    "fee": (
        "수수료 총수수료 수수료합계 결제수수료 판매수수료 手数料 決済手数料 手数料合計 手数料額 fee fees totalfee"
        " commission charges processingfee transactionfee servicefee mdr feeamount"
    ),
    "fee_vat": (
        "부가세 수수료부가세 부가가치세 vat 세금 수수료vat 消費税 手数料消費税 消費税額 内消費税 feevat tax"
        " feetax gst taxamount"
    ),
    "occurred_at": (
        "거래일시 결제일시 승인일시 승인시간 거래시간 결제시각 처리일시 주문일시 取引日時 決済日時 処理日時"
        " 承認日時 利用日時 注文日時 timestamp datetime createdat created time transactiontime transactiondate"
        " paidat processedat occurredat"
    ),
    "sold_on": (
        "매출일 매출일자 거래일 거래일자 결제일 결제일자 승인일 승인일자 판매일 売上日 取引日 利用日 決済日"
        " ご利用日 注文日 date saledate salesdate solddate tradedate paymentdate orderdate"
    ),
    "booked_on": (
        "정산일 정산일자 정산기준일 마감일 기준일 締日 計上日 精算日 締め日 bookingdate settlementdate settledate"
        " postingdate statementdate"
    ),
    "paid_on": (
        "지급일 지급일자 입금일 입금예정일 정산예정일 지급예정일 입금일자 入金日 入金予定日 支払日 振込日"
        " 支払予定日 payoutdate paymentdue payoutat arrivaldate depositdate paidout"
    ),
    "payout_key": (
        "정산번호 지급번호 精算番号 振込番号 支払番号 payoutid payoutreference batch batchid batchnumber settlementid"
    ),
    "side": "차대구분 借貸区分 入出金区分 creditdebit debitcredit drcr crdr direction sign",
}
BANK_WORDS: Final[dict[str, str]] = {
    "booked_on": (
        "거래일 거래일자 거래일시 날짜 일자 取引日 日付 お取引日 勘定日 取引年月日 年月日 date bookingdate"
        " transactiondate posted postingdate bookdate"
    ),
    "value_on": "기산일 起算日 valuedate value",
    "amount": "거래금액 금액 입출금액 입출금 金額 取引金額 入出金額 入出金 入出金金額 amount transactionamount",
    "debit": (
        "출금액 출금금액 출금 찾으신금액 지급금액 お支払金額 支払金額 支払い金額 お支払い金額 支払額 払出金額"
        " 払出し金額 出金額 出金 出金金額 お引出し お引出金額 お引き出し 引出金額 引出額"
        " debit withdrawal withdrawals paidout moneyout debitamount"
    ),
    "credit": (
        "입금액 입금금액 입금 맡기신금액 예입금액 お預り金額 預り金額 預かり金額 お預かり金額 受入金額 入金額"
        " 入金 入金金額 お預入れ お預入金額 お預け入れ 預入金額 預入額 預入れ金額"
        " credit deposit deposits paidin moneyin creditamount"
    ),
    "balance": (
        "잔액 거래후잔액 거래후잔고 잔고 残高 差引残高 お取引後残高 現在高 現在貸付高"
        " saldo solde kontostand balance runningbalance closingbalance"
    ),
    "currency": "통화 通貨 currency ccy",
    "account": "계좌번호 계좌 口座番号 account accountnumber iban accountno rekening konto kontonummer",
    "bank_reference": ("거래번호 일련번호 取引番号 照会番号 reference bankreference transactionid ref entryreference"),
    "end_to_end_reference": "endtoendid endtoendreference e2eid",
    "transaction_code": (
        "거래구분 구분 거래종류 거래유형 取引区分 区分 取引種別 type code transactioncode transactiontype"
    ),
    "counterparty": (
        "거래처 보낸분 받는분 의뢰인 보낸분받는분 입금자 입금자명 예금주 相手先 振込依頼人 依頼人名 お名前 名義"
        " counterparty name payee payer sender beneficiary party"
    ),
    "remittance": (
        "적요 내용 메모 거래내용 기재내용 통장표시내용 摘要 お取引内容 取引内容 備考 description details memo"
        " narrative remittance purpose text particulars"
    ),
    "side": "입출금구분 입출구분 入払区分 入出金区分 creditdebit debitcredit drcr crdr afbij sollhaben",
}
KIND_WORDS: Final[dict[str, str]] = {
    "sale": (
        "승인 결제 매출 판매 정상 완료 결제완료 매입 売上 決済 販売 実売上 承認 sale payment capture captured"
        " charge settled purchase order paid approved completed succeeded credit"
    ),
    "refund": (
        "취소 환불 부분취소 승인취소 결제취소 매입취소 전체취소 반품 返金 取消 キャンセル 返品 売上取消 取消し"
        " refund refunded cancel cancelled canceled reversal return void partialrefund"
    ),
    "chargeback": "차지백 지불거절 이의제기 チャージバック chargeback dispute disputed",
    "chargeback_reversal": "차지백취소 チャージバック取消 chargebackreversal disputewon",
    "fee": "수수료 이용료 월회비 手数料 月額費用 振込手数料 月額利用料 fee fees monthlyfee",
    "tax": "부가세 세금 消費税 tax vat",
    "reserve_hold": "보류 지급보류 유보 留保 支払保留 hold reserve",
    "reserve_release": "보류해제 留保解除 release reserverelease",
    "adjustment": "조정 정산조정 調整 精算調整 adjustment correction",
    "payout": ("지급 입금 정산 정산지급 송금 이체 入金 振込 支払 payout withdrawal transfer settlement deposit"),
}
NEGATIVE_WORDS: Final = "출금 차변 지급 d dr debit 借方 出金 支払 출 払 - out s soll af"
POSITIVE_WORDS: Final = "입금 대변 c cr credit 貸方 入金 預り 입 入 + in h haben bij"


_GENERIC: Final = frozenset({"金額", "금액", "amount"})
"""Parts of a header that mean something only where no other part does: 出金金額 is money that leaves."""
_UNITS: Final = re.compile(r"(?:円|원)$")
_NUMBER: Final = re.compile(r"(?:id|no|number|code|番号|コード|번호|코드)$")
OTHER_SIDE: Final = re.compile(
    r"상대|받는|보낸|의뢰인|相手|受取|依頼人|counter|tegen|gegen|payee|payer|beneficiary|sender", re.IGNORECASE
)
"""In the name of a column that tells of somebody else's account."""


def plain(text: str) -> str:
    """A header or word without case, blanks, marks and the unit it counts in, as the lists above write it."""
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _UNITS.sub("", text) or text


def names_a_number(header: str) -> bool:
    """Whether a column numbers things: its digits are no amounts, whatever they look like."""
    return _NUMBER.search(plain(header)) is not None


def listed(words: dict[str, str]) -> dict[str, str]:
    """Meaning by word; of two meanings with one word the first keeps it."""
    found: dict[str, str] = {}
    for meaning, texts in words.items():
        for text in texts.split():
            found.setdefault(text, meaning)
    return found


STATEMENT_HEADERS: Final = listed(STATEMENT_WORDS)
BANK_HEADERS: Final = listed(BANK_WORDS)
KINDS: Final = listed(KIND_WORDS)
SIDES: Final = listed({"negative": NEGATIVE_WORDS, "positive": POSITIVE_WORDS})


def meaning_of(header: str, words: dict[str, str]) -> tuple[str, int]:
    """What a header may mean and how sure that is (0 to 95): the whole of it is a known word, or a part of it is."""
    text = plain(header)
    if text in words:
        return words[text], 95
    inside = [word for word in words if len(word) >= (4 if word.isascii() else 2) and word in text]
    if not inside:
        return "", 0
    inside = [word for word in inside if word not in _GENERIC] or inside
    longest = max(inside, key=lambda word: (len(word), text.endswith(word)))
    return words[longest], 50 + min(35, 35 * len(longest) // len(text))


def kind_of(word: str) -> str:
    """The kind of row a word means; '' for a word nobody knows."""
    text = plain(word)
    if text in KINDS:
        return KINDS[text]
    inside = [each for each in KINDS if len(each) >= (4 if each.isascii() else 2) and each in text]
    return KINDS[max(inside, key=len)] if inside else ""


def side_of(word: str) -> str:
    """`negative` for a debit, `positive` for a credit, '' for neither."""
    return SIDES.get(word.strip().casefold(), SIDES.get(plain(word), ""))
