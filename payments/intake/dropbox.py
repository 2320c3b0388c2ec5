"""The letter slot: a folder that strangers write into, looked through and emptied without ever following a name out."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

DONE: Final = "done"
REFUSED: Final = "refused"
REASON: Final = ".reason.txt"
"""What is added to the name of a refused file, for the text file beside it that says why."""
DEEPEST: Final = 6
"""Folders below each other that are looked into."""
UNFINISHED: Final = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".uploading", ".swp", "~")
"""How senders call what they have not sent to its end; names that begin with a dot are meant so too."""
LONGEST_NAME_BYTES: Final = 200
"""Of a name in done and refused: file systems hold 255, and endings are added."""


class Moved(Exception):
    """The entry is not what was looked at any more: it was replaced, written on, or taken away."""


class Unreadable(Exception):
    """The file is there, and we may not read it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What an entry was when it was looked at; another of the same name differs in one of these."""

    device: int
    inode: int
    size: int
    written_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Look:
        """What a stat call saw."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the drop that stands still."""

    parts: tuple[str, ...]
    """Folders and name, below the root."""
    look: Look
    is_file: bool
    """False for a link, a device, a pipe: nothing of it is ever opened."""
    is_folder: bool = False
    """A folder that is not looked into: it lies too deep, or its rights do not let us."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.parts[-1]

    @property
    def is_too_deep(self) -> bool:
        """Whether it lies below more folders than are looked into."""
        return len(self.parts) > DEEPEST


@dataclass(frozen=True, slots=True)
class Drop:
    """A folder into which files are dropped.

    Folders are opened one below the other without following links, so that none swapped in meanwhile leads elsewhere.
    """

    root: Path
    settle_seconds: float = field(default=10.0)
    """How long size and times of a file must stand still. Its change time counts, which no sender can set back."""

    def entries(self) -> Iterator[Entry]:
        """Everything that stands still, in a fixed order.

        Raises:
            OSError: the root cannot be read.
        """
        with _opened_folder(self.root, ()) as folder:
            yield from self._below(folder, ())

    def _below(self, folder: int, parts: tuple[str, ...]) -> Iterator[Entry]:
        with os.scandir(folder) as scan:
            names = sorted((each.name for each in scan), key=os.fsencode)
        for name in names:
            if name.startswith(".") or name.lower().endswith(UNFINISHED) or (not parts and name in (DONE, REFUSED)):
                continue
            try:
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                continue
            is_still = time.time() - _touched_at(found) >= self.settle_seconds
            if not stat.S_ISDIR(found.st_mode):
                if is_still:
                    yield Entry((*parts, name), Look.of(found), stat.S_ISREG(found.st_mode))
                continue
            with suppress(FileNotFoundError, NotADirectoryError):
                try:
                    below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                except PermissionError:
                    if is_still:
                        yield Entry((*parts, name), Look.of(found), is_file=False, is_folder=True)
                    continue
                try:
                    if len(parts) < DEEPEST:
                        yield from self._below(below, (*parts, name))
                    elif is_still and os.listdir(below):
                        yield Entry((*parts, name), Look.of(found), is_file=False, is_folder=True)
                finally:
                    os.close(below)

    @contextmanager
    def opened(self, entry: Entry) -> Iterator[BinaryIO]:
        """The bytes of a file that nobody writes.

        Raises:
            Moved: it is not the file that was looked at, or somebody on this machine has it open for writing.
            Unreadable: its rights do not let us.
            OSError: it cannot be read.
        """
        with _opened_folder(self.root, entry.parts[:-1]) as folder:
            try:
                descriptor = os.open(entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            except FileNotFoundError:
                raise Moved from None
            except PermissionError:
                raise Unreadable from None
        with os.fdopen(descriptor, "rb") as stream:
            if Look.of(os.fstat(descriptor)) != entry.look or _is_written(descriptor):
                raise Moved
            yield stream

    def put_away(self, entry: Entry, into: str, reason: str = "") -> str:
        """Move an entry to done or refused, with the reason in a text file beside it; where it is now, below the root.

        The reason is written first: whoever dies between the two has lost nothing.

        Raises:
            Moved: something else has its name by now; it stays.
            OSError: it cannot be moved.
        """
        with (
            _opened_folder(self.root, entry.parts[:-1]) as source,
            _opened_folder(self.root, (into, *entry.parts[:-1]), must_make=True) as target,
        ):
            name = _free_name(entry.name, target)
            if reason:
                _write(target, name + REASON, reason)
            try:
                os.rename(entry.name, name, src_dir_fd=source, dst_dir_fd=target)
            except FileNotFoundError:
                _forget(target, name + REASON)
                raise Moved from None
            if Look.of(os.stat(name, dir_fd=target, follow_symlinks=False)) != entry.look:
                # Another file came under this name after ours was read: it goes back, to be read too.
                os.rename(name, _free_name(entry.name, source), src_dir_fd=target, dst_dir_fd=source)
                _forget(target, name + REASON)
                raise Moved
            os.fsync(target)
            os.fsync(source)
        return "/".join((into, *entry.parts[:-1], name))


@contextmanager
def _opened_folder(root: Path, parts: tuple[str, ...], *, must_make: bool = False) -> Iterator[int]:
    """A descriptor of a folder, opened step by step."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in parts:
            if must_make:
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=descriptor)
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _touched_at(found: os.stat_result) -> float:
    """When something was last done to it. A time of writing that lies ahead is made up, and would hold it for ever."""
    return max(found.st_ctime, found.st_mtime if found.st_mtime <= time.time() else 0.0)


def _is_written(descriptor: int) -> bool:
    """Whether a process of this machine has the file open for writing; False where the system cannot tell."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        # Whoever opens it for writing meanwhile makes the system signal us: with one that does nothing.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:  # not our file, or a file system without leases
        return False
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _free_name(name: str, folder: int) -> str:
    """The name, shortened where it is very long and numbered where it is taken: nothing is ever overwritten."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem and len(os.fsencode(ending)) <= 20 else (name, "")
    room = LONGEST_NAME_BYTES - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    number = 1
    found = stem + ending
    while _exists(found, folder) or _exists(found + REASON, folder):
        number += 1
        found = f"{stem}.{number}{ending}"
    return found


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _write(folder: int, name: str, text: str) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644, dir_fd=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _forget(folder: int, name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
