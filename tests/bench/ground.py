"""Where bars are measured: the server, the cached files, and what several bars begin with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from config.settings.environment import CHECKOUT
from tests.bench.databases import EMPTY, Server
from tests.bench.files import Span, ledger_export, report

AS_OF: Final = "2026-06-30"
"""Reconciliation judges what is missing by this date in every bar: long after all that happens in the files."""


@dataclass
class Ground:
    """One run of the bench."""

    server: Server
    directory: Path
    lines: int
    """Payments of the large bars; the smaller ones take what they need of them."""
    _made: set[str] = field(default_factory=set)

    @property
    def files(self) -> Path:
        """The cache of generated files."""
        return self.directory / "files"

    @property
    def whole(self) -> Span:
        """The payments of the large bars."""
        return Span(0, self.lines)

    def span_files(self, span: Span) -> tuple[Path, Path]:
        """Statement and ledger export of a span."""
        return report(self.files, span), ledger_export(self.files, span)

    def environment(self, database: str) -> dict[str, str]:
        """Variables of a child process that works in a measured database."""
        return os.environ | {"DATABASE_URL": self.server.url(database)}

    def work(self, database: str, *steps: tuple[str, Any]) -> dict[str, Any]:
        """Do steps of `tests.bench.work` in a process of their own; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.work", json.dumps(steps, default=str)],
            cwd=CHECKOUT, env=self.environment(database), stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def manage(self, database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT, env=self.environment(database), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def clone(self, name: str, template: str = EMPTY) -> str:
        """A fresh copy of a database."""
        return self.server.create(name, template)

    def with_merchant(self) -> str:
        """A database with the measured merchant and nothing else. Clone it; do not work in it."""
        if "merchant" not in self._made:
            self.clone("merchant")
            self.work("merchant", ("configure", False))
            self._made.add("merchant")
        return "merchant"

    def with_ledger(self) -> str:
        """A database where the movements of all payments are in the ledger. Clone it; do not work in it."""
        if "ledger" not in self._made:
            self.clone("ledger", self.with_merchant())
            self.work("ledger", ("movements", self.span_files(self.whole)[1]))
            self._settle("ledger")
            self._made.add("ledger")
        return "ledger"

    def reconciled(self) -> str:
        """A database where everything is posted and reconciled. Clone it; do not work in it."""
        if "reconciled" not in self._made:
            self.clone("reconciled", self.with_ledger())
            self.work("reconciled", ("statement", self.span_files(self.whole)[0]), ("reconcile", AS_OF))
            self._settle("reconciled")
            self._made.add("reconciled")
        return "reconciled"

    def adopt_as_reconciled(self, database: str) -> bool:
        """Keep a database that a bar has just brought there anyway; True when it is now the one of `reconciled`."""
        if "reconciled" in self._made:
            return False
        self._settle(database)
        self.clone("reconciled", database)
        self._made.add("reconciled")
        return True

    def _settle(self, database: str) -> None:
        """Do now what autovacuum would do within the minute, so that no bar meets it by chance."""
        with self.server.connect(database) as connection:
            connection.autocommit = True
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")
