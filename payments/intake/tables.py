"""The staging tables by the kind of file that is read into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from payments.intake.models import FileImport, ImportKind
from payments.intake.rows import BANK_ROWS, MOVEMENT_ROWS, STATEMENT_ROWS, RowFormat


@dataclass(frozen=True)
class StagingTable:
    """A staging table and how its rows are written."""

    name: str
    format: RowFormat


STAGING: Final = {
    ImportKind.STATEMENT: StagingTable("payments_stagedstatementline", STATEMENT_ROWS),
    ImportKind.MOVEMENTS: StagingTable("payments_stagedmovement", MOVEMENT_ROWS),
    ImportKind.BANK: StagingTable("payments_stagedbankline", BANK_ROWS),
}


def staging_of(file_import: FileImport) -> StagingTable:
    """The staging table of an import."""
    return STAGING[ImportKind(file_import.kind)]
