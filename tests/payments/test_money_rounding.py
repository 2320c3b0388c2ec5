"""Rounding, shares, conversion and splitting, judged by exact fractions."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.money import EXPONENTS, Rounding, allocate, convert, divide_rounded, share_of

integers = st.integers(-(10**20), 10**20)
small = st.integers(-40, 40)
roundings = st.sampled_from(list(Rounding))
rates = st.decimals(min_value=0, max_value=20_000, places=4)


def away(value: Fraction) -> int:
    return ceil(value) if value > 0 else floor(value)


def half_up(value: Fraction) -> int:
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


REFERENCE: dict[Rounding, Callable[[Fraction], int]] = {
    Rounding.HALF_UP: half_up,
    Rounding.HALF_EVEN: round,
    Rounding.DOWN: int,
    Rounding.UP: away,
    Rounding.FLOOR: floor,
    Rounding.CEILING: ceil,
}


@given(integers | small, (integers | small).filter(bool), roundings)
def test_division_rounds_as_the_exact_fraction_does(numerator: int, denominator: int, rounding: Rounding) -> None:
    assert divide_rounded(numerator, denominator, rounding) == REFERENCE[rounding](Fraction(numerator, denominator))


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        #                     -2.5 -1.5 -0.5 0.5 1.5 2.5
        (Rounding.HALF_UP, (-3, -2, -1, 1, 2, 3)),
        (Rounding.HALF_EVEN, (-2, -2, 0, 0, 2, 2)),
        (Rounding.DOWN, (-2, -1, 0, 0, 1, 2)),
        (Rounding.UP, (-3, -2, -1, 1, 2, 3)),
        (Rounding.FLOOR, (-3, -2, -1, 0, 1, 2)),
        (Rounding.CEILING, (-2, -1, 0, 1, 2, 3)),
    ],
)
def test_halves(rounding: Rounding, expected: tuple[int, ...]) -> None:
    assert tuple(divide_rounded(half, 2, rounding) for half in (-5, -3, -1, 1, 3, 5)) == expected


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        divide_rounded(1, 0, Rounding.HALF_UP)


@given(integers, rates | st.integers(0, 20_000), roundings)
def test_a_share_is_rounded_once(amount: int, rate: Decimal | int, rounding: Rounding) -> None:
    assert share_of(amount, rate, rounding) == REFERENCE[rounding](amount * Fraction(rate) / 10_000)


def test_shares_seen_in_real_statements() -> None:
    assert share_of(5000, 275, Rounding.HALF_UP) == 138
    assert share_of(138, 1000, Rounding.HALF_UP) == 14
    assert share_of(64_601, 231, Rounding.HALF_UP) == 1492
    assert share_of(64_601, Decimal("210.0"), Rounding.DOWN) == 1356


@pytest.mark.parametrize(
    ("minor", "from_currency", "to_currency", "rate", "expected"),
    [
        (10_000, "USD", "KRW", "1385.5", 138_550),
        (138_550, "KRW", "USD", "0.00072176", 10_000),
        (1_000, "JPY", "USD", "0.0066666", 667),
        (1_234, "KWD", "USD", "3.25", 401),
        (-1_234, "KWD", "USD", "3.25", -401),
        (100, "USD", "CLF", "0.025", 250),
        (12_345, "USD", "USD", "1", 12_345),
    ],
)
def test_conversion(minor: int, from_currency: str, to_currency: str, rate: str, expected: int) -> None:
    assert convert(minor, from_currency, to_currency, Decimal(rate), Rounding.HALF_UP) == expected


@given(
    integers,
    st.sampled_from(sorted(EXPONENTS)),
    st.sampled_from(sorted(EXPONENTS)),
    st.decimals(min_value=Decimal("0.0000000001"), max_value=10**6, places=10),
    roundings,
)
def test_conversion_rounds_the_exact_amount(
    amount: int, source: str, target: str, rate: Decimal, rounding: Rounding
) -> None:
    exact = Fraction(amount, 10 ** EXPONENTS[source]) * Fraction(rate) * 10 ** EXPONENTS[target]
    assert convert(amount, source, target, rate, rounding) == REFERENCE[rounding](exact)


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "1E-80000000", "1E+80000000", "1." + "1" * 60])
def test_a_rate_is_positive_finite_and_of_sane_length(rate: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        convert(100, "USD", "KRW", Decimal(rate), Rounding.HALF_UP)


def test_a_float_is_no_rate() -> None:
    with pytest.raises(TypeError):
        share_of(100, 2.5, Rounding.HALF_UP)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (5, [0, 3, 7], [0, 2, 3]),
        (10, [1, 2, 4], [1, 3, 6]),
        (1, [1, 1], [1, 0]),
        (0, [5, 5], [0, 0]),
        (7, [3], [7]),
    ],
)
def test_allocation(total: int, weights: list[int], parts: list[int]) -> None:
    assert allocate(total, weights) == parts


@given(integers | small, st.lists(st.integers(0, 10**12) | st.integers(0, 3), min_size=1, max_size=30).filter(any))
def test_parts_sum_to_the_whole_and_miss_their_share_by_less_than_one(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert allocate(-total, weights) == [-part for part in parts]
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(small, st.lists(st.integers(0, 9), min_size=1, max_size=9).filter(any))
def test_a_heavier_weight_never_gets_less(total: int, weights: list[int]) -> None:
    parts = [abs(part) for part in allocate(total, weights)]
    ranked = sorted(zip(weights, parts, strict=True))
    for (lighter, less), (heavier, more) in pairwise(ranked):
        assert lighter == heavier or less <= more


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [2, -1], [-1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)
