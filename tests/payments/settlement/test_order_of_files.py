"""Real files in any order, some twice, corrected versions among them: the books end up the same."""

from __future__ import annotations

import random
from pathlib import Path

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
    truth, _ = write(simulated(99, 18, 6), root)
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
