"""The one place that rounds: exact division, basis-point shares, conversion and splitting of minor units."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from .currencies import exponent


class Rounding(StrEnum):
    """How a remainder becomes a whole minor unit. The values are stored in contracts."""

    HALF_UP = "half_up"
    """To the nearest, a half away from zero: Korean and Japanese VAT."""
    HALF_EVEN = "half_even"
    """To the nearest, a half to the even neighbour."""
    DOWN = "down"
    """Towards zero: the fractions of a won or yen are cut off."""
    UP = "up"
    """Away from zero."""
    FLOOR = "floor"
    """Towards minus infinity."""
    CEILING = "ceiling"
    """Towards plus infinity."""


BASIS_POINTS_IN_ONE = 10_000

# A rate of a contract or an exchange has a handful of digits. Without a bound, Decimal("1E-80000000") is a number whose
# exact fraction takes the machine away.
_LARGEST_RATE_EXPONENT = 40


def divide_rounded(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide exactly and round once. Raises ZeroDivisionError."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    floor, remainder = divmod(numerator, denominator)
    if remainder == 0:
        return floor
    return floor + 1 if _rounds_to_upper(floor, 2 * remainder - denominator, rounding) else floor


def _rounds_to_upper(floor: int, above_half: int, rounding: Rounding) -> bool:
    """Choose between `floor` and `floor + 1`; `above_half` has the sign of (remainder minus one half)."""
    is_negative = floor < 0
    match rounding:
        case Rounding.HALF_UP:
            return above_half > 0 or (above_half == 0 and not is_negative)
        case Rounding.HALF_EVEN:
            return above_half > 0 or (above_half == 0 and floor % 2 == 1)
        case Rounding.DOWN:
            return is_negative
        case Rounding.UP:
            return not is_negative
        case Rounding.FLOOR:
            return False
        case Rounding.CEILING:
            return True


def exact_ratio(rate: Decimal | int) -> tuple[int, int]:
    """Return a rate as numerator and positive denominator.

    Raises ValueError for NaN, infinity and rates of absurd size, TypeError for floats.
    """
    if isinstance(rate, int):
        return rate, 1
    if not isinstance(rate, Decimal):
        raise TypeError(f"a rate is a Decimal or an int, not {type(rate).__name__}")
    if not rate.is_finite():
        raise ValueError(f"a rate is a finite number, not {rate}")
    _, digits, exponent_of_rate = rate.as_tuple()
    if abs(int(exponent_of_rate)) > _LARGEST_RATE_EXPONENT or len(digits) > _LARGEST_RATE_EXPONENT:
        raise ValueError("the rate has too many digits")
    return rate.as_integer_ratio()


def share_of(amount_minor: int, rate_basis_points: Decimal | int, rounding: Rounding) -> int:
    """Return the share of an amount in its own minor units, rounded once: 2.31 % of 64 601 is 231 basis points.

    Raises ValueError for a rate that is not finite.
    """
    numerator, denominator = exact_ratio(rate_basis_points)
    return divide_rounded(amount_minor * numerator, denominator * BASIS_POINTS_IN_ONE, rounding)


def convert(amount_minor: int, from_currency: str, to_currency: str, rate: Decimal, rounding: Rounding) -> int:
    """Convert minor units into another currency's minor units, rounded once.

    `rate` says how many major units of `to_currency` one major unit of `from_currency` is worth.
    Raises UnknownCurrency, and ValueError for a rate that is not positive and finite.
    """
    numerator, denominator = exact_ratio(rate)
    if numerator <= 0:
        raise ValueError("an exchange rate is positive")
    scale = exponent(to_currency) - exponent(from_currency)
    if scale >= 0:
        numerator *= 10**scale
    else:
        denominator *= 10**-scale
    return divide_rounded(amount_minor * numerator, denominator, rounding)


def allocate(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Split minor units in proportion to weights so that the parts sum to the whole (largest remainder).

    Equal remainders go to the earlier part first; a weight of zero gets nothing; a negative total is the mirror image
    of the positive one. Raises ValueError for no weights, a negative weight, or weights that are all zero.
    """
    weight_sum = sum(weights)
    if weight_sum <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative and at least one is positive")
    size = abs(total_minor)
    parts = [size * weight // weight_sum for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(size * weights[index] % weight_sum))
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return [-part for part in parts] if total_minor < 0 else parts
