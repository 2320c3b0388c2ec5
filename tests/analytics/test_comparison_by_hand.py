"""Providers compared at the same method and currency: success, speed and cost with their intervals, counted by hand."""

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
from analytics.dashboards.pages import comparison, costs, places
from analytics.rollups.questions import Step
from analytics.rollups.services.computing import compute_dirty
from config.staff.roles import Role
from payments import models as rows
from payments.facts import AttemptResult, EventKind, LineKind, NeutralEvent
from payments.ledger import pipeline
from payments.methods.models import Provider
from tests.analytics import town
from tests.analytics.naive import SEOUL
from tests.cast import person
from tests.payments.ledger.telling import NOON
from tests.payments.valid_rows import row

ASKED = Asked(date(2026, 7, 1), date(2026, 7, 31), SEOUL, Step.DAY, "KRW", compare="none")


def answered(provider: str, currency: str, number: int, milliseconds: int, *, is_good: bool) -> list[town.Told]:
    """One attempt of a card that a provider answers after so long."""
    name = f"{provider}-{currency}-{number}"
    at = NOON + timedelta(minutes=number)
    of: dict[str, Any] = {
        "source": f"provider:{provider}", "merchant_reference": name, "provider": provider, "attempt_reference": name,
        "amount": 10_000, "currency": currency, "method": "card",
    }  # fmt: skip
    end: dict[str, Any] = (
        {"kind": EventKind.CAPTURED, "provider_key": f"ch_{name}"} if is_good
        else {"kind": EventKind.FAILED, "result": AttemptResult.DECLINED_HARD}
    )  # fmt: skip
    answered_at = at + timedelta(milliseconds=milliseconds)
    return [
        NeutralEvent(kind=EventKind.ATTEMPT_STARTED, occurred_at=at, source_event_id=f"{name}:0", **of),
        NeutralEvent(occurred_at=answered_at, source_event_id=f"{name}:1", **of, **end),
    ]


def booked(provider: Provider, day: int, fee: int, sales: int = 4) -> None:
    """A statement of a day of July: so many sales of 1000 won together, with their fees together."""
    on = date(2026, 7, day)
    statement = row(rows.Statement, provider=provider, booked_on=on, period_from=on, period_to=on)
    for number in range(sales):
        gross, cost = 1_000 // sales, fee // sales
        row(rows.StatementLine, statement=statement, provider=provider, method="card", line_number=number,
            kind=LineKind.SALE, gross=gross, gross_settled=gross, fee=cost, fee_vat=0, net=gross - cost,
            booked_on=on)  # fmt: skip
    row(rows.LineTotal, statement=statement, booked_on=on)
    pipeline.run(pipeline.Changed(statements=(statement.pk,)))


@pytest.fixture(autouse=True)
def lived(db: None) -> Iterator[None]:
    """Forty attempts in won at Stripe, six at Toss, one in dollars; eight days of statements of Stripe, one of Toss."""
    with time_machine.travel(town.NOW, tick=False):
        town.build()
        told = [answered("stripe", "KRW", n, n * 100, is_good=n > 4) for n in range(1, 41)]
        told += [answered("toss", "KRW", n, 8_000, is_good=True) for n in range(6)]
        told += [answered("stripe", "USD", 1, 500, is_good=False)]
        town.tell([each for one in told for each in one])
        for day in range(1, 9):
            booked(Provider.objects.get(code="stripe"), day, 20 if day < 5 else 40)
        booked(Provider.objects.get(code="toss"), 9, 12)
        compute_dirty()
        yield


def anew(**changes: Any) -> Asked:
    """The question, of which nothing is known."""
    return replace(ASKED, _known={}, **changes)


def cells(chart: Chart) -> list[tuple[str, ...]]:
    return [tuple(each.cells) for each in chart.rows]


def test_each_place_has_its_success_its_speed_and_its_cost() -> None:
    """Of forty the median lies between the 14th and the 27th, p95 not below the 35th; their buckets reach 4 % further.

    36 of 40 are good (Wilson: 76.95 to 96.04 %); a fee of 2 % on four days and of 4 % on four is 3 % give or take 0.89.
    """
    chart = places.places(anew())
    assert [each.name for each in chart.columns] == [
        "Method", "Currency", "Provider", "Attempts", "Success of attempts", "p50", "p95", "Over 7 s",
        "Cost of payments", "Sales",
    ]  # fmt: skip
    assert cells(chart) == [
        ("card", "KRW", "stripe", "40", "90.0 % (77.0–96.0 %)", "1.98 s (1.36–2.76 s)", "3.85 s (≥ 3.49 s)", "0.0 %",
         "3.00 % (2.11–3.89 %)", "32"),
        ("card", "KRW", "toss", "6 · too few", "100.0 % (61.0–100.0 %)", "8.11 s (7.95–8.27 s)", "8.11 s (≥ 7.95 s)",
         "100.0 %", "1.20 %", "4 · too few"),
        ("card", "USD", "stripe", "1 · too few", "0.0 % (0.0–79.4 %)", "0.50 s", "0.50 s", "0.0 %", "–", "–"),
    ]  # fmt: skip
    assert chart.reading == "Nothing is offered by two providers with 30 or more attempts each."
    assert chart.is_table_open


def test_who_is_slower_and_whether_that_may_be_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.rollups.questions.SMALLEST_SAMPLE", 5)
    chart = places.places(anew())
    assert chart.reading == (
        "card · KRW: 95 % of the answers of stripe take at most 3.85 s, those of toss 8.11 s."
        " Their intervals overlap: that may be chance."
    )
    dear = costs.cost_alike(anew())
    assert dear.reading == "No method is settled by two providers with 30 or more sales each."


def test_places_lead_to_their_attempts_and_to_a_file() -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    chart = places.places(anew())
    assert [client.get(each.url).context["found"].count for each in chart.rows] == [40, 6, 1]
    lines = client.get(chart.csv_url).content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("at,method,currency,provider,part,whole,sample")
    assert sorted(line.split(",")[1:4] for line in lines if ",card," in line) == [
        ["card", "KRW", "stripe"], ["card", "KRW", "toss"], ["card", "USD", "stripe"],
    ]  # fmt: skip


def test_what_each_method_costs_in_the_currency_of_the_page() -> None:
    chart = costs.cost_alike(anew())
    assert cells(chart) == [
        ("card", "stripe", "3.00 % (2.11–3.89 %)", "240 KRW", "8,000 KRW", "32", "8"),
        ("card", "toss", "1.20 %", "12 KRW", "1,000 KRW", "4 · too few", "1"),
    ]
    (trace,) = chart.figure["data"]
    assert trace["x"] == [0.03, 0.012]
    assert [round(each, 4) for each in trace["error_x"]["array"]] == [0.0089, 0]
    assert not costs.cost_alike(anew(currency="USD")).rows
    query = parse_qs(urlsplit(chart.csv_url).query)
    assert (query["split"], query["currency"]) == (["method,provider"], ["KRW"])


def test_long_periods_take_weeks_for_days() -> None:
    """Eight days in a row are two or three weeks: too few to say how they differ."""
    chart = costs.cost_alike(anew(last_on=date(2026, 9, 30)))
    assert cells(chart)[0] == ("card", "stripe", "3.00 %", "240 KRW", "8,000 KRW", "32", "2")


def test_success_by_method_is_of_one_currency() -> None:
    assert cells(comparison.by_method(anew())) == [
        ("card", "stripe", "90.0 % (77.0–96.0 %)", "40"), ("card", "toss", "100.0 % (61.0–100.0 %)", "6"),
    ]  # fmt: skip
    assert cells(comparison.by_method(anew(currency="USD"))) == [("card", "stripe", "0.0 % (0.0–79.4 %)", "1")]
