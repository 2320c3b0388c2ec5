"""Reading amounts as a whole: what is written reads back, both paths agree, and no cell costs time."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payments.money import (
    EXPONENTS,
    LARGEST_MINOR,
    AmountProblem,
    UnknownCurrency,
    UnreadableAmount,
    format_minor,
    minor_from_major,
    parse_minor,
    parse_minor_units,
)
from payments.money.spelling import read_spelling

MINUS_SIGN, NARROW_SPACE = "\u2212", "\u202f"


@pytest.mark.parametrize("currency", ["usd", "XXX", "XAU", "US", "", "BTC", "USD "])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(UnknownCurrency):
        parse_minor("5.00", currency)
    with pytest.raises(UnknownCurrency):
        minor_from_major(5, currency)


@pytest.mark.parametrize("mark", ["", ";", ".,", " "])
def test_only_point_and_comma_are_decimal_marks(mark: str) -> None:
    with pytest.raises(ValueError, match="decimal mark"):
        parse_minor("5", "USD", decimal_mark=mark)


amounts = st.integers(-LARGEST_MINOR, LARGEST_MINOR) | st.integers(-100_000, 100_000)
currencies = st.sampled_from(sorted(EXPONENTS))


@given(amounts)
def test_every_currency_reads_back_what_it_writes(minor: int) -> None:
    for currency in EXPONENTS:
        assert parse_minor(format_minor(minor, currency), currency, decimal_mark=".") == minor


def spelled(minor: int, currency: str, divider: str, mark: str, negative: str) -> str:
    """Spell an amount as a person of some country would."""
    whole, _, fraction = format_minor(abs(minor), currency).partition(".")
    grouped = f"{int(whole):,}".replace(",", divider)
    return (negative if minor < 0 else "{}").format(grouped + (mark + fraction if fraction else ""))


@given(
    amounts,
    currencies,
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), (NARROW_SPACE, ","), ("", "."), ("", ",")]),
    st.sampled_from(["-{}", "{}-", "({})", MINUS_SIGN + "{}", "{} DR"]),
)
def test_every_country_is_read_once_its_mark_is_declared(
    minor: int, currency: str, marks: tuple[str, str], negative: str
) -> None:
    text = spelled(minor, currency, marks[0], marks[1], negative)
    assert parse_minor(text, currency, decimal_mark=marks[1]) == minor
    assert parse_minor(f"{currency} {text}", currency, decimal_mark=marks[1]) == minor


@given(amounts, currencies, st.sampled_from([(",", "."), (".", ",")]))
def test_an_undeclared_amount_is_right_or_refused_as_ambiguous(
    minor: int, currency: str, marks: tuple[str, str]
) -> None:
    text = spelled(minor, currency, marks[0], marks[1], "-{}")
    assert outcome_of(text, currency, None, fast=True) in (minor, AmountProblem.AMBIGUOUS)


def outcome_of(text: str, currency: str, decimal_mark: str | None, *, fast: bool) -> int | AmountProblem:
    """Read a cell through the door with the fast path, or past it."""
    try:
        if fast:
            return parse_minor(text, currency, decimal_mark=decimal_mark)
        return read_spelling(text, currency, decimal_mark)
    except UnreadableAmount as refusal:
        return refusal.reason


@settings(max_examples=1_000)
@given(
    st.text(alphabet="0123456789.,-+ '()", max_size=18)
    | st.text(alphabet="0159.,-", max_size=9)
    | st.text(max_size=16),
    st.sampled_from(["USD", "JPY", "KRW", "KWD", "CLF", "INR", "CLP"]),
    st.sampled_from([None, ".", ","]),
)
@example("1,234.50", "USD", None)
@example("1,234", "USD", ".")
@example("1,234", "USD", None)
@example("0,12", "USD", ".")
@example("5.", "USD", ".")
@example(".-5", "USD", ".")
@example("-", "USD", None)
@example("²", "USD", None)
def test_the_fast_path_reads_exactly_what_the_careful_one_reads(
    text: str, currency: str, decimal_mark: str | None
) -> None:
    fast = outcome_of(text, currency, decimal_mark, fast=True)
    assert fast == outcome_of(text, currency, decimal_mark, fast=False)


@given(st.text(), currencies, st.sampled_from([None, ".", ","]))
def test_any_text_is_an_amount_or_a_named_refusal(text: str, currency: str, decimal_mark: str | None) -> None:
    outcome = outcome_of(text, currency, decimal_mark, fast=True)
    assert isinstance(outcome, AmountProblem) or abs(outcome) <= LARGEST_MINOR


HOSTILE = [
    "1E-80000000",
    "1E+80000000",
    "9" * 5_000_000,
    "0" * 5_000_000,
    "0." + "0" * 5_000_000,
    " " * 5_000_000,
    "1," * 2_000_000,
    "(" * 32 + ")" * 32,
    "-" * 64,
    "1 " * 32,
    "1'" * 31 + "1x",
    "$" * 63 + "1",
    "1" + " " * 62 + "x",
    "1" + "a" * 63,
    ",".join(["111"] * 16),
    "１" * 64,
]


def test_no_cell_costs_time() -> None:
    """All hostile cells together take well under a second of this process, however they are declared."""
    started = time.process_time()
    for text in HOSTILE:
        for currency, mark in [("USD", None), ("KWD", "."), ("JPY", ",")]:
            with pytest.raises(UnreadableAmount):
                parse_minor(text, currency, decimal_mark=mark)
        with pytest.raises(UnreadableAmount):
            parse_minor_units(text)
    assert time.process_time() - started < 0.5


def test_the_plain_spellings_of_a_million_lines_stay_cheap() -> None:
    """Plain cells cost a fraction of careful ones (0.6 µs to 6 µs measured); a ratio holds on every machine."""
    cells = ["123.45", "38.1", "1000", "-5"] * 2_500
    fast = min(_seconds_to_read(parse_minor, cells) for _ in range(5))
    careful = min(_seconds_to_read(lambda cell, currency: read_spelling(cell, currency, None), cells) for _ in range(5))
    assert fast * 3 < careful


def _seconds_to_read(read: Callable[[str, str], int], cells: list[str]) -> float:
    started = time.process_time()
    for cell in cells:
        read(cell, "USD")
    return time.process_time() - started


@pytest.mark.parametrize(
    ("text", "minor"),
    [("34726979", 34726979), ("-2250", -2250), ("+5", 5), ("000", 0), (" 12 ", 12), (f"{MINUS_SIGN}7", -7)],
)
def test_minor_units_are_read(text: str, minor: int) -> None:
    assert parse_minor_units(text) == minor


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", AmountProblem.EMPTY),
        ("1.0", AmountProblem.NOT_A_NUMBER),
        ("1,000", AmountProblem.NOT_A_NUMBER),
        ("1_000", AmountProblem.NOT_A_NUMBER),
        ("--1", AmountProblem.NOT_A_NUMBER),
        ("-", AmountProblem.NOT_A_NUMBER),
        ("- 1", AmountProblem.NOT_A_NUMBER),
        ("１２", AmountProblem.NOT_A_NUMBER),
        ("1E3", AmountProblem.NOT_A_NUMBER),
        ("9223372036854775808", AmountProblem.TOO_LARGE),
        ("1" * 65, AmountProblem.TOO_LONG),
    ],
)
def test_what_is_no_integer_is_refused(text: str, reason: AmountProblem) -> None:
    with pytest.raises(UnreadableAmount) as refusal:
        parse_minor_units(text)
    assert refusal.value.reason is reason


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (Decimal("38.1"), "USD", 3810),
        (Decimal("-39.7500"), "EUR", -3975),
        (Decimal("1E+3"), "JPY", 1000),
        (Decimal("0E-80000000"), "USD", 0),
        (Decimal("1.234"), "KWD", 1234),
        (800, "KRW", 800),
        (5, "USD", 500),
    ],
)
def test_an_exact_number_becomes_minor_units(amount: Decimal | int, currency: str, minor: int) -> None:
    assert minor_from_major(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (Decimal("39.754"), AmountProblem.TOO_MANY_DECIMALS),
        (Decimal("1E-80000000"), AmountProblem.TOO_MANY_DECIMALS),
        (Decimal("1E+80000000"), AmountProblem.TOO_LARGE),
        (Decimal("92233720368547758.08"), AmountProblem.TOO_LARGE),
        (Decimal("NaN"), AmountProblem.NOT_A_NUMBER),
        (Decimal("-Infinity"), AmountProblem.NOT_A_NUMBER),
    ],
)
def test_an_inexact_or_endless_number_is_refused(amount: Decimal, reason: AmountProblem) -> None:
    with pytest.raises(UnreadableAmount) as refusal:
        minor_from_major(amount, "USD")
    assert refusal.value.reason is reason


def test_a_float_is_no_amount() -> None:
    with pytest.raises(TypeError):
        minor_from_major(38.1, "USD")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        minor_from_major(True, "USD")


@given(amounts, currencies)
def test_numbers_and_their_text_are_the_same_amount(minor: int, currency: str) -> None:
    assert minor_from_major(Decimal(format_minor(minor, currency)), currency) == minor
