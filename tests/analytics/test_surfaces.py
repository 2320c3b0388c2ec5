"""Page, API, file and definition card: one question, one figure."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from analytics.dashboards.asking import Asked
from analytics.dashboards.cards import query_of
from analytics.dashboards.forms import dimensions_of
from analytics.dashboards.told import as_json
from analytics.metrics.catalogue import METRICS
from analytics.metrics.declarations import Amount, Clock, Distribution, Metric, Unit, cube_for
from analytics.rollups.questions import PERCENTILES, Step
from analytics.rollups.selectors import answer
from analytics.rollups.services.computing import compute_dirty
from analytics.rollups.spans import given, span_of_days
from analytics.rollups.together import Together
from config.staff.roles import Role
from payments.records.models import AuditEvent
from tests.analytics import counted_town, stories, town
from tests.analytics.naive import SEOUL
from tests.analytics.test_rollups import told
from tests.cast import person
from tests.payments.intake.api.asking import Machine

LONG = {"first_on": "2026-07-01", "last_on": "2026-11-12", "zone": "Asia/Seoul"}
SHORT = {"first_on": "2026-10-20", "last_on": "2026-11-12", "zone": "Asia/Seoul"}
HOURS = {"first_on": "2026-10-29", "last_on": "2026-11-01", "zone": "America/New_York", "step": "hour"}
QUESTIONS: tuple[dict[str, str], ...] = (
    LONG,
    LONG | {"step": "week", "split": "provider"},
    LONG | {"step": "month", "split": "method,currency"},
    LONG | {"provider": "toss,stripe", "split": "currency"},
    LONG | {"currency": "JPY", "step": "month"},
    LONG | {"zone": "UTC", "split": "hour,currency"},
    LONG | {"country": "KR,-", "split": "device"},
    HOURS | {"split": "provider"},
    SHORT | {"device": "mobile", "split": "provider,method"},
    SHORT | {"weekday": "1,7", "split": "campaign"},
    LONG | {"device": "mobile", "provider": "toss", "campaign": "autumn"},
)
"""By day, week, month and hour, split by one and two, narrowed, kept ready, counted from facts, and too long for it."""


CURRENCIES = ("KRW", "JPY", "USD")


@pytest.fixture
def reader(db: None) -> Iterator[Client]:
    """Somebody of finance, with all that a small town did counted."""
    with time_machine.travel(town.NOW, tick=False):
        counted_town.settle(120, random.Random(5))
        client = Client()
        client.force_login(person(Role.FINANCE))
        yield client


def asked_of(metric: Metric) -> list[dict[str, str]]:
    """The questions that a metric understands."""
    known = {*dimensions_of(metric), "first_on", "last_on", "zone", "step", "split"}
    asked = [each for each in QUESTIONS if {*each, *each.get("split", "").split(",")} - {""} <= known]
    return [each for each in asked if not (metric.is_per_currency and "currency" in each.get("split", ""))]


def test_page_api_and_file_tell_the_same(reader: Client) -> None:
    machine, sources = Machine("metrics:read"), set()
    for code, metric in METRICS.items():
        for query in asked_of(metric):
            answered = machine.get(f"metrics/{code}", query)
            page = reader.get(f"/insights/metrics/{code}/", query)
            if answered.status_code == 422:
                assert (answered.json()["errors"][0]["code"], "found" in page.context) == ("too_long", False), query
                assert page.context["refusal"]
                continue
            assert answered.status_code == 200, (code, query, answered.content)
            compare(answered.json(), page, file_of(reader, code, query), (code, query))
            sources.add((metric.facts.code, answered.json()["source"]))
    kept = {(metric.facts.code, "kept") for metric in METRICS.values()}
    assert sources >= kept | {("groups", "facts"), ("attempts", "facts"), ("checkouts", "facts")}


@pytest.mark.parametrize("split", [(), ("provider",)])
def test_side_by_side_metrics_tell_what_each_tells_alone(reader: Client, split: tuple[str, ...]) -> None:
    asked = Asked(date(2026, 7, 1), date(2026, 11, 12), SEOUL, Step.WEEK, "KRW")
    together = Together(tuple(METRICS.values()))
    for code, metric in METRICS.items():
        question = asked.question(metric, split)
        if {*split} <= {*dimensions_of(metric)} and cube_for(metric, question.dimensions) is not None:
            assert as_json(answer(question, together=together)) == as_json(answer(question)), code


def compare(by_api: dict[str, Any], page: Any, rows: list[dict[str, str]], of: object) -> None:
    """The three of them, line by line."""
    lines = [by_api["whole"], *by_api["steps"], *by_api["parts"]]
    names = [key for key in rows[0] if key not in ("at", *by_api["split"])]
    for line, row in zip(lines, rows, strict=True):
        values = line["values"] or [""] * len(by_api["split"])
        expected = [line["at"] or "", *values, *("" if line[key] is None else str(line[key]) for key in names)]
        assert [row[key] for key in ("at", *by_api["split"], *names)] == expected, of
    context = page.context
    shown = [context["whole"], *context["steps"], *(line for _label, line in context["parts"])]
    figures = [line.figure for line in shown]
    is_amount = isinstance(METRICS[by_api["metric"]], Amount)
    counted = [
        (each.part, each.whole, each.sample, None if is_amount else each.share, each.is_small) for each in figures
    ]
    keys = ("part", "whole", "sample", "share_basis_points", "is_small")
    assert counted == [tuple(line[key] for key in keys) for line in lines], of
    if "p50" in by_api["whole"]:
        times = [[each.times[share] for share in PERCENTILES] for each in figures]
        assert times == [[line[f"p{share}"] for share in PERCENTILES] for line in lines], of


def file_of(reader: Client, code: str, query: dict[str, str]) -> list[dict[str, str]]:
    answered = reader.get(f"/insights/metrics/{code}/", query | {"format": "csv"})
    assert answered.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answered.content.decode().removeprefix("\ufeff"))))


def test_the_query_of_the_card_computes_the_figure(reader: Client) -> None:
    machine = Machine("metrics:read")
    for code, metric in METRICS.items():
        currencies = CURRENCIES if metric.is_per_currency else ("",)
        asked = [_period_of(metric) | ({"currency": each} if each else {}) for each in currencies]
        lines = [machine.get(f"metrics/{code}", each).json()["whole"] for each in asked]
        with connection.cursor() as cursor:
            cursor.execute(query_of(metric), _given(metric))
            row = cursor.fetchone()
        # The query tells no currencies apart; what is told of each is added up.
        part, whole, sample = (sum(line[key] for line in lines) for key in ("part", "whole", "sample"))
        assert sample, code
        if isinstance(metric, Distribution):
            near = 0.02 * row[1] + 1 if metric.unit is Unit.MILLISECONDS else 0
            assert row[0] == sample, code
            assert abs(row[1] - lines[0]["p50"]) <= near, code
        else:
            assert row == (part, None if isinstance(metric, Amount) else whole), code
        assert query_of(metric) in reader.get(f"/insights/metrics/{code}/").context["card"].query


def _period_of(metric: Metric) -> dict[str, str]:
    """Of people the one month that is told whole."""
    if metric.facts.clock is Clock.PERIOD:
        return {"first_on": "2026-10-01", "last_on": "2026-10-31", "step": "month"}
    return LONG


def _given(metric: Metric) -> dict[str, Any]:
    period = _period_of(metric)
    span = span_of_days(*(date.fromisoformat(period[name]) for name in ("first_on", "last_on")))
    return given(span, metric.facts, town.NOW)


def test_a_file_is_witnessed(reader: Client) -> None:
    rows = file_of(reader, "failure_rate", {"provider": "toss"})
    told_of = AuditEvent.objects.latest("pk")
    assert (told_of.verb, told_of.detail["rows"], told_of.detail["filters"]["provider"]) == (
        "list.exported", len(rows), ["toss"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"zone": "Asia/Seul"}, "zone"),
        ({"zone": "Asia/Kolkata"}, "zone"),
        ({"first_on": "2026-07-32"}, "first_on"),
        ({"first_on": "0001-01-01"}, "first_on"),
        ({"first_on": "2026-07-02", "last_on": "2026-07-01"}, "last_on"),
        ({"first_on": "2020-01-01", "last_on": "2026-07-01"}, "first_on"),
        ({"first_on": "2026-06-01", "last_on": "2026-07-01", "step": "hour"}, "first_on"),
        ({"split": "colour"}, "split"),
        ({"split": "provider,method,currency,hour"}, "split"),
        ({"refunded": "true"}, "refunded"),
        ({"first_on": "2026-05-01", "last_on": "2026-07-01", "device": "mobile", "provider": "toss"}, "first_on"),
    ],
)
@pytest.mark.django_db
def test_a_question_that_cannot_be_answered_names_the_field_and_keeps_what_was_typed(
    query: dict[str, str], field: str
) -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    answered = Machine("metrics:read").get("metrics/failure_rate", query)
    assert (answered.status_code, answered.json()["errors"][0]["attr"]) == (422, field)
    page = client.get("/insights/metrics/failure_rate/", query)
    assert page.status_code == 200
    assert "found" not in page.context
    assert page.context["refusal"] or field in page.context["form"].errors
    for name, value in query.items():
        assert page.context["form"][name].value() == value


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", [{"split": "currency"}, {"currency": "KRW,JPY"}, {"split": "method,currency"}], ids=str
)
def test_money_of_several_currencies_is_never_added_up(query: dict[str, str]) -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    for code in ("failed_amount", "paid_amount", "payment_cost"):
        answered = Machine("metrics:read").get(f"metrics/{code}", query)
        assert (answered.status_code, answered.json()["errors"][0]["attr"]) == (422, "currency")
        assert "found" not in client.get(f"/insights/metrics/{code}/", query).context


@pytest.mark.django_db
def test_unknown_metrics_and_parameters_are_nothing() -> None:
    machine, client = Machine("metrics:read"), Client()
    client.force_login(person(Role.FINANCE))
    assert client.get("/insights/metrics/happiness/").status_code == 404
    assert client.get("/insights/happiness/").status_code == 404
    assert machine.get("metrics/happiness").status_code == 404
    assert machine.get("metrics/failure_rate", {"colour": "red"}).status_code == 422
    assert Machine("payments:read").get("metrics/failure_rate").status_code == 403


@pytest.mark.parametrize("count", [5, 60])
@pytest.mark.django_db
def test_a_metric_asks_a_known_number_of_queries(count: int, django_assert_num_queries: Any) -> None:
    stories.providers()
    told(range(count), random.Random(2))
    compute_dirty()
    client = Client()
    client.force_login(person(Role.FRAUD_LEAD))
    frame = 3 + 2  # the person, and the providers and methods to choose among
    with django_assert_num_queries(frame + 2):  # by step, and by provider
        client.get("/insights/metrics/failure_rate/", {"split": "provider"})
    with django_assert_num_queries(frame + 4):  # what took too long, and all times
        client.get("/insights/metrics/provider_latency/", {"split": "provider"})
