"""The Money value: an exact amount that never mixes with another currency."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from .currencies import EXPONENTS, UnknownCurrency, format_minor


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were added, subtracted or ordered."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(left, right)
        self.left = left
        self.right = right

    def __str__(self) -> str:
        return f"{self.left} and {self.right} do not mix"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one ISO 4217 currency. Raises UnknownCurrency, and TypeError for anything but int.

    Equality is free of errors (amounts of two currencies are simply unequal); order, sum and difference raise
    CurrencyMismatch.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        # A float or Decimal that slips in here would only show up days later, as a break of one minor unit.
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        if self.currency not in EXPONENTS:
            raise UnknownCurrency(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing of a currency: the start of a sum."""
        return cls(0, currency)

    @property
    def is_zero(self) -> bool:
        """Whether the amount is nothing at all."""
        return self.minor == 0

    def to_major(self) -> Decimal:
        """Return the exact amount in major units, with the currency's own number of digits."""
        return Decimal(format_minor(self.minor, self.currency))

    def __str__(self) -> str:
        return f"{format_minor(self.minor, self.currency)} {self.currency}"

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.minor), self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._minor_of(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._minor_of(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._minor_of(other)

    def _minor_of(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money goes with money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor
