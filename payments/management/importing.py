"""What the import commands share: take files one by one, post them in this process, and say what became of each."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from payments.facts import FileRefused, Problem
from payments.intake.adapters import Owner
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.intake.routing import Route
from payments.intake.summaries import problems_from_json
from payments.management.answers import AnsweringCommand
from payments.settlement.services import imports

REJECTED, MISUSED = 1, 2
"""Exit codes."""


class ImportCommand(AnsweringCommand):
    """A command that imports files; with `--json` it prints one object, with several files `{"files": [...]}`."""

    def import_files(self, kind: ImportKind, owner: Owner, files: Sequence[Path], terms: imports.Terms) -> list[Any]:
        """Import files one after the other; what became of each.

        Raises:
            CommandError: one of them cannot be opened; none is imported.
        """
        require_readable(files)
        return [import_file(kind, owner, path, terms) for path in files]

    def finish(self, outcomes: list[dict[str, Any]], *, as_json: bool) -> None:
        """Print the outcomes, and leave with 1 when a file was rejected."""
        if as_json:
            self.answer(outcomes[0] if len(outcomes) == 1 else {"files": outcomes})
        else:
            for outcome in outcomes:
                self.tell(outcome)
        if any(outcome["state"] == ImportState.REJECTED for outcome in outcomes):
            sys.exit(REJECTED)

    def tell(self, outcome: Mapping[str, Any]) -> None:
        """Print one outcome for people."""
        period = outcome["period"]
        span = f", {period['from']} to {period['to']}" if period else ""
        version = f", version {outcome['version']}" if outcome["version"] else ""
        self.stdout.write(
            f"{outcome['file']}: {outcome['state']} ({outcome['adapter'] or '?'}, {outcome['lines']} lines"
            f"{version}{span})"
        )
        for check in outcome["checks"]:
            if not check["is_met"]:
                self.stdout.write(f"  {check['name']}: expected {check['expected']}, found {check['found']}")
            elif check.get("subject"):
                self.stdout.write(f"  {check['name']}: {check['subject']}: {check['found']}")
        for problem in outcome["problems"]:
            record = f", record {problem['record']}" if "record" in problem else ""
            place = f"line {problem['line']}{record}: " if problem["line"] else ""
            column = f"{problem['field']}: " if problem["field"] else ""
            self.stdout.write(f"  {place}{column}{problem['message']}")


def require_readable(files: Sequence[Path]) -> None:
    """Look at all files before the first is imported.

    Raises:
        CommandError: one of them cannot be opened.
    """
    for path in files:
        try:
            path.open("rb").close()
        except OSError as error:
            raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> CommandError:
    return CommandError(f"{path}: {error.strerror or error}", returncode=MISUSED)


def import_file(kind: ImportKind, owner: Owner, path: Path, terms: imports.Terms) -> dict[str, Any]:
    """Import one file and post it; what became of it, as the commands print it.

    Raises:
        CommandError: the file cannot be opened.
    """
    try:
        received = imports.receive(route=Route(kind, owner), file=path, name=path.name, by=None, terms=terms)
    except FileRefused as refusal:
        return refused(path, refusal.problem)
    except OSError as error:
        raise _unreadable(path, error) from None
    return outcome_of(imports.advance(received.pk, must_wait=True), path)


def outcome_of(file_import: FileImport, path: Path) -> dict[str, Any]:
    """An import as the commands print it."""
    summary = file_import.summary
    versions = summary.get("posted", {}).get("versions", {})
    return {
        "file": str(path),
        "sha256": file_import.stored_file.sha256,
        "adapter": file_import.adapter,
        "state": file_import.state,
        "version": max((entry["version"] for entry in versions.values()), default=None),
        "statements": [{"statement_key": key, **entry} for key, entry in versions.items()],
        "lines": file_import.line_count,
        "currencies": summary.get("currencies", []),
        "period": summary.get("period"),
        "checks": summary.get("checks", []),
        "problems": [_problem_told(problem) for problem in problems_from_json(file_import.problems)],
    }


def refused(path: Path, problem: Problem) -> dict[str, Any]:
    """A file that got no import of its own, as the commands print it."""
    return {
        "file": str(path), "sha256": None, "adapter": "", "state": ImportState.REJECTED.value, "version": None,
        "statements": [], "lines": 0, "currencies": [], "period": None, "checks": [],
        "problems": [_problem_told(problem)],
    }  # fmt: skip


def _problem_told(problem: Problem) -> dict[str, Any]:
    record = {} if problem.record is None else {"record": problem.record}
    return {"line": problem.line, **record, "field": problem.field, "message": problem.message}


def mapping_from(path: Path | None) -> dict[str, Any] | None:
    """The mapping of a `--mapping` file.

    Raises:
        CommandError: it cannot be read or is no JSON object.
    """
    if path is None:
        return None
    try:
        mapping = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as a JSON mapping: {error}", returncode=MISUSED) from None
    if not isinstance(mapping, dict):
        raise CommandError(f"{path} is no JSON object", returncode=MISUSED)
    return mapping
