"""What is proposed for the downloads of Korean and Japanese banks: money that leaves must never come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from payments.facts import BankLineFact
from tests.payments.intake.describing.test_proposing import proposed

IN_JAPAN: dict[str, tuple[str, list[int], dict[str, Any]]] = {
    "an online bank, amounts by side with their unit": (
        '"日付","内容","出金金額(円)","入金金額(円)","残高(円)","メモ"\n"2026/07/02","家賃","1,000","","99,001","-"\n'
        '"2026/07/01","利息","","1","100,001","-"\n',
        [-1000, 1],
        {"remittance": "内容", "counterparty": None},
    ),
    "credits before debits": (
        "日付,摘要,入金金額,出金金額,残高,メモ\n20260701,振込 ｶ)ｱ,5000,,105000,\n20260702,振込手数料,,143,104857,\n",
        [5000, -143],
        {"remittance": "摘要"},
    ),
    "one signed amount named after both sides": (
        "取引日,入出金(円),取引後残高(円),入出金内容\n20260701,-1000,99000,ｶ)ｱ\n20260702,5000,104000,振込\n",
        [-1000, 5000],
        {"remittance": "入出金内容"},
    ),
    "a megabank": (
        '"日付","摘要","摘要内容","支払い金額","預かり金額","差引残高","メモ","未資金化区分","入払区分"\n'
        '"2026/7/1","振込１","ｶ)ｱ","","5,000","105,000","","","入金"\n'
        '"2026/7/2","手数料","ﾃｽｳﾘﾖｳ","220","","104,780","","","出金"\n',
        [5000, -220],
        {"remittance": "摘要"},
    ),
    "the post office": (
        "お客さま口座情報\n現在高,104780円\n\n取引日,入出金明細ＩＤ,受入金額（円）,払出金額（円）,詳細１,詳細２,現在（貸付）高\n"
        "20260701,1,5000,,振込,ｶ)ｱ,105000\n20260702,2,,220,料金,,104780\n",
        [5000, -220],
        {"balance": "現在（貸付）高"},
    ),
    "a day in three columns": (
        '"操作日(年)","操作日(月)","操作日(日)","操作時刻(時)","取引順番号","摘要","お支払金額","お預り金額","残高","メモ"\n'
        '"2026","7","1","10","1001","振込　ｶ)ｱ","","5000","105000",""\n'
        '"2026","7","12","10","1002","手数料","220","","104780",""\n',
        [5000, -220],
        {"booked_on": ["操作日(年)", "操作日(月)", "操作日(日)"]},
    ),
    "twelve columns of the post office": (
        "日付,入出金明細ID,詳細1,詳細2,払出し金額,預入れ金額,貸付金額,返済金額,残高\n"
        "20260701,1,振込,ｶ)ｱ,,5000,,,105000\n20260702,2,料金,,220,,,,104780\n",
        [5000, -220],
        {"amount": None},
    ),
    "only withdrawals": (
        "日付,内容,出金金額(円),入金金額(円),残高(円)\n2026/07/02,家賃,1000,,99001\n2026/07/03,手数料,1,,99000\n",
        [-1000, -1],
        {"debit": "出金金額(円)", "credit": "入金金額(円)"},
    ),
}  # fmt: skip
IN_EUROPE: dict[str, tuple[str, list[int], dict[str, Any]]] = {
    "a side in words of its own": (
        '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Saldo na mutatie"\n'
        '"20260922";"Hotel";"NL91BANK0001234567";"NL02BANK0123456789";"OV";"Bij";"1149,50";"1149,50"\n'
        '"20260923";"Winkel";"NL91BANK0001234567";"NL44BANK0001234567";"OV";"Af";"1200,00";"-50,50"\n',
        [114950, -120000],
        {"amount": "Bedrag (EUR)", "counterparty": "Tegenrekening", "account": "Rekening"},
    ),
    "a side without a name": (
        "Datum;Betrag;X;Verwendungszweck\n2026-07-01;5,00;H;a\n2026-07-02;2,00;S;b\n",
        [500, -200],
        {"amount": "Betrag"},
    ),
    "a sign and the side again": (
        "date,amount,D/C,text\n2026-07-01,5.00,C,a\n2026-07-02,-2.00,D,b\n",
        [500, -200],
        {"amount": "amount"},
    ),
}
IN_KOREA: dict[str, tuple[str, list[int], dict[str, Any]]] = {
    "a time beside the date": (
        "거래일자,거래시간,적요,출금(원),입금(원),내용,잔액(원),거래점\n"
        '2026-07-02,10:00:01,타행이체,"1,000",0,임대료,"104,000",강남\n'
        '2026-07-01,09:00:00,타행입금,0,"5,000",(주)가나,"105,000",강남\n',
        [-1000, 5000],
        {"counterparty": "내용"},
    ),
    "the number of the other account": (
        "번호,거래일시,출금,입금,거래후 잔액,거래내용,상대계좌번호,상대은행\n"
        '1,2026-07-02 11:10:00,"1,000",0,"104,000",임대료,110-123-456789,가\n',
        [-1000],
        {"remittance": "거래내용"},
    ),
    "another account on each line": (
        "거래 일시,적요,거래 유형,거래 기관,계좌번호,거래 금액,거래 후 잔액,메모\n"
        '2026.07.02 11:10:00,홍길동,출금,가,1000-1234-5678,"-1,000","104,000",\n'
        '2026.07.01 11:10:00,가나,입금,나,1234-56-789012,"5,000","105,000",\n',
        [-1000, 5000],
        {"transaction_code": "거래 유형"},
    ),
}


@pytest.mark.parametrize("case", [*IN_JAPAN, *IN_KOREA, *IN_EUROPE])
def test_the_first_proposal_reads_the_history_of_an_account(tmp_path: Path, case: str) -> None:
    content, amounts, columns = {**IN_JAPAN, **IN_KOREA, **IN_EUROPE}[case]
    where = ("Europe/Amsterdam", "EUR", "utf-8")
    if case not in IN_EUROPE:
        where = ("Asia/Tokyo", "JPY", "cp932") if case in IN_JAPAN else ("Asia/Seoul", "KRW", "cp949")
    _, trial, mapping = proposed(tmp_path, content, *where[:2], encoding=where[2], is_bank=True)
    assert (trial.problems, trial.refusal) == ((), None)
    lines = [line for line in trial.facts if isinstance(line, BankLineFact)]
    assert [line.amount for line in lines] == amounts
    assert {meaning: mapping["columns"].get(meaning) for meaning in columns} == columns
    assert ("account" in mapping["columns"]) == ("account" in columns)


def test_the_own_account_is_the_one_on_every_line(tmp_path: Path) -> None:
    content = "계좌번호,거래일자,출금,입금\n110-1,2026-07-01,0,5\n110-1,2026-07-02,0,6\n"
    _, _, mapping = proposed(tmp_path, content, "Asia/Seoul", "KRW", is_bank=True)
    assert mapping["columns"]["account"] == "계좌번호"


def test_a_number_of_somebody_is_no_amount(tmp_path: Path) -> None:
    content = (
        "決済番号,加盟店ID,店舗コード,取引日時,取引金額,端末,オーダーID\n"
        "0123,100200300,7,2026/07/01 10:00:00,1000,5,A-1\n0124,100200300,8,2026/07/01 11:00:00,-1000,5,A-2\n"
    )
    columns = proposed(tmp_path, content, "Asia/Tokyo", "JPY")[2]["columns"]
    assert (columns["gross"], columns["merchant_reference"]) == ("取引金額", "オーダーID")
    assert "fee" not in columns
