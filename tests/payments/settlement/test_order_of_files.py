"""Real files in any order, some twice, corrected versions among them: the books end up the same."""

from __future__ import annotations

import itertools
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.fixtures import Settings

from payments.intake.models import ImportKind
from payments.intake.routing import Route
from payments.methods.models import BankAccount, Provider
from payments.settlement.models import Statement
from payments.settlement.selectors import snapshot
from payments.settlement.services import imports
from payments.settlement.services.reconcile import reconcile_everything
from payments.simulator.truth import Truth
from payments.simulator.writing import write
from tests.payments.settlement.arrivals import Desk, adyen, batch
from tests.payments.simulator.conftest import simulated

FOLDERS = {"movements": ImportKind.MOVEMENTS, "statements": ImportKind.STATEMENT, "bank": ImportKind.BANK}


def take_in(path: Path, root: Path) -> None:
    """Import one file of a simulated folder, as a command does."""
    area, code, _ = path.relative_to(root).parts
    owner = BankAccount.objects.get(code=code) if area == "bank" else Provider.objects.get(code=code)
    terms = imports.Terms(must_post=True)
    received = imports.receive(route=Route(FOLDERS[area], owner), file=path, name=path.name, by=None, terms=terms)
    imports.advance(received.pk)


def state_after(files: list[Path], root: Path, truth: Truth, dice: random.Random) -> snapshot.Snapshot:
    """Import the files in this order, reconciling now and then, and take everything back."""
    point = transaction.savepoint()
    try:
        for path in files:
            take_in(path, root)
            if dice.random() < 0.05:
                reconcile_everything(as_of=truth.as_of)
        reconcile_everything(as_of=truth.as_of)
        assert Statement.objects.filter(is_current=False).exists(), "the simulation must hold a corrected statement"
        return snapshot.take()
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.django_db
def test_files_in_any_order_and_some_twice_end_in_the_same_books(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "stored"
    root = tmp_path / "folder"
    truth, _ = write(simulated(99, 10, 8), root)
    call_command("configure", str(root / "configuration.toml"), verbosity=0)
    files = sorted(path for area in FOLDERS for path in (root / area).rglob("*") if path.is_file())
    expected = state_after(files, root, truth, random.Random(0))
    for seed in (1, 2):
        dice = random.Random(seed)
        shuffled = [*files, *dice.sample(files, len(files) // 4)]
        dice.shuffle(shuffled)
        found = state_after(shuffled, root, truth, dice)
        for part in ("matches", "suggestions", "breaks", "deposits"):
            assert getattr(found, part) == getattr(expected, part), (seed, part)


LEDGER = (
    "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    + "".join(
        f"m{number},{8815000000000000 + number},,order-{number},capture,{number}0.00,EUR,2026-07-01T10:00:00+02:00,visa\n"
        for number in (1, 2, 3)
    )
)
DROPPING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (LEDGER, "ledger.csv", {"kind": ImportKind.MOVEMENTS}),
    (batch(1000, 2000, 3000), "report.csv", {}),
    (batch(1000, 2000), "report_v2.csv", {}),
)


def books_after(desk: Desk, order: tuple[int, ...], *, runs: bool) -> snapshot.Snapshot:
    """Take the three files in this order, reconcile after each or only at the end, and take everything back."""
    point = transaction.savepoint()
    try:
        provider = adyen()
        for place in order:
            content, name, terms = DROPPING[place]
            assert desk.take(provider, content, name, **terms).state == "posted"
            if runs:
                reconcile_everything(as_of=date(2026, 7, 31))
        reconcile_everything(as_of=date(2026, 7, 31))
        return snapshot.take()
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.django_db
def test_a_newer_version_without_a_line_ends_the_same_whichever_comes_first(desk: Desk) -> None:
    expected = books_after(desk, (0, 2), runs=False)
    assert [pair.movement_key for pair in expected.matches] == ["m1", "m2"]
    assert [row.natural_key for row in expected.breaks] == ["missing_on_statement/adyen/m3"]
    for order in itertools.permutations(range(3)):
        for runs in (True, False):
            assert books_after(desk, order, runs=runs) == expected, (order, runs)
