"""A provider was away for an hour: the head of payments finds out when, where and whom it hit, each page by its links."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from analytics.rollups.services.computing import compute_dirty
from config.staff.roles import Role
from payments.facts import AttemptResult, EventKind, NeutralEvent
from payments.ledger.services.record import record
from tests.cast import PASSWORD, person
from tests.payments.intake.api.asking import Machine
from tests.payments.ledger.telling import make_provider

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
"""Nine in the morning in Seoul."""
FIRST = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)
"""Four weeks, today included, begin at midnight in Seoul."""
OUTAGE = NOW - timedelta(hours=20)
"""One in the afternoon of the day before."""


def payment(number: int, provider: str, at: datetime, *, is_good: bool) -> list[NeutralEvent]:
    """One try, answered after half a second, or not at all."""
    common: dict[str, Any] = {
        "source": f"provider:{provider}", "currency": "KRW", "merchant_reference": f"A-{number}", "provider": provider,
        "attempt_reference": f"pi_{number}", "amount": 10_000,
    }  # fmt: skip
    end = EventKind.CAPTURED if is_good else EventKind.FAILED
    more = {"provider_key": f"ch_{number}"} if is_good else {"result": AttemptResult.TECHNICAL_TIMEOUT}
    wait = timedelta(seconds=0.5 if is_good else 30)
    return [
        NeutralEvent(source_event_id=f"{number}:s", kind=EventKind.ATTEMPT_STARTED, occurred_at=at, **common),
        NeutralEvent(source_event_id=f"{number}:e", kind=end, occurred_at=at + wait, **common, **more),
    ]


Tried = tuple[datetime, str, bool]


def tried() -> list[Tried]:
    """Four payments an hour at two providers, one in twelve fails; in the bad hour forty more at toss, and all fail."""
    usual = [
        (NOW - timedelta(hours=hour, minutes=30 - place), ("stripe", "toss")[place % 2], (hour + place) % 12 != 0)
        for hour in range(8 * 7 * 24)
        for place in range(4)
    ]
    return usual + [(OUTAGE + timedelta(minutes=place), "toss", False) for place in range(40)]


def tell(payments: list[Tried]) -> None:
    """Tell the ledger, and let the worker count."""
    for code in ("stripe", "toss"):
        make_provider(code, event_adapter=code)
    events = [
        event
        for number, (at, provider, is_good) in enumerate(payments)
        for event in payment(number, provider, at, is_good=is_good)
    ]
    for place in range(0, len(events), 2_000):
        with transaction.atomic():
            record(events[place : place + 2_000])
    compute_dirty()


def links(page: Any) -> list[str]:
    """The addresses a page leads to."""
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"#][^"]*)"', page.content.decode())]


@time_machine.travel(NOW, tick=False)
def test_from_the_overview_to_the_payments_of_a_bad_hour(client: Client) -> None:
    payments = tried()
    tell(payments)
    park = person(Role.PAYMENT_ADMIN)
    client.post("/account/login/", {"login": park.email, "password": PASSWORD}, follow=True)

    # Today says that more fails than before, and leads to the page of the failure rate.
    today = client.get("/")
    tile = next(each for each in today.context["tiles"] if each.metric.code == "failure_rate")
    lately = [is_good for at, _provider, is_good in payments if at >= FIRST]
    failed = lately.count(False)
    assert (tile.is_better, tile.sample) == (False, len(lately))
    page = client.get(next(link for link in links(today) if link.startswith("/insights/failure/")))

    # The causes and the providers of that page name what is behind it.
    charts = {chart.code: chart for chart in page.context["charts"]}
    causes = {row.cells[0].strip(): row.cells[1] for row in charts["failure-causes"].rows}
    assert set(causes.values()) == {str(failed)}  # there is one cause, and what it belongs to
    worst_day = max(charts["failure-rate-time"].rows, key=lambda row: float(row.cells[1].split()[0]))
    assert worst_day.cells[0].startswith("2026-11-19")

    # The day's rows are the payments themselves: its share of the usual ones, and the forty.
    rows = client.get(worst_day.url)
    assert rows.context["found"].count == 8 + 40
    day = list(rows.context["rows"])
    while rows.context["older_query"]:
        rows = client.get(f"{worst_day.url.partition('?')[0]}?{rows.context['older_query']}")
        day += rows.context["rows"]
    hit = [each for each in day if OUTAGE <= each["payment"].created_at < OUTAGE + timedelta(hours=1)]
    assert len([each for each in hit if each["payment"].provider.code == "toss"]) >= 40
    detail = client.get(hit[0]["url"])
    assert detail.status_code == 200

    # Finance asks for the numbers as a file; the shop's own dashboard asks the API: the same.
    file = client.get(charts["failure-rate-time"].csv_url).content.decode().removeprefix("\ufeff")
    whole = next(csv.DictReader(io.StringIO(file)))
    asked = {"first_on": "2026-10-24", "last_on": "2026-11-20"}
    told = Machine("metrics:read").get("metrics/failure_rate", asked).json()["whole"]
    assert (int(whole["part"]), int(whole["whole"])) == (told["part"], told["whole"]) == (failed, len(lately))
