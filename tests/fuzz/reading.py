"""One changed file through recognition and its reader, and what must hold whatever was changed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from payments.banks import registry as banks
from payments.facts import BankLineFact, FileRefused, LineFact, SourceFile
from payments.providers import registry as providers
from tests.fuzz.seeds import Seed


@dataclass(frozen=True)
class Outcome:
    """What a reader made of a file that it did not refuse as a whole."""

    lines: int
    problems: int
    is_contradicted: bool
    """Whether the file contradicts itself: a count, a total, a balance."""

    @property
    def is_told(self) -> bool:
        """Whether somebody learns that not all is well."""
        return bool(self.problems) or self.is_contradicted


def read(seed: Seed, folder: Path, content: bytes) -> Outcome | None:
    """Read a file as its seed is read; None when it is refused.

    Raises whatever a reader raises beside FileRefused: that is the fault that is looked for.
    """
    path = folder / "file"
    path.unlink(missing_ok=True)  # a file that is emptied and written anew is brought to the disk there and then
    path.write_bytes(content)
    source = SourceFile(path, seed.name, len(content))
    for registry in (providers, banks):
        with suppress(FileRefused):
            registry.recognise(source)
    try:
        reading = seed.adapter.read(source, seed.terms)
        facts: list[LineFact | BankLineFact] = list(reading)
        reading.statements()
        if seed.is_provider:
            reading.payouts()  # type: ignore[union-attr]
        checks = reading.checks()
    except FileRefused:
        return None
    assert all(problem.message for problem in reading.problems.first)
    return Outcome(len(facts), reading.problems.count, any(not check.is_met for check in checks))
