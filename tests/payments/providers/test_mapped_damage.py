"""Mapped files that were damaged on their way: by a spreadsheet, a cut, or an encoding read as another."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.payments.providers.test_mapped import PLAIN, read


@pytest.mark.parametrize("fact", ["line_key", "provider_key", "payment_reference", "merchant_reference", "payout_key"])
def test_a_reference_that_a_spreadsheet_destroyed_is_named(tmp_path: Path, fact: str) -> None:
    mapping = PLAIN | {"columns": {**PLAIN["columns"], fact: "id", "method": "type"}}
    content = (
        "id,type,gross,fee,net,day\na,sale,1.00,0.00,1.00,2026-07-01\n4.81477E+15,sale,1.00,0.00,1.00,2026-07-01\n"
    )
    found = read(tmp_path, content, mapping)
    [(line, field, message)] = found.problems
    assert (line, field, len(found.lines)) == (3, "id", 1)
    assert message.startswith("“4.81477E+15” is a number as spreadsheets write it: most digits of this reference are")


def test_a_joined_reference_is_looked_at_part_by_part(tmp_path: Path) -> None:
    mapping = PLAIN | {"columns": {**PLAIN["columns"], "statement_key": ["type", "id"], "provider_key": "type"}}
    found = read(tmp_path, "id,type,gross,fee,net,day\n4.8E+15,sale,1.00,0.00,1.00,2026-07-01\n", mapping)
    assert [(line, field) for line, field, _ in found.problems] == [(2, "type/id")]


@pytest.mark.parametrize(("fact", "key"), [("booked_on", "date_format"), ("occurred_at", "time_format")])
def test_a_file_cut_off_in_its_last_date_is_refused(tmp_path: Path, fact: str, key: str) -> None:
    columns = {name: column for name, column in PLAIN["columns"].items() if name != "booked_on"} | {fact: "day"}
    mapping = PLAIN | {"columns": columns, key: "%Y-%m-%d"}
    content = "id,type,gross,fee,net,day\na,sale,1.00,0.00,1.00,2026-08-14\nb,sale,1.00,0.00,1.00,2026-08-15\n"
    assert [line.booked_on for line in read(tmp_path, content, mapping).lines] == [date(2026, 8, 14), date(2026, 8, 15)]
    assert read(tmp_path, content[:-2], mapping).problems == [
        (3, "day", "“2026-08-1” is not a date as the mapping says (%Y-%m-%d).")
    ]


def test_a_problem_says_which_object_of_one_line_it_is_in(tmp_path: Path) -> None:
    row = {"id": "a", "type": "sale", "gross": "1.00", "fee": "0.00", "net": "1.00", "day": "2026-07-01"}
    found = read(tmp_path, json.dumps([row, row, row | {"day": "tomorrow"}]), PLAIN | {"format": "json"})
    assert [(each.line, each.record, each.field) for each in found.reading.problems.first] == [(1, 3, "day")]


@pytest.mark.parametrize("name", ["ｶﾌﾞｼｷｶﾞｲｼﾔ", "ｿﾌﾄﾊﾞﾝｸﾃﾞｰﾀ"])
def test_half_width_kana_of_a_japanese_provider_are_no_hangul(tmp_path: Path, name: str) -> None:
    mapping = PLAIN | {"columns": {**PLAIN["columns"], "merchant_reference": "ref"}}
    content = f"id,type,gross,fee,net,day,ref\na,sale,1.00,0.00,1.00,2026-07-01,{name}\n".encode("cp932")
    assert [line.merchant_reference for line in read(tmp_path, content, mapping).lines] == [name]
