"""Learn the weeks of the Fraud Detection Handbook: `fraud_benchmark --handbook FILE.npz`. Writes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError

from fraud.scoring.measures import Measures
from fraud.scoring.services.benchmarking import PUBLISHED, mean, read_week, results
from fraud.scoring.services.learners import Settings
from payments.management.answers import AnsweringCommand

MISUSED: Final = 2
"""Exit code."""
_LINE: Final = "{:34s} {:>9} {:>9} {:>9}"


class Command(AnsweringCommand):
    """Print the published table of chapter 3 beside what our features and our training come to."""

    help = (
        "Compute our features of the handbook's simulated payments, train on 25 to 31 July and judge 8 to 14 August "
        "as its chapter 3 does, and print both. Exit 0 done, 2 misuse."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--handbook", type=Path, required=True, metavar="FILE.npz")
        parser.add_argument("--seeds", type=int, default=5, help="How many trainings the mean is of.")
        parser.add_argument("--earlier", action="store_true", help="Two weeks before: where settings were chosen.")

    def handle(self, **options: Any) -> None:
        """Compute, train and print."""
        if options["seeds"] < 1:
            raise CommandError("--seeds is at least 1", returncode=MISUSED)
        try:
            week = read_week(options["handbook"], is_tuning=options["earlier"])
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"{options['handbook']}: {error}", returncode=MISUSED) from None
        found = list(results(week, options["seeds"], Settings()))
        if options["as_json"]:
            self.answer({"is_simulated": True, "seeds": [asdict(each) for each in found], "mean": asdict(mean(found))})
            return
        self._print(mean(found), options["seeds"])
        self.stdout.write(f"{len(week.learned)} payments learned from, {len(week.judged)} judged")

    def _print(self, ours: Measures, seeds: int) -> None:
        self.stdout.write("Simulated data: expect far less of real payments")
        self.stdout.write(_LINE.format("", "AUC", "AP", "CP@100"))
        for name, *figures in PUBLISHED:
            self.stdout.write(_LINE.format(f"{name} (published)", *(f"{figure:.3f}" for figure in figures)))
        shown = (f"{part / 1_000_000:.3f}" for part in (ours.auc, ours.ap, ours.cp100))
        self.stdout.write(_LINE.format(f"Jeongsan, mean of {seeds} seeds", *shown))
