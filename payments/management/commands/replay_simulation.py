"""Plays the events of a simulated folder: `replay_simulation DIR --url http://127.0.0.1:8000`. Needs no database."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import tomllib
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError

from payments.simulator.replay.letters import Keys, NoSecret, disordered, letters_of
from payments.simulator.replay.reading import NoEvents, Told, told_in
from payments.simulator.replay.sending import Sent, send
from payments.simulator.replay.toss_api import TossBooks, serving

REFUSED, MISUSED = 1, 2
"""Exit codes."""


class Command(BaseCommand):
    """Signs and sends what a simulation tells, as providers and the shop do."""

    help = (
        "Send the webhooks and the merchant API calls of a simulated folder to a site. Webhooks are signed with the "
        'provider\'s secret: of --secrets FILE (TOML: code = "secret"), or of the variable WEBHOOK_SECRET_<CODE>. '
        "Exit 0 everything was taken, 1 something was refused, 2 misuse."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--url", required=True, help="Of the site, http:// or https://.")
        parser.add_argument("--rate", type=float, default=50.0, help="Requests a second; 0: as fast as they go.")
        parser.add_argument("--shuffle", action="store_true", help="In any order.")
        parser.add_argument("--repeat", action="store_true", help="A quarter of everything twice.")
        parser.add_argument("--seed", type=int, default=7, help="Of order and repetition.")
        parser.add_argument("--provider", action="append", default=[], metavar="CODE", help="Only this one's.")
        parser.add_argument("--secrets", type=Path, metavar="FILE", help="TOML: code of the provider = its secret.")
        parser.add_argument(
            "--api-key-from-environment", metavar="NAME", help="The variable with the shop's key; else no API calls."
        )
        parser.add_argument(
            "--serve-toss", type=int, metavar="PORT",
            help="Be Toss's API at http://127.0.0.1:PORT until interrupted, for the read-back of its hints.",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(self, **options: Any) -> None:
        """Send everything and tell what became of it."""
        logging.getLogger("httpx").setLevel(logging.WARNING)  # a line of each request would drown what is told
        try:
            told = list(told_in(options["folder"], providers=options["provider"]))
            keys = Keys(_secrets(options["secrets"], told), _api_key(options["api_key_from_environment"]))
            letters = list(letters_of(told, keys))
        except NoEvents as problem:
            raise CommandError(str(problem), returncode=MISUSED) from None
        except NoSecret as problem:
            raise CommandError(f"no webhook secret of {problem}", returncode=MISUSED) from None
        if urlsplit(options["url"]).scheme not in ("http", "https") or options["rate"] < 0:
            raise CommandError("--url takes http:// or https://, --rate no negative number", returncode=MISUSED)
        ordered = disordered(letters, options["seed"], is_shuffled=options["shuffle"], is_repeated=options["repeat"])
        with ExitStack() as stack:
            if options["serve_toss"] is not None:
                try:
                    stack.enter_context(serving(TossBooks(told), options["serve_toss"]))
                except OSError as problem:
                    raise CommandError(f"cannot serve: {problem.strerror}", returncode=MISUSED) from None
            sent = send(ordered, options["url"], options["rate"])
            self._tell(sent, as_json=options["as_json"])
            if options["serve_toss"] is not None:
                _until_interrupted()
        if sent.refused or sent.items_refused:
            sys.exit(REFUSED)

    def _tell(self, sent: Sent, *, as_json: bool) -> None:
        told = {
            "taken": dict(sorted(sent.taken.items())),
            "refused": dict(sorted(sent.refused.items())),
            "items_refused": sent.items_refused,
            "retries": sent.retries,
            "seconds": round(sent.seconds, 1),
        }
        if as_json:
            self.stdout.write(json.dumps(told))
            self.stdout.flush()
            return
        for title in ("taken", "refused"):
            for kind, count in told[title].items():  # type: ignore[attr-defined]
                self.stdout.write(f"{count:7d} {title} {kind}")
        self.stdout.write(
            f"{sent.items_refused} events of batches refused, {sent.retries} retries, {sent.seconds:.1f} s"
        )
        self.stdout.flush()


def _secrets(path: Path | None, told: list[Told]) -> Mapping[str, str]:
    codes = {each.provider for each in told}
    named = {code: os.environ.get(f"WEBHOOK_SECRET_{code.upper().replace('-', '_')}", "") for code in codes}
    if path is None:
        return named
    try:
        return named | {code: str(secret) for code, secret in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or error}", returncode=MISUSED) from None
    except ValueError as error:
        raise CommandError(f"{path}: {error}", returncode=MISUSED) from None


def _api_key(variable: str | None) -> str:
    if variable is None:
        return ""
    if not os.environ.get(variable):
        raise CommandError(f"the variable {variable} is empty", returncode=MISUSED)
    return os.environ[variable]


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        return
