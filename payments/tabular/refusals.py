"""The two ways an adapter says no inside a row: the row is bad, or the file must not be kept at all."""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, Final

from payments.card_glances import lines_may_hold_card_number
from payments.cards import SHORTEST, holds_card_number, may_hold_groups, reference_holds_card_number
from payments.facts import FileRefused, Problem
from payments.tabular.amounts import shown
from payments.wording import translatable

CARD: Final = translatable(
    "This column holds what looks like a card number. Card numbers are never kept, so the file was refused "
    "and deleted. Ask the sender for a file without them."
)
DAMAGED: Final = translatable(
    "“%(text)s” is a number as spreadsheets write it: most digits of this reference are lost. "
    "Import the file as it was downloaded, not as a spreadsheet saved it."
)

# What becomes of 8816178952380553 in a spreadsheet; `/` and blanks join the columns of one reference.
_SCIENTIFIC: Final = re.compile(r"(?:^|[/ ])-?[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{1,3}(?:$|[/ ])")
_DAMAGED_BY: Final = re.compile(r"\+(?<=[0-9][Ee]\+)[0-9]")
"""Part of every number as spreadsheets write it."""
_REMEMBERED: Final = 20_000
_LONGEST_REMEMBERED: Final = 200


class RowRefused(ValueError):
    """One row cannot be taken. `problem` lacks the line, which the reading adds."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem

    def at(self, line: int, record: int | None = None) -> Problem:
        """The problem with its line, and in a JSON list with the number of its object."""
        return replace(self.problem, line=line, record=record)


class CardNumbers(dict[str, bool]):
    """Whether a text holds a card number: most texts of a file repeat, and are looked at once."""

    def __init__(self, holds: Callable[[str], bool] = holds_card_number) -> None:
        """`holds` decides; texts are free ones where nothing else is said."""
        super().__init__()
        self._holds = holds

    def __missing__(self, text: str) -> bool:
        is_card = self._holds(text)
        if not is_card and len(text) <= _LONGEST_REMEMBERED and len(self) < _REMEMBERED:
            self[text] = False
        return is_card


def _may_hold_groups(joined: str) -> bool:
    return not joined.isascii() or may_hold_groups(joined)


def lines_need_guard(text: str) -> bool:
    """Whether a card guard has to look at the rows in these lines: False is certain, and so of most lines of a file."""
    return lines_may_hold_card_number(text) or _DAMAGED_BY.search(text) is not None


def card_guard(header: Sequence[str], free: Sequence[int], references: Sequence[int]) -> Callable[[list[str]], None]:
    """Looks at the columns of a row that are not read strictly; at references by their own format.

    The function raises FileRefused for a card number, and RowRefused for a reference that a spreadsheet has damaged.
    """
    cards = CardNumbers()

    def guard(cells: list[str]) -> None:
        for at in free:
            text = cells[at]
            if len(text) >= SHORTEST and cards[text]:
                raise card_refusal(header[at])
        joined = "|".join([cells[at] for at in references])
        if _may_hold_groups(joined):
            for at in references:
                if reference_holds_card_number(cells[at]):
                    raise card_refusal(header[at])
        if "+" in joined:
            for at in references:
                refuse_damaged_reference(cells[at].strip(), header[at])

    return guard


def refusal_at(refusal: FileRefused, line: int) -> FileRefused:
    """The refusal with the line it was met on, where it does not know its own."""
    problem = refusal.problem
    placed = replace(problem, line=problem.line or line)
    return FileRefused(placed, must_delete_bytes=refusal.must_delete_bytes)


def card_refusal(field: str, line: int | None = None, record: int | None = None) -> FileRefused:
    """The refusal of a file that holds a card number; the number itself is in no message."""
    return FileRefused(Problem(CARD, line=line, field=field, record=record), must_delete_bytes=True)


def refuse_cards(record: Mapping[str, Any], references: Set[str], line: int, number: int) -> None:
    """Raise FileRefused when a field that is none of the `references` holds a card number; `number` counts from 1."""
    pending: list[tuple[str, Any]] = list(record.items())
    while pending:
        name, value = pending.pop()
        if isinstance(value, str):
            is_card = reference_holds_card_number if name in references else holds_card_number
            if is_card(value):
                raise card_refusal(name, line, number)
        elif isinstance(value, dict):
            pending.extend(value.items())
        elif isinstance(value, list):
            pending.extend((name, entry) for entry in value)


def refuse_damaged_reference(text: str, field: str) -> None:
    """Raise RowRefused when a spreadsheet has made a number of a reference: several payments would share the rest."""
    if "+" in text and _SCIENTIFIC.search(text):
        raise RowRefused(Problem(DAMAGED, {"text": shown(text)}, field=field))
