"""What the pages of the figures take from an address: zones, several values, and what is refused stays to be seen."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client

from analytics.dashboards.wording import percent_text
from tests.analytics.test_pages_a import reader, settled, words_of
from tests.payments.intake.api.asking import Machine

__all__ = ["reader", "settled"]
PERIOD = {"first_on": "2026-10-10", "last_on": "2026-11-08"}


def chosen(text: str, name: str) -> str:
    """What the select of a name shows."""
    (select,) = re.findall(f'<select name="{name}".*?</select>', text, re.DOTALL)
    (shown,) = re.findall(r'<option value="([^"]*)"[^>]* selected', select)
    return str(shown)


def test_a_page_is_asked_in_any_zone_of_whole_hours(reader: Client) -> None:
    page = reader.get("/insights/failure/", PERIOD | {"zone": "America/New_York"})
    assert "2026-10-10 – 2026-11-08 · America/New_York" in words_of(page)
    assert chosen(page.content.decode(), "zone") == "America/New_York"
    alone = reader.get("/insights/metrics/failure_rate/", PERIOD | {"zone": "America/New_York"})
    assert page.context["tiles"][0].sample == alone.context["whole"].figure.sample > 0


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Mars/Base"])
def test_a_zone_that_is_refused_stays_to_be_seen(reader: Client, zone: str) -> None:
    page = reader.get("/insights/times/", PERIOD | {"zone": zone})
    assert list(page.context["form"].errors) == ["zone"]
    assert chosen(page.content.decode(), "zone") == zone


@pytest.mark.parametrize(("day", "status"), [("2026-01-10", 200), ("2026-07-10", 422)])
def test_a_zone_may_have_whole_hours_in_summer_only(reader: Client, day: str, status: int) -> None:
    """Lord Howe puts its clocks forward by half an hour."""
    query = {"first_on": day, "last_on": day, "zone": "Australia/Lord_Howe"}
    assert Machine("metrics:read").get("metrics/failure_rate", query).status_code == status
    page = reader.get("/insights/", query)
    assert ("zone" in page.context["form"].errors) == (status == 422)


def test_several_providers_are_asked_together_as_by_machines(reader: Client) -> None:
    both, *each = (
        reader.get("/insights/failure/", PERIOD | {"provider": provider}).context["tiles"][0].sample
        for provider in ("toss,stripe", "toss", "stripe")
    )
    assert both == sum(each) > max(each) > 0
    page = reader.get("/insights/failure/", PERIOD | {"provider": "toss,stripe"})
    assert chosen(page.content.decode(), "provider") == "toss,stripe"
    assert '<option value="toss,stripe" selected>toss, stripe</option>' in page.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("provider", "toss,nobody"), ("method", "barter"), ("currency", "XTS"), ("currency", "KRW,JPY"),
     ("compare", "tomorrow"), ("step", "decade")],
)  # fmt: skip
def test_what_is_no_choice_is_refused_and_stays_to_be_seen(reader: Client, name: str, value: str) -> None:
    page = reader.get("/insights/mix/", PERIOD | {name: value})
    assert list(page.context["form"].errors) == [name]
    assert "tiles" not in page.context
    assert chosen(page.content.decode(), name) == value


def test_usual_values_are_offered_and_a_country_may_be_typed_small(reader: Client) -> None:
    for address in ("/insights/failure/", "/insights/metrics/failure_rate/"):
        text = reader.get(address, PERIOD).content.decode()
        assert re.search('<input type="text" name="device"[^>]* list="device-values"', text)
        assert '<option value="mobile">Mobile</option>' in text
        small, large = (reader.get(address, PERIOD | {"country": each}) for each in ("kr,jp", "KR,JP"))
        counted = [each.context["tiles"][0] if "tiles" in each.context else each.context["whole"].figure
                   for each in (small, large)]  # fmt: skip
        assert counted[0].sample == counted[1].sample > 0


def test_a_day_that_is_none_stays_to_be_mended(reader: Client) -> None:
    for address in ("/insights/mix/", "/insights/metrics/failure_rate/"):
        text = reader.get(address, {"first_on": "2026-13-45", "last_on": "2026-11-08"}).content.decode()
        assert re.search('<input type="text" name="first_on" value="2026-13-45"', text)
        assert re.search('<input type="date" name="last_on" value="2026-11-08"', text)


@pytest.mark.parametrize(
    ("compare", "before"),
    [("weeks", "2026-10-12 – 2026-10-21"), ("previous", "2026-10-16 – 2026-10-25"), ("year", "2025-10-27 – 2025-11-05"),
     ("none", "")],
)  # fmt: skip
def test_each_comparison_is_told_and_keeps_weekdays_but_the_period_before(
    reader: Client, compare: str, before: str
) -> None:
    page = reader.get("/insights/failure/", {"first_on": "2026-10-26", "last_on": "2026-11-04", "compare": compare})
    assert (f"compared with {before}" in words_of(page)) == bool(before)
    assert ("compared with" in words_of(page)) == bool(before)
    if before:
        first = date.fromisoformat(before.split(" ")[0])
        assert (first.weekday() == date(2026, 10, 26).weekday()) == (compare != "previous")
        rate = next(each for each in page.context["charts"] if each.code == "failure-rate-time")
        alone = reader.get(
            "/insights/metrics/failure_rate/", dict(zip(("first_on", "last_on"), before.split(" – "), strict=True))
        )
        assert [row.cells[-1] for row in rate.rows] == [
            percent_text(line.figure.share) for line in alone.context["steps"]
        ]
