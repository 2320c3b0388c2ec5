"""The score sees: five deliberate mistakes in the matcher, and each makes it fall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from payments.settlement.reconciliation import groups, transactions
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from payments.simulator.score import Score, score
from payments.simulator.truth import Truth
from payments.simulator.writing import write
from tests.payments.simulator.conftest import simulated

Mutation = Callable[[pytest.MonkeyPatch], None]


def replace(patch: pytest.MonkeyPatch, module: object, name: str, old: str, new: str) -> None:
    """Change one piece of one SQL statement; it must be there."""
    statement = getattr(module, name)
    assert old in statement, (name, old)
    patch.setattr(module, name, statement.replace(old, new))


def drop_the_amount_check(patch: pytest.MonkeyPatch) -> None:
    replace(patch, groups, "PAIR_REFERENCES", "AND om.amount = ol.amount", "")
    replace(patch, transactions, "PAIR_NEW_LINES", "l.gross = m.amount AND", "")


def allow_a_double_claim(patch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'payments_match'::regclass AND contype = 'u'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE payments_match DROP CONSTRAINT "{name}"')


def swap_the_sign_of_the_window(patch: pytest.MonkeyPatch) -> None:
    replace(
        patch,
        groups,
        "PAIR_REFERENCES",
        "BETWEEN om.dated_on AND om.dated_on + %(window)s",
        "BETWEEN om.dated_on - %(window)s AND om.dated_on",
    )


def ignore_the_currency(patch: pytest.MonkeyPatch) -> None:
    replace(patch, groups, "PAIR_REFERENCES", "AND om.currency = ol.currency", "")
    replace(patch, transactions, "PAIR_NEW_LINES", "AND l.currency = m.currency", "")


def confirm_ambiguous_pairs(patch: pytest.MonkeyPatch) -> None:
    replace(
        patch,
        groups,
        "KEEP_REFERENCES",
        "FROM candidate c WHERE is_certain",
        "FROM (SELECT DISTINCT ON (movement_id) * FROM"
        " (SELECT DISTINCT ON (line_id) * FROM candidate ORDER BY line_id, movement_id) one ORDER BY movement_id) c"
        " WHERE true",
    )
    replace(patch, groups, "KEEP_REFERENCES", "FROM candidate WHERE NOT is_certain", "FROM candidate WHERE false")


MUTATIONS: list[Mutation] = [
    drop_the_amount_check,
    allow_a_double_claim,
    swap_the_sign_of_the_window,
    ignore_the_currency,
    confirm_ambiguous_pairs,
]


def judge(truth: Truth, patch: pytest.MonkeyPatch, mutation: Mutation | None) -> Score:
    """Reconcile what is imported, with a mistake or without, and take everything back."""
    point = transaction.savepoint()
    try:
        if mutation is not None:
            mutation(patch)
        reconcile_everything(as_of=truth.as_of)
        return score(truth, snapshot.take())
    finally:
        patch.undo()
        transaction.savepoint_rollback(point)


@pytest.mark.django_db
def test_the_matcher_is_perfect_and_each_of_five_mistakes_is_seen(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "stored"
    truth, _ = write(simulated(20_261_122, 18, 60), tmp_path / "folder")
    call_command("import_folder", str(tmp_path / "folder"), verbosity=0)
    honest = judge(truth, monkeypatch, None)
    assert (honest.missed, honest.invented, honest.false_confirmations) == ([], [], 0)
    unseen = [mutation.__name__ for mutation in MUTATIONS if judge(truth, monkeypatch, mutation).is_perfect]
    assert unseen == []
