"""What goes wrong at the merchant for hours or days: twelve incidents a quarter, each with its cause.

Planned from the seed and the first day alone, so that a longer simulation has the same ones and then more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.simulator.chance import chance

QUARTER_DAYS: Final = 92
_FIRST_DAY: Final = 3
_DAYS_APART: Final = 7
_PAY_DAY_EVE: Final = 24
_ZONES: Final = {"KR": "Asia/Seoul", "JP": "Asia/Tokyo", "EU": "Europe/Amsterdam"}


class Kind(StrEnum):
    """What happens. The values stand in truth.json."""

    PROVIDER_OUTAGE = "provider_outage"
    BIN_DECLINING = "bin_declining"
    AUTHENTICATION_BROKEN = "three_d_secure_broken"
    SLOW_PROVIDER = "slow_provider"
    WEBHOOK_GAP = "webhook_gap"
    PRICE_ERROR = "price_error"
    METHOD_OFF = "method_switched_off"
    FUNDS_WAVE = "insufficient_funds_wave"
    DOUBLE_SUBMIT = "double_submit"
    MOBILE_BROKEN = "mobile_checkout_broken"
    VOUCHERS_UNSENT = "voucher_numbers_not_sent"
    BAD_TRAFFIC = "bad_traffic"


@dataclass(frozen=True, slots=True)
class Incident:
    """One of them. Empty fields narrow nothing down."""

    kind: Kind
    start: datetime
    """UTC; the first moment."""
    end: datetime
    """UTC; the first moment after it."""
    country: str
    """KR, JP or EU: the market that it hits."""
    cause: str
    provider: str = ""
    method: str = ""
    bin: str = ""
    device: str = ""
    step: str = ""
    campaign: str = ""
    sku: str = ""

    def to_json(self) -> dict[str, str]:
        """As truth.json writes it: instants in UTC, without the empty fields."""
        told = asdict(self) | {"kind": str(self.kind), "start": self.start.isoformat(), "end": self.end.isoformat()}
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Incident:
        """Read one back. Raises KeyError, TypeError and ValueError for what is none."""
        instants = {name: datetime.fromisoformat(data[name]) for name in ("start", "end")}
        return cls(**{**data, **instants, "kind": Kind(data["kind"])})

    def is_at(self, moment: datetime) -> bool:
        """Whether it goes on at a moment."""
        return self.start <= moment < self.end


_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)


def _at(kind: Kind, country: str, cause: str, **where: str) -> Incident:
    """One place where an incident can happen, before it is known when."""
    return Incident(kind, _NEVER, _NEVER, country, cause, **where)


@dataclass(frozen=True, slots=True)
class _Pattern:
    hosts: tuple[Incident, ...]
    begins: tuple[int, int]
    """Between which hours of the local day, both included."""
    hours: tuple[int, int]
    """How long, both included."""


_OUTAGE: Final = "The provider's gateway answers no request after a failed release on its side"
_BIN: Final = "The issuer declines every card of one BIN after it has changed its processor"
_AUTHENTICATION: Final = "The directory server of the 3-D Secure step rejects our certificate, which ran out"
_SLOW: Final = "The provider moves a database and answers six times slower than usual"
_GAP: Final = "A rule of our firewall kept the provider's webhooks out; they all come once it is lifted"
_PRICE: Final = "A price list was uploaded with one zero too many"
_OFF: Final = "A payment admin switched the method off instead of changing its order"
_FUNDS: Final = "On the eve of pay day many accounts are empty"
_DOUBLE: Final = "A release of the checkout sends the order twice when the button is pressed"
_MOBILE: Final = "A release of the checkout hides the list of methods on small screens"
_VOUCHERS: Final = "The message with the number to pay with is sent to nobody"
_TRAFFIC: Final = "A campaign was sold to a network of bots"

_PATTERNS: Final = (
    _Pattern(
        (
            _at(Kind.PROVIDER_OUTAGE, "KR", _OUTAGE, provider="toss"),
            _at(Kind.PROVIDER_OUTAGE, "KR", _OUTAGE, provider="naver"),
        ),
        (10, 17), (4, 6),
    ),
    _Pattern(
        (
            _at(Kind.BIN_DECLINING, "JP", _BIN, provider="adyen-jp", method="card", bin="453412"),
            _at(Kind.BIN_DECLINING, "EU", _BIN, provider="adyen-eu", method="card", bin="455660"),
        ),
        (8, 11), (50, 66),
    ),
    _Pattern(
        (
            _at(Kind.AUTHENTICATION_BROKEN, "EU", _AUTHENTICATION, provider="adyen-eu", method="card",
                step="authentication"),
            _at(Kind.AUTHENTICATION_BROKEN, "JP", _AUTHENTICATION, provider="adyen-jp", method="card",
                step="authentication"),
        ),
        (7, 9), (12, 15),
    ),
    _Pattern(
        (
            _at(Kind.SLOW_PROVIDER, "KR", _SLOW, provider="naver"),
            _at(Kind.SLOW_PROVIDER, "JP", _SLOW, provider="adyen-jp"),
        ),
        (8, 11), (10, 12),
    ),
    _Pattern(
        (
            _at(Kind.WEBHOOK_GAP, "JP", _GAP, provider="adyen-jp"),
            _at(Kind.WEBHOOK_GAP, "KR", _GAP, provider="toss"),
        ),
        (8, 13), (5, 8),
    ),
    _Pattern(
        (
            _at(Kind.PRICE_ERROR, "JP", _PRICE, sku="BAG-04"),
            _at(Kind.PRICE_ERROR, "KR", _PRICE, sku="BAG-04"),
        ),
        (8, 12), (10, 12),
    ),
    _Pattern(
        (
            _at(Kind.METHOD_OFF, "KR", _OFF, provider="toss", method="carrier-billing", step="method_selected"),
            _at(Kind.METHOD_OFF, "KR", _OFF, provider="toss", method="toss-pay", step="method_selected"),
        ),
        (9, 12), (26, 34),
    ),
    _Pattern(
        (
            _at(Kind.FUNDS_WAVE, "KR", _FUNDS, provider="toss"),
        ),
        (6, 9), (14, 15),
    ),
    _Pattern(
        (
            _at(Kind.DOUBLE_SUBMIT, "KR", _DOUBLE, provider="naver", step="submitted"),
            _at(Kind.DOUBLE_SUBMIT, "KR", _DOUBLE, provider="toss", step="submitted"),
        ),
        (9, 12), (20, 28),
    ),
    _Pattern(
        (
            _at(Kind.MOBILE_BROKEN, "KR", _MOBILE, device="mobile", step="method_selected"),
            _at(Kind.MOBILE_BROKEN, "JP", _MOBILE, device="mobile", step="method_selected"),
        ),
        (9, 11), (9, 12),
    ),
    _Pattern(
        (
            _at(Kind.VOUCHERS_UNSENT, "JP", _VOUCHERS, provider="sbps", method="convenience-store"),
        ),
        (8, 11), (26, 34),
    ),
    _Pattern(
        (
            _at(Kind.BAD_TRAFFIC, "EU", _TRAFFIC, campaign="flash-banner", step="started"),
            _at(Kind.BAD_TRAFFIC, "JP", _TRAFFIC, campaign="flash-banner", step="started"),
        ),
        (9, 12), (30, 40),
    ),
)  # fmt: skip


def incidents_from(seed: int, start: date, until: date) -> list[Incident]:
    """Return the incidents of a simulation from `start` that have begun by the end of a day, in the order of time."""
    found: list[Incident] = []
    for quarter in range((until - start).days // QUARTER_DAYS + 1):
        found += _quarter(seed, start + timedelta(days=QUARTER_DAYS * quarter))
    begun = [each for each in found if each.start.astimezone(ZoneInfo(_ZONES[each.country])).date() <= until]
    return sorted(begun, key=lambda each: each.start)


def _quarter(seed: int, first: date) -> list[Incident]:
    luck = chance(seed, "incidents", first)
    order = luck.sample(_PATTERNS, len(_PATTERNS))
    found = []
    for slot, pattern in enumerate(order):
        host = luck.choice(pattern.hosts)
        day = first + timedelta(days=_FIRST_DAY + _DAYS_APART * slot + luck.randrange(5))
        if host.kind is Kind.FUNDS_WAVE:
            days = (first + timedelta(days=offset) for offset in range(_FIRST_DAY, QUARTER_DAYS - 1))
            day = luck.choice([each for each in days if each.day == _PAY_DAY_EVE])
        hour = time(luck.randint(*pattern.begins), luck.randrange(0, 60, 5))
        begin = datetime.combine(day, hour, tzinfo=ZoneInfo(_ZONES[host.country])).astimezone(UTC)
        found.append(replace(host, start=begin, end=begin + timedelta(hours=luck.randint(*pattern.hours))))
    return found


class Calendar:
    """The incidents of a simulation, found fast by market and moment."""

    def __init__(self, listed: list[Incident]) -> None:
        self._listed = listed
        self._by_day: dict[tuple[str, int], list[Incident]] = {}
        for each in listed:
            for ordinal in range(each.start.toordinal(), each.end.toordinal() + 1):
                self._by_day.setdefault((each.country, ordinal), []).append(each)

    def at(self, country: str, provider: str, moment: datetime) -> list[Incident]:
        """What goes on in a market at a moment (UTC) that can touch a provider there."""
        today = self._by_day.get((country, moment.toordinal()))
        if today is None:
            return []
        return [each for each in today if each.is_at(moment) and each.provider in ("", provider)]

    def between(self, kind: Kind, country: str, begin: datetime, end: datetime) -> list[Incident]:
        """Those of a kind that go on at some time of a span."""
        of_the_kind = (each for each in self._listed if each.kind is kind and each.country == country)
        return [each for each in of_the_kind if each.start < end and begin < each.end]
