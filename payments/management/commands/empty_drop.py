"""Import what lies in the drop, as beat does every half minute: `empty_drop`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from payments.intake.models import ImportState
from payments.management.answers import AnsweringCommand
from payments.management.importing import MISUSED, REJECTED
from payments.settlement.services.drop import WAITING, empty_drop


class Command(AnsweringCommand):
    """Take every whole file out of FILE_DROP."""

    help = (
        "Import and post every whole file below FILE_DROP, and move each to done/ or refused/ with the reason beside "
        "it. Exit 0, 1 when a file was refused or could not be taken."
    )

    def handle(self, **options: Any) -> None:
        """Empty the drop."""
        if settings.FILE_DROP is None:
            raise CommandError("FILE_DROP names no folder.", returncode=MISUSED)
        taken = empty_drop()
        if options["as_json"]:
            self.answer({"files": [asdict(each) for each in taken]})
        else:
            for each in taken:
                self.stdout.write(f"{each.path}: {each.state}" + (f" ({each.reason})" if each.reason else ""))
        if any(each.state in (ImportState.REJECTED, ImportState.DISCARDED, WAITING) for each in taken):
            sys.exit(REJECTED)
