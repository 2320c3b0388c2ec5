"""The words of the screens: `manage.py messages extract | compile | check`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import translations


class Command(BaseCommand):
    """Keeps the catalogues in `locale/` in step with the sources."""

    help = "Extract, compile or check the translations."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do."""
        parser.add_argument("act", choices=["extract", "compile", "check"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; `check` ends with exit code 1 and one line per problem."""
        root = Path(settings.BASE_DIR)
        if options["act"] == "extract":
            for language, missing in translations.extract(root).items():
                self.stdout.write(f"{language}: {missing} to translate")
        elif options["act"] == "compile":
            for path in translations.compile_catalogues(root):
                self.stdout.write(f"wrote {path.relative_to(root)}")
        else:
            found = translations.problems(root)
            for problem in found:
                self.stderr.write(str(problem))
            if found:
                raise CommandError(f"{len(found)} translations need attention")
            self.stdout.write("All messages are translated.")
