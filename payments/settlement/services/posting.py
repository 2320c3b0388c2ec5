"""Posts a previewed import: all of its lines or none, in one transaction, once for the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import structlog
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments.facts import Problem
from payments.intake.adapters import owner_of
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.intake.services.reading import reject
from payments.intake.services.staging import start_over, sweep_staging
from payments.records.services import audit
from payments.settlement.posting.banking import post_bank_statements
from payments.settlement.posting.locks import lock_books
from payments.settlement.posting.movements import post_movements
from payments.settlement.posting.problems import PostingRefused, StagingLost
from payments.settlement.posting.renamed import rank_by_name, tell
from payments.settlement.posting.statements import post_statements
from payments.settlement.posting.statistics import learn_growth
from payments.wording import translatable

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

POSTERS: Final[dict[ImportKind, Callable[[FileImport], dict[str, Any]]]] = {
    ImportKind.STATEMENT: post_statements,
    ImportKind.MOVEMENTS: post_movements,
    ImportKind.BANK: post_bank_statements,
}


UNFORESEEN: Final = translatable("The database refused what the file says (%(reason)s). Nothing of it was posted.")

log = structlog.get_logger(__name__)


class NotPreviewed(Exception):
    """The import is not waiting to be posted: it is still being read, or finished already."""


def post(file_import: FileImport, *, by: AbstractBaseUser | None) -> None:
    """Post a previewed import; its state is then posted, duplicate, rejected, or reading again.

    *Reading again* means that PostgreSQL crashed after the preview and the staged rows are gone: read it once more.

    Raises:
        NotPreviewed: it is not waiting to be posted.
    """
    try:
        with transaction.atomic():
            _post_locked(file_import, by)
    except StagingLost:
        start_over(file_import)
        return
    except (PostingRefused, DataError, IntegrityError) as error:
        refusal = error if isinstance(error, PostingRefused) else _refused_by_database(error, file_import)
        reject(file_import, refusal.problems)
        audit.record(
            "import.rejected",
            by=by,
            about=("import", file_import.pk),
            detail={"reason": str(refusal)},
        )
    sweep_staging(file_import)
    if file_import.state == ImportState.POSTED:
        learn_growth(ImportKind(file_import.kind), file_import.line_count)


def _refused_by_database(error: Exception, file_import: FileImport) -> PostingRefused:
    """What no check foresaw and a constraint caught: the file is refused, and we are told to foresee it."""
    log.error("import.unforeseen", import_id=file_import.pk, error=str(error))
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return PostingRefused([Problem(UNFORESEEN, {"reason": constraint or type(error).__name__})])


def posted_twin(file_import: FileImport) -> FileImport | None:
    """The import that posted the same bytes for the same owner before, if any."""
    return of_same_file(file_import).filter(state=ImportState.POSTED).first()


def of_same_file(file_import: FileImport) -> QuerySet[FileImport]:
    """The imports of the same bytes for the same owner; two of them are never both posted."""
    return FileImport.objects.filter(
        kind=file_import.kind,
        provider=file_import.provider,
        bank_account=file_import.bank_account,
        stored_file=file_import.stored_file,
    )


def _post_locked(file_import: FileImport, by: AbstractBaseUser | None) -> None:
    lock_books(owner_of(file_import))
    file_import.refresh_from_db(from_queryset=FileImport.objects.select_for_update())
    if file_import.state != ImportState.PREVIEWED:
        raise NotPreviewed(file_import.state)
    twin = posted_twin(file_import)
    if twin is not None:
        finish_as_duplicate(file_import, twin)
        return
    noted = POSTERS[ImportKind(file_import.kind)](file_import)
    file_import.summary = file_import.summary | {"posted": noted}
    file_import.state = ImportState.POSTED
    file_import.finished_at = timezone.now()
    file_import.save(update_fields=["summary", "state", "finished_at"])
    audit.record(
        "import.posted",
        by=by,
        about=("import", file_import.pk),
        detail={"file": file_import.file_name, "lines": file_import.line_count},
    )
    tell(file_import)


def finish_as_duplicate(file_import: FileImport, twin: FileImport) -> None:
    """Say that the same bytes were posted before; only their rank changes, where the name says a later version."""
    counting = rank_by_name(file_import, twin)
    file_import.state = ImportState.DUPLICATE
    file_import.summary = twin.summary | {"counts_now": counting}
    file_import.line_count = twin.line_count
    file_import.finished_at = timezone.now()
    file_import.save(update_fields=["state", "summary", "line_count", "finished_at"])
    if counting:
        detail = {"file": file_import.file_name, "statements": counting}
        audit.record("import.ranked", by=file_import.created_by, about=("import", twin.pk), detail=detail)
