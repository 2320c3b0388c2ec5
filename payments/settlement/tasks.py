"""The bell rope of settlement: each task finds its work in the database and calls one service."""

from __future__ import annotations

from celery import shared_task

from payments.settlement.services import drop, imports, missing_files, reconcile


@shared_task(name="payments.settlement.tasks.read_import")
def read_import(import_id: int) -> None:
    """Read one import, and post it when it is to be posted."""
    imports.advance(import_id)


@shared_task(name="payments.settlement.tasks.resume_imports")
def resume_imports() -> None:
    """Take over every import that a dead worker, a lost message or a killed command left behind."""
    imports.resume_all()


@shared_task(name="payments.settlement.tasks.empty_drop")
def empty_drop() -> None:
    """Import what was dropped into the folder of FILE_DROP, if there is one."""
    drop.empty_drop()


@shared_task(name="payments.settlement.tasks.tell_missing_files")
def tell_missing_files() -> None:
    """Tell of files that are past their hour."""
    missing_files.tell_missing_files()


@shared_task(name="payments.settlement.tasks.reconcile_everything")
def reconcile_everything() -> None:
    """Reconcile what is new of every provider; a clean state costs a few queries."""
    reconcile.reconcile_everything()
