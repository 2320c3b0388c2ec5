"""The unloading dock: chunks of rows go into the staging table of their kind, together with the import's watermark."""

from __future__ import annotations

from typing import Final

from django.db import OperationalError, connection, transaction

from payments.intake.models import FileImport, ImportState
from payments.intake.rows import Chunk
from payments.intake.tables import STAGING, staging_of

TRUNCATED_FROM: Final = 5_000
"""Lines; below that deleting them is quicker than truncating the table."""


class ImportTakenAway(Exception):
    """The import is no longer being read: somebody discarded it, or another worker has it."""


def stage(file_import: FileImport, chunk: Chunk) -> None:
    """Copy one chunk and move the watermark over it, both or neither.

    Raises:
        ImportTakenAway: the import is not in the state or at the watermark that this worker knows.
        django.db.DataError: a value does not fit its column.
    """
    table = staging_of(file_import)
    columns = ", ".join(table.format.columns)
    before = file_import.line_count
    with transaction.atomic(), connection.cursor() as cursor:
        moved = FileImport.objects.filter(pk=file_import.pk, state=ImportState.READING, line_count=before).update(
            line_count=before + chunk.line_count, bytes_read=chunk.end
        )
        if not moved:
            raise ImportTakenAway
        with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            copy.write(chunk.rows)
    file_import.line_count = before + chunk.line_count
    file_import.bytes_read = chunk.end


def staged_count(file_import: FileImport) -> int:
    """How many rows of an import are in its staging table."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {staging_of(file_import).name} WHERE file_import_id = %s",  # noqa: S608
            [file_import.pk],
        )
        (count,) = cursor.fetchone()
    return int(count)


def start_over(file_import: FileImport) -> None:
    """Forget everything staged of an import and set its watermark to zero."""
    with transaction.atomic():
        delete_staged(file_import)
        file_import.line_count = file_import.bytes_read = 0
        file_import.state = ImportState.READING
        file_import.save(update_fields=["line_count", "bytes_read", "state"])


def delete_staged(file_import: FileImport) -> None:
    """Remove the staged rows of one import."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {staging_of(file_import).name} WHERE file_import_id = %s",  # noqa: S608
            [file_import.pk],
        )


def sweep_staging(file_import: FileImport) -> None:
    """Remove what a finished import left in staging: the whole table at once when nobody else has rows in it.

    Run outside the transaction that finished the import; what a crash leaves here is taken by `sweep_leftovers`.
    """
    if file_import.line_count > TRUNCATED_FROM:
        try:
            if _truncated(file_import):
                return
        except OperationalError:  # somebody is copying into it
            pass
    delete_staged(file_import)


def _truncated(file_import: FileImport) -> bool:
    table = staging_of(file_import).name
    with transaction.atomic(), connection.cursor() as cursor:
        # Rows and watermark commit together, so under this lock the imports say whether the table is needed.
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT")
        unfinished = FileImport.objects.filter(
            kind=file_import.kind, state__in=[ImportState.READING, ImportState.PREVIEWED], line_count__gt=0
        )
        if unfinished.exists():
            return False
        cursor.execute(f"TRUNCATE {table}")
        return True


def sweep_leftovers() -> int:
    """Remove staged rows whose import is finished; the number removed. Only a crash leaves any."""
    removed = 0
    for table in STAGING.values():
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table.name} staged USING payments_fileimport i "  # noqa: S608
                "WHERE i.id = staged.file_import_id AND i.state NOT IN ('reading', 'previewed')"
            )
            removed += cursor.rowcount
    return removed
