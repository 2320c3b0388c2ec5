"""Amounts and texts of bank entries as machines write them, read the quick way; the careful one has the last word."""

from payments.money import AmountProblem, UnreadableAmount
from payments.tabular.amounts import Amounts


class PlainAmounts(Amounts):
    """Amounts as nearly all banks write them: `-12.50`. Any other is refused here, to be read with care."""

    __slots__ = ()

    def __init__(self, currency: str, *, is_signed: bool = True) -> None:
        """Raises UnknownCurrency."""
        super().__init__(currency, ".", is_signed=is_signed)
        del self[""]  # an entry without an amount is damaged, and not one of nothing

    def once(self, text: str) -> int:
        """See `Amounts`."""
        written = text.strip()
        is_negative = written.startswith("-")
        digits = written[1:] if is_negative else written
        plain_digits = digits.replace(".", "", 1)
        if not (plain_digits.isdecimal() and plain_digits.isascii()) or (is_negative and not self.is_signed):
            raise UnreadableAmount(text, AmountProblem.NOT_A_NUMBER)
        amount = super().once(digits)
        return -amount if is_negative else amount


def tidy(text: str) -> str:
    """A text with single blanks between its words."""
    # No white space but the blank is printable.
    return text if " " not in text and text.isprintable() else " ".join(text.split())
