"""Configuration as code: `configure FILE.toml [--dry-run]`, and `configure --export FILE.toml` to write it back."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from payments.intake.configuration import configuration_rules
from payments.management.answers import AnsweringCommand
from payments.methods.configuration.export import written
from payments.methods.configuration.plan import UNCHANGED, Change
from payments.methods.configuration.problems import ConfigurationRefused, problems_told
from payments.methods.configuration.stored import stored_entries
from payments.methods.services.configuration import apply_configuration, counts, plan_configuration, shown_fields

REJECTED, MISUSED = 1, 2
"""Exit codes."""


class Command(AnsweringCommand):
    """Create and change what a file describes; what it does not name is left alone."""

    help = (
        "Create or update bank accounts, methods, providers, contracts and schedules from one TOML file. "
        "Exit 0 done, 1 the file is wrong, 2 misuse."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE.toml")
        parser.add_argument("--dry-run", action="store_true", help="Print the plan and change nothing.")
        parser.add_argument("--export", metavar="FILE.toml", help="Write what is configured; - prints it.")

    def handle(self, **options: Any) -> None:
        """Configure, or export."""
        if (options["file"] is None) == (options["export"] is None):
            raise CommandError("name a file to read, or --export and a file to write", returncode=MISUSED)
        if options["export"] is not None:
            self._export(options["export"], as_json=options["as_json"])
        else:
            self._configure(options["file"], is_dry_run=options["dry_run"], as_json=options["as_json"])

    def _export(self, target: str, *, as_json: bool) -> None:
        entries = stored_entries(configuration_rules())
        content, told = written(entries), {"file": target, "entries": len(entries), "problems": []}
        if target != "-":
            try:
                Path(target).write_text(content, encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{target}: {error.strerror or error}", returncode=MISUSED) from None
        elif as_json:
            told["content"] = content
        else:
            self.stdout.write(content, ending="")
        if as_json:
            self.answer(told)

    def _configure(self, path: Path, *, is_dry_run: bool, as_json: bool) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}", returncode=MISUSED) from None
        try:
            if is_dry_run:
                changes = plan_configuration(content, configuration_rules())
            else:
                changes = apply_configuration(content, configuration_rules(), name=path.name, by=None)
        except ConfigurationRefused as refusal:
            self._tell_refusal(refusal, path, as_json=as_json)
            sys.exit(REJECTED)
        self._tell(changes, path, is_dry_run=is_dry_run, as_json=as_json)

    def _tell(self, changes: Sequence[Change], path: Path, *, is_dry_run: bool, as_json: bool) -> None:
        found = counts(changes)
        if as_json:
            rows = [
                {
                    "table": change.entry.table.name,
                    "key": change.entry.shown,
                    "action": change.action,
                    "fields": shown_fields(change),
                }
                for change in changes
            ]
            result = {"file": str(path), "is_dry_run": is_dry_run, **found, "changes": rows, "problems": []}
            self.answer(result)
            return
        for change in changes:
            if change.action != UNCHANGED:
                self.stdout.write(f"{change.action} {change.entry.table.name} {change.entry.shown}")
                for field, pair in shown_fields(change).items():
                    before = "" if change.row is None else f"{_short(pair['from'])} → "
                    self.stdout.write(f"    {field}: {before}{_short(pair['to'])}")
        summary = ", ".join(f"{count} {action}" for action, count in found.items())
        self.stdout.write(f"{'Would be: ' if is_dry_run else ''}{summary}")

    def _tell_refusal(self, refusal: ConfigurationRefused, path: Path, *, as_json: bool) -> None:
        if not as_json:
            for problem in refusal.problems:
                self.stderr.write(str(problem))
            self.stderr.write(f"{path}: {len(refusal.problems)} problems, nothing was changed")
            return
        self.answer({"file": str(path), "changes": [], "problems": problems_told(refusal)})


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    return text if len(text) <= 100 else text[:99] + "…"
