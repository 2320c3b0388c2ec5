"""A key of the merchant API: `api_key --name NAME --scope SCOPE …`; it is printed once and stored nowhere."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from payments.intake.scopes import Scope
from payments.intake.services.keys import KeyRefused, NewKey, issue

MISUSED = 2
"""Exit code."""
MOST_DAYS = 3650


class Command(BaseCommand):
    """Issues a key and prints it."""

    help = "Issue a key of the merchant API. It is printed once; what is kept is its hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--name", required=True, help="Which machine shows it.")
        parser.add_argument(
            "--scope", action="append", required=True, choices=Scope.values, dest="scopes", help="May be repeated."
        )
        parser.add_argument("--expires-in-days", type=int, metavar="N", help="Without it, it holds until revoked.")
        parser.add_argument(
            "--network", action="append", default=[], metavar="CIDR", dest="networks", help="May be repeated."
        )
        parser.add_argument("--json", action="store_true", dest="is_json", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        """Issue the key and print it.

        Raises:
            CommandError: no such key can be.
        """
        days = options["expires_in_days"]
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise CommandError(f"days are 1 to {MOST_DAYS}", returncode=MISUSED)
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        wanted = NewKey(options["name"], options["scopes"], options["networks"], expires_at)
        try:
            issued = issue(wanted, by=None)
        except KeyRefused as refusal:
            raise CommandError(f"{refusal.field}: {refusal}", returncode=MISUSED) from None
        if options["is_json"]:
            answer = {
                "key": issued.secret,
                "prefix": issued.key.prefix,
                "name": issued.key.name,
                "scopes": issued.key.scopes,
                "networks": issued.key.networks,
                "expires_at": expires_at.isoformat() if expires_at else None,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write(issued.secret)
