"""Learn from what payments turned out to be: `fraud_train [--from-history]`. The model waits for a person."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import CommandError

from fraud.scoring.history import span
from fraud.scoring.services.learning import Plan, learn
from fraud.scoring.services.training import NEVER, Limits, TooFewFrauds
from payments.management.answers import AnsweringCommand

MISUSED: Final = 2
TOO_FEW: Final = 3
"""Exit codes."""
_MEASURED_SHARE: Final = 5
"""Of the time, one part in so many, the last, is for measuring."""


class Command(AnsweringCommand):
    """Train on payments old enough to have been disputed, measure on the last of them, and keep a candidate."""

    help = (
        "Train on stored assessments, or with --from-history on features computed anew, of payments old enough for "
        "their labels to be whole; measure on the last fifth; keep a candidate that a person may promote. "
        "Exit 0 kept, 2 misuse, 3 too few frauds: the rules decide alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--from-history", action="store_true", help="Compute features anew; needs no assessments.")
        parser.add_argument("--since", type=_day, metavar="DATE", help="UTC; by default since the first payment.")
        parser.add_argument("--until", type=_day, metavar="DATE", help="UTC; by default when labels become whole.")
        parser.add_argument("--measure-from", type=_day, metavar="DATE", help="By default the last fifth of the time.")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--simulated", action="store_true", help="Say so wherever figures are shown.")
        parser.add_argument("--review-ppm", type=int, default=10_000, help="Share of payments sent to people.")
        parser.add_argument("--block-from", type=int, default=NEVER, help="Score in ppm; by default never.")

    def handle(self, **options: Any) -> None:
        """Train, measure and keep."""
        try:
            model, measures, is_new = learn(_plan(options), by=None)
        except TooFewFrauds as refusal:
            raise CommandError(f"{refusal}: the rules decide alone until there are more", returncode=TOO_FEW) from None
        if options["as_json"]:
            self.answer({"model": model.pk, "is_new": is_new, "is_simulated": model.is_simulated} | asdict(measures))
            return
        self.stdout.write(f"{model} ({model.pk}): {model.rows} payments, {model.frauds} frauds")
        if model.is_simulated:
            self.stdout.write("Simulated data: expect far less of real payments")
        for name, value in asdict(measures).items():
            self.stdout.write(f"{name:16s} {value / 1_000_000:.3f}")
        self.stdout.write("It scores when somebody promotes it" if is_new else "It was known already")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _plan(options: dict[str, Any]) -> Plan:
    whole = datetime.now(UTC) - timedelta(days=settings.FRAUD_LABEL_MATURITY_DAYS)
    until = options["until"] or whole
    first, last = span(until)
    if first is None or last is None:
        raise CommandError(f"no payments before {until:%Y-%m-%d}", returncode=MISUSED)
    since = options["since"] or first
    measured_from = options["measure_from"] or last - (last - since) / _MEASURED_SHARE
    if not since < measured_from < until or not 0 < options["review_ppm"] < 1_000_000:
        raise CommandError("a beginning before --measure-from, before --until; a share", returncode=MISUSED)
    return Plan(
        since, measured_from, until, is_from_history=options["from_history"], is_simulated=options["simulated"],
        seed=options["seed"], limits=Limits(options["review_ppm"], options["block_from"]),
    )  # fmt: skip
