"""A trial of a mapping on the beginning of a file: the facts it would give, what it refuses, and how far it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from payments.banks.mapped import MappedBankAdapter, bank_mapping
from payments.facts import BankLineFact, Check, FileRefused, LineFact, Problem, ReadingTerms, SourceFile
from payments.intake.describing.sampling import shortened
from payments.providers.mapped import MappedAdapter, statement_mapping

MOST_FACTS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the lines that were tried."""

    facts: tuple[LineFact | BankLineFact, ...] = ()
    problems: tuple[Problem, ...] = ()
    """The first refused lines."""
    problem_count: int = 0
    refusal: Problem | None = None
    """Why the file as a whole can't be read with this mapping."""
    checks: tuple[Check, ...] = ()
    is_whole: bool = False
    """Whether the whole file was tried, and not its beginning."""

    @property
    def is_good(self) -> bool:
        """Whether every line that was tried became a fact."""
        return bool(self.facts) and self.refusal is None and not self.problem_count and self.failed is None

    @property
    def failed(self) -> Check | None:
        """The first control of the file against itself that it does not meet, and which refuses it."""
        return next((check for check in self.checks if check.is_refusing and not check.is_met), None)


def validate(mapping: Mapping[str, Any], *, is_bank: bool) -> None:
    """Raise FileRefused, naming the key that is wrong, when nothing could be read with a mapping."""
    if is_bank:
        bank_mapping(mapping)
    else:
        statement_mapping(mapping)


def try_mapping(source: SourceFile, mapping: Mapping[str, Any], terms: ReadingTerms, *, is_bank: bool) -> Trial:
    """Read the beginning of a file with a mapping; nothing is kept."""
    with shortened(source) as (beginning, is_whole):
        return _tried(beginning, replace(terms, mapping=mapping), is_whole, is_bank=is_bank)


def _tried(source: SourceFile, terms: ReadingTerms, is_whole: bool, *, is_bank: bool) -> Trial:
    facts: list[LineFact | BankLineFact] = []
    try:
        reading = MappedBankAdapter().read(source, terms) if is_bank else MappedAdapter().read(source, terms)
    except FileRefused as refusal:
        return Trial(refusal=refusal.problem, is_whole=is_whole)
    refused, is_read_out = None, False
    try:
        for fact in reading:
            facts.append(fact)
            if len(facts) == MOST_FACTS:
                break
        else:
            is_read_out = is_whole
    except FileRefused as refusal:
        # The beginning of a longer file may end anywhere; only what stands before that counts.
        refused = refusal.problem if is_whole or not facts else None
    problems = tuple(reading.problems.first[:20])
    count = reading.problems.count
    return Trial(tuple(facts), problems, count, refused, tuple(reading.checks()) if is_read_out else (), is_read_out)
