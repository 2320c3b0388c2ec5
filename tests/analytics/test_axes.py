"""What stands at an axis: large amounts in the words of a language, months without their days."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from analytics.charts import COUNT, PERCENT, Mark, Scale, Series, bars, line, money_scale
from analytics.dashboards.notes import with_hatching
from analytics.dashboards.wording import scale_of
from analytics.metrics.catalogue.times import TIME_TO_CASH

DAYS = [date(2026, 11, 1), date(2026, 11, 2)]
KOREAN = ((10**8, "억"), (10**4, "만"))


def _series(*values: int) -> Series:
    return Series("A", [Mark(each) for each in values])


@pytest.mark.parametrize(
    ("values", "ticks", "abreast"),
    [
        ((0, 9_999), None, None),
        ((0, 2_120_000), ["0", "50만", "100만", "150만", "200만", "250만"], ["0", "200만", "400만"]),
        ((0, 278_722_950), ["0", "1억", "2억", "3억"], ["0", "2억", "4억"]),
        ((-3_000_000, 8_000_000), ["-500만", "0", "500만", "1,000만"], ["-1,000만", "0", "1,000만"]),
        ((990_000_000, 1_000_000_000), ["9.9억", "9.92억", "9.94억", "9.96억", "9.98억", "10억"], None),
    ],
)
def test_large_amounts_are_told_in_the_words_of_the_language(
    values: tuple[int, int], ticks: list[str] | None, abreast: list[str] | None
) -> None:
    scale = money_scale("KRW", 0, KOREAN)
    axes = [line(DAYS, [_series(*values)], scale)["layout"]["yaxis"]]
    if values[1] < 900_000_000:  # bars always begin at zero
        axes.append(bars(["a", "b"], [_series(*values)], scale)["layout"]["yaxis"])
        lying = bars(["a", "b"], [_series(*values)], scale, is_horizontal=True)["layout"]["xaxis"]
        assert lying.get("ticktext") == abreast
    for axis in axes:
        assert axis.get("ticktext") == ticks
        assert len(axis.get("tickvals", [])) == len(ticks or [])
    cents = bars(["a"], [_series(250_000_00)], money_scale("USD", 2, ((1_000, "K"),)))["layout"]["yaxis"]
    assert cents["ticktext"] == ["0", "50K", "100K", "150K", "200K", "250K"]
    assert cents["tickvals"][1] == 50_000


@pytest.mark.parametrize("scale", [COUNT, PERCENT, money_scale("KRW", 0, KOREAN)])
def test_nothing_but_zeros_is_drawn_on_an_axis_that_says_zero(scale: Scale) -> None:
    """Left alone plotly writes 100 % above a share that is zero everywhere."""
    nothing, something = _series(0, 0), _series(0, 12_000)
    axes = [
        [line(DAYS, [each], scale)["layout"]["yaxis"], bars(["a", "b"], [each], scale)["layout"]["yaxis"],
         bars(["a", "b"], [each], scale, is_horizontal=True)["layout"]["xaxis"]]
        for each in (nothing, something)
    ]  # fmt: skip
    assert [(each["tickvals"], each["range"]) for each in axes[0]] == [([0], [0, 1])] * 3
    assert not any(each.get("tickvals") == [0] for each in axes[1])


def test_months_are_named_without_their_first_day() -> None:
    months = [date(2026, month, 1) for month in (8, 9, 10)]
    assert line(months, [_series(1, 2, 3)], COUNT)["layout"]["xaxis"]["tickformat"] == "%Y-%m"
    assert line(months[:1], [_series(1)], COUNT)["layout"]["xaxis"]["tickformat"] == "%m-%d"


@pytest.mark.parametrize(("language", "suffix"), [("en", " days"), ("ko", "일"), ("ja", "日")])
def test_days_are_written_at_an_axis_as_everywhere(language: str, suffix: str) -> None:
    with override(language):
        assert scale_of(TIME_TO_CASH).suffix == suffix


@pytest.mark.parametrize(
    ("note", "sample", "words"),
    [("", 30, ""), ("", 29, "Hatched: fewer than 30 were counted."), ("A.", None, "A."),
     ("A.", 1, "A. Hatched: fewer than 30 were counted.")],
)  # fmt: skip
def test_hatched_bars_are_explained(note: str, sample: int | None, words: str) -> None:
    assert with_hatching(note, [Mark(1, sample=100), Mark(2, sample=sample)]) == words
