"""`manage.py simulate` and `score_reconciliation` from the outside."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from payments.settlement.models import Break
from payments.simulator.truth import Truth


def test_simulate_tells_what_it_wrote(tmp_path: Path) -> None:
    output = StringIO()
    arguments = ["--seed", "3", "--from", "2026-07-01", "--days", "5", "--payments-per-day", "30"]
    call_command("simulate", *arguments, "--out", str(tmp_path), "--json", stdout=output)
    told = json.loads(output.getvalue())
    truth = Truth.load(tmp_path / "truth.json")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (told["files_written"], told["as_of"]) == (len(files), "2026-07-05")
    assert (told["matches"], sum(told["breaks"].values())) == (len(truth.matches), len(truth.breaks))
    assert truth.start == date(2026, 7, 1)


def test_simulate_lays_files_where_their_owners_are_told(tmp_path: Path) -> None:
    call_command("simulate", "--from", "2026-07-01", "--days", "9", "--out", str(tmp_path), stdout=StringIO())
    configuration = tomllib.loads((tmp_path / "configuration.toml").read_text(encoding="utf-8"))
    providers = {entry["code"] for entry in configuration["provider"]}
    accounts = {entry["code"] for entry in configuration["bank_account"]}
    assert {path.name for path in (tmp_path / "movements").iterdir()} == providers
    assert {path.name for path in (tmp_path / "statements").iterdir()} == providers
    assert {path.name for path in (tmp_path / "events").iterdir()} == providers | {"truth.json", "both"}
    assert {path.name for path in (tmp_path / "bank").iterdir()} == accounts


def test_simulate_refuses_no_days(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("simulate", "--from", "2026-07-01", "--days", "0", "--out", str(tmp_path))
    assert refusal.value.returncode == 2


def test_simulate_refuses_a_folder_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError) as refusal:
        call_command("simulate", "--from", "2026-07-01", "--days", "1", "--out", str(tmp_path / "file"))
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("content", [None, "{}", "not json"])
def test_score_refuses_what_is_no_truth(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "truth.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError) as refusal:
        call_command("score_reconciliation", str(path))
    assert refusal.value.returncode == 2


@pytest.mark.django_db
def test_score_of_nothing_imported_finds_nothing(tmp_path: Path) -> None:
    arguments = ["--seed", "3", "--from", "2026-07-01", "--days", "8", "--payments-per-day", "30"]
    call_command("simulate", *arguments, "--out", str(tmp_path), stdout=StringIO())
    output = StringIO()
    call_command("score_reconciliation", str(tmp_path / "truth.json"), "--json", stdout=output)
    told = json.loads(output.getvalue())
    assert told["matches"] == {"precision": 1.0, "recall": 0.0, "false_confirmations": 0}
    assert told["breaks"]["fee"]["found"] == 0 < told["breaks"]["fee"]["planted"]
    plain = StringIO()
    call_command("score_reconciliation", str(tmp_path / "truth.json"), stdout=plain)
    assert "0 false confirmations" in plain.getvalue()
    assert "not found: match" in plain.getvalue()


@pytest.mark.django_db
def test_the_score_is_of_the_last_simulated_day_whenever_reconciliation_ran(tmp_path: Path) -> None:
    arguments = ["--seed", "31", "--from", "2026-07-01", "--days", "10", "--payments-per-day", "40"]
    call_command("simulate", *arguments, "--out", str(tmp_path), stdout=StringIO())
    call_command("import_folder", str(tmp_path), stdout=StringIO())
    call_command("reconcile", "--as-of", "2026-11-20", stdout=StringIO())  # all that is late by then is missing
    breaks = sorted(Break.objects.values_list("kind", "natural_key", "state"))
    output = StringIO()
    call_command("score_reconciliation", str(tmp_path / "truth.json"), "--json", stdout=output)
    told = json.loads(output.getvalue())
    assert told["matches"] == {"precision": 1.0, "recall": 1.0, "false_confirmations": 0}
    for kind, figures in told["breaks"].items():
        assert (figures["found"], figures["precision"], figures["recall"]) == (figures["planted"], 1.0, 1.0), kind
    assert sorted(Break.objects.values_list("kind", "natural_key", "state")) == breaks


@pytest.mark.django_db
def test_what_was_never_reconciled_scores_nothing(tmp_path: Path) -> None:
    arguments = ["--seed", "31", "--from", "2026-07-01", "--days", "3", "--payments-per-day", "20"]
    call_command("simulate", *arguments, "--out", str(tmp_path), stdout=StringIO())
    call_command("import_folder", str(tmp_path), stdout=StringIO())
    output = StringIO()
    call_command("score_reconciliation", str(tmp_path / "truth.json"), "--json", stdout=output)
    assert json.loads(output.getvalue())["matches"]["recall"] == 0.0
