"""Page, API, file and definition card: one question, one figure."""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from analytics.dashboards.cards import query_of
from analytics.metrics.catalogue import METRICS
from analytics.rollups.services.computing import compute_dirty
from config.staff.roles import Role
from payments.records.models import AuditEvent
from tests.analytics import stories
from tests.analytics.test_rollups import told
from tests.cast import person
from tests.payments.intake.api.asking import Machine

PERIOD = {"first_on": "2026-06-30", "last_on": "2026-07-12", "zone": "UTC"}


@pytest.fixture
def reader(db: None) -> Client:
    """Somebody of finance, with a hundred payments counted."""
    stories.providers()
    told(range(100), random.Random(11))
    compute_dirty()
    client = Client()
    client.force_login(person(Role.FINANCE))
    return client


def file_of(reader: Client, code: str, **query: str) -> list[dict[str, str]]:
    answered = reader.get(f"/insights/{code}/", PERIOD | query | {"format": "csv"})
    assert answered.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answered.content.decode().removeprefix("\ufeff"))))


@pytest.mark.parametrize("code", METRICS)
@pytest.mark.parametrize("query", [{}, {"split": "provider"}, {"provider": "toss,stripe", "split": "currency"},
                                   {"device": "mobile", "split": "provider"}], ids=str)  # fmt: skip
def test_page_api_and_file_tell_the_same(reader: Client, code: str, query: dict[str, str]) -> None:
    told_by_api = Machine("metrics:read").get(f"metrics/{code}", PERIOD | query).json()
    page = reader.get(f"/insights/{code}/", PERIOD | query).context
    rows = file_of(reader, code, **query)
    assert told_by_api["source"] == ("facts" if "device" in query else "kept")
    lines = [told_by_api["whole"], *told_by_api["days"], *told_by_api["parts"]]
    assert [{key: _text(value) for key, value in line.items()} for line in lines] == rows
    shown = [page["whole"], *page["days"], *(line for _label, line in page["parts"])]
    assert [(line.figure.part, line.figure.sample) for line in shown] == [
        (each["part"], each["sample"]) for each in lines
    ]
    assert told_by_api["whole"]["sample"] > 30


def _text(value: Any) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize("code", METRICS)
def test_the_query_of_the_card_computes_the_figure(reader: Client, code: str) -> None:
    whole = Machine("metrics:read").get(f"metrics/{code}", PERIOD).json()["whole"]
    given = {"start": datetime(2026, 6, 30, tzinfo=UTC), "end": datetime(2026, 7, 13, tzinfo=UTC)}
    with connection.cursor() as cursor:
        cursor.execute(query_of(METRICS[code]), given)
        assert cursor.fetchone() == (whole["part"], whole["sample"])
    assert query_of(METRICS[code]) in reader.get(f"/insights/{code}/").context["card"].query


def test_a_file_is_witnessed(reader: Client) -> None:
    rows = file_of(reader, "failure_rate", provider="toss")
    told_of = AuditEvent.objects.latest("pk")
    assert (told_of.verb, told_of.detail["rows"], told_of.detail["filters"]["provider"]) == (
        "list.exported", len(rows), ["toss"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"zone": "Asia/Seul"}, "zone"),
        ({"first_on": "2026-07-32"}, "first_on"),
        ({"first_on": "2026-07-02", "last_on": "2026-07-01"}, "last_on"),
        ({"first_on": "2020-01-01", "last_on": "2026-07-01"}, "first_on"),
        ({"split": "colour"}, "split"),
        ({"first_on": "2026-05-01", "last_on": "2026-07-01", "device": "mobile", "provider": "toss"}, "first_on"),
    ],
)
def test_a_question_that_cannot_be_answered_names_the_field_and_keeps_what_was_typed(
    reader: Client, query: dict[str, str], field: str
) -> None:
    answered = Machine("metrics:read").get("metrics/failure_rate", query)
    assert (answered.status_code, answered.json()["errors"][0]["attr"]) == (422, field)
    page = reader.get("/insights/failure_rate/", query)
    assert page.status_code == 200
    assert "found" not in page.context
    assert page.context["refusal"] or field in page.context["form"].errors
    for name, value in query.items():
        assert page.context["form"][name].value() == value


def test_unknown_metrics_and_parameters_are_nothing(reader: Client) -> None:
    machine = Machine("metrics:read")
    assert reader.get("/insights/happiness/").status_code == 404
    assert machine.get("metrics/happiness").status_code == 404
    assert machine.get("metrics/failure_rate", {"colour": "red"}).status_code == 422
    assert Machine("payments:read").get("metrics/failure_rate").status_code == 403


@pytest.mark.parametrize("count", [5, 60])
@pytest.mark.django_db
def test_pages_ask_a_known_number_of_queries(count: int, django_assert_num_queries: Any) -> None:
    stories.providers()
    told(range(count), random.Random(2))
    compute_dirty()
    client = Client()
    client.force_login(person(Role.FRAUD_LEAD))
    frame = 4
    with django_assert_num_queries(frame + 2 * 5):  # two periods of three shares and of one distribution
        client.get("/insights/")
    with django_assert_num_queries(frame + 1):
        client.get("/insights/failure_rate/", {"split": "provider"})
    with django_assert_num_queries(frame + 2):
        client.get("/insights/provider_latency/", {"split": "provider"})
