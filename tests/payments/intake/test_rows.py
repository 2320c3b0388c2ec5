"""Rendering facts for COPY: PostgreSQL reads back exactly what was rendered, whatever stands in the texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from payments.facts import BankLineFact, FileRefused, LineFact, MovementFact
from payments.intake.rows import BANK_ROWS, MOVEMENT_ROWS, STATEMENT_ROWS, RowFormat
from payments.ledger.models import Movement
from payments.settlement.models import BankLine, BankStatement, Statement, StatementLine

MINOR = st.integers(-(2**62), 2**62)
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.sampled_from(["\\N", "\\", "\t", "\n", "\r\n", "None", "a\tb", "\\n", "카드", "\\.", "", "\x01", "\u3000"]),
)
CURRENCY = st.sampled_from(["KRW", "JPY", "EUR"])
DAY = st.none() | st.dates(date(1999, 1, 1), date(2090, 1, 1))
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(-timedelta(hours=3, minutes=30))])
MOMENT = st.datetimes(datetime(1999, 1, 1), datetime(2090, 1, 1), timezones=ZONES)  # noqa: DTZ001
RATE = st.none() | st.decimals(Decimal("0.000001"), Decimal(100000), places=12)
PLACE = (st.integers(1, 2**31 - 1), st.integers(0, 2**40), st.integers(0, 2**31 - 1))
PARTS = (st.none() | MINOR,) * 6

LINES = st.builds(
    LineFact, *PLACE, TEXT, st.integers(1, 63), TEXT, TEXT, TEXT, TEXT, TEXT, CURRENCY, MINOR, CURRENCY, MINOR, MINOR,
    *PARTS, MINOR, st.integers(-1, 1), MINOR, RATE, st.none() | MOMENT, DAY, DAY, DAY, TEXT, st.none() | MINOR, DAY,
)  # fmt: skip
MOVEMENTS = st.builds(
    MovementFact, *PLACE, TEXT, TEXT, TEXT, TEXT, st.integers(1, 5), MINOR, CURRENCY, MOMENT,
    st.dates(date(1999, 1, 1), date(2090, 1, 1)), TEXT,
)  # fmt: skip
BANK_LINES = st.builds(
    BankLineFact, *PLACE, TEXT, st.dates(date(1999, 1, 1), date(2090, 1, 1)), DAY, MINOR, CURRENCY, TEXT, TEXT, TEXT,
    TEXT, TEXT,
)  # fmt: skip


def copied(table: str, row_format: RowFormat, facts: list[Any]) -> list[tuple[Any, ...]]:
    """The facts as PostgreSQL has them after COPY."""
    chunk = row_format.chunk(7, facts)
    columns = ", ".join(row_format.columns)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            copy.write(chunk.rows)
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    assert chunk.line_count == len(facts)
    assert chunk.end == facts[-1].byte_offset + facts[-1].byte_length
    return rows


class TestCopy(TestCase):
    """Each kind of fact through its staging table; the class lets hypothesis roll every example back."""

    @given(st.lists(LINES, min_size=1, max_size=8))
    @settings(max_examples=150)
    def test_statement_lines(self, facts: list[LineFact]) -> None:
        assert copied("payments_stagedstatementline", STATEMENT_ROWS, facts) == [(7, *fact) for fact in facts]

    @given(st.lists(MOVEMENTS, min_size=1, max_size=8))
    def test_movements(self, facts: list[MovementFact]) -> None:
        assert copied("payments_stagedmovement", MOVEMENT_ROWS, facts) == [(7, *fact) for fact in facts]

    @given(st.lists(BANK_LINES, min_size=1, max_size=8))
    def test_bank_lines(self, facts: list[BankLineFact]) -> None:
        assert copied("payments_stagedbankline", BANK_ROWS, facts) == [(7, *fact) for fact in facts]

    @given(LINES)
    def test_columns_of_few_values_are_the_same_as_columns_of_many(self, fact: LineFact) -> None:
        facts = [fact] * 5 + [fact._replace(gross=number, sold_on=None) for number in range(40)]
        assert copied("payments_stagedstatementline", STATEMENT_ROWS, facts) == [(7, *each) for each in facts]


def line(**values: Any) -> LineFact:
    plain = LineFact(
        5, 100, 20, "S", 1, "", "k", "p", "m", "visa", "KRW", 1, "KRW", 1, 0, None, None, None, None, None, None, 0, 0, 1,
        None, None, None, None, None, "",
    )  # fmt: skip
    return plain._replace(**values)


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d of a pair"])
def test_what_postgresql_cannot_hold_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(FileRefused) as caught:
        STATEMENT_ROWS.chunk(1, [line(), line(line_number=6, merchant_reference=text)])
    assert caught.value.problem.line == 6


def test_the_limits_are_those_of_the_posted_tables() -> None:
    for row_format, model, elsewhere in (
        (STATEMENT_ROWS, StatementLine, Statement),
        (MOVEMENT_ROWS, Movement, Movement),
        (BANK_ROWS, BankLine, BankStatement),
    ):
        for name, limit in row_format.limits.items():
            owner = elsewhere if name == "statement_key" else model
            assert getattr(owner._meta.get_field(name), "max_length", None) == limit, name
        unlimited = row_format.texts - row_format.limits.keys() - {"currency", "net_currency"}
        assert unlimited == ({"remittance"} if row_format is BANK_ROWS else set())
