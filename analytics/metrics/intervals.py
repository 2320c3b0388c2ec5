"""Between which shares the true one lies when so many of so many were seen; pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

DEVIATE: Final = Decimal("1.959964")
"""Of the normal distribution, for 95 in 100."""


def wilson(part: int, whole: int) -> tuple[int, int] | None:
    """The score interval of a share at 95 %, both ends in basis points rounded half up; None where nothing was counted.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209-212. Unlike the textbook interval it stays between none and all, and holds
    for small samples and shares near either end (R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, method 3).

    Raises:
        ValueError: the part is no part of the whole.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no share")
    if not whole:
        return None
    seen, missed, square = Decimal(part), Decimal(whole - part), DEVIATE * DEVIATE
    middle = 2 * seen + square
    reach = DEVIATE * (square + 4 * seen * missed / whole).sqrt()
    below = 2 * (whole + square)
    low = _rounded((middle - reach) / below) if part else 0
    high = _rounded((middle + reach) / below) if part < whole else 10_000
    return low, high


def _rounded(share: Decimal) -> int:
    return int(share * 10_000 + Decimal("0.5"))
