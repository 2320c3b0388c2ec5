"""A share of what was looked at, with the ends between which the true one lies; pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

WHOLE: Final = 10_000
"""Basis points of one."""
_DEVIATE: Final = Decimal("1.959964")
"""Of the normal distribution, for 95 in 100."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a number of things."""

    part: int
    whole: int

    @property
    def basis_points(self) -> int | None:
        """Rounded half up; None where nothing was looked at."""
        return (2 * self.part * WHOLE + self.whole) // (2 * self.whole) if self.whole else None

    @property
    def interval(self) -> tuple[int, int] | None:
        """The score interval (Wilson) at 95 %, basis points: it holds for few things and near either end too."""
        if not self.whole:
            return None
        part, rest, square = Decimal(self.part), Decimal(self.whole - self.part), _DEVIATE * _DEVIATE
        middle, below = 2 * part + square, 2 * (self.whole + square)
        reach = _DEVIATE * (square + 4 * part * rest / self.whole).sqrt()
        low = _rounded((middle - reach) / below) if part else 0
        return low, _rounded((middle + reach) / below) if rest else WHOLE

    @property
    def words(self) -> str:
        """As people read it, one decimal; '' where nothing was looked at."""
        return "" if self.basis_points is None else _percent(self.basis_points)

    @property
    def ends(self) -> tuple[str, str] | None:
        """The interval as people read it."""
        return None if self.interval is None else (_percent(self.interval[0]), _percent(self.interval[1]))


def _percent(basis_points: int) -> str:
    tenths = (basis_points + 5) // 10
    return f"{tenths // 10}.{tenths % 10} %"


def _rounded(share: Decimal) -> int:
    return int(share * WHOLE + Decimal("0.5"))
