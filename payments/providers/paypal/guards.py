"""The guard of PayPal's rows: no card number anywhere, and no reference that a spreadsheet has made a number of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from payments.cards import (
    SHORTEST_GROUPED,
    holds_card_number,
    record_may_hold_card_number,
    reference_holds_card_number,
)
from payments.tabular.refusals import card_refusal, refuse_damaged_reference


def card_guard(header: Sequence[str], free: Sequence[int], references: Sequence[int]) -> Callable[[list[str]], None]:
    """Looks at the columns that are not read strictly; references by their own format.

    The function raises FileRefused for a card number and RowRefused for a damaged reference.
    """

    def guard(cells: list[str]) -> None:
        if record_may_hold_card_number("\x1f".join([cells[at] for at in free])):
            for at in free:
                if holds_card_number(cells[at]):
                    raise card_refusal(header[at])
        for at in references:
            cell = cells[at]
            if "+" in cell:
                refuse_damaged_reference(cell.strip(), header[at])
            if len(cell) >= SHORTEST_GROUPED and reference_holds_card_number(cell):
                raise card_refusal(header[at])

    return guard
