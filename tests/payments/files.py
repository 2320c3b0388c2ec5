"""Files for reader tests: written where a test may write, and read to their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payments.facts import (
    BankAdapter,
    BankLineFact,
    BankReading,
    LineFact,
    ReadingTerms,
    SourceFile,
    StatementAdapter,
    StatementReading,
)


def stored(folder: Path, content: bytes | str, name: str = "file.csv") -> SourceFile:
    """Bytes (or UTF-8 text) as a stored file."""
    path = folder / "stored"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return SourceFile(path=path, name=name, size=path.stat().st_size)


def sample(path: Path) -> SourceFile:
    """A file that is read where it lies."""
    return SourceFile(path=path, name=path.name, size=path.stat().st_size)


@dataclass(frozen=True)
class Read:
    """A provider file read to its end."""

    lines: list[LineFact]
    reading: StatementReading

    @property
    def problems(self) -> list[tuple[int | None, str, str]]:
        """Line, field and English message of each problem."""
        return [(problem.line, problem.field, problem.message) for problem in self.reading.problems.first]


def read_all(adapter: StatementAdapter, source: SourceFile, terms: ReadingTerms) -> Read:
    """Read a provider file to its end."""
    reading = adapter.read(source, terms)
    return Read(list(reading), reading)


@dataclass(frozen=True)
class BankRead:
    """A bank file read to its end."""

    lines: list[BankLineFact]
    reading: BankReading

    @property
    def problems(self) -> list[tuple[int | None, str, str]]:
        """Line, field and English message of each problem."""
        return [(problem.line, problem.field, problem.message) for problem in self.reading.problems.first]


def read_bank(adapter: BankAdapter, source: SourceFile, terms: ReadingTerms) -> BankRead:
    """Read a bank file to its end."""
    reading = adapter.read(source, terms)
    return BankRead(list(reading), reading)


def cut_out(source: SourceFile, facts: Sequence[Any]) -> list[bytes]:
    """The bytes of the file each fact says it was read from."""
    content = source.path.read_bytes()
    return [content[fact.byte_offset : fact.byte_offset + fact.byte_length] for fact in facts]
