"""Our MT940 fields against the `mt-940` library's, over entries as the standard writes them."""

from __future__ import annotations

import logging
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import mt940
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.banks.mt940 import Mt940Adapter
from payments.facts import ReadingTerms
from tests.payments.files import read_bank, stored

SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1}
# “N” and “F” begin words such as NONREF, which mean that there is none.
WORDS = st.text("ABCDEGHIKLMOPQSUVWXYZ0123456789", min_size=1, max_size=16)


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, int]:
    """A :61: with its :86:, and its amount in minor units."""
    value_on = date(2026, 1, 1) + timedelta(draw(st.integers(0, 364)))
    booked_on = value_on + timedelta(draw(st.integers(-5, 5)))
    mark, minor = draw(st.sampled_from(sorted(SIGNS))), draw(st.integers(0, 10**11))
    line = (
        f":61:{value_on:%y%m%d}{booked_on:%m%d}{mark}{minor // 100},{minor % 100:02}NTRF{draw(WORDS)}//{draw(WORDS)}\n"
        f":86:166?00CREDIT?20EREF+{draw(WORDS)}?21SVWZ+{draw(WORDS)}?30BANK?32{draw(WORDS)}\n"
    )
    return line, SIGNS[mark] * minor


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="mt940")


@given(st.lists(entries(), min_size=1, max_size=8))
def test_fields_are_those_the_library_finds(found: list[tuple[str, int]]) -> None:
    total = sum(amount for _, amount in found)
    closing = f"{'C' if total >= 0 else 'D'}261231EUR{abs(total) // 100},{abs(total) % 100:02}"
    lines = "".join(line for line, _ in found)
    content = f":20:X\n:25:NL01BANK0123456789\n:28C:1/1\n:60F:C260101EUR0,00\n{lines}:62F:{closing}\n-\n"
    options = mt940.Options.all()
    (statement,) = mt940.parse_statements(content, options=options)
    theirs: list[dict[str, Any]] = [transaction.data for transaction in statement.transactions]
    with tempfile.TemporaryDirectory() as folder:
        ours = read_bank(Mt940Adapter(), stored(Path(folder), content, "x.sta"), ReadingTerms("UTC", ("EUR",))).lines

    assert [(line.booked_on, line.value_on, line.amount) for line in ours] == [
        (_day(data["entry_date"]), _day(data["date"]), int(data["amount"].amount * Decimal(100))) for data in theirs
    ]
    assert [
        (line.bank_reference, line.end_to_end_reference, line.transaction_code, line.counterparty, line.remittance)
        for line in ours
    ] == [
        (data["bank_reference"], data["end_to_end_reference"], data["id"], data["applicant_name"], data["purpose"])
        for data in theirs
    ]


def _day(found: date) -> date:
    return date(found.year, found.month, found.day)
