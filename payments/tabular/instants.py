"""Dates and clock times as files write them: local text and a zone name in, UTC instants and business dates out."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from payments.tabular.remembered import Remembered

# Providers write the winter name of a zone all year and mean the clock on the wall there; the summer names are exact.
_WALL_CLOCKS: Final = {
    "CET": "Europe/Amsterdam",
    "MET": "Europe/Amsterdam",
    "WET": "Europe/Lisbon",
    "EET": "Europe/Helsinki",
    "MSK": "Europe/Moscow",
    "KST": "Asia/Seoul",
    "JST": "Asia/Tokyo",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
    "AEST": "Australia/Sydney",
    "AWST": "Australia/Perth",
    "NZST": "Pacific/Auckland",
    "BRT": "America/Sao_Paulo",
    "PST": "America/Los_Angeles",
    "MST": "America/Denver",
    "EST": "America/New_York",
}
_FIXED_HOURS: Final = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "WEST": 1,
    "BST": 1,
    "CEST": 2,
    "MEST": 2,
    "EEST": 3,
    "PDT": -7,
    "MDT": -6,
    "CDT": -5,
    "EDT": -4,
    "AEDT": 11,
    "NZDT": 13,
}
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?")
_TAIL: Final = re.compile(r":([0-5]\d):([0-5]\d)", re.ASCII)
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DIRECTIVE: Final = re.compile(r"%(-?)(.)|(\s+)", re.DOTALL)
_WIDTHS: Final = {**dict.fromkeys("ymdHIMSUW", 2), "j": 3, "Y": 4}
_READABLE: Final = frozenset("aAbBdfHIjmMpSUwWyYzZ")
"""The directives of strptime that mean the same everywhere; `%%` is a sign, and none of them."""


class UnknownZone(ValueError):
    """The text names no time zone; `name` is the text."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@lru_cache(maxsize=256)
def zone_named(name: str, home: str) -> tzinfo:
    """The zone a file means by `name` (CET, KST, Europe/Amsterdam, +09:00); '' means `home`, an IANA name.

    A short name that is used at `home` means the wall clock at home: CST is Chicago there and Shanghai elsewhere.
    Raises UnknownZone.
    """
    label = name.strip()
    if not label:
        return _iana(home)
    upper = label.upper()
    if upper in _FIXED_HOURS:
        return timezone(timedelta(hours=_FIXED_HOURS[upper]))
    if upper == _winter_name(home):
        return _iana(home)
    if upper in _WALL_CLOCKS:
        return _iana(_WALL_CLOCKS[upper])
    offset = _OFFSET.fullmatch(upper)
    if offset and int(offset[2]) <= 14:
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-distance if offset[1] == "-" else distance)
    return _iana(label)


def _winter_name(home: str) -> str:
    """The short name of a zone's standard time."""
    moments = [datetime(2026, month, 1, tzinfo=_iana(home)) for month in (1, 7)]
    return next((moment.tzname() or "" for moment in moments if not moment.dst()), "")


@lru_cache(maxsize=256)
def _iana(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


def iso_local(text: str) -> datetime:
    """`2022-02-22 00:24:23` (or with T, without seconds, with an offset) as written. Raises ValueError."""
    if _ISO.fullmatch(text) is None:
        raise ValueError("not a date and time")
    return datetime.fromisoformat(text)


@lru_cache(maxsize=20_000)
def iso_date(text: str) -> date:
    """`2022-02-22` as a date; days that do not exist are refused. Raises ValueError."""
    if _ISO_DATE.fullmatch(text) is None:
        raise ValueError("not a date")
    return date.fromisoformat(text)


def iso_instant(text: str, zone: tzinfo) -> datetime:
    """A date and time as written, in UTC; without an offset of its own it is on the wall clock of `zone`.

    Raises ValueError.
    """
    moment = iso_local(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def written_as(text: str, time_format: str) -> datetime:
    """A date and time in a format as for strptime, each number as wide as the format says; `%-d` takes 1 and 31.

    strptime alone would take the 2026-08-1 of a file that is cut off for the first of August. Raises ValueError.
    """
    moment = datetime.strptime(text, time_format.replace("%-", "%"))  # noqa: DTZ007 (the caller adds the zone)
    if _shape_of(time_format).fullmatch(text) is None:
        raise ValueError("not as wide as the format")
    return moment


def tells_a_date(time_format: str) -> bool:
    """Whether a format, as for strptime, can be read and tells year, month and day: each once."""
    told = [found[2] for found in _DIRECTIVE.finditer(time_format) if found[2] and found[2] != "%"]
    if "%" in _DIRECTIVE.sub("", time_format) or len(told) > len(set(told)) or not _READABLE.issuperset(told):
        return False
    has_day = "d" in told and not {"m", "b", "B"}.isdisjoint(told)
    return (has_day or "j" in told) and not {"y", "Y"}.isdisjoint(told)


@lru_cache(maxsize=256)
def _shape_of(time_format: str) -> re.Pattern[str]:
    """How wide the numbers of a format are; names, fractions and distances to UTC are left to strptime."""
    shape, end = "", 0
    for found in _DIRECTIVE.finditer(time_format):
        shape += re.escape(time_format[end : found.start()])
        end = found.end()
        width = _WIDTHS.get(found[2] or "")
        if found[3]:
            shape += r"\s+"
        elif found[2] == "%":
            shape += "%"
        elif width:
            shape += rf"\d{{{1 if found[1] else width},{width}}}"
        else:
            shape += ".*"
    return re.compile(shape + re.escape(time_format[end:]), re.IGNORECASE | re.DOTALL)


def generation_sequence(moment: datetime) -> str:
    """A generation time as text that sorts."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


class _Tails(dict[str, timedelta]):
    """What `:24:23` adds to its hour: an hour has 3 600 of them. Raises ValueError for anything else."""

    def __missing__(self, text: str) -> timedelta:
        found = _TAIL.fullmatch(text)
        if found is None:
            raise ValueError("no minutes and seconds")
        tail = self[text] = timedelta(minutes=int(found[1]), seconds=int(found[2]))
        return tail


_TAILS: Final = _Tails()


class Clock:
    """Turns local times of one zone into UTC quickly: the distance to UTC is looked up once an hour of the file."""

    def __init__(self, zone: tzinfo, home: tzinfo) -> None:
        """`zone` is the clock the file is written by, `home` the zone business dates are counted in."""
        self.zone = zone
        self.home = home
        self._hours = Remembered[str, datetime]()
        self._days: set[str] = set()

    def instant(self, text: str) -> datetime:
        """`2022-02-22 00:24:23` on this clock, in UTC. Raises ValueError."""
        if len(text) == 19 and text[16] == ":":
            hour = self._hours.get(text[:13])
            if hour is None:
                hour = self._hour(text[:13])
            return hour + _TAILS[text[13:]]
        moment = iso_instant(text, self.zone)
        self._days.add(text[:10])
        return moment

    def _hour(self, text: str) -> datetime:
        local = iso_local(text + ":00:00")
        # In the hour that comes twice in autumn the winter name is right for the second one, which fold=1 means.
        distance = local.replace(tzinfo=self.zone, fold=1).utcoffset() or timedelta()
        hour = local.replace(tzinfo=UTC) - distance
        self._hours.keep(text, hour)
        self._days.add(text[:10])
        return hour

    @property
    def days(self) -> frozenset[str]:
        """All dates told so far by this clock, as `2022-02-22`."""
        return frozenset(self._days)

    def business_date(self, moment: datetime) -> date:
        """The date of an instant at home."""
        try:
            return moment.astimezone(self.home).date()
        except OverflowError:
            # The last evening of the year 9999: refused later on as a date no row can say.
            return moment.date()


class Stamps:
    """Times with or without a distance to UTC, and their dates at home, quickly: each hour is worked out once."""

    def __init__(self, zone: tzinfo | None, home: tzinfo, time_format: str = "") -> None:
        """`zone` is the clock of times that tell no distance, None refuses them; business dates are those at `home`.

        `time_format` is one as for strptime; '' means ISO 8601, with a blank for the T or before the distance.
        """
        self._zone = zone
        self._home = home
        self._format = time_format
        self._hours = Remembered[str, tuple[datetime, date]]()

    def read(self, text: str) -> tuple[datetime, date]:
        """A time in UTC and its date at home. Raises ValueError and OverflowError."""
        hour = self._hours.get(text[:13] + text[19:])
        if hour is not None:
            tail = _TAILS.get(text[13:19])
            if tail is not None:
                return hour[0] + tail, hour[1]
        return self._worked_out(text)

    def _worked_out(self, text: str) -> tuple[datetime, date]:
        moment = self._instant(text)
        day = moment.astimezone(self._home).date()
        is_usual = not self._format or self._format.endswith("%H:%M:%S")
        if is_usual and _TAIL.fullmatch(text[13:19]) and (not text[19:] or text[19] in " +-Z"):
            first, last = (self._instant(f"{text[:13]}:{tail}{text[19:]}") for tail in ("00:00", "59:59"))
            is_even = last - first == timedelta(minutes=59, seconds=59)
            # An hour in which the clock or the date at home changes is worked out time by time.
            if is_even and day == first.astimezone(self._home).date() == last.astimezone(self._home).date():
                self._hours.keep(text[:13] + text[19:], (first, day))
                return first + _TAILS[text[13:19]], day
        return moment, day

    def _instant(self, text: str) -> datetime:
        if self._format:
            moment = written_as(text, self._format)
        else:
            moment = iso_local(f"{text[:19]}{text[20:]}" if text[19:21] in (" +", " -") else text)
        if moment.tzinfo is None:
            if self._zone is None:
                raise ValueError("no distance to UTC")
            moment = moment.replace(tzinfo=self._zone)
        return moment.astimezone(UTC)
