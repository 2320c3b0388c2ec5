"""The guard of PayPal's rows: no card number anywhere, and no reference that a spreadsheet has made a number of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from payments.cards import SHORTEST, reference_holds_card_number
from payments.tabular.refusals import (
    CardNumbers,
    card_refusal,
    references_hold_card_number,
    refuse_damaged_reference,
)


def card_guard(header: Sequence[str], free: Sequence[int], references: Sequence[int]) -> Callable[[list[str]], None]:
    """Looks at the columns that are not read strictly; references by their own format.

    The function raises FileRefused for a card number and RowRefused for a damaged reference.
    """

    cards = CardNumbers()

    def guard(cells: list[str]) -> None:
        for at in free:
            if len(cells[at]) >= SHORTEST and cards[cells[at]]:
                raise card_refusal(header[at])
        texts = [cells[at] for at in references]
        if not references_hold_card_number(texts) and not any("+" in text for text in texts):
            return
        for at, text in zip(references, texts, strict=True):
            refuse_damaged_reference(text.strip(), header[at])
            if reference_holds_card_number(text):
                raise card_refusal(header[at])

    return guard
