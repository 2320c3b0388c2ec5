"""The payment mix by country and by season, counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from analytics.charts import Chart
from analytics.dashboards.asking import Asked
from analytics.dashboards.pages import mix, seasons
from analytics.rollups.questions import Step
from analytics.rollups.services.computing import compute_dirty
from config.staff.roles import Role
from payments.facts import AttemptResult, CheckoutFact, CustomerFact, EventKind
from tests.analytics import town
from tests.analytics.naive import SEOUL
from tests.cast import person
from tests.payments.ledger.telling import NOON, tell

ASKED = Asked(date(2026, 7, 1), date(2026, 8, 31), SEOUL, Step.WEEK, "KRW", compare="none")
ORDERS = (
    ("ann", 0, "card", "KR"), ("bob", 0, "card", "KR"), ("cho", 0, "naver_pay", "KR"), ("dan", 0, "card", "JP"),
    ("ida", 0, "card", "KR"), ("ann", 40, "naver_pay", "KR"), ("bob", 40, "card", "KR"), ("cho", 40, "naver_pay", "KR"),
    ("eva", 40, "naver_pay", "JP"),
)  # fmt: skip
"""Who paid on which day after the first of July, with what, where. Day 40 is in August."""


def ordered(name: str, place: tuple[str, int, str, str], kind: EventKind, **values: Any) -> list[town.Told]:
    """A checkout and what became of its only attempt."""
    who, day, method, country = place
    at = NOON + timedelta(days=day)
    of: dict[str, Any] = {"merchant_reference": name, "attempt_reference": f"pi_{name}", "amount": 10_000}
    return [
        CheckoutFact(name, 10_000, "KRW", at, customer=CustomerFact(who), country=country),
        tell(kind, day * 1440 + 1, source_event_id=f"{name}:{kind}", method=method, **of, **values),
    ]


@pytest.fixture(autouse=True)
def lived(db: None) -> Iterator[None]:
    """Nine payments, and one that failed and is in no mix."""
    with time_machine.travel(town.NOW, tick=False):
        town.build()
        told: list[town.Told] = []
        for number, place in enumerate(ORDERS):
            told += ordered(f"H-{number}", place, EventKind.CAPTURED, provider_key=f"ch_{number}")
        told += ordered("H-bad", ("fay", 40, "vbank", "JP"), EventKind.FAILED, result=AttemptResult.DECLINED_HARD)
        town.tell(told)
        compute_dirty()
        yield


def anew(**changes: Any) -> Asked:
    """The question, of which nothing is known."""
    return replace(ASKED, _known={}, **changes)


def cells(chart: Chart) -> list[tuple[str, ...]]:
    return [tuple(row.cells) for row in chart.rows]


def test_each_country_adds_up_to_all_that_was_paid_there() -> None:
    chart = mix.by_country(anew())
    assert cells(chart) == [
        ("KR", "card", "57.1 %", "4", "7"), ("KR", "naver_pay", "42.9 %", "3", "7"),
        ("JP", "card", "50.0 %", "1", "2"), ("JP", "naver_pay", "50.0 %", "1", "2"),
    ]  # fmt: skip
    assert chart.reading == "KR: mostly card, 57.1 %. JP: mostly card, 50.0 %."
    query = parse_qs(urlsplit(chart.rows[1].url).query)
    assert (query["country"], query["method"], query["side"]) == (["KR"], ["naver_pay"], ["part"])


def test_the_seasons_of_new_and_returning_customers() -> None:
    chart = seasons.seasons_by_customer(anew(first_on=date(2026, 8, 20)))
    assert cells(chart) == [
        ("2026-07", "New customer", "card", "80.0 %", "4", "5"),
        ("2026-07", "New customer", "naver_pay", "20.0 %", "1", "5"),
        ("2026-08", "New customer", "naver_pay", "100.0 %", "1", "1"),
        ("2026-08", "Returning customer", "naver_pay", "66.7 %", "2", "3"),
        ("2026-08", "Returning customer", "card", "33.3 %", "1", "3"),
    ]
    assert chart.reading == "No value rests on 30 or more."
    assert chart.note.startswith("By month of the last thirteen, not of the period asked for.")


def test_which_method_the_seasons_move_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.rollups.questions.SMALLEST_SAMPLE", 1)
    chart = seasons.seasons_by_customer(anew())
    assert chart.reading == "New customer: card moves most, from 0.0 % in 2026-08 to 80.0 % in 2026-07."


def test_behind_a_month_of_a_segment_are_its_rows() -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    for row in seasons.seasons_by_customer(anew()).rows:
        assert client.get(row.url).context["found"].count == int(row.cells[4]), row


def test_behind_a_month_of_the_seasons_are_its_rows_beside_what_else_the_page_shows() -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    asked = anew(first_on=date(2026, 8, 1))
    mix.growth(asked)
    seasons.trend(asked)
    told = [row for row in seasons.seasons(asked).rows if row.url]
    assert [row.cells[0] for row in told] == ["2026-07-01", "2026-08-01"]
    for row in told:
        assert client.get(row.url).context["found"].count == int(row.cells[-1]), row


def test_the_seasons_are_those_of_whom_the_page_is_narrowed_to() -> None:
    of_japan = seasons.seasons(anew(narrowed={"country": ("JP",)}))
    assert of_japan.title == "Payment mix by season · JP"
    told = {row.cells[0]: tuple(row.cells[1:]) for row in of_japan.rows}
    assert [column.name for column in of_japan.columns] == ["Month", "card", "naver_pay", "Payments"]
    assert told["2026-07-01"] == ("100.0 %", "0.0 %", "1")
    assert told["2026-08-01"] == ("0.0 %", "100.0 %", "1")
    returning = seasons.seasons_by_customer(anew(narrowed={"customer_kind": ("returning",)}))
    assert returning.title == "Payment mix by season · New or returning · Returning customer"
    assert cells(returning) == [
        ("2026-08", "Returning customer", "naver_pay", "66.7 %", "2", "3"),
        ("2026-08", "Returning customer", "card", "33.3 %", "1", "3"),
    ]
