"""Three merchants that nobody developed with: every exact pair matched, none falsely, every planted break found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Figure, exactly
from tests.bench.ground import Ground

SEEDS: Final = (90_210, 271_828, 1_618_033)
START, DAYS, PER_DAY = "2026-04-01", 45, 60


def measure(ground: Ground) -> list[Figure]:
    """Simulate, import, reconcile and score each."""
    return [figure for seed in SEEDS for figure in _merchant(ground, seed)]


def _merchant(ground: Ground, seed: int) -> list[Figure]:
    folder = ground.files / f"merchant-{seed}-{START}-{DAYS}-{PER_DAY}"
    options = ("--seed", seed, "--from", START, "--days", DAYS, "--payments-per-day", PER_DAY, "--out", folder)
    database = ground.clone("score")
    told = _json(ground, database, "simulate", *options)
    outcome = _json(ground, database, "import_folder", folder)
    _json(ground, database, "reconcile", "--as-of", told["as_of"])
    score = _json(ground, database, "score_reconciliation", folder / "truth.json")
    ground.server.drop(database)
    states = [one["state"] for one in outcome["files"]]
    breaks = score["breaks"]
    wrong = {
        kind: figures
        for kind, figures in breaks.items()
        if figures["found"] != figures["planted"]
        or (figures["planted"] and (figures["recall"] != 1 or figures["precision"] != 1))
    }
    matches = score["matches"]
    return [
        exactly(f"score.{seed}.recall", matches["recall"], 1, "of pairs", f"{told['matches']} pairs"),
        exactly(f"score.{seed}.false_confirmations", matches["false_confirmations"], 0, "pairs"),
        exactly(f"score.{seed}.break_kinds_missed", len(wrong), 0, "kinds", _kinds(wrong or breaks)),
        exactly(f"score.{seed}.rejected", states.count("rejected"), 0, "files", f"{len(states)} files"),
    ]


def _kinds(breaks: dict[str, dict[str, Any]]) -> str:
    return ", ".join(f"{kind} {figures['planted']}/{figures['found']}" for kind, figures in sorted(breaks.items()))


def _json(ground: Ground, database: str, command: str, *arguments: str | int | Path) -> dict[str, Any]:
    done = ground.manage(database, command, *map(str, arguments), "--json")
    if not done.stdout.strip():
        raise RuntimeError(f"{command} said nothing on its output: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
