"""What the reading machine is told, and what it has found out when a file is read to its end; both also as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from payments.facts import BankStatementFact, Check, PayoutFact, Problem, ReadingTerms, SourceFile, StatementFact
from payments.intake.summaries import (
    bank_statements_from_json,
    checks_as_json,
    checks_from_json,
    payouts_as_json,
    payouts_from_json,
    problems_as_json,
    problems_from_json,
    statements_as_json,
    statements_from_json,
)

CHUNK_LINES: Final = 5_000
"""Lines of one transaction of staging. More at once fall out of the caches: 20 000 take 8 % longer to render."""


@dataclass(frozen=True, slots=True)
class Order:
    """One file to be read."""

    import_id: int
    kind: str
    """An `ImportKind`."""
    adapter: str
    """Code of the format."""
    source: SourceFile
    terms: ReadingTerms
    staged: int = 0
    """Lines at the beginning of the file that are staged already: they are read again, but not rendered."""
    chunk_lines: int = CHUNK_LINES

    def as_json(self) -> dict[str, Any]:
        """The form that goes to another process."""
        values = asdict(self)
        values["source"]["path"] = str(self.source.path.resolve())
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Order:
        """The order that another process has given."""
        source, terms = values["source"], values["terms"]
        return cls(
            **{
                **values,
                "source": SourceFile(**{**source, "path": Path(source["path"])}),
                "terms": ReadingTerms(**{**terms, "currencies": tuple(terms["currencies"])}),
            }
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a file behind its last line, beside its rows."""

    problem_count: int = 0
    problems: Sequence[Problem] = ()
    """The first bad rows. Where there are any, only the checks are told besides."""
    checks: Sequence[Check] = ()
    statements: Sequence[StatementFact] = ()
    bank_statements: Sequence[BankStatementFact] = ()
    payouts: Sequence[PayoutFact] = ()

    def as_json(self) -> dict[str, Any]:
        """The form that goes to another process."""
        return {
            "problem_count": self.problem_count,
            "problems": problems_as_json(self.problems),
            "checks": checks_as_json(self.checks),
            "statements": statements_as_json(self.statements),
            "bank_statements": statements_as_json(self.bank_statements),
            "payouts": payouts_as_json(self.payouts),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Findings:
        """The findings of another process."""
        return cls(
            problem_count=values["problem_count"],
            problems=problems_from_json(values["problems"]),
            checks=checks_from_json(values["checks"]),
            statements=statements_from_json(values),
            bank_statements=bank_statements_from_json(values),
            payouts=payouts_from_json(values["payouts"]),
        )
