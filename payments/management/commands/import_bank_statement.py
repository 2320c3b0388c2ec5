"""Import bank statements: `import_bank_statement --account CODE [--mapping M.json] FILE…`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from payments.intake.models import ImportKind
from payments.management.importing import ImportCommand, mapping_from
from payments.management.owners import bank_account_named
from payments.settlement.services.imports import Terms


class Command(ImportCommand):
    """Post the entries of one of our bank accounts."""

    help = "Import statements of a bank account. Exit 0 posted or duplicate, 1 rejected, 2 misuse."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--account", required=True, help="Code of the bank account.")
        parser.add_argument("--adapter", help="Code of the file format; without it the content tells.")
        parser.add_argument("--mapping", type=Path, help="A JSON mapping instead of the one kept with the account.")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        """Import the files."""
        account = bank_account_named(options["account"])
        terms = Terms(adapter=options["adapter"], mapping=mapping_from(options["mapping"]), must_post=True)
        outcomes = self.import_files(ImportKind.BANK, account, options["files"], terms)
        self.finish(outcomes, as_json=options["as_json"])
