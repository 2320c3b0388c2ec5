"""Values in an address: whatever a campaign is called can be asked for."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.dashboards.forms import FILTERED, dimensions_of
from analytics.dashboards.values import listed, pair, written
from analytics.metrics.catalogue import METRICS


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.text(",-\\ \tab")))
@example(["", "-", "\\", ",", " ", "--", "a, b", " -", "- ", "\\-", "\u3000"])
def test_what_is_written_is_read_again(values: list[str]) -> None:
    assert listed(written(values)) == values


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("")
@example("a&b=c")
def test_a_pair_of_an_address_is_read_again(value: str) -> None:
    assert [listed(told) for told in parse_qs(pair("campaign", value))["campaign"]] == [[value]]


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(",-\\ ")))
def test_whatever_is_typed_is_read_and_stays_what_it_is(text: str) -> None:
    assert listed(written(listed(text))) == listed(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []), (" , ", []), ("card", ["card"]), ("card, toss ", ["card", "toss"]), ("-", [""]), (" - ,KR", ["", "KR"]),
        ("spring-sale", ["spring-sale"]), (r"\-", ["-"]), (r"a\, b", ["a, b"]), (r"\ a", [" a"]), ("a\\", ["a"]),
    ],
)  # fmt: skip
def test_how_it_is_typed(text: str, values: list[str]) -> None:
    assert listed(text) == values


def test_whatever_a_figure_is_told_apart_by_it_can_be_narrowed_by() -> None:
    """Else the rows behind a part would be those of all parts."""
    assert set(FILTERED) == {name for metric in METRICS.values() for name in dimensions_of(metric)}
