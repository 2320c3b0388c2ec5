"""The way in for files: receive them, read them, and let a person commit or discard what was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone

from payments.facts import FileRefused
from payments.intake.adapters import MAPPED, Choice, choose, owner_of
from payments.intake.candidates import as_json, candidates
from payments.intake.models import FileImport, ImportKind, ImportState, MappingVersion, StoredFile
from payments.intake.parsing.readers import adapter_named
from payments.intake.routing import Route
from payments.intake.services import storage
from payments.intake.services.locks import working_on
from payments.intake.services.mappings import version_in_use
from payments.intake.services.reading import read, reject
from payments.intake.services.staging import ImportTakenAway, delete_staged, sweep_leftovers
from payments.intake.summaries import problems_from_json
from payments.methods.models import Provider
from payments.records.services import audit
from payments.settlement.posting.movements import contradictions
from payments.settlement.services.posting import finish_as_duplicate, of_same_file, post, posted_twin

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

log = structlog.get_logger(__name__)

READ_TASK: Final = "payments.settlement.tasks.read_import"
POSTED_AT_ONCE_LINES: Final = 20_000
"""A committed import up to this size is posted in the request; a larger one by a worker."""


class NotCommittable(Exception):
    """Only a previewed import can be committed, and once; the message is its state."""


class NotDiscardable(Exception):
    """Only an import that is not finished can be discarded; the message is its state."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is to be taken."""

    adapter: str | None = None
    """Code of the format; None finds it from the content."""
    mapping: Mapping[str, Any] | None = None
    """For a mapped file; None takes the one kept with the provider or bank account."""
    mapping_version: MappingVersion | None = None
    """Of those kept, for a mapped file; None takes the newest."""
    must_post: bool = False
    """Post without waiting for a person; the caller then calls `advance` itself, and the sweep does if it dies."""


def receive(
    *, route: Route, file: Path | BinaryIO, name: str, by: AbstractBaseUser | None, terms: Terms = Terms()
) -> FileImport:
    """Keep the bytes of a file and open its import; nothing is parsed yet beyond its first 64 KiB.

    `route` says what it is about and whose it is, `name` how the sender calls it.

    The import comes back reading (a worker is woken after commit), duplicate or rejected. The same bytes that wait to
    be posted already are not opened twice: their import is taken up again.

    Raises:
        FileRefused: there are no bytes to keep: the file is empty or larger than the limit.
    """
    with storage.received(file) as incoming, transaction.atomic():
        stored = storage.keep(incoming, name=name)
        file_import = FileImport(
            kind=route.kind,
            provider=route.owner if isinstance(route.owner, Provider) else None,
            bank_account=None if isinstance(route.owner, Provider) else route.owner,
            stored_file=stored,
            file_name=storage.shown_name(name),
            mapping=dict(terms.mapping) if terms.mapping is not None else None,
            must_post=terms.must_post,
            created_by_id=by.pk if by is not None else None,
        )
        unfinished = _unfinished_twin(file_import) if terms.must_post else None
        return unfinished or _open(file_import, stored, terms, by)


def _open(file_import: FileImport, stored: StoredFile, terms: Terms, by: AbstractBaseUser | None) -> FileImport:
    twin = posted_twin(file_import)
    if twin is not None:
        file_import.adapter, file_import.evidence = twin.adapter, twin.evidence
        finish = partial(finish_as_duplicate, file_import, twin)
    else:
        finish = _choose_adapter(file_import, stored, terms)
    file_import.save()
    finish()
    _note("import.received", file_import, by, sha256=stored.sha256, state=file_import.state)
    if file_import.state == ImportState.READING and not terms.must_post:
        _wake_worker_after_commit(file_import)
    return file_import


def _choose_adapter(file_import: FileImport, stored: StoredFile, terms: Terms) -> Any:
    """Set the adapter; what to do once the row exists: nothing, or reject it."""
    kind = ImportKind(file_import.kind)
    try:
        source = storage.source_of(stored, name=file_import.file_name)
        file_import.candidates = as_json(candidates(kind, owner_of(file_import), source))
        if terms.adapter is not None:
            choice = Choice(adapter_named(kind, terms.adapter).code, "")
        else:
            choice = choose(kind, owner_of(file_import), source, terms.mapping)
    except FileRefused as refusal:
        return partial(reject, file_import, [refusal.problem], must_delete_bytes=refusal.must_delete_bytes)
    file_import.adapter, file_import.evidence = choice.code, choice.evidence
    if choice.code == MAPPED and file_import.mapping is None:
        file_import.mapping_version = terms.mapping_version or version_in_use(owner_of(file_import))
    return lambda: None


def advance(import_id: int, *, must_wait: bool = False) -> FileImport:
    """Take an import as far as it goes without a person: read it, and post it when it is to be posted.

    Whoever is working on it already keeps it: then this does nothing, or waits for them with `must_wait`.
    """
    with working_on(import_id, must_wait=must_wait) as is_ours:
        file_import = FileImport.objects.get(pk=import_id)
        if not is_ours:
            return file_import
        # Twice at most: once more when a crash of PostgreSQL took the staged rows between reading and posting.
        for _ in range(2):
            try:
                if file_import.state == ImportState.READING:
                    _read(file_import)
                if file_import.state == ImportState.PREVIEWED and file_import.must_post:
                    post(file_import, by=file_import.created_by)
            except ImportTakenAway:
                file_import.refresh_from_db()
                delete_staged(file_import)
            if file_import.state != ImportState.READING:
                break
    return file_import


def _read(file_import: FileImport) -> None:
    read(file_import)
    is_shown = file_import.state == ImportState.PREVIEWED and not file_import.must_post
    if is_shown and file_import.kind == ImportKind.MOVEMENTS:
        # Posting compares them anyway, but a person should know before.
        problems = contradictions(file_import)
        if problems:
            reject(file_import, problems)
    if file_import.state == ImportState.REJECTED:
        _note("import.rejected", file_import, None, reason=_first_problem(file_import))


def commit(file_import: FileImport, *, by: AbstractBaseUser) -> FileImport:
    """Post a previewed import: at once when it is small, else by a worker after commit.

    Raises:
        NotCommittable: it is not previewed, or somebody has committed it already.
    """
    with transaction.atomic():
        file_import = FileImport.objects.select_for_update().get(pk=file_import.pk)
        if file_import.state != ImportState.PREVIEWED or file_import.must_post:
            raise NotCommittable(file_import.state)
        file_import.must_post = True
        file_import.save(update_fields=["must_post"])
        _note("import.committed", file_import, by)
        if file_import.line_count > POSTED_AT_ONCE_LINES:
            _wake_worker_after_commit(file_import)
            return file_import
    return advance(file_import.pk, must_wait=True)


def discard(file_import: FileImport, *, by: AbstractBaseUser, keeps_bytes: bool = False) -> FileImport:
    """Forget an import that is not posted: staged rows and bytes go, its row and the audit row stay.

    `keeps_bytes` says that another import of the same bytes is opened in the same transaction.

    Raises:
        NotDiscardable: it is finished already, or committed.
    """
    with transaction.atomic():
        file_import = FileImport.objects.select_for_update().get(pk=file_import.pk)
        if file_import.state not in (ImportState.READING, ImportState.PREVIEWED) or file_import.must_post:
            raise NotDiscardable(file_import.state)
        file_import.state = ImportState.DISCARDED
        file_import.summary, file_import.problems = {}, []
        file_import.finished_at = timezone.now()
        file_import.save(update_fields=["state", "summary", "problems", "finished_at"])
        delete_staged(file_import)
        others = FileImport.objects.filter(stored_file_id=file_import.stored_file_id).exclude(
            state=ImportState.DISCARDED
        )
        if not keeps_bytes and not others.exists():
            storage.delete_bytes(file_import.stored_file)
        _note("import.discarded", file_import, by)
    return file_import


def read_again(file_import: FileImport, terms: Terms, *, by: AbstractBaseUser) -> FileImport:
    """Open another import of the same bytes, as another format or by another mapping; the first one is discarded.

    Raises:
        FileRefused: the bytes are no longer kept.
        NotDiscardable: its lines are posted, or about to be.
    """
    if file_import.state not in (ImportState.REJECTED, ImportState.READING, ImportState.PREVIEWED):
        raise NotDiscardable(file_import.state)
    source = storage.source_of(file_import.stored_file, name=file_import.file_name)
    route = Route(ImportKind(file_import.kind), owner_of(file_import))
    with transaction.atomic():
        if file_import.state != ImportState.REJECTED:
            discard(file_import, by=by, keeps_bytes=True)
        return receive(route=route, file=source.path, name=file_import.file_name, by=by, terms=terms)


def unfinished_imports() -> list[int]:
    """The imports that have work left which needs no person: to be read, or to be posted."""
    waiting = FileImport.objects.filter(state=ImportState.READING) | FileImport.objects.filter(
        state=ImportState.PREVIEWED, must_post=True
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def resume_all() -> None:
    """Advance every unfinished import, and clear what crashes left; one that fails does not hold up the others."""
    for import_id in unfinished_imports():
        try:
            advance(import_id)
        except Exception:
            log.exception("import.failed", import_id=import_id)
    sweep_leftovers()
    storage.sweep_incoming()


def _unfinished_twin(file_import: FileImport) -> FileImport | None:
    """An import of the same bytes that is on its way to be posted: a killed command left it, or another runs now."""
    waiting = of_same_file(file_import).filter(must_post=True, state__in=[ImportState.READING, ImportState.PREVIEWED])
    return next((each for each in waiting if each.mapping == file_import.mapping), None)


def _wake_worker_after_commit(file_import: FileImport) -> None:
    """Ring the bell; `robust` because a broker that is down must not fail what is done: the sweep finds the work."""
    ring = partial(current_app.send_task, READ_TASK, args=[file_import.pk], retry=False)
    transaction.on_commit(ring, robust=True)


def _first_problem(file_import: FileImport) -> str:
    problems = problems_from_json(file_import.problems[:1])
    return problems[0].message if problems else ""


def _note(verb: str, file_import: FileImport, by: AbstractBaseUser | None, **detail: Any) -> None:
    audit.record(
        verb,
        by=by,
        about=("import", file_import.pk),
        detail={"file": file_import.file_name, **detail},
    )
