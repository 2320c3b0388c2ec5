"""Empties the drop: takes every file that is whole, imports and posts it, and puts it away with what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from payments.facts import FileRefused, Problem
from payments.intake.dropbox import DEEPEST, DONE, REFUSED, Drop, Entry, Moved, Unreadable
from payments.intake.models import FileImport, ImportState
from payments.intake.routing import FOLDERS, PostRoom, Route
from payments.intake.services.storage import DEFAULT_LIMIT_BYTES, TOO_LARGE
from payments.intake.summaries import problems_from_json
from payments.records.services.locks import held_by_session
from payments.settlement.selectors.imports import filled
from payments.settlement.services import imports
from payments.wording import translatable

NO_FILE: Final = translatable("This is no file but a link, a device or a pipe: it was not opened.")
UNREADABLE: Final = translatable(
    "The worker may not read this file. Give its user the right to read what is sent here, and send the file again."
)
TOO_DEEP: Final = translatable(
    "This folder lies below more than %(most)s others, so nothing in it was looked at. Send its files again into a "
    "folder further up."
)
CLOSED_FOLDER: Final = translatable(
    "The worker may not look into this folder. Give its user the right to read what is sent here, and send it again."
)
LOCK: Final = "jeongsan.drop"
WAITING: Final = "waiting"
"""What became of a file that could not be taken now: it stays, and the next look takes it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file of the drop."""

    path: str
    """Where it lay, below the drop."""
    state: str
    """An `ImportState`, or waiting."""
    import_id: int | None
    moved_to: str
    """Where it lies now, below the drop; '' where it stayed."""
    reason: str
    """Why it was refused, in English; '' for none."""


def empty_drop() -> list[Taken]:
    """Take everything that is whole out of the drop of the settings; [] when there is none, or another worker is at it.

    Every file is imported and posted before it is moved: whoever dies in between leaves it lying, and the next finds
    it posted already, or takes its unfinished import up.
    """
    if settings.FILE_DROP is None:
        return []
    drop = Drop(Path(settings.FILE_DROP), settings.FILE_DROP_SETTLE_SECONDS)
    with held_by_session(LOCK) as is_ours:
        if not is_ours:
            return []
        return [taken for entry in _in_order(drop) if (taken := _take(drop, entry))]


def _in_order(drop: Drop) -> list[Entry]:
    """Our own ledger first and the bank last, as a folder is imported."""
    try:
        found = list(drop.entries())
    except OSError:
        log.exception("drop.unreadable", root=str(drop.root))
        return []
    order = list(FOLDERS)
    return sorted(found, key=lambda each: order.index(each.parts[0]) if each.parts[0] in order else len(order))


def _take(drop: Drop, entry: Entry) -> Taken | None:
    """Take one file; None when it is gone or changes: the next look sees what it is then."""
    path = _shown("/".join(entry.parts))
    try:
        return _imported_or_refused(drop, entry)
    except Moved:
        return None
    except Exception as error:
        # One file that fails must not hold up the others; it stays where it is.
        log.exception("drop.failed", path=path)
        return Taken(path, WAITING, None, "", str(error))


def _imported_or_refused(drop: Drop, entry: Entry) -> Taken:
    try:
        if entry.is_folder:
            is_deep = entry.is_too_deep
            return _refuse(
                drop, entry, Problem(TOO_DEEP, {"most": str(DEEPEST)}) if is_deep else Problem(CLOSED_FOLDER)
            )
        if not entry.is_file:
            return _refuse(drop, entry, Problem(NO_FILE))
        return _import(drop, entry)
    except Unreadable:
        return _refuse(drop, entry, Problem(UNREADABLE))
    except FileRefused as refusal:
        return _refuse(drop, entry, refusal.problem)


def _import(drop: Drop, entry: Entry) -> Taken:
    limit: int = getattr(settings, "IMPORT_BYTES_LIMIT", DEFAULT_LIMIT_BYTES)
    if entry.look.size > limit:
        raise FileRefused(Problem(TOO_LARGE, {"limit": str(limit // 1024**2)}))
    with drop.opened(entry) as stream:
        with _lying_there(stream, entry.parts) as (room, path):
            route = room.route(path)
        stream.seek(0)
        received = _receive(route, stream, entry)
    file_import = imports.advance(received.pk, must_wait=True)
    path_shown = _shown("/".join(entry.parts))
    if file_import.state in (ImportState.POSTED, ImportState.DUPLICATE):
        moved_to = _shown(drop.put_away(entry, DONE))
        return Taken(path_shown, file_import.state, file_import.pk, moved_to, "")
    if file_import.state in (ImportState.REJECTED, ImportState.DISCARDED):
        problems = problems_from_json(file_import.problems)
        return _refuse(drop, entry, *problems, file_import=file_import)
    return Taken(path_shown, WAITING, file_import.pk, "", "")


def _receive(route: Route, stream: BinaryIO, entry: Entry) -> FileImport:
    return imports.receive(route=route, file=stream, name=entry.name, by=None, terms=imports.Terms(must_post=True))


def _refuse(drop: Drop, entry: Entry, *problems: Problem, file_import: FileImport | None = None) -> Taken:
    more = (file_import.problem_count if file_import else 0) - len(problems)
    with translation.override("en"):
        reason = _reason(problems, more)
    with translation.override(settings.FILE_DROP_LANGUAGE):
        written = _reason(problems, more) or _("Discarded")
    try:
        moved_to = drop.put_away(entry, REFUSED, written + "\n")
    except Moved:
        moved_to = ""
    state = file_import.state if file_import else ImportState.REJECTED
    pk = file_import.pk if file_import else None
    return Taken(_shown("/".join(entry.parts)), str(state), pk, _shown(moved_to), reason)


@contextmanager
def _lying_there(stream: BinaryIO, parts: tuple[str, ...]) -> Iterator[tuple[PostRoom, Path]]:
    """The post room judges files where they lie: ours lies in a folder of our own, where nobody can swap it."""
    with TemporaryDirectory(prefix="drop-") as folder:
        path = Path(folder).joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(f"/dev/fd/{stream.fileno()}")
        yield PostRoom(Path(folder)), path


def _reason(problems: Sequence[Problem], more: int) -> str:
    """Why a file was refused, a line for each problem, in the language of the moment."""
    rest = ["… " + _("and %(count)s more") % {"count": more}] if more > 0 else []
    return "\n".join([*map(_told, problems), *rest])


def _told(problem: Problem) -> str:
    place = _("Line %(number)s") % {"number": problem.line} + ": " if problem.line else ""
    record = f"[{problem.record}] " if problem.record else ""
    field = f"{problem.field}: " if problem.field else ""
    return place + record + field + filled(problem.template, problem.values)


def _shown(path: str) -> str:
    """A path as it can be printed and kept: names may be bytes of no encoding."""
    return path.encode("utf-8", "replace").decode()
