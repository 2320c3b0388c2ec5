"""How well a stored model finds the fraud in this database: `fraud_evaluate [--model ID]`. Writes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from django.core.management.base import CommandError

from fraud.scoring import selectors
from fraud.scoring.history import span
from fraud.scoring.models import ScoringModel
from fraud.scoring.scorer import ScorerBroken
from fraud.scoring.services.learning import evaluate
from payments.management.answers import AnsweringCommand

MISUSED: Final = 2
"""Exit code."""


class Command(AnsweringCommand):
    """Score every payment as it would have been scored, and compare with what became of it."""

    help = (
        "Compute the features of all payments as they were, score them with a stored model, the live one by default, "
        "and print what part of the value of fraud the first hundredth to be reviewed would have held. "
        "Exit 0 done, 2 misuse."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--model", type=int, metavar="ID", help="By default the live one.")
        parser.add_argument("--since", type=_day, metavar="DATE", help="UTC.")
        parser.add_argument("--until", type=_day, metavar="DATE", help="UTC.")

    def handle(self, **options: Any) -> None:
        """Score and compare."""
        until = options["until"] or datetime.now(UTC)
        first, _last = span(until)
        if first is None:
            raise CommandError("no payments", returncode=MISUSED)
        try:
            model = selectors.model_shown(options["model"]) if options["model"] else selectors.live_model()
            measures, judged = evaluate(model, options["since"] or first, until)
        except (ScoringModel.DoesNotExist, ScorerBroken) as refusal:
            raise CommandError(f"no model to ask: {refusal}", returncode=MISUSED) from None
        frauds = sum(each.is_fraud for each in judged)
        if options["as_json"]:
            self.answer({"model": model.pk, "payments": len(judged), "frauds": frauds} | asdict(measures))
            return
        self.stdout.write(f"{model} ({model.pk}) on {len(judged)} payments, {frauds} frauds")
        for name, value in asdict(measures).items():
            self.stdout.write(f"{name:16s} {value / 1_000_000:.3f}")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
