"""What scripts may rely on: with `--json` a command prints exactly one object, whatever became of its call."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class AnsweringCommand(BaseCommand):
    """A command with `--json`. Misuse is `{"problems": [{"line", "field", "message"}]}` there, and exit 2 as always."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what all of them take."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; the answer to a refused call is an object too."""
        try:
            return super().execute(*args, **options)
        except CommandError as error:
            if options.get("as_json"):
                self.answer({"problems": [{"line": None, "field": "", "message": str(error)}]})
            raise

    def answer(self, found: Any) -> None:
        """Print the object."""
        self.stdout.write(json.dumps(found, ensure_ascii=False))
