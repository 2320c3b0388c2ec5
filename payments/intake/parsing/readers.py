"""The shelf of readers: every file format by its code, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from payments.banks import registry as banks
from payments.facts import Check, FileRefused, Problem, ProblemLog, ReadingTerms, Recognition, SourceFile
from payments.intake.movements import MovementAdapter
from payments.intake.rows import BANK_ROWS, MOVEMENT_ROWS, STATEMENT_ROWS, RowFormat
from payments.providers import registry as providers
from payments.wording import translatable

STATEMENT: Final = "statement"
MOVEMENTS: Final = "movements"
BANK: Final = "bank"
"""The kinds of file; the values of `ImportKind`, which cannot be had without Django."""

ROW_FORMATS: Final[Mapping[str, RowFormat]] = {STATEMENT: STATEMENT_ROWS, MOVEMENTS: MOVEMENT_ROWS, BANK: BANK_ROWS}

UNKNOWN_ADAPTER: Final = translatable("There is no file format “%(name)s”. Known are: %(known)s.")


class Reading(Protocol):
    """What the three kinds of reading have in common."""

    problems: ProblemLog

    def __iter__(self) -> Iterator[Any]: ...

    def statements(self) -> Sequence[Any]: ...

    def checks(self) -> Sequence[Check]: ...


class Adapter(Protocol):
    """What the three kinds of adapter have in common."""

    code: str
    name: str

    def recognise(self, source: SourceFile, head: bytes) -> Recognition: ...

    def read(self, source: SourceFile, terms: ReadingTerms) -> Reading: ...


def readers_of(kind: str) -> Mapping[str, Adapter]:
    """The readers of a kind of file, by their code."""
    if kind == MOVEMENTS:
        return {MovementAdapter.code: MovementAdapter()}
    return providers.ADAPTERS if kind == STATEMENT else banks.ADAPTERS


def adapter_named(kind: str, code: str) -> Adapter:
    """The reader of a code.

    Raises:
        FileRefused: there is none.
    """
    known = readers_of(kind)
    if code not in known:
        raise FileRefused(Problem(UNKNOWN_ADAPTER, {"name": code, "known": ", ".join(sorted(known))}))
    return known[code]


def format_name(kind: str, code: str) -> str:
    """What people call the format of a code, as a msgid; the code itself where no reader has it any more."""
    adapter = readers_of(kind).get(code)
    return adapter.name if adapter else code
