"""Import our own ledger's export of movements: `import_movements --provider CODE FILE.csv`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from payments.intake.models import ImportKind
from payments.management.importing import ImportCommand
from payments.management.owners import provider_named
from payments.settlement.services.imports import Terms


class Command(ImportCommand):
    """Post the movements of our own ledger; the same file again changes nothing."""

    help = "Import movements of our own ledger from a CSV file. Exit 0 posted or duplicate, 1 rejected, 2 misuse."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--provider", required=True, help="Code of the provider that settles them.")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        """Import the files."""
        provider = provider_named(options["provider"])
        terms = Terms(must_post=True)
        outcomes = self.import_files(ImportKind.MOVEMENTS, provider, options["files"], terms)
        self.finish(outcomes, as_json=options["as_json"])
