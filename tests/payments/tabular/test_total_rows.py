"""Rows that add the others up: their refusal says by which key of the mapping they are passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.payments.banks.test_mapped_bank import SIMPLE
from tests.payments.banks.test_mapped_bank import read as read_bank
from tests.payments.providers.test_mapped import PLAIN, read

ROWS = "id,type,gross,fee,net,day\na,sale,1.00,0.10,0.90,2026-07-01\nb,sale,2.00,0.20,1.80,2026-07-01\n"
TOTALS = {
    "as wide as the rows": ("합계,,3.00,0.30,2.70,\n", "합계", "id"),
    "narrower": ("合計,,3.00\n", "合計", "id"),
    "narrower, without a line end": ("합 계,,3.00", "합 계", "id"),
    "wider": ("【合計】,,3.00,0.30,2.70,,2件\n", "【合計】", "id"),
    "behind empty cells": (",Grand Total:,3.00,0.30,2.70,\n", "Grand Total:", "type"),
}


@pytest.mark.parametrize("case", TOTALS)
def test_the_refusal_of_a_total_row_gives_the_key_that_passes_it_over(tmp_path: Path, case: str) -> None:
    row, word, column = TOTALS[case]
    found = read(tmp_path, ROWS + row, PLAIN)
    rule = {"skip_rows": {"column": column, "values": [word]}}
    [(line, field, message)] = found.problems
    assert (line, field) == (4, column)
    assert message.startswith(f"This row adds the others up (“{word}”)")
    assert json.dumps(rule, ensure_ascii=False) in message

    mended = read(tmp_path, ROWS + row, PLAIN | rule)
    assert (mended.problems, [fact.gross for fact in mended.lines]) == ([], [100, 200])


def test_so_does_that_of_a_bank_statement(tmp_path: Path) -> None:
    content = "day,amount,balance,text\n2026-07-01,1.00,1.00,a\n합계,1.00,,\n"
    [(line, field, message)] = read_bank(tmp_path, content, SIMPLE).problems
    assert (line, field) == (3, "day")
    assert '{"skip_rows": {"column": "day", "values": ["합계"]}}' in message


def test_a_column_without_a_name_of_its_own_is_given_by_its_position(tmp_path: Path) -> None:
    content = "day,amount,balance,text,text\n2026-07-01,1.00,1.00,a,b\n,,,Total,1.00\n"
    mapping = {**SIMPLE, "columns": {**SIMPLE["columns"], "remittance": 5}}
    [(_, _, message)] = read_bank(tmp_path, content, mapping).problems
    assert '"column": 4, "values": ["Total"]' in message


@pytest.mark.parametrize("row", ["c,sale,1.00,0.10,0.80,2026-07-01\n", "c,Total,one,0.10,0.90,2026-07-01\n", "c,x\n"])
def test_a_bad_row_that_is_no_total_keeps_its_own_reason(tmp_path: Path, row: str) -> None:
    [(line, _, message)] = read(tmp_path, ROWS + row, PLAIN).problems
    assert (line, "adds the others up" in message) == (4, False)
