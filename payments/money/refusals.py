"""Why a cell is no amount: the named reasons, and the error that carries one."""

from enum import StrEnum
from typing import Final

LARGEST_MINOR: Final = 2**63 - 1
"""Minor units live in PostgreSQL bigint columns; anything larger is damage, not money."""

LONGEST_CELL: Final = 64
"""Characters: enough for every real cell with padding and affixes, too few for any cell to cost time."""


class AmountProblem(StrEnum):
    """Why a cell is no amount. The room that shows it to people has a translated sentence for each."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    SCIENTIFIC = "scientific"
    """1E3 is what a spreadsheet leaves of a number it has damaged: its digits may be lost."""
    AMBIGUOUS = "ambiguous"
    """The mark may divide thousands or decimals: declare the decimal mark of the file."""
    BAD_GROUPING = "bad_grouping"
    TOO_MANY_DECIMALS = "too_many_decimals"
    TOO_LARGE = "too_large"
    CONFLICTING_SIGNS = "conflicting_signs"
    OTHER_CURRENCY = "other_currency"


class UnreadableAmount(ValueError):
    """The text is not one exact amount of the currency. `text` is cut to the length of a plausible cell."""

    def __init__(self, text: str, reason: AmountProblem) -> None:
        super().__init__(text[:LONGEST_CELL], reason)
        self.text = text[:LONGEST_CELL]
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.text!r} is not a readable amount: {self.reason}"
