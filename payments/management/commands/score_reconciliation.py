"""Judge the reconciliation of a simulated folder: `score_reconciliation DIR/truth.json`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from payments.management.answers import AnsweringCommand
from payments.settlement.services.judging import snapshot_as_of
from payments.simulator.score import Figures, Score, score
from payments.simulator.truth import Truth

MISUSED = 2
"""Exit code."""
_SHOWN = 20


class Command(AnsweringCommand):
    """The only place that sees both the answers and what reconciliation says."""

    help = (
        "Compare what reconciliation finds, as of the last simulated day whatever day it was run for, with truth.json: "
        "precision and recall of matches and of each kind of break. Changes nothing. Exit 0 compared, 2 misuse."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("truth", type=Path, metavar="DIR/truth.json")

    def handle(self, **options: Any) -> None:
        """Compare and tell."""
        path: Path = options["truth"]
        try:
            truth = Truth.load(path)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}", returncode=MISUSED) from None
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"{path}: no truth.json of a simulation ({error})", returncode=MISUSED) from None
        verdict = score(truth, snapshot_as_of(truth.as_of))
        if options["as_json"]:
            self.answer(verdict.to_json())
        else:
            self._tell(verdict)

    def _tell(self, verdict: Score) -> None:
        self.stdout.write(f"{'':24}{'planted':>9}{'found':>9}{'precision':>11}{'recall':>9}")
        self._tell_figures("matches", verdict.matches)
        for kind, figures in verdict.breaks.items():
            self._tell_figures(kind, figures)
        self.stdout.write(f"{verdict.false_confirmations} false confirmations")
        for title, keys in (("not found", verdict.missed), ("made up", verdict.invented)):
            for key in keys[:_SHOWN]:
                self.stdout.write(f"{title}: {' '.join(map(str, key))}")
            if len(keys) > _SHOWN:
                self.stdout.write(f"{title}: and {len(keys) - _SHOWN} more")

    def _tell_figures(self, name: str, figures: Figures) -> None:
        shares = f"{figures.precision:11.4f}{figures.recall:9.4f}"
        self.stdout.write(f"{name:24}{figures.planted:9d}{figures.found:9d}{shares}")
