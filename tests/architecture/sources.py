"""The sources as the architecture tests see them: which files there are, and what is in them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ROOMS: Final = ("config", "payments", "fraud", "analytics")
EVERYTHING: Final = (*ROOMS, "tests")
_NOT_OURS: Final = frozenset({"__pycache__", "node_modules", "var", ".venv", ".git"})


@dataclass(frozen=True)
class Source:
    """One Python file: its path inside the checkout, with slashes, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return _parsed(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        """The path's folders and its file name without `.py`."""
        return tuple(self.path.removesuffix(".py").split("/"))

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        return ".".join(part for part in self.parts if part != "__init__")

    @property
    def is_migration(self) -> bool:
        """Whether it is a migration: their shape is Django's."""
        return "migrations" in self.parts


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def sources(*rooms: str) -> tuple[Source, ...]:
    """Every Python file of some top-level folders, migrations included."""
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for room in rooms
        for path in sorted((ROOT / room).rglob("*.py"))
        if not _NOT_OURS & set(path.parts)
    )


@cache
def templates() -> tuple[tuple[str, str], ...]:
    """Path inside `templates/` and text of every template."""
    folder = ROOT / "templates"
    return tuple(
        (path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def tracked_files() -> Iterator[Path]:
    """Every file that git keeps or would keep; where there is no git, every file that is ours."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if not _NOT_OURS & set(path.parts)]
    for name in sorted(filter(None, listed)):
        path = ROOT / name
        if path.is_file():
            yield path


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, inner ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and content of every string that is no docstring; of an f-string its fixed parts, `…` for the others."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def sample(text: str, path: str = "payments/settlement/sample.py") -> Source:
    """A source that is not there: what the tests of the checkers judge."""
    return Source(path, text)


def listed(found: Iterable[str]) -> str:
    """One finding a line, so that a failing test shows all of them; '' when there are none."""
    return "\n".join(found)
