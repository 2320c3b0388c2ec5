"""Makes the fraud room know all of history: sightings, labels, and assessments of what had none."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from fraud.decisions.services.history import assess_history
from fraud.features.services.backfilling import backfill, count_what_was_told
from fraud.labels.services import disputes, warnings
from payments.ledger.models import Attempt


class Command(BaseCommand):
    """`manage.py fraud_backfill [--since DAY]`: may be stopped and begun again."""

    help = "See all attempts, label all disputes, and keep what features were at each payment before there were any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From which day on."""
        parser.add_argument(
            "--since", type=date.fromisoformat, help="Only payments tried since this day (YYYY-MM-DD, reporting zone)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sightings before labels, which count for their keys; both before features."""
        zone = ZoneInfo(settings.REPORTING_ZONE)
        since = datetime.combine(options["since"], time(), tzinfo=zone) if options["since"] else None
        self.stdout.write(f"{backfill(since):,} sightings written")
        self.stdout.write(f"{disputes.backfill() + warnings.backfill():,} labels of disputes and warnings")
        self.stdout.write(f"{count_what_was_told():,} sums of frauds and disputes brought in line")
        first = since or Attempt.objects.order_by("requested_at").values_list("requested_at", flat=True).first()
        if first is None:
            self.stdout.write("no payment was ever tried")
            return
        count, now = 0, timezone.now()
        for begin, end in months(first, now):
            count += assess_history(begin, end)
            self.stdout.write(f"{count:,} payments assessed until {min(end, now):%Y-%m-%d}")


def months(first: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    """Thirty days at a time, so that what one snapshot holds stays small."""
    span, found = timedelta(days=30), []
    while first <= now:
        found.append((first, first + span))
        first += span
    return found
