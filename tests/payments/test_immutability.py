"""History cannot be rewritten: whoever asks, the database refuses to change, remove or truncate it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from payments import models as rows
from tests.payments.test_constraints import own_models
from tests.payments.valid_rows import VALID, row

APPEND_ONLY: Final = (
    rows.AuditEvent, rows.PaymentEvent, rows.EventContradiction, rows.Movement, rows.StatementLine, rows.BankLine, rows.BreakEvent,
    rows.Confirmation,
)  # fmt: skip
UNIQUE_COLUMNS: Final = [
    (model, field.name)
    for model in own_models()
    if model in VALID
    for field in model._meta.local_fields
    if field.unique and (not field.primary_key or isinstance(field, models.OneToOneField))
]


def history_models() -> list[type[models.Model]]:
    """The tables into which triggers write what people changed."""
    return [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]


def _is_refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        return isinstance(error.__cause__, psycopg.errors.RaiseException)
    return False


def _truncate(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the rows just made stand in the way
        cursor.execute(f'TRUNCATE "{model._meta.db_table}" CASCADE')


def _changeable(model: type[models.Model]) -> str:
    """A column whose value can be written back as it is."""
    return next(each.attname for each in model._meta.local_fields if not each.primary_key and not each.generated)


@pytest.mark.django_db
@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model.__name__)
def test_posted_facts_and_acts_stay_as_they_are(model: type[models.Model]) -> None:
    kept = row(model)
    same = model._default_manager.filter(pk=kept.pk)
    column = _changeable(model)
    assert _is_refused(lambda: same.update(**{column: getattr(kept, column)}))
    assert _is_refused(same.delete)
    assert _is_refused(lambda: _truncate(model))
    assert same.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("model", history_models(), ids=lambda model: model.__name__)
def test_the_history_of_what_people_edit_stays_as_it_is(model: type[models.Model]) -> None:
    row(model.pgh_tracked_model)  # type: ignore[attr-defined]
    written = model._default_manager.all()
    assert written.count() == 1, "inserting a row writes its first line of history"
    allowed = {
        name
        for name, act in (
            ("update", lambda: written.update(pgh_label="x")),
            ("delete", lambda: written._raw_delete(written.db)),
            ("truncate", lambda: _truncate(model)),
        )
        if not _is_refused(act)
    }
    assert allowed == set()


def test_every_table_of_people_s_making_has_a_history() -> None:
    tracked = {model.pgh_tracked_model for model in history_models()}  # type: ignore[attr-defined]
    configured = {model for model in own_models() if model.__module__.startswith("payments.methods.models.")}
    assert configured - tracked == set()
    assert len(configured) >= 8


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "column"), UNIQUE_COLUMNS, ids=[f"{model.__name__}.{column}" for model, column in UNIQUE_COLUMNS]
)
def test_what_is_unique_by_column_is_refused_twice(model: type[models.Model], column: str) -> None:
    """Among them the columns that make every match and deposit exclusive."""
    first = row(model)
    with pytest.raises(IntegrityError), transaction.atomic():
        row(model, **{column: getattr(first, column)})


def test_every_claim_is_exclusive_by_column() -> None:
    claims = {(rows.Match, "line"), (rows.Match, "movement"), (rows.DepositPayout, "payout")}
    claims |= {(rows.DepositBankLine, "bank_line")}
    assert claims - set(UNIQUE_COLUMNS) == set()
