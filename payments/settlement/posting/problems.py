"""Why a file that was read to its end cannot be posted after all."""

from __future__ import annotations

from payments.facts import Problem


class PostingRefused(Exception):
    """What is known already contradicts the file; nothing of it is posted."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


class StagingLost(Exception):
    """The staged rows are not all there: PostgreSQL crashed since they were staged. Reading again heals it."""
