"""Days, weeks and months of the reporting zone as spans of instants, and what a query over a span is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from analytics.metrics.declarations import Facts
from payments.calendars import business_days
from payments.ledger.services.tables import array
from payments.methods.models import Provider

_BACK, _AHEAD = timedelta(days=400), timedelta(days=120)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to before another."""

    start: datetime
    end: datetime


def reporting_zone() -> ZoneInfo:
    """The zone whose calendar days are kept ready."""
    return ZoneInfo(settings.REPORTING_ZONE)


def day_of(moment: datetime) -> Span:
    """The calendar day of an instant."""
    return span_of_days(moment.astimezone(reporting_zone()).date())


def week_of(moment: datetime) -> Span:
    """The calendar week of an instant, from Monday."""
    on = moment.astimezone(reporting_zone()).date()
    return span_of_days(on - on.weekday() * _ONE_DAY, on + (6 - on.weekday()) * _ONE_DAY)


def month_of(moment: datetime) -> Span:
    """The calendar month of an instant."""
    first = moment.astimezone(reporting_zone()).date().replace(day=1)
    return span_of_days(first, (first + 31 * _ONE_DAY).replace(day=1) - _ONE_DAY)


def span_of_days(first_on: date, last_on: date | None = None) -> Span:
    """Whole calendar days, the last included."""
    zone, last = reporting_zone(), last_on or first_on
    return Span(datetime.combine(first_on, time(), zone), datetime.combine(last + _ONE_DAY, time(), zone))


def days_between(since: datetime, until: datetime) -> Iterator[Span]:
    """The calendar days that hold any instant from `since` to before `until`."""
    day = day_of(since)
    while day.start < until:
        yield day
        day = day_of(day.end)


def bounds(span: Span) -> dict[str, Any]:
    """What a statement over kept or gathered rows is given for a span."""
    return {"start": span.start, "end": span.end, "zone": reporting_zone().key}


def given(span: Span, facts: Facts, now: datetime | None = None) -> dict[str, Any]:
    """What the query of some facts is given for a span."""
    zone = reporting_zone()
    values = bounds(span) | {
        "now": now or timezone.now(),
        "first_on": span.start.astimezone(zone).date(),
        "last_on": (span.end - timedelta(microseconds=1)).astimezone(zone).date(),
    }
    return values | (_business_days(values) if "%(open_on)s" in facts.query else {})


def _business_days(values: Mapping[str, Any]) -> dict[str, str]:
    countries = sorted(set(Provider.objects.order_by("country").values_list("country", flat=True).distinct()))
    days = [(country, on) for country in countries for on in _open(country, values["first_on"], values["last_on"])]
    return {
        "open_in": array("text", [country for country, _ in days]),
        "open_on": array("date", [on for _, on in days]),
    }


@lru_cache(maxsize=256)
def _open(country: str, first_on: date, last_on: date) -> tuple[date, ...]:
    return tuple(business_days(first_on - _BACK, last_on + _AHEAD, country))
