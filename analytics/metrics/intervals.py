"""Between which ends the true share, percentile or ratio lies, judging by what was seen; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from typing import Final

DEVIATE: Final = Decimal("1.959964")
"""Of the normal distribution, for 95 in 100."""
TAIL: Final = 0.025
"""What may lie beyond either end."""
NEGLIGIBLE: Final = 1e-13
FEWEST_DAYS: Final = 8
"""Below so many days their spread says nothing about a ratio of their sums."""


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


@lru_cache(maxsize=4096)
def ranks(sample: int, percent: int) -> tuple[int | None, int | None]:
    """The ranks, from 1, of the values between which a percentile lies at 95 % or more, of so many in ascending order.

    Of `sample` values, as many lie at or below the p-th percentile as the binomial distribution says, however the
    values are spread: each end leaves out at most 2.5 % of it (W. R. Thompson, Annals of Mathematical Statistics 7
    (1936), 122-128; H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1). None where even the
    smallest or the largest value does not reach that far: of the 95th percentile below 72 values nobody knows the end.

    Raises:
        ValueError: nothing was seen, or the percentile is not between 1 and 99.
    """
    if sample < 1 or not 0 < percent < 100:
        raise ValueError(f"percentile {percent} of {sample} has no ranks")
    low, high = _lower_rank(sample, percent), _lower_rank(sample, 100 - percent)
    return low, high and sample + 1 - high


def _lower_rank(sample: int, percent: int) -> int | None:
    """One more than the largest count with at most `TAIL` of the binomial distribution at or below it."""
    share, odds = percent / 100, percent / (100 - percent)
    deviation = sqrt(sample * share * (1 - share))
    # Near enough to begin with; what is added and taken away from there is exact.
    count = min(max(int(sample * share - float(DEVIATE) * deviation), 0), sample)
    chance = exp(
        lgamma(sample + 1) - lgamma(count + 1) - lgamma(sample - count + 1)
        + count * log(share) + (sample - count) * log1p(-share)
    )  # fmt: skip
    below = _at_or_below(count, sample, odds, chance)
    while below > TAIL:
        below -= chance
        chance *= count / ((sample - count + 1) * odds)
        count -= 1
        if count < 0:
            return None
    while below + (following := chance * odds * (sample - count) / (count + 1)) <= TAIL:
        below, chance, count = below + following, following, count + 1
    return count + 1


def _at_or_below(count: int, sample: int, odds: float, chance: float) -> float:
    """The chances of a count and of all below it, while they matter."""
    found = chance
    while count and chance > NEGLIGIBLE:
        chance *= count / ((sample - count + 1) * odds)
        count -= 1
        found += chance
    return found


def percentile_buckets(spread: Mapping[int, int], percent: int) -> tuple[int | None, int | None]:
    """The buckets in which both ends of a percentile's interval lie; None for an end that nobody knows.

    `spread` are buckets, in the order of their times, with how many times lie in each.
    """
    sample = sum(spread.values())
    if not sample:
        return None, None
    low, high = ranks(sample, percent)
    return _bucket_at(spread, low), _bucket_at(spread, high)


def _bucket_at(spread: Mapping[int, int], rank: int | None) -> int | None:
    if rank is None:
        return None
    upto = 0
    for bucket in sorted(spread):
        upto += spread[bucket]
        if upto >= rank:
            return bucket
    return None


def ratio(days: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Both ends of a ratio of sums at 95 %, in basis points rounded half up, from what is above and below on each day.

    Fees follow contracts, so what varies is what was sold: the interval says how far the ratio of other days like these
    may lie from theirs. Days are taken as drawn independently, all sales of one together: the variance of a ratio of
    totals by linearisation, sum((above - ratio * below)^2) * n / (n - 1) / sum(below)^2 (W. G. Cochran, Sampling
    Techniques, 3rd ed. 1977, section 6.4, the days being its units), with Student's t for so few of them. A price that
    changed within the period makes it wide and is not what it is about. None where nothing lies below, and of fewer
    than `FEWEST_DAYS` days.
    """
    count = len(days)
    above, below = sum(day[0] for day in days), sum(day[1] for day in days)
    if count < FEWEST_DAYS or below <= 0:
        return None
    squares = sum((one * below - above * other) ** 2 for one, other in days)
    error = (Decimal(squares) * count / (count - 1)).sqrt() / (Decimal(below) * below)
    reach = _student(count - 1) * error
    middle = Decimal(above) / below
    return _floored(middle - reach), _floored(middle + reach)


def _student(freedom: int) -> Decimal:
    """The 97.5th percentile of Student's t, at most 0.001 from it from 7 degrees on.

    The series in 1/freedom of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
    """
    z, f = DEVIATE, Decimal(freedom)
    return (
        z
        + (z**3 + z) / (4 * f)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * f**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * f**3)
    )


def _floored(share: Decimal) -> int:
    """Half up, below zero too."""
    return int((share * 10_000 + Decimal("0.5")).to_integral_value(ROUND_FLOOR))
