"""`manage.py rebuild_rollups`: counts what is kept ready anew, all of it or a range of days, while pages go on."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.rollups.services.deriving import derive_buyers
from analytics.rollups.services.rebuilding import rebuild
from analytics.rollups.spans import reporting_zone


class Command(BaseCommand):
    """Counts from the facts, a transaction each day."""

    help = "Count the metrics that are kept ready anew, by default from the first attempt to the last."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--from", type=_day, dest="first_on", metavar="DATE", help="The first day.")
        parser.add_argument("--to", type=_day, dest="last_on", metavar="DATE", help="The last day, included.")
        parser.add_argument(
            "--buyers", action="store_true", help="Find out anew who bought when, before; marks wait meanwhile."
        )
        parser.add_argument("--workers", type=int, default=2, help="How many months are counted at once.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        """Rebuild.

        Raises:
            CommandError: the range ends before it begins.
        """
        first, last = options["first_on"], options["last_on"]
        if first and last and last < first:
            raise CommandError("the range ends before it begins", returncode=2)
        if options["buyers"]:
            derive_buyers()
        count = rebuild(
            _start_of(first), _start_of(last and last + timedelta(days=1)), workers=max(1, options["workers"])
        )
        self.stdout.write(json.dumps({"days": count}) if options["as_json"] else f"{count} days counted anew")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no date: write one such as 2026-07-01") from None


def _start_of(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=reporting_zone()) if day else None
