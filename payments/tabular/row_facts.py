"""The rows of a delimited file become facts: good ones are given out, bad ones are told of with their line."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from payments.facts import FileRefused, Problem, ProblemLog
from payments.money import UnreadableAmount
from payments.tabular.amounts import amount_problem
from payments.tabular.delimited import Record
from payments.tabular.refusals import RowRefused, refusal_at

Fact = TypeVar("Fact")


def facts_of(
    records: Iterable[Record],
    read: Callable[[int, int, int, list[str]], Fact | None],
    amount_refused: Callable[[list[str]], RowRefused | None],
    problems: ProblemLog,
) -> Iterator[Fact]:
    """Yield what `read` makes of each row, but for None. `amount_refused` names the column of an unreadable amount.

    Rows that are refused go to `problems`. Raises FileRefused, with its line, for a file that must not be read on.
    """
    refuse = problems.add
    for line, offset, length, cells in records:
        try:
            fact = read(line, offset, length, cells)
        except RowRefused as refusal:
            refuse(refusal.at(line))
        except UnreadableAmount as refusal:
            refuse(_explained(refusal, amount_refused, line, cells))
        except FileRefused as refusal:
            raise refusal_at(refusal, line) from None
        else:
            if fact is not None:
                yield fact


def _explained(
    refusal: UnreadableAmount, amount_refused: Callable[[list[str]], RowRefused | None], line: int, cells: list[str]
) -> Problem:
    try:
        found = amount_refused(cells)
    except FileRefused as card:
        raise refusal_at(card, line) from None
    return found.at(line) if found else amount_problem(refusal, line=line)
