"""全銀 files whose years are not those of Reiwa: the account says of which calendar they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.banks.mapped import bank_mapping
from payments.banks.zengin import ZenginAdapter
from payments.facts import FileRefused, ReadingTerms
from tests.payments.banks.test_zengin import FILE, NOTICE
from tests.payments.files import read_bank, stored

COLUMNS = {"columns": {"booked_on": "日付", "amount": "金額"}}


@pytest.mark.parametrize(("years", "year"), [("western", 2026), ("heisei", 2014)])
@pytest.mark.parametrize("content", [FILE, NOTICE], ids=["entries", "notice"])
@pytest.mark.parametrize("beside", [{}, COLUMNS], ids=["alone", "beside a table"])
def test_years_are_of_the_calendar_kept_with_the_account(
    tmp_path: Path, years: str, year: int, content: bytes, beside: dict[str, object]
) -> None:
    terms = ReadingTerms("Asia/Tokyo", ("JPY",), {"zengin_years": years, **beside})
    source = stored(tmp_path, content.replace(b"080701", b"260701").replace(b"080702", b"260702"), "x.txt")
    found = read_bank(ZenginAdapter(), source, terms)
    assert found.problems == []
    assert {line.booked_on for line in found.lines} == {date(year, 7, 1)}


def test_without_it_the_refusal_says_where_to_put_it(tmp_path: Path) -> None:
    source = stored(tmp_path, FILE.replace(b"080701", b"260701"), "x.txt")
    with pytest.raises(FileRefused, match="“zengin_years” is “western” or “heisei”"):
        read_bank(ZenginAdapter(), source, ReadingTerms("Asia/Tokyo", ("JPY",)))


@pytest.mark.parametrize("mapping", [{"zengin_years": "showa"}, {"zengin_years": 26}])
def test_another_calendar_is_refused_by_the_key(tmp_path: Path, mapping: dict[str, object]) -> None:
    source = stored(tmp_path, FILE, "x.txt")
    for read in (
        lambda: read_bank(ZenginAdapter(), source, ReadingTerms("Asia/Tokyo", ("JPY",), mapping)),
        lambda: bank_mapping({**COLUMNS, **mapping}),
    ):
        with pytest.raises(FileRefused) as caught:
            read()
        assert caught.value.problem.field == "zengin_years"
