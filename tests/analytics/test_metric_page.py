"""The page of one metric draws what it lists, and offers to choose what has few values."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.dashboards.forms import dimensions_of
from analytics.dashboards.values import written
from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Clock, Distribution, measures_of
from analytics.rollups.services.computing import compute_dirty
from config.staff.models import User
from payments.facts import CheckoutFact, StepFact
from payments.methods.models import PaymentMethod, Provider
from tests.analytics import town
from tests.analytics.test_pages_b import ASKED, anew, lived, reader, told
from tests.payments.ledger.telling import NOON

__all__ = ["lived", "reader", "told"]


@pytest.mark.parametrize("split", [(), ("method",), ("method", "currency")], ids=str)
def test_the_page_of_a_metric_draws_the_answer_that_it_lists(reader: Client, split: tuple[str, ...]) -> None:
    for code, metric in METRICS.items():
        kept = tuple(each for each in split if each != "currency" or not metric.is_per_currency)
        if not set(kept) <= set(dimensions_of(metric)) or (metric.facts.clock is Clock.PERIOD and len(kept) > 1):
            continue
        query = {"first_on": str(ASKED.first_on), "last_on": str(ASKED.last_on), "step": "month", "split": [*kept, ""]}
        with CaptureQueriesContext(connection) as told:
            page = reader.get(f"/insights/metrics/{code}/", query)
        assert page.context["refusal"] == "", code
        figures = [each for each in told if " FROM found" in each["sql"]]
        is_spread = isinstance(metric, Distribution)
        # Steps and parts are read each by itself, but of people, who do not add up; times beside what is counted.
        is_apart = bool(kept) and metric.facts.clock is not Clock.PERIOD
        assert len(figures) == (is_spread + bool(measures_of(metric))) * (1 + is_apart), code
        charts = page.context["charts"]
        assert len(charts) == bool(kept) + (code != "payment_mix"), code
        counted = {row.cells[-1] for row in charts[0].rows} if charts else set()
        lines = [line for _label, line in page.context["parts"]] if kept else page.context["steps"]
        assert counted <= {f"{line.figure.sample:,}" for line in lines}, code
        assert page.context["api_path"].startswith(f"/api/v1/metrics/{code}?first_on={ASKED.first_on}")
        assert f'<code class="api-path">/api/v1/metrics/{code}?' in page.content.decode()


def test_what_has_few_values_is_chosen_on_the_page_of_a_metric(reader: Client) -> None:
    page = reader.get("/insights/metrics/abandonment_60m/", {"left_step": "submitted", "provider": "toss,stripe"})
    form = page.context["form"]
    choices = {name: [value for value, _label in form[name].field.widget.choices]
               for name in ("left_step", "provider", "customer_kind")}  # fmt: skip
    assert choices["provider"] == ["", "stripe", "toss", "toss,stripe"]
    assert choices["left_step"] == ["", "started", "method_selected", "submitted", "refused", "-"]
    assert choices["customer_kind"] == ["", "new", "returning"]
    assert page.context["found"].question.narrowed == {"provider": ("toss", "stripe"), "left_step": ("submitted",)}
    assert '<option value="toss,stripe" selected>' in page.content.decode()


def test_the_tables_of_a_metric_are_written_as_its_charts_are(reader: Client) -> None:
    query = {"first_on": str(ASKED.first_on), "last_on": str(ASKED.last_on), "step": "month"}
    for code in ("paid_amount", "purchase_interval", "provider_latency", "abandonment_60m"):
        page = reader.get(f"/insights/metrics/{code}/", query)
        chart, written = page.context["charts"][0], page.content.decode()
        assert [column.name for column in page.context["columns"]] == [column.name for column in chart.columns[1:]]
        for row in chart.rows:
            assert "".join(f'<td class="num">{cell}</td>' for cell in row.cells[1:]) in written, (code, row)
    assert "Over 7 s" not in reader.get("/insights/metrics/purchase_interval/", query).content.decode()
    amount = anew().ask(METRICS["paid_amount"]).steps[date(2026, 7, 1)]
    assert (
        f'<td class="num">{amount.part:,} KRW</td>'
        in reader.get("/insights/metrics/paid_amount/", query).content.decode()
    )


def test_each_line_of_a_metric_leads_to_its_rows(reader: Client) -> None:
    query = {"first_on": "2026-10-20", "last_on": "2026-11-08", "split": ["method", "three_d_secure", "device"]}
    page = reader.get("/insights/metrics/attempt_failure_rate/", query)
    context = page.context
    assert [context["form"][name].value() for name in ("first_on", "last_on")] == ["2026-10-20", "2026-11-08"]
    links = re.findall(r'<td><a href="([^"]*/rows/[^"]*)">', page.content.decode())
    lines = [*(line for _label, line in context["parts"]), *context["steps"]]
    counted = [line.figure.part for line in lines if line.figure.sample]
    assert len(links) == len(counted) > 10
    for url, count in list(zip(links, counted, strict=True))[:12]:
        found = reader.get(unescape(url)).context["found"]
        assert found.count == count, url


def test_the_page_of_a_metric_shows_which_days_it_asks_for(reader: Client) -> None:
    form = reader.get("/insights/metrics/failure_rate/").context["form"]
    asked = [form[name].value() for name in ("first_on", "last_on")]
    assert asked == [str(form.cleaned_data[name]) for name in ("first_on", "last_on")]


def test_a_campaign_that_is_a_formula_is_none_in_the_file(reader: Client) -> None:
    town.tell(
        [
            CheckoutFact(
                merchant_reference="T-formula", amount=1, currency="KRW", started_at=NOON, campaign="=1+1|cmd",
                steps=(StepFact("started", NOON),),
            )
        ]
    )  # fmt: skip
    compute_dirty()
    query = {"first_on": str(NOON.date()), "last_on": str(NOON.date()), "split": "campaign", "format": "csv"}
    written = reader.get("/insights/metrics/reached_paid/", query).content.decode()
    assert "'=1+1|cmd" in written
    assert ",=1+1" not in written


@pytest.mark.parametrize("campaign", ["spring, half price", "-", " two for one\\", "봄,세일"])
def test_whatever_a_campaign_is_called_it_can_be_asked_for(reader: Client, campaign: str) -> None:
    town.tell(
        [
            CheckoutFact(
                merchant_reference="T-named", amount=1, currency="KRW", started_at=NOON, campaign=campaign,
                steps=(StepFact("started", NOON),),
            )
        ]
    )  # fmt: skip
    compute_dirty()
    metric, day = METRICS["reached_paid"], NOON.date()
    asked = replace(anew(first_on=day, last_on=day), narrowed={"campaign": (campaign,)}, compare="none")
    page = reader.get(asked.metric_url(metric))
    assert page.context["found"].question.narrowed == {"campaign": (campaign,)}
    assert page.context["whole"].figure.whole == 1
    rows = reader.get(asked.rows_url(metric, {"campaign": campaign}, side="whole"))
    assert [row["checkout"].merchant_reference for row in rows.context["rows"]] == ["T-named"]
    of_kpi = reader.get("/insights/abandonment/", {"campaign": written([campaign])})
    assert of_kpi.context["asked"].narrowed == {"campaign": (campaign,)}


@pytest.mark.parametrize("language", ["ko", "ja", "en"])
def test_methods_and_providers_are_called_as_people_do(reader: Client, language: str) -> None:
    words = {"ko": "카드", "ja": "カード", "en": "Cards"}
    PaymentMethod.objects.filter(code="card").update(**{f"name_{each}": word for each, word in words.items()})
    Provider.objects.filter(code="toss").update(name="Toss Payments Co.")
    period = {"first_on": str(ASKED.first_on), "last_on": str(ASKED.last_on)}
    User.objects.update(language=language)
    page = reader.get("/insights/failure/", period | {"provider": "toss"})
    told = next(chart for chart in page.context["charts"] if chart.code == "failure-rate-method-provider")
    assert (words[language], "Toss Payments Co.") in {(row.cells[0], row.cells[1].split(" · ")[0]) for row in told.rows}
    assert f'<option value="card">{words[language]}</option>' in page.content.decode()
    assert [str(value) for _name, value in page.context["narrowed"]] == ["Toss Payments Co."]
    single = reader.get("/insights/metrics/failure_rate/", period | {"split": "method"})
    assert words[language] in {label for label, _line in single.context["parts"]}
    rows = reader.get("/insights/metrics/failure_rate/rows/", period | {"method": "card"})
    assert rows.context["chips"][-1]["value"] == words[language]
    used = {"ko": "모바일", "ja": "モバイル", "en": "Mobile"}[language]
    on_phones = reader.get("/insights/metrics/reached_paid/rows/", period | {"device": "mobile"})
    assert on_phones.context["rows"]
    assert on_phones.content.decode().count(f"<td>{used}</td>") == len(on_phones.context["rows"])
