"""Whole merchants of one format, from their files to the verdict: every pair found, none made up, every break planted.

The bench scores all formats together on large merchants; these are the ones whose statements settle in their own way.
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count
from pytest_django.fixtures import Settings

from payments.facts import LineKind
from payments.settlement.models import Deposit, Payout, StatementLine

pytestmark = pytest.mark.django_db


def scored(folder: Path, formats: str, *, mess: str = "", days: int = 24, seed: int = 7) -> dict[str, Any]:
    """Simulate, import, reconcile and judge."""

    def run(*arguments: object) -> dict[str, Any]:
        out = StringIO()
        call_command(*map(str, arguments), "--json", stdout=out)
        told: dict[str, Any] = json.loads(out.getvalue())
        return told

    options = ("--seed", seed, "--from", "2026-07-01", "--days", days, "--payments-per-day", 60, "--out", folder)
    told = run("simulate", *options, "--formats", formats, *(("--mess", mess) if mess else ()))
    assert {one["state"] for one in run("import_folder", folder)["files"]} <= {"posted", "duplicate"}
    run("reconcile", "--as-of", told["as_of"])
    verdict = run("score_reconciliation", folder / "truth.json")
    assert told["matches"] > 20
    return verdict


def assert_perfect(verdict: dict[str, Any]) -> None:
    assert verdict["matches"] == {"precision": 1.0, "recall": 1.0, "false_confirmations": 0}
    wrong = {
        kind: figures
        for kind, figures in verdict["breaks"].items()
        if figures["found"] != figures["planted"] or figures["recall"] != 1 or figures["precision"] != 1
    }
    assert wrong == {}


@pytest.fixture(autouse=True)
def vault(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "vault"


@pytest.mark.parametrize("mess", ["", "late,bom"])
def test_balance_reports_of_mollie_match_the_movements_of_their_own_days(tmp_path: Path, mess: str) -> None:
    assert_perfect(scored(tmp_path / "out", "mollie_balance", mess=mess))
    assert StatementLine.objects.filter(transaction_count__isnull=False, kind=LineKind.SALE).exists()
    assert Deposit.objects.exists()


def test_captures_in_part_negative_payouts_and_payouts_sent_again_at_stripe(tmp_path: Path) -> None:
    assert_perfect(scored(tmp_path / "out", "stripe", mess="partial", days=45, seed=11))
    assert StatementLine.objects.filter(line_key__endswith="_rest", gross=0, net=0).exists()
    assert Payout.objects.filter(amount__lt=0).exists()
    assert StatementLine.objects.filter(kind=LineKind.PAYOUT_RETURN).exists()


def test_payouts_made_by_hand_at_stripe(tmp_path: Path) -> None:
    """No row names a payout: days of a balance are statements, and what somebody withdraws has no residual."""
    assert_perfect(scored(tmp_path / "out", "stripe_manual", mess="partial,bom,reordered", days=45, seed=11))
    assert not StatementLine.objects.exclude(payout_key="").exists()
    assert not Payout.objects.exclude(residual=0).exists()
    a_day = Payout.objects.values("paid_on").annotate(payouts=Count("pk")).values_list("payouts", flat=True)
    assert max(a_day) == 2
    assert StatementLine.objects.filter(kind=LineKind.PAYOUT_RETURN).exists()
    assert Deposit.objects.exists()
