"""The two ways an adapter says no inside a row: the row is bad, or the file must not be kept at all."""

from typing import Final

from payments.facts import FileRefused, Problem
from payments.wording import translatable

CARD: Final = translatable(
    "This column holds what looks like a card number. Card numbers are never kept, so the file was refused "
    "and deleted. Ask the sender for a file without them."
)


class RowRefused(ValueError):
    """One row cannot be taken. `problem` lacks the line, which the reading adds."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem

    def at(self, line: int) -> Problem:
        """The problem with its line."""
        return Problem(self.problem.template, self.problem.values, line, self.problem.field)


def card_refusal(field: str, line: int | None = None) -> FileRefused:
    """The refusal of a file that holds a card number; the number itself is in no message."""
    return FileRefused(Problem(CARD, line=line, field=field), must_delete_bytes=True)
