"""How values look."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from payments.money import EXPONENTS, UnknownCurrency, format_minor
from payments.web import Badge, Tone
from payments.web.columns import InstantColumn
from payments.web.display import duration_text, grouped, instant_html, instant_text, sparkline_html

MOMENT = datetime(2026, 11, 21, 6, 4, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (0, "KRW", "0"),
        (1234567, "KRW", "1,234,567"),
        (-120450, "USD", "-1,204.50"),
        (-5, "USD", "-0.05"),
        (5, "USD", "0.05"),
        (1234567, "KWD", "1,234.567"),
        (-1, "CLF", "-0.0001"),
        (-98000, "JPY", "-98,000"),
    ],
)
def test_money_has_the_decimals_of_its_currency(minor: int, currency: str, shown: str) -> None:
    assert grouped(minor, currency) == shown


@pytest.mark.parametrize(
    ("seconds", "shown", "korean"),
    [
        (0, "0 s", "0초"),
        (59, "59 s", "59초"),
        (60, "1 min 0 s", "1분 0초"),
        (3_599, "59 min 59 s", "59분 59초"),
        (4_080, "1 h 8 min", "1시간 8분"),
        (3_600_000, "1,000 h 0 min", "1,000시간 0분"),
    ],
)
def test_a_duration_is_said_in_two_units(seconds: int, shown: str, korean: str) -> None:
    assert duration_text(seconds) == shown
    with override("ko"):
        assert duration_text(seconds) == korean


@given(st.integers(min_value=-(10**18), max_value=10**18), st.sampled_from(sorted(EXPONENTS)))
def test_grouping_only_adds_commas(minor: int, currency: str) -> None:
    assert grouped(minor, currency).replace(",", "") == format_minor(minor, currency)


def test_an_unknown_currency_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(UnknownCurrency):
        grouped(1, "XXY")


@pytest.mark.parametrize(
    ("zone", "moment", "shown"),
    [
        ("Asia/Seoul", datetime.max.replace(tzinfo=UTC), "9999-12-31 23:59 UTC"),
        ("America/Lima", datetime.min.replace(tzinfo=UTC), "0001-01-01 00:00 UTC"),
    ],
)
def test_an_instant_that_has_no_date_in_the_viewers_zone_is_shown_in_its_own(
    zone: str, moment: datetime, shown: str
) -> None:
    with timezone.override(zone):
        assert instant_text(moment) == shown
        assert f">{shown}</time>" in instant_html(moment)
        assert InstantColumn().value(moment).startswith(shown[:10])


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Seoul", "2026-11-21 15:04 KST"),
        ("Asia/Tokyo", "2026-11-21 15:04 JST"),
        ("UTC", "2026-11-21 06:04 UTC"),
        ("America/New_York", "2026-11-21 01:04 EST"),
        ("America/Sao_Paulo", "2026-11-21 03:04 UTC-03"),
        ("Asia/Kathmandu", "2026-11-21 11:49 UTC+0545"),
    ],
)
def test_an_instant_names_the_zone_it_is_shown_in(zone: str, shown: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        assert instant_text(MOMENT) == shown


def test_tags_write_what_the_functions_say() -> None:
    template = Template(
        "{% load screen %}{% money minor 'USD' %}|{% amount_cells minor 'USD' %}|{% amount minor 'USD' %}|"
        "{{ moment|instant }}|{{ on|day }}|{{ many|count }}|{% badge 'warning' label %}"
    )
    context = Context({"minor": -120450, "moment": MOMENT, "on": MOMENT.date(), "many": 1234, "label": "<b>"})
    with timezone.override(ZoneInfo("Asia/Seoul")):
        money, cells, amount, instant, day, count, badge = template.render(context).split("|")
    assert money == "-1,204.50"
    assert cells == '<td class="currency">USD</td><td class="num">-1,204.50</td>'
    assert amount == '<span class="amount"><span class="code">USD</span> -1,204.50</span>'
    assert instant == '<time datetime="2026-11-21T15:04:59+09:00">2026-11-21 15:04 KST</time>'
    assert day == '<time datetime="2026-11-21">2026-11-21</time>'
    assert count == "1,234"
    assert badge.startswith('<span class="badge bg-warning-lt"><svg')
    assert badge.endswith("&lt;b&gt;</span>")


def test_absent_values_leave_the_cell_empty() -> None:
    template = Template("{% load screen %}[{% money x 'KRW' %}][{{ x|instant }}][{{ x|day }}][{{ x|count }}]")
    assert template.render(Context({"x": None})) == "[][][][]"


def test_every_tone_has_a_symbol_in_the_sprite() -> None:
    path = finders.find("icons.svg")
    assert isinstance(path, str)
    sprite = Path(path).read_text(encoding="utf-8")
    for tone in Tone:
        name = str(Badge(tone, "x")).split("icons.svg#")[1].split('"')[0]
        assert f'<symbol id="{name}"' in sprite


def test_a_sparkline_goes_from_edge_to_edge_and_stays_inside() -> None:
    drawn = sparkline_html([0, 50, 100], "rising")
    assert 'points="2.0,22.0 48.0,12.0 94.0,2.0"' in drawn
    assert 'aria-label="rising"' in drawn
    assert 'points="2.0,12.0 94.0,12.0"' in sparkline_html([7, 7], "flat")
    assert sparkline_html([7], "one") == ""
