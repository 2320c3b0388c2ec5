"""The vault of received files: bytes are kept under their hash, durably, before anything is parsed."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.utils import timezone

from payments.facts import FileRefused, Problem, SourceFile
from payments.intake.models import StoredFile
from payments.wording import translatable

BLOCK_BYTES: Final = 1024 * 1024
DEFAULT_LIMIT_BYTES: Final = 4 * 1024**3
INCOMING: Final = "incoming-"
ABANDONED_SECONDS: Final = 24 * 60 * 60

EMPTY: Final = translatable("The file is empty. Download it again from the provider or bank.")
TOO_LARGE: Final = translatable("The file is larger than %(limit)s MiB, the most this installation accepts.")


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """Bytes written to disk and hashed, but not yet kept under their name."""

    path: Path
    sha256: str
    size: int


@contextmanager
def received(content: Path | BinaryIO) -> Iterator[IncomingFile]:
    """Stream content to disk and hash it; what is not kept inside the `with` block is removed after it.

    Raises:
        FileRefused: the content is empty or larger than the limit.
        OSError: the content cannot be read, or the disk is full.
    """
    vault = _vault()
    descriptor, name = tempfile.mkstemp(dir=vault, prefix=INCOMING)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as target:
            if isinstance(content, Path):
                with content.open("rb") as stream:
                    sha256, size = _copy(stream, target)
            else:
                sha256, size = _copy(content, target)
            target.flush()
            os.fsync(target.fileno())
        if not size:
            raise FileRefused(Problem(EMPTY))
        yield IncomingFile(path, sha256, size)
    finally:
        path.unlink(missing_ok=True)


def keep(incoming: IncomingFile, *, name: str) -> StoredFile:
    """Move received bytes to their place and note them; call it inside the transaction that refers to the row.

    The row stays locked until that transaction ends, so that nobody deletes the bytes in between.
    """
    row, _ = StoredFile.objects.get_or_create(
        sha256=incoming.sha256, defaults={"size": incoming.size, "name": shown_name(name)}
    )
    row = StoredFile.objects.select_for_update().get(pk=row.pk)
    target = path_of(row)
    if not target.exists():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        incoming.path.rename(target)
        _sync_directory(target.parent)
    if row.deleted_at is not None:
        row.deleted_at = None
        row.save(update_fields=["deleted_at"])
    return row


def delete_bytes(stored: StoredFile) -> None:
    """Remove the bytes for good; the row stays and says when. Call it inside a transaction."""
    row = StoredFile.objects.select_for_update().get(pk=stored.pk)
    path_of(row).unlink(missing_ok=True)
    row.deleted_at = stored.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at"])


def sweep_incoming() -> None:
    """Remove what receivers that were killed left behind: bytes of a day ago that never got their name."""
    limit = time.time() - ABANDONED_SECONDS
    for path in _vault().glob(f"{INCOMING}*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                path.unlink()


def path_of(stored: StoredFile) -> Path:
    """Where the bytes are kept."""
    return Path(settings.MEDIA_ROOT) / stored.sha256[:2] / stored.sha256


def source_of(stored: StoredFile, *, name: str) -> SourceFile:
    """The bytes as readers take them.

    Raises:
        FileRefused: the bytes were removed.
    """
    path = path_of(stored)
    if not path.is_file():
        raise FileRefused(Problem(translatable("The bytes of this file are no longer kept. Import it again.")))
    return SourceFile(path=path, name=name, size=stored.size)


def shown_name(name: str) -> str:
    """The sender's file name as it may be shown: no folders, no control characters, at most 255 characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Direction marks and other format characters could make `fdp.exe` look like `exe.pdf`.
    plain = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip()
    return plain[:255] if plain.strip(".") else "file"


def _copy(stream: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    limit: int = getattr(settings, "IMPORT_BYTES_LIMIT", DEFAULT_LIMIT_BYTES)
    digest = hashlib.sha256()
    size = 0
    while block := stream.read(BLOCK_BYTES):
        size += len(block)
        if size > limit:
            raise FileRefused(Problem(TOO_LARGE, {"limit": str(limit // 1024**2)}))
        digest.update(block)
        target.write(block)
    return digest.hexdigest(), size


def _vault() -> Path:
    vault = Path(settings.MEDIA_ROOT)
    vault.mkdir(mode=0o700, parents=True, exist_ok=True)
    return vault


def _sync_directory(directory: Path) -> None:
    """Make a rename survive a power cut: both the new entry and the folder that holds it."""
    for folder in (directory, directory.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
