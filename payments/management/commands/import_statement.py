"""Import settlement statements of a provider: `import_statement --provider CODE [--mapping M.json] FILE…`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from payments.intake.models import ImportKind
from payments.management.importing import ImportCommand, mapping_from
from payments.management.owners import provider_named
from payments.settlement.services.imports import Terms


class Command(ImportCommand):
    """Post what a provider says it settled; a corrected file becomes a new version."""

    help = "Import settlement statements of a provider. Exit 0 posted or duplicate, 1 rejected, 2 misuse."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--provider", required=True, help="Code of the provider.")
        parser.add_argument("--adapter", help="Code of the file format; without it the content tells.")
        parser.add_argument("--mapping", type=Path, help="A JSON mapping instead of the one kept with the provider.")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        """Import the files."""
        provider = provider_named(options["provider"])
        terms = Terms(adapter=options["adapter"], mapping=mapping_from(options["mapping"]), must_post=True)
        outcomes = self.import_files(ImportKind.STATEMENT, provider, options["files"], terms)
        self.finish(outcomes, as_json=options["as_json"])
