"""When a queue is open: business hours on business days in a zone, and the instant when so many have passed; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from payments.calendars import is_business_day, next_business_day


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The hours of a team. Raises ValueError for hours that open nothing, a zone or a country that nobody knows."""

    opens: time
    """Local time in the zone."""
    closes: time
    country: str
    """Whose business days, ISO 3166."""
    zone: str
    """IANA name."""

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError(f"business hours close at {self.closes} and open at {self.opens}")
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError) as error:
            raise ValueError(f"no zone {self.zone!r}") from error
        is_business_day(datetime(2026, 1, 2, tzinfo=UTC).date(), self.country)

    @classmethod
    def of(cls, told: dict[str, str]) -> BusinessHours:
        """As the settings have them: opens, closes, country, zone."""
        opens, closes = time.fromisoformat(told["opens"]), time.fromisoformat(told["closes"])
        return cls(opens, closes, told["country"], told["zone"])

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is open from an instant on, one after the other without end; UTC."""
        zone = ZoneInfo(self.zone)
        day = next_business_day(since.astimezone(zone).date(), self.country)
        while True:
            opens, closes = (datetime.combine(day, each, zone).astimezone(UTC) for each in (self.opens, self.closes))
            if closes > since:
                yield max(opens, since.astimezone(UTC)), closes
            day = next_business_day(day, self.country, including=False)


def after(since: datetime, open_time: timedelta, hours: BusinessHours | None) -> datetime:
    """When so much time has passed since an aware instant, of which only business hours count; None: every hour."""
    if hours is None:
        return since + open_time
    for opens, closes in hours.spans(since):
        if open_time <= closes - opens:
            return opens + open_time
        open_time -= closes - opens
    raise AssertionError("business days never end")


def between(since: datetime, until: datetime, hours: BusinessHours | None) -> timedelta:
    """How much of the time between two aware instants counts; negative where the second comes first."""
    if hours is None:
        return until - since
    if until < since:
        return -between(until, since, hours)
    passed = timedelta()
    for opens, closes in hours.spans(since):
        if opens >= until:
            break
        passed += min(closes, until) - opens
    return passed
