"""`manage.py replay_events`: lets deliveries that were set aside be tried again."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.intake.models import DeliveryState
from payments.intake.services.replay import REPLAYABLE, Choice, replay
from payments.methods.models import Provider

MISUSED = 2
"""Exit code."""


class Command(BaseCommand):
    """Puts deliveries back among those that wait; a worker then tries them again."""

    help = "Let deliveries of providers that were set aside be tried again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--provider", default="", metavar="CODE")
        states = sorted(each.value for each in REPLAYABLE)
        parser.add_argument("--state", default=DeliveryState.SET_ASIDE.value, choices=states)
        parser.add_argument("--since", type=_instant, metavar="INSTANT", help="Received since, such as 2026-07-01.")
        parser.add_argument("--id", type=int, action="append", default=[], dest="ids", help="May be repeated.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        """Replay.

        Raises:
            CommandError: no such provider.
        """
        provider = options["provider"]
        if provider and not Provider.objects.filter(code=provider).exists():
            raise CommandError(f"there is no provider {provider}", returncode=MISUSED)
        choice = Choice(DeliveryState(options["state"]), provider, options["since"], tuple(options["ids"]))
        count = replay(choice, by=None, reason="replay_events")
        self.stdout.write(json.dumps({"replayed": count}) if options["as_json"] else f"{count} deliveries wait again")


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no instant: write one such as 2026-07-01T09:00+09:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
