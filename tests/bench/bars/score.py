"""Merchants that nobody developed with: every exact pair matched, none falsely, every planted break found.

Three with the five providers of every merchant, three with an account of every format, and these with all the mess.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Figure, exactly
from tests.bench.ground import Ground

SEEDS: Final = (90_210, 271_828, 1_618_033)
START, DAYS, PER_DAY = "2026-04-01", 45, 60


MERCHANTS: Final[dict[str, tuple[str, ...]]] = {
    "five": (),
    "all": ("--formats", "all"),
    "mess": ("--formats", "all", "--mess", "all"),
}
"""What each kind of merchant is simulated with."""


def measure(ground: Ground) -> list[Figure]:
    """Simulate, import, reconcile and score each."""
    return [figure for kind in MERCHANTS for seed in SEEDS for figure in _merchant(ground, kind, seed)]


def _merchant(ground: Ground, kind: str, seed: int) -> list[Figure]:
    folder = ground.files / f"merchant-{kind}-{seed}-{START}-{DAYS}-{PER_DAY}"
    options = ("--seed", seed, "--from", START, "--days", DAYS, "--payments-per-day", PER_DAY, "--out", folder)
    database = ground.clone("score")
    told = _json(ground, database, "simulate", *options, *MERCHANTS[kind])
    outcome = _json(ground, database, "import_folder", folder)
    _json(ground, database, "reconcile", "--as-of", told["as_of"])
    score = _json(ground, database, "score_reconciliation", folder / "truth.json")
    ground.server.drop(database)
    rejected = {str(Path(one["file"]).relative_to(folder)) for one in outcome["files"] if one["state"] == "rejected"}
    refusable = set(json.loads((folder / "truth.json").read_text(encoding="utf-8")).get("refused", ()))
    breaks = score["breaks"]
    wrong = {
        kind: figures
        for kind, figures in breaks.items()
        if figures["found"] != figures["planted"]
        or (figures["planted"] and (figures["recall"] != 1 or figures["precision"] != 1))
    }
    matches, name = score["matches"], f"{seed}" if kind == "five" else f"{kind}.{seed}"
    return [
        exactly(f"score.{name}.recall", matches["recall"], 1, "of pairs", f"{told['matches']} pairs"),
        exactly(f"score.{name}.false_confirmations", matches["false_confirmations"], 0, "pairs"),
        exactly(f"score.{name}.break_kinds_missed", len(wrong), 0, "kinds", _kinds(wrong or breaks)),
        exactly(f"score.{name}.rejected", len(rejected ^ refusable), 0, "files", f"{len(outcome['files'])} files"),
    ]


def _kinds(breaks: dict[str, dict[str, Any]]) -> str:
    return ", ".join(f"{kind} {figures['planted']}/{figures['found']}" for kind, figures in sorted(breaks.items()))


def _json(ground: Ground, database: str, command: str, *arguments: str | int | Path) -> dict[str, Any]:
    done = ground.manage(database, command, *map(str, arguments), "--json")
    if not done.stdout.strip():
        raise RuntimeError(f"{command} said nothing on its output: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
