"""When a day is over, for whatever ends with a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q


def end_of(day: date) -> datetime:
    """The instant at which a day is over in the zone of the house's reports."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.REPORTING_ZONE))


def is_over(now: datetime) -> Q:
    """That the last day of an entry has passed."""
    return Q(expires_at__isnull=False, expires_at__lte=now)


def last_day_before(end: datetime) -> date:
    """The day that is over at an instant: what `end_of` was made of."""
    return (end - timedelta(microseconds=1)).astimezone(ZoneInfo(settings.REPORTING_ZONE)).date()
