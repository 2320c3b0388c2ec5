"""Addresses of the shop that are told what changed: `webhook_endpoint add URL`, `list`, `rotate`, `replay ID`."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from payments.notices.addresses import AddressRefused
from payments.notices.labels import endpoint_state
from payments.notices.models import WebhookEndpoint
from payments.notices.services import endpoints
from payments.notices.services.messages import KINDS

REFUSED, MISUSED = 1, 2
"""Exit codes."""


class Command(BaseCommand):
    """Keeps the endpoints of outgoing webhooks; a new secret is printed once."""

    help = "Keep the addresses that are told what changed. Exit 0 done, 1 refused, 2 misuse."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="Show every address.")
        add = acts.add_parser("add", help="Add an address and print its secret.")
        add.add_argument("url")
        add.add_argument("--description", default="")
        add.add_argument("--kind", action="append", choices=KINDS, default=[], help="Repeatable; none: everything.")
        for name, words in (
            ("rotate", "Print a new secret; the one before signs beside it."),
            ("drop-previous", "Sign with the newest secret only."),
            ("disable", "Stop telling it."),
            ("enable", "Tell it again."),
        ):
            acts.add_parser(name, help=words).add_argument("id", type=int)
        replay = acts.add_parser("replay", help="Send everything again that was written since an instant.")
        replay.add_argument("id", type=int)
        replay.add_argument("--since", required=True, metavar="ISO", help="For example 2026-07-01T00:00+09:00.")

    def handle(self, **options: Any) -> None:
        """Do it."""
        act = options["act"]
        if act == "list":
            for row in WebhookEndpoint.objects.order_by("pk"):
                self.stdout.write(f"{row.pk} {endpoint_state(row)} {row.url} {row.description}".rstrip())
        elif act == "add":
            self._add(options)
        else:
            self._change(_found(options["id"]), act, options)

    def _add(self, options: dict[str, Any]) -> None:
        try:
            made = endpoints.create(options["url"], description=options["description"], kinds=options["kind"], by=None)
        except AddressRefused as refusal:
            raise CommandError(f"messages cannot go there: {refusal}", returncode=REFUSED) from None
        except endpoints.EndpointTaken:
            raise CommandError("this address is there already", returncode=REFUSED) from None
        self.stdout.write(f"{made.endpoint.pk} {made.secret}")

    def _change(self, row: WebhookEndpoint, act: str, options: dict[str, Any]) -> None:
        if act == "rotate":
            self.stdout.write(endpoints.rotate(row, by=None).secret)
        elif act == "drop-previous":
            endpoints.drop_previous(row, by=None)
        elif act == "replay":
            self.stdout.write(f"{endpoints.replay_since(row, _instant(options['since']), by=None)} messages")
        else:
            endpoints.set_enabled(row, act == "enable", by=None)


def _found(pk: int) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.filter(pk=pk).first()
    if row is None:
        raise CommandError(f"there is no endpoint {pk}", returncode=MISUSED)
    return row


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no instant", returncode=MISUSED) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)
