"""`manage.py replay_events`: lets deliveries that were set aside be tried again."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError

from payments.intake.models import DeliveryState
from payments.intake.services.replay import REPLAYABLE, Choice, replay
from payments.management.answers import AnsweringCommand
from payments.methods.models import Provider

MISUSED = 2
"""Exit code."""


class Command(AnsweringCommand):
    """Puts deliveries back among those that wait; a worker then tries them again."""

    help = "Let deliveries of providers that were set aside be tried again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--provider", default="", metavar="CODE")
        states = sorted(each.value for each in REPLAYABLE)
        parser.add_argument("--state", default=DeliveryState.SET_ASIDE.value, choices=states)
        parser.add_argument("--since", type=_instant, metavar="INSTANT", help="Received since, such as 2026-07-01.")
        parser.add_argument("--id", type=int, action="append", default=[], dest="ids", help="May be repeated.")

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
        if options["as_json"]:
            self.answer({"replayed": count})
        else:
            self.stdout.write(f"{count} deliveries wait again")


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no instant: write one such as 2026-07-01T09:00+09:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
