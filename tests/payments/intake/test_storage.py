"""The vault: bytes are hashed while they stream, kept once, private, and removed when they must not be kept."""

from __future__ import annotations

import hashlib
import io
import stat
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from payments.facts import FileRefused
from payments.intake.models import StoredFile
from payments.intake.services import storage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def vault(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "vault"
    return tmp_path / "vault"


def kept(content: bytes, name: str = "a.csv") -> StoredFile:
    with storage.received(io.BytesIO(content)) as incoming:
        return storage.keep(incoming, name=name)


def files_in(vault: Path) -> list[Path]:
    return [path for path in vault.rglob("*") if path.is_file()]


def test_bytes_are_kept_under_their_hash_for_their_owner_only(vault: Path) -> None:
    content = b"x" * (storage.BLOCK_BYTES + 5)
    stored = kept(content)

    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.size == len(content)
    path = storage.path_of(stored)
    assert path.read_bytes() == content
    assert files_in(vault) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_path_is_read_as_a_stream_is(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b"abc")
    with storage.received(source) as incoming:
        assert storage.keep(incoming, name="in.csv").sha256 == kept(b"abc").sha256
    assert source.read_bytes() == b"abc"


def test_the_same_bytes_are_kept_once(vault: Path) -> None:
    first, second = kept(b"abc", "a.csv"), kept(b"abc", "b.csv")
    assert (first.pk, second.name) == (second.pk, "a.csv")
    assert len(files_in(vault)) == 1


def test_what_is_not_kept_leaves_nothing(vault: Path) -> None:
    with pytest.raises(RuntimeError), storage.received(io.BytesIO(b"abc")):
        raise RuntimeError
    assert files_in(vault) == []


def test_an_empty_file_is_refused(vault: Path) -> None:
    with pytest.raises(FileRefused, match="The file is empty"), storage.received(io.BytesIO(b"")):
        pass
    assert files_in(vault) == []


def test_a_file_above_the_limit_is_refused_before_it_fills_the_disk(vault: Path, settings: Settings) -> None:
    settings.IMPORT_BYTES_LIMIT = 2 * 1024**2

    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"x" * size

    source = Endless()
    with pytest.raises(FileRefused, match="larger than 2 MiB"), storage.received(source):  # type: ignore[arg-type]
        pass
    assert source.read_bytes <= settings.IMPORT_BYTES_LIMIT + storage.BLOCK_BYTES
    assert files_in(vault) == []


def test_deleted_bytes_are_gone_and_the_row_says_when(vault: Path) -> None:
    stored = kept(b"abc")
    storage.delete_bytes(stored)

    assert files_in(vault) == []
    assert StoredFile.objects.get().deleted_at is not None
    with pytest.raises(FileRefused, match="no longer kept"):
        storage.source_of(stored, name="a.csv")


def test_deleted_bytes_that_come_again_are_kept_again(vault: Path) -> None:
    storage.delete_bytes(kept(b"abc"))
    again = kept(b"abc")
    assert (again.deleted_at, len(files_in(vault)), StoredFile.objects.count()) == (None, 1, 1)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("report.csv", "report.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\kim\\정산.csv", "정산.csv"),
        ("a\r\nb\x00.csv", "ab.csv"),
        ("\u202excel.exe", "xcel.exe"),
        ("", "file"),
        ("x" * 300, "x" * 255),
    ],
)
def test_names_are_shown_without_folders_and_control_characters(name: str, shown: str) -> None:
    assert storage.shown_name(name) == shown
