"""Configure from a folder's `configuration.toml` and import every file in it: `import_folder DIR`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from payments.facts import FileRefused
from payments.intake.configuration import configuration_rules
from payments.intake.models import ImportState
from payments.intake.routing import CONFIGURATION, ForeignFile, PostRoom
from payments.management.importing import MISUSED, REJECTED, ImportCommand, import_file, refused, require_readable
from payments.methods.configuration.plan import Change
from payments.methods.configuration.problems import ConfigurationRefused, problems_told
from payments.methods.services.configuration import apply_configuration, counts
from payments.settlement.services.imports import Terms

SKIPPED = "skipped"
"""The state of a file that is plainly no data."""


class Command(ImportCommand):
    """Take a whole folder in; run again, it changes nothing."""

    help = (
        "Configure from DIR/configuration.toml, then import every file below DIR: movements/<provider>/*, "
        "statements/<provider>/*, bank/<account>/*, and others by their content; what is plainly no data is skipped. "
        "Exit 0, 1 when a file was rejected."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("directory", type=Path, metavar="DIR")

    def handle(self, **options: Any) -> None:
        """Configure and import."""
        root: Path = options["directory"]
        try:
            configured = self._configure(root)
        except ConfigurationRefused as refusal:
            if not options["as_json"]:
                raise CommandError(str(refusal), returncode=REJECTED) from None
            self.answer({"configuration": None, "files": [], "problems": problems_told(refusal)})
            sys.exit(REJECTED)
        room = PostRoom(root, {(change.entry.table.model, change.entry.identity[0]) for change in configured})
        files = list(room.files())
        require_readable(files)
        outcomes = []
        for path in files:
            outcomes.append(self._import(room, path))
            if not options["as_json"]:
                self.tell(outcomes[-1])
        if options["as_json"]:
            self.answer({"configuration": counts(configured), "files": outcomes})
        else:
            states = [outcome["state"] for outcome in outcomes]
            shown = ", ".join(
                f"{states.count(state)} {state}" for state in ("posted", "duplicate", "rejected", SKIPPED)
            )
            self.stdout.write(f"{len(outcomes)} files: {shown}")
        if any(outcome["state"] == ImportState.REJECTED for outcome in outcomes):
            sys.exit(REJECTED)

    def _configure(self, root: Path) -> Sequence[Change]:
        path = root / CONFIGURATION
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror or error}", returncode=MISUSED) from None
        return apply_configuration(content, configuration_rules(), name=path.name, by=None)

    def _import(self, room: PostRoom, path: Path) -> dict[str, Any]:
        try:
            route = room.route(path)
        except ForeignFile as foreign:
            return refused(path, foreign.problem) | {"state": SKIPPED}
        except FileRefused as refusal:
            return refused(path, refusal.problem)
        return import_file(route.kind, route.owner, path, Terms(must_post=True))
