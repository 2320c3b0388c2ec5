"""A fact has the same columns all the way: adapter, rows for COPY, staging, posted table, and what makes two lines one."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.db import models

from payments import models as rows
from payments.facts import BankLineFact, LineFact, LineKind, MovementFact, MovementKind
from payments.intake import rows as rendering
from payments.settlement import versions
from payments.settlement.posting import banking, movements, statements

WAYS: Final[list[tuple[Any, Any, type[models.Model]]]] = [
    (LineFact, rendering.STATEMENT_ROWS, rows.StagedStatementLine),
    (MovementFact, rendering.MOVEMENT_ROWS, rows.StagedMovement),
    (BankLineFact, rendering.BANK_ROWS, rows.StagedBankLine),
]
PLACE: Final = {"line_number", "byte_offset", "byte_length"}
SPLIT_OF_THE_FEE: Final = {
    "fee_commission", "fee_markup", "fee_scheme", "fee_interchange", "fee_installment", "fee_other", "rate",
}  # fmt: skip
"""Not what makes a line another line: the same fee explained in other parts (ADR 0015)."""


def columns(model: type[models.Model]) -> set[str]:
    """Column names of a table, without its own key and what the database computes."""
    fields = [each for each in model._meta.local_fields if not each.generated and not each.primary_key]
    return {each.column or "" for each in fields}


@pytest.mark.parametrize(("fact", "rendered", "staged"), WAYS, ids=lambda each: getattr(each, "__name__", ""))
def test_every_field_of_a_fact_is_rendered_and_staged(fact: Any, rendered: Any, staged: type[models.Model]) -> None:
    assert set(rendered.columns) == {*fact._fields, "file_import_id"}
    assert columns(staged) == {*fact._fields, "file_import_id"}


def test_every_field_of_a_line_is_posted() -> None:
    assert {*statements._SAME, "booked_on", "statement_key"} == set(LineFact._fields)
    assert columns(rows.StatementLine) == {*statements._SAME, "booked_on", "statement_id", "provider_id"}


def test_every_field_of_a_movement_is_posted() -> None:
    assert {*movements.CONTENT, "movement_key", *PLACE} == set(MovementFact._fields)
    assert columns(rows.Movement) == {*movements.CONTENT, "movement_key", "provider_id", "batch_id", "payment_id"}


def test_every_field_of_a_bank_line_is_posted() -> None:
    assert {*banking._SAME, "statement_key"} == set(BankLineFact._fields)
    added = {"bank_statement_id", "account_id", "fingerprint", "occurrence"}
    assert columns(rows.BankLine) == {*banking._SAME, *added}


def test_two_lines_are_the_same_by_all_that_they_say() -> None:
    compared = set(re.findall(r"l\.(\w+)", versions.LINE_CONTENT))
    assert compared == {*statements._SAME, "booked_on"} - PLACE - SPLIT_OF_THE_FEE


def test_kinds_of_movements_have_the_numbers_of_their_lines() -> None:
    """Matching compares the numbers."""
    pairs = {kind.name: kind.value for kind in MovementKind}
    lines = {"CAPTURE" if kind.name == "SALE" else kind.name: kind.value for kind in LineKind}
    assert pairs.items() <= lines.items()
    assert max(pairs.values()) == 5, "the SQL of reconciliation says `kind <= 5`"


def test_values_fit_the_columns_they_are_posted_to() -> None:
    """A text too long is a problem of its line, found before posting; the limits are those of the posted tables."""
    for row_format, model in (
        (rendering.STATEMENT_ROWS, rows.StatementLine),
        (rendering.MOVEMENT_ROWS, rows.Movement),
        (rendering.BANK_ROWS, rows.BankLine),
    ):
        for name, limit in row_format.limits.items():
            if name != "statement_key":
                field: Any = model._meta.get_field(name)
                assert field.max_length == limit, name
