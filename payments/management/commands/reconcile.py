"""`manage.py reconcile`: run the three layers now."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from payments.intake.limits import EARLIEST_DATE, latest_date
from payments.methods.models import Provider
from payments.settlement.services.reconcile import ReconciliationFailed, RunResult, reconcile_everything


class Command(BaseCommand):
    """Reconciles what is new, of all providers or of the named ones. Exit 1 when some books cannot be; 2 misuse."""

    help = "Match movements, statement lines, payouts and bank lines, and open or close breaks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the stable interface."""
        parser.add_argument("--provider", action="append", default=[], metavar="CODE")
        parser.add_argument("--as-of", type=_plausible_date, metavar="YYYY-MM-DD", help="judge *missing* by this date")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the one call and print what it came to."""
        try:
            results = reconcile_everything(provider_codes=options["provider"], as_of=options["as_of"])
        except Provider.DoesNotExist as error:
            known = ", ".join(Provider.objects.order_by("code").values_list("code", flat=True)) or "none yet"
            raise CommandError(f"Unknown provider. Known providers: {known}.", returncode=2) from error
        except ReconciliationFailed as failure:
            self._tell(failure.results, as_json=options["json"])
            raise CommandError(f"Reconciliation failed of {', '.join(failure.failed)}; the log says why.") from failure
        self._tell(results, as_json=options["json"])

    def _tell(self, results: Sequence[RunResult], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_json(results), ensure_ascii=False))
            return
        for result in results:
            self._print(result)

    def _print(self, result: RunResult) -> None:
        note = "" if result.has_worked else " (nothing new)"
        self.stdout.write(f"{result.provider} as of {result.as_of}{note}")
        for layer, figures in result.layers.items():
            breaks = ", ".join(f"{kind} {count}" for kind, count in figures["breaks"].items()) or "no breaks"
            self.stdout.write(
                f"  {layer:<12} matched {figures['matched']:>9,}  suggested {figures['suggested']:>6,}"
                f"  {figures['seconds']:7.2f} s  {breaks}"
            )


def _as_json(results: Sequence[RunResult]) -> dict[str, Any]:
    """Return per layer the sums over all providers, and each provider's own figures under `providers`."""
    summed: dict[str, Any] = {
        layer: {"matched": 0, "suggested": 0, "breaks": Counter[str](), "seconds": 0.0}
        for layer in ("transaction", "settlement", "deposit")
    }
    for result in results:
        for layer, figures in result.layers.items():
            summed[layer]["matched"] += figures["matched"]
            summed[layer]["suggested"] += figures["suggested"]
            summed[layer]["breaks"].update(figures["breaks"])
            summed[layer]["seconds"] = round(summed[layer]["seconds"] + figures["seconds"], 3)
    providers = {
        result.provider: {"as_of": result.as_of.isoformat(), "has_worked": result.has_worked, **result.layers}
        for result in results
    }
    return {**summed, "providers": providers}


def _plausible_date(text: str) -> date:
    """A date that a row in the books may have, too."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date such as 2026-07-31") from None
    if not EARLIEST_DATE <= day <= latest_date(timezone.now()):
        raise ArgumentTypeError(f"{text} is not between {EARLIEST_DATE} and {latest_date(timezone.now())}")
    return day
