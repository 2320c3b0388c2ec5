"""Simulate a merchant: `simulate --seed 7 --from 2026-07-01 --days 92 --out DIR`. Needs no database."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from payments.management.answers import AnsweringCommand
from payments.simulator.mess import Mess, mess_of
from payments.simulator.simulation import Request, Simulation
from payments.simulator.writing import write

MISUSED = 2
"""Exit code."""


class Command(AnsweringCommand):
    """Write configuration, our ledger's exports, provider and bank files, and truth.json into a folder."""

    help = (
        "Simulate a Korean-Japanese merchant and write its files. The same arguments write the same bytes; more days "
        "with the same start only add files, so a folder can be continued. Exit 0 written, 2 misuse."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--seed", type=int, default=7, help="Another seed is another merchant's luck.")
        parser.add_argument("--from", type=date.fromisoformat, required=True, dest="start", metavar="DATE")
        parser.add_argument("--days", type=int, default=92)
        parser.add_argument("--payments-per-day", type=int, default=400)
        parser.add_argument(
            "--formats",
            default="",
            metavar="NAMES",
            help="Layouts of the files that are wanted, separated by commas, or all: the merchant has the accounts "
            "that deliver them. Without it the five providers and three banks of every merchant.",
        )
        parser.add_argument(
            "--mess",
            default="",
            metavar="NAMES",
            help=f"What befalls files on their way, separated by commas: {', '.join(Mess)}, or all.",
        )
        parser.add_argument("--frauds", action="store_true", help="With stories of fraud, and who is behind payments.")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(self, **options: Any) -> None:
        """Simulate and write."""
        try:
            request = Request(
                options["seed"],
                options["start"],
                options["days"],
                options["payments_per_day"],
                options["frauds"],
                tuple(name for name in options["formats"].split(",") if name),
                mess_of(options["mess"]),
            )
            simulation = Simulation(request)
        except ValueError as error:
            raise CommandError(str(error), returncode=MISUSED) from None
        world = simulation.run()
        try:
            truth, written = write(world, options["out"])
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror or error}", returncode=MISUSED) from None
        breaks = Counter(one.kind for one in truth.breaks)
        summary = {
            "folder": str(options["out"]),
            "as_of": str(truth.as_of),
            "files_written": written,
            "matches": len(truth.matches),
            "ambiguous": len(truth.ambiguous),
            "breaks": dict(sorted(breaks.items())),
        }
        if options["as_json"]:
            self.answer(summary)
            return
        self.stdout.write(f"{written} files new or changed in {options['out']}, as of {truth.as_of}")
        self.stdout.write(f"{len(truth.matches)} matches, {len(truth.ambiguous)} pairs that are only to be suggested")
        for kind, count in sorted(breaks.items()):
            self.stdout.write(f"{count:6d} {kind}")
