"""Charts that nothing is kept for: left out, said so, and counted in the facts when somebody asks for one."""

from __future__ import annotations

import html

import pytest
from django.test import Client

from tests.analytics.test_pages_a import charts_of, reader, settled, words_of

__all__ = ["reader", "settled"]


@pytest.mark.parametrize("first_on", ["2026-07-01", "2026-10-15"])
def test_charts_that_nothing_is_kept_for_are_left_out_and_lead_to_their_figures(reader: Client, first_on: str) -> None:
    query = {"device": "mobile", "provider": "toss", "first_on": first_on, "last_on": "2026-11-08"}
    page = reader.get("/insights/failure/", query)
    assert page.context["left_out"]
    assert "for at most 31 days" in words_of(page)
    assert {(each.value, each.sample) for each in page.context["tiles"]} == {("", 0)}
    assert "0 counted" not in words_of(page)
    (single,) = [each for each in page.context["singles"] if "/failure_rate/" in each["url"]]
    assert f'href="{html.escape(single["url"])}"' in page.content.decode()
    counted_now = reader.get(single["url"]).context
    assert ("found" in counted_now) == (first_on == "2026-10-15")


def test_a_chart_that_was_left_out_is_counted_when_asked_for(reader: Client) -> None:
    query = {"device": "mobile", "provider": "toss", "first_on": "2026-10-15", "last_on": "2026-11-08"}
    left = {each.chart.code: each for each in reader.get("/insights/failure/", query).context["left_out"]}
    rate = left["failure-rate-time"]
    assert (rate.may_count, rate.chart.has_values) == (True, False)
    alone = reader.get("/insights/failure/", query | {"counted": "failure-rate-time"}, headers={"HX-Request": "true"})
    page = reader.get("/insights/failure/", query | {"counted": "failure-rate-time"})
    figure = reader.get("/insights/metrics/failure_rate/", query).context["whole"].figure
    chart = charts_of(page)["failure-rate-time"]
    assert chart.reading.startswith(f"{figure.part:,} of {figure.whole:,}")
    assert figure.whole > 3
    assert "Counted just now in the payments themselves." in chart.note
    assert len(page.context["left_out"]) == len(left) - 1
    assert f'<figure class="chart" id="chart-{chart.code}">' in alone.content.decode()
    assert chart.reading in words_of(alone)
    assert "<html" not in alone.content.decode()
    # The link that was pressed is gone: whoever has no mouse goes on from the chart.
    assert 'tabindex="-1" autofocus>Failure rate</h2>' in alone.content.decode()
    assert "autofocus" not in page.content.decode()
    assert "HX-Request" in alone.headers["Vary"]


@pytest.mark.parametrize(
    ("code", "first_on", "chart"),
    [("failure", "2026-07-01", "failure-rate-time"), ("mix", "2026-10-15", "payment-mix-seasons"),
     ("abandonment", "2026-10-15", "customers-not-completed-time"), ("failure", "2026-10-15", "nothing")],
)  # fmt: skip
def test_what_facts_cannot_tell_is_not_counted(reader: Client, code: str, first_on: str, chart: str) -> None:
    """Of more than 31 days, of thirteen months, of people; and no such chart."""
    query = {"device": "mobile", "currency": "KRW", "campaign": "autumn", "first_on": first_on,
             "last_on": "2026-11-08", "counted": chart}  # fmt: skip
    page = reader.get(f"/insights/{code}/", query)
    assert not any(each.may_count for each in page.context["left_out"] if each.chart.code == chart)
    assert chart not in charts_of(page)
    assert reader.get(f"/insights/{code}/", query, headers={"HX-Request": "true"}).status_code == 404
