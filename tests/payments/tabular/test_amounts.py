"""Cells that hold money: what the quick way reads is what the careful way reads, and it refuses nothing else."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payments.cards import SHORTEST, holds_card_number
from payments.money import AmountProblem, UnreadableAmount, parse_minor
from payments.tabular.amounts import Amounts

CURRENCIES = st.sampled_from(("JPY", "KRW", "EUR", "KWD", "INR", "CLF", "VND"))
MARKS = st.sampled_from((None, ".", ","))
GROUPED = st.builds(
    lambda sign, divider, groups, mark, fraction: sign + divider.join(groups) + mark + fraction,
    st.sampled_from(("", "-", "+", "(")),
    st.sampled_from(",.' "),
    st.lists(st.from_regex(r"[0-9]{1,3}", fullmatch=True) | st.from_regex(r"[0-9]{3}", fullmatch=True), max_size=7),
    st.sampled_from(("", ".", ",")),
    st.from_regex(r"[0-9]{0,5}", fullmatch=True),
)
WRITTEN = GROUPED | st.text("0123456789,.-' １", max_size=22) | st.from_regex(r"-?[0-9]{1,20}", fullmatch=True)


def carefully(text: str, currency: str, mark: str | None) -> int | AmountProblem:
    if len(text) >= SHORTEST and holds_card_number(text):
        return AmountProblem.TOO_LARGE
    try:
        return parse_minor(text, currency, decimal_mark=mark) if text.strip() else 0
    except UnreadableAmount as refusal:
        return refusal.reason


@given(WRITTEN, CURRENCIES, MARKS)
@example("0,800", "KRW", None)
@example("00,800", "JPY", None)
@example("1,653.750", "KWD", None)
@example("4111111111111", "JPY", ".")
def test_the_quick_way_reads_and_refuses_as_the_careful_one_does(text: str, currency: str, mark: str | None) -> None:
    amounts = Amounts(currency, mark)
    found: list[int | AmountProblem] = []
    for _ in range(2):
        try:
            found.append(amounts[text])
        except UnreadableAmount as refusal:
            found.append(refusal.reason)
    assert found == [carefully(text, currency, mark)] * 2


@pytest.mark.parametrize(
    ("text", "currency", "mark", "minor"),
    [
        ("896,853,915,178", "KRW", None, 896_853_915_178),
        ("1,000", "JPY", None, 1_000),
        ("-87.087.654,32", "EUR", ",", -8_708_765_432),
        ("99,999,999,999,999", "CLF", ".", 999_999_999_999_990_000),
    ],
)
def test_divided_thousands_are_read(text: str, currency: str, mark: str | None, minor: int) -> None:
    assert Amounts(currency, mark)[text] == minor


@pytest.mark.parametrize("text", ["1,00,000", "1,0000", ",100", "1,,000"])
def test_thousands_divided_badly_are_refused(text: str) -> None:
    with pytest.raises(UnreadableAmount) as caught:
        Amounts("EUR", ".")[text]
    assert caught.value.reason is AmountProblem.BAD_GROUPING


def test_an_amount_that_can_be_read_in_two_ways_stays_ambiguous() -> None:
    with pytest.raises(UnreadableAmount) as caught:
        Amounts("EUR")["1,234"]
    assert caught.value.reason is AmountProblem.AMBIGUOUS


def test_what_is_read_is_remembered_up_to_a_bound() -> None:
    amounts = Amounts("KRW", ".")
    assert [amounts[f"{number},000"] for number in range(1, 999)] == [number * 1_000 for number in range(1, 999)]
    for number in range(50_000):
        assert amounts[str(number)] == number
    assert len(amounts) == 20_000
