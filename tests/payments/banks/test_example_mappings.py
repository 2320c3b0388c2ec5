"""The example mappings of Korean and Japanese banks against files as those banks write them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payments.banks import mapped
from payments.banks.mapped import MappedBankAdapter, bank_mapping
from payments.facts import FileRefused, ReadingTerms
from tests.payments.files import BankRead, read_bank, stored

EXAMPLES = Path(mapped.__file__).parent / "examples"

KOOKMIN = (
    "거래일시,적요,보낸분/받는분,송금메모,출금액,입금액,잔액,거래점,구분\r\n"
    '2026.07.02 10:01:02,체크카드,스타벅스,커피,"4,500",0,"1,495,500",강남,\r\n'
    '2026.07.02 09:00:00,전자금융,토스페이먼츠,정산 0702,0,"500,000","1,500,000",강남,\r\n'
    '2026.07.01 09:00:00,전자금융,토스페이먼츠,정산 0701,0,"1,000,000","1,000,000",강남,\r\n'
)
SHINHAN = (
    "거래일자,거래시간,적요,출금(원),입금(원),내용,잔액(원),거래점\r\n"
    '2026-07-02,10:01:02,체크카드,"4,500",0,커피,"1,495,500",강남\r\n'
    '2026-07-02,09:00:00,이체,0,"500,000",정산 0702,"1,500,000",강남\r\n'
    '2026-07-01,09:00:00,이체,0,"1,000,000",정산 0701,"1,000,000",강남\r\n'
)
WOORI = (
    "거래일시,적요,기재내용,지급(원),입금(원),거래후 잔액(원),취급점,메모\r\n"
    '2026.07.01 09:00,이체,정산 0701,0,"1,000,000","1,000,000",강남,\r\n'
    '2026.07.02 09:00,이체,정산 0702,0,"500,000","1,500,000",강남,\r\n'
    '2026.07.02 10:01,카드,커피,"4,500",0,"1,495,500",강남,\r\n'
    '합계,,,"4,500","1,500,000",,,\r\n'
)
MUFG = (
    '"日付","摘要","摘要内容","支払い金額","預かり金額","差引残高","メモ","未資金化区分","入払区分"\r\n'
    '"2026/7/1","振込","精算 0701","","1,000,000","1,000,000","","","入金"\r\n'
    '"2026/7/2","振込","精算 0702","","500,000","1,500,000","","","入金"\r\n'
    '"2026/7/2","カード","コーヒー","4,500","","1,495,500","","","支払い"\r\n'
)
SMBC = (
    "年月日,お引出し,お預入れ,お取り扱い内容,残高\r\n"
    "2026/7/2,4500,,コーヒー,1495500\r\n2026/7/2,,500000,精算 0702,1500000\r\n2026/7/1,,1000000,精算 0701,1000000\r\n"
)
MIZUHO = (
    "お取引明細照会\r\n東京営業部 普通 1234567\r\n日付,お引出金額,お預入金額,お取引内容,残高\r\n"
    '2026.07.01,,"1,000,000",精算 0701,"1,000,000"\r\n2026.07.02,,"500,000",精算 0702,"1,500,000"\r\n'
    '2026.07.02,"4,500",,コーヒー,"1,495,500"\r\n'
)
RAKUTEN = (
    "取引日,入出金(円),取引後残高(円),入出金内容\r\n"
    "20260701,1000000,1000000,精算 0701\r\n20260702,500000,1500000,精算 0702\r\n20260702,-4500,1495500,コーヒー\r\n"
)
YUCHO = (
    "お客さま口座情報\r\n口座種別,振替口座\r\n記号番号,00100-1-1\r\n照会期間,20260701-20260702\r\n"
    "加入者名,カ)テスト\r\n件数,3\r\n明細\r\n"
    "取引日,入出金明細ＩＤ,受入金額（円）,払出金額（円）,詳細１,詳細２,現在（貸付）高\r\n"
    "20260701,202607010000001,1000000,,振込,精算 0701,1000000\r\n"
    "20260702,202607020000001,500000,,振込,精算 0702,1500000\r\n"
    "20260702,202607020000002,,4500,カード,コーヒー,1495500\r\n"
)
FILES = {
    "kookmin": (KOOKMIN, "cp949", "KRW"),
    "shinhan": (SHINHAN, "cp949", "KRW"),
    "woori": (WOORI, "cp949", "KRW"),
    "mufg": (MUFG, "cp932", "JPY"),
    "smbc": (SMBC, "cp932", "JPY"),
    "mizuho": (MIZUHO, "cp932", "JPY"),
    "rakuten": (RAKUTEN, "cp932", "JPY"),
    "yucho": (YUCHO, "cp932", "JPY"),
}


def example(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return data


def read(folder: Path, name: str, content: str) -> BankRead:
    _, encoding, currency = FILES[name]
    source = stored(folder, content.encode(encoding))
    return read_bank(MappedBankAdapter(), source, ReadingTerms("UTC", (currency,), example(name)))


@pytest.mark.parametrize("name", FILES)
def test_an_example_reads_its_banks_file(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, name, FILES[name][0])
    assert found.problems == []
    assert sorted((line.booked_on, line.amount) for line in found.lines) == [
        (date(2026, 7, 1), 1_000_000),
        (date(2026, 7, 2), -4_500),
        (date(2026, 7, 2), 500_000),
    ]
    assert {line.remittance for line in found.lines if line.amount > 0} in (
        {"정산 0701", "정산 0702"},
        {"精算 0701", "精算 0702"},
    )
    balances = {s.closed_on.day: (s.opening_balance, s.closing_balance) for s in found.reading.statements()}
    assert balances == {1: (0, 1_000_000), 2: (1_000_000, 1_495_500)}


@pytest.mark.parametrize("name", FILES)
def test_pitfall_14_a_changed_amount_names_its_line(tmp_path: Path, name: str) -> None:
    changed = FILES[name][0].replace("500,000", "500,001", 1).replace(",500000,", ",500001,", 1)
    found = read(tmp_path, name, changed)
    assert found.reading.problems.count >= 1
    assert all(line is not None and field for line, field, _ in found.problems)


def test_pitfall_14_a_total_row_that_differs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, "woori", WOORI.replace('합계,,,"4,500","1,500,000"', '합계,,,"4,500","1,500,001"'))
    assert (caught.value.problem.line, caught.value.problem.field) == (5, "credit")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_a_valid_mapping(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    assert bank_mapping(data).columns
    assert data["_"]
