"""Secrets of providers: `provider_secret --provider CODE --purpose webhook < FILE`; the secret is never an argument."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.methods.models import Provider, SecretPurpose
from payments.methods.services import secrets

MISUSED = 2
"""Exit code."""


class Command(BaseCommand):
    """Adds a secret of a provider, read from standard input or from a variable, and shows which ones hold."""

    help = (
        "Keep a secret of a provider, encrypted: of its webhooks, or of its API. It is read from standard input, or "
        "from the variable that --from-environment names; an argument would stand in the list of processes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--provider", required=True, metavar="CODE")
        parser.add_argument("--purpose", choices=SecretPurpose.values)
        parser.add_argument("--from-environment", metavar="NAME", help="Read it from this variable.")
        parser.add_argument(
            "--expire-others-in", type=float, metavar="HOURS", help="Let the earlier ones hold only so much longer."
        )
        parser.add_argument("--list", action="store_true", dest="is_listing", help="Show which ones hold, and stop.")

    def handle(self, **options: Any) -> None:
        """Add the secret, then show what holds.

        Raises:
            CommandError: no such provider, or nothing that can be a secret.
        """
        provider = Provider.objects.filter(code=options["provider"]).first()
        if provider is None:
            raise CommandError(f"there is no provider {options['provider']}", returncode=MISUSED)
        if not options["is_listing"]:
            self._add(provider, options)
        for hint in secrets.hints(provider):
            until = f"until {hint.expires_at:%Y-%m-%d %H:%M} UTC" if hint.expires_at else "in force"
            self.stdout.write(f"{hint.purpose} …{hint.hint} added {hint.created_at:%Y-%m-%d %H:%M} UTC, {until}")

    def _add(self, provider: Provider, options: dict[str, Any]) -> None:
        hours = options["expire_others_in"]
        if options["purpose"] is None or (hours is not None and not 0 <= hours <= 24 * 365):
            raise CommandError("name a --purpose, and hours from 0 to 8760", returncode=MISUSED)
        try:
            secrets.add(
                provider,
                SecretPurpose(options["purpose"]),
                _read(options["from_environment"]),
                expire_others_in=None if hours is None else timedelta(hours=hours),
                by=None,
            )
        except secrets.SecretRefused as refusal:
            raise CommandError(f"this is no secret: {refusal}", returncode=MISUSED) from None


def _read(variable: str | None) -> str:
    if variable is not None:
        if not os.environ.get(variable):
            raise CommandError(f"the variable {variable} is empty", returncode=MISUSED)
        return os.environ[variable]
    if sys.stdin.isatty():
        return getpass.getpass("Secret (not shown): ")
    return sys.stdin.read().strip()
