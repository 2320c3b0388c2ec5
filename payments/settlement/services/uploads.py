"""Files that come through the browser: whose they are is chosen by the person, or found from name and content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from payments.facts import FileRefused, Problem
from payments.intake.models import FileImport
from payments.intake.routing import NO_OWNER, PostRoom, Route
from payments.intake.services.storage import shown_name
from payments.settlement.services.imports import receive
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


def _found_out(file: UploadedFile[bytes], name: str) -> Route:
    """Ask the post room, which judges files where they lie: a large upload is linked there, a small one written."""
    with TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / (Path(shown_name(name)).name or "file")
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
