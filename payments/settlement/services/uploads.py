"""Files that come through the browser or the API: whose they are is told, or found from name and content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from celery import current_app
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction

from payments.facts import FileRefused, Problem
from payments.intake.models import ApiKey, FileImport, ImportState
from payments.intake.routing import NO_OWNER, PostRoom, Route
from payments.intake.services.storage import shown_name
from payments.records.services import audit
from payments.settlement.services.imports import READ_TASK, Terms, receive
from payments.wording import translatable

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

CHOOSE_OWNER: Final = translatable(
    "Neither its name nor its content says whose file this is. Choose where it comes from and send it again."
)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as the browser sent it, and where the person says it belongs; None: find it out."""

    file: UploadedFile[bytes]
    route: Route | None


def receive_upload(upload: Upload, *, by: AbstractBaseUser) -> FileImport:
    """Keep one uploaded file and open its import.

    Raises:
        FileRefused: it is empty or too large, or nothing says whose it is.
    """
    name = upload.file.name or ""
    route = upload.route or _found_out(upload.file, name)
    upload.file.seek(0)
    return receive(route=route, file=cast(BinaryIO, upload.file), name=name, by=by)


def receive_from_machine(upload: Upload, *, key: ApiKey) -> FileImport:
    """Keep a file that a machine sent, and have it read and posted by a worker: there is nobody to look at a preview.

    Raises:
        FileRefused: it is empty or too large, or nothing says whose it is.
    """
    name = upload.file.name or ""
    route = upload.route or _found_out(upload.file, name)
    upload.file.seek(0)
    with transaction.atomic():
        received = receive(
            route=route, file=cast(BinaryIO, upload.file), name=name, by=None, terms=Terms(must_post=True)
        )
        audit.record("import.sent", by=None, about=("import", received.pk), detail={"api_key": key.prefix})
        if received.state == ImportState.READING:
            # A broker that is down must not fail what is done: the sweep finds the work.
            ring = partial(current_app.send_task, READ_TASK, args=[received.pk], retry=False)
            transaction.on_commit(ring, robust=True)
    return received


LONGEST_NAME: Final = 60
"""Characters: file systems hold 255 bytes, while other systems send names of 255 characters."""


def _short(name: str) -> str:
    """A name that every file system takes, with its beginning and its end, by which owner and kind are told."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 20] + name[-20:]


def _found_out(file: UploadedFile[bytes], name: str) -> Route:
    """Ask the post room, which judges files where they lie: a large upload is linked there, a small one written."""
    with TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / _short(shown_name(name))
        if isinstance(file, TemporaryUploadedFile):
            path.symlink_to(file.temporary_file_path())
        else:
            path.write_bytes(file.read())
        try:
            return PostRoom(Path(folder)).route(path)
        except FileRefused as refusal:
            # The post room speaks of folders; whoever uploads has none, but a field to choose in.
            if refusal.problem.template == NO_OWNER:
                raise FileRefused(Problem(CHOOSE_OWNER)) from None
            raise
