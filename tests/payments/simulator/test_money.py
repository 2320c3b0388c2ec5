"""Money is conserved: computed from the files alone, with nothing of the simulator's own arithmetic."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from payments.simulator.banking import kept_by_bank
from payments.simulator.fates import Fate, fate_of
from tests.payments.simulator.conftest import Quarter


def _won(text: str) -> int:
    return int(text.replace(",", ""))


def _newest(folder: Path) -> list[Path]:
    """The files of a folder, of corrected ones only the correction; copies left out."""
    paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith("again_")]
    corrected = {path.name.replace("_v2", "") for path in paths if "_v2" in path.name}
    return [path for path in paths if path.name not in corrected]


@pytest.mark.parametrize("code", ["adyen-jp", "adyen-eu"])
def test_batches_sum_to_zero_but_for_the_planted_residuals(quarter: Quarter, code: str) -> None:
    planted = {
        one.payout_key: one.amount_at_risk
        for one in quarter.truth.breaks
        if one.kind == "residual" and one.party == code
    }
    unequal = {}
    for path in _newest(quarter.folder / "statements" / code):
        rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8"))))
        total = sum(Decimal(row["Net Credit (NC)"] or 0) - Decimal(row["Net Debit (NC)"] or 0) for row in rows)
        if total:
            exponent = {"EUR": 100, "JPY": 1}[rows[0]["Net Currency"]]
            unequal[rows[0]["Batch Number"]] = int(abs(total) * exponent)
    assert unequal == planted


@pytest.mark.parametrize("code", ["adyen-jp", "adyen-eu"])
def test_what_one_batch_carries_over_the_next_one_takes_in(quarter: Quarter, code: str) -> None:
    carried: dict[str, Decimal] = {}
    for path in _newest(quarter.folder / "statements" / code):
        for row in csv.DictReader(StringIO(path.read_text(encoding="utf-8"))):
            words = row["Modification Merchant Reference"]
            amount = Decimal(row["Net Credit (NC)"] or 0) - Decimal(row["Net Debit (NC)"] or 0)
            if words.startswith("Balancetransfer to batch"):
                carried[words.rpartition(" ")[2]] = -amount
            elif words.startswith("Balancetransfer from batch"):
                assert carried.pop(row["Batch Number"]) == amount
    assert len(carried) <= 1, "only the last batch may wait for its next one"


def test_toss_payouts_are_what_the_bank_shows(quarter: Quarter) -> None:
    sums: dict[str, int] = defaultdict(int)
    for path in _newest(quarter.folder / "statements" / "toss"):
        for row in json.loads(path.read_text(encoding="utf-8")):
            assert row["payOutAmount"] == row["amount"] - row["fee"]
            assert row["supplyAmount"] + row["vat"] == row["fee"]
            sums[row["paidOutDate"]] += row["payOutAmount"]
    credits = set()
    for path in _newest(quarter.folder / "bank" / "kookmin-krw"):
        lines = path.read_text(encoding="cp949").splitlines()[1:]
        for row in csv.DictReader(lines):
            if row["보낸분/받는분"] == "토스페이먼츠(주)":
                credits.add(_won(row["입금액"]) - _won(row["출금액"]))
    missing = {
        one.payout_key.rpartition("/")[2]
        for one in quarter.truth.breaks
        if one.kind == "missing_deposit" and one.party == "toss"
    }
    last = str(quarter.truth.as_of)
    paid = {day: amount for day, amount in sums.items() if day < last}
    assert {day for day, amount in paid.items() if amount not in credits} - missing <= {max(paid)}
    assert all(sums[day] not in credits for day in missing)


def test_balances_of_the_passbook_run_on_but_for_the_planted_gaps(quarter: Quarter) -> None:
    gaps, before = set(), None
    for path in _newest(quarter.folder / "bank" / "kookmin-krw"):
        for row in csv.DictReader(path.read_text(encoding="cp949").splitlines()[1:]):
            balance, amount = _won(row["거래후잔액"]), _won(row["입금액"]) - _won(row["출금액"])
            if before is not None and before + amount != balance:
                gaps.add(row["거래일자"].replace(".", "-"))
            before = balance
    assert gaps == {one.booked_on for one in quarter.truth.breaks if one.party == "kookmin-krw"}


def test_the_japanese_total_row_is_the_sum_of_its_rows(quarter: Quarter) -> None:
    for path in _newest(quarter.folder / "statements" / "sbps"):
        *rows, total = csv.DictReader(path.read_text(encoding="cp932").splitlines()[1:])
        assert total["加盟店番号"] == "合計"
        assert int(total["明細番号"]) == len(rows)
        assert int(total["入金額"]) == sum(int(row["入金額"]) for row in rows)
        for row in rows:
            assert int(row["入金額"]) == int(row["決済金額"]) - int(row["手数料"]) - int(row["手数料消費税"])


def test_a_bank_on_the_way_keeps_less_than_the_payout_and_the_truth_says_how_much(quarter: Quarter) -> None:
    short = {}
    for document in quarter.world.documents:
        plan = quarter.world.merchant.provider(document.provider)
        for payout in document.final.payouts:
            if payout.amount > 0 and fate_of(quarter.truth.seed, plan, payout.paid_on) is Fate.SHORT:
                short[plan.code, payout.payout_key] = kept_by_bank(payout)
                assert 0 < kept_by_bank(payout) < payout.amount
    told = {
        (one.party, one.payout_key): one.amount_at_risk
        for one in quarter.truth.breaks
        if one.kind == "amount" and one.payout_key
    }
    of_banks = told.items() & short.items()
    assert of_banks
    # All others are balances that went against the threshold of their contract.
    assert {party for (party, _), _ in told.items() - of_banks} == {"adyen-jp", "adyen-eu"}
