"""What is wrong in a configuration file, in words that say where, what, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfigurationProblem:
    """One thing to put right; the text is English, because the file is code."""

    table: str
    """As it stands in the file: `provider.fee_contract`."""
    key: str
    """Which of them: `adyen / card / EUR / 2026-01-01`."""
    field: str
    message: str

    def __str__(self) -> str:
        place = f"[[{self.table}]] {self.key}" if self.key else f"[[{self.table}]]"
        return f"{place}, {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class ConfigurationRefused(Exception):
    """Nothing of the file was taken."""

    def __init__(self, problems: Sequence[ConfigurationProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def problems_told(refusal: ConfigurationRefused) -> list[dict[str, str]]:
    """The problems as the commands print them with `--json`."""
    return [
        {"table": problem.table, "key": problem.key, "field": problem.field, "message": problem.message}
        for problem in refusal.problems
    ]
