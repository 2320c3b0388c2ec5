"""The catalogue of features: every number that rules, scores and people see of a payment, in its place for ever; pure.

Places are only added at the end, and a definition never changes: another one is another feature. A window of w before
an instant T is [T − w, T); of sums by the hour it is the whole hours before the one T falls into. What is observed of a
payment later (fraud, dispute, refund) counts from `LABEL_DELAY` after it was observed, so that nothing here was not
known at T. The payment's own attempts count in `own_*` and, as they do for everybody, in the sums by the hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from fraud.features.declarations import Feature, NullMeaning, Source, Unit

HOUR_SECONDS: Final = 3600
DAY_SECONDS: Final = 86_400
NEWEST: Final = 256
"""Of a key's sightings so many are looked at, the newest: part of the definition, so a key many share costs no more."""
HISTORY: Final = 30 * DAY_SECONDS
"""How far velocities look back, seconds."""
LABEL_DELAY: Final = 7 * DAY_SECONDS
"""After so many seconds something observed of a payment may count."""
OBSERVED: Final = 365 * DAY_SECONDS
"""How far frauds, disputes and refunds count back from there, seconds."""
WINDOWS: Final[Mapping[str, int]] = MappingProxyType(
    {"1h": HOUR_SECONDS, "1d": DAY_SECONDS, "7d": 7 * DAY_SECONDS, "30d": HISTORY}
)
"""Seconds of each window by its name in features."""
DAYS: Final = ("1d", "7d", "30d")
FAMILIES: Final = (
    "card", "wallet", "bank_transfer", "virtual_account", "convenience_store", "carrier_billing", "e_money", "crypto",
    "contactless",
)  # fmt: skip
"""Families of payment methods by their code, from 1."""

_SEEN: Final = (Source.CUSTOMER, Source.INSTRUMENT, Source.DEVICE, Source.IP, Source.EMAIL, Source.ADDRESS)
_DISTINCT: Final = (
    (Source.CUSTOMER, "instruments"), (Source.CUSTOMER, "devices"), (Source.INSTRUMENT, "customers"),
    (Source.DEVICE, "instruments"), (Source.DEVICE, "customers"), (Source.IP, "instruments_1h"),
    (Source.IP, "customers"), (Source.EMAIL, "customers"), (Source.ADDRESS, "customers"),
)  # fmt: skip
_NEW: Final = ("instrument", "device", "address", "network", "bin")
_MISMATCHES: Final = (
    ("is_ip_elsewhere", "ip_country", "card_country"),
    ("is_shipping_elsewhere", "country", "card_country"),
    ("is_ip_far_from_shipping", "ip_country", "country"),
)
_Declared = tuple[str, Unit, Source, NullMeaning, str, int]


def _payment() -> Iterator[_Declared]:
    """Of the payment itself."""
    reference = "div(t.amount::numeric * rate.numerator, rate.denominator)"
    families = ", ".join(f"'{family}'" for family in FAMILIES)
    own = Source.PAYMENT
    yield "amount", Unit.REFERENCE, own, NullMeaning.NEVER, reference, 0
    yield "hour", Unit.HOUR, own, NullMeaning.NEVER, "extract(hour FROM t.local_at)", 0
    yield "weekday", Unit.WEEKDAY, own, NullMeaning.NEVER, "extract(isodow FROM t.local_at) - 1", 0
    yield "is_weekend", Unit.YES_NO, own, NullMeaning.NEVER, "(extract(isodow FROM t.local_at) >= 6)::int", 0
    yield "is_night", Unit.YES_NO, own, NullMeaning.NEVER, "(extract(hour FROM t.local_at) <= 6)::int", 0
    family = f"array_position(ARRAY[{families}], t.method_family)"
    yield "method_family", Unit.CODE, own, NullMeaning.NOT_TOLD, family, 0
    yield "installment_months", Unit.COUNT, own, NullMeaning.NEVER, "t.installment_months", 0
    yield "own_attempts", Unit.COUNT, own, NullMeaning.NEVER, "own.attempts", 0
    yield "own_failed", Unit.COUNT, own, NullMeaning.NEVER, "own.failed", 0


def _velocities() -> Iterator[_Declared]:
    """How often and since when each key was seen; what many pay from is summed by the hour beyond one hour."""
    for source in _SEEN:
        for window, seconds in WINDOWS.items():
            of = f"{source}_hours" if source is Source.IP and window != "1h" else source
            yield f"{source}_count_{window}", Unit.COUNT, source, NullMeaning.NO_KEY, f"{of}.count_{window}", seconds
        for window in ("1h", "1d", "30d") if source is Source.IP else ("1d", "30d"):
            of = f"{source}_hours" if source is Source.IP and window != "1h" else source
            expression = f"{of}.failed_{window}"
            yield f"{source}_failed_{window}", Unit.COUNT, source, NullMeaning.NO_KEY, expression, WINDOWS[window]
        age = f"floor(extract(epoch FROM t.as_of - first.{source}_at))"
        yield f"{source}_age", Unit.SECONDS, source, NullMeaning.NO_HISTORY, age, 0
        gap = f"floor(extract(epoch FROM t.as_of - {source}.last_at))"
        yield f"{source}_gap", Unit.SECONDS, source, NullMeaning.NO_HISTORY, gap, HISTORY


def _amounts() -> Iterator[_Declared]:
    """The amount against what is usual, in the same currency."""
    ratio = "div(t.amount::numeric * 10000 * {0}.same_{1}, nullif({0}.sum_{1}, 0))"
    unit, customer, nothing = Unit.BASIS_POINTS, Source.CUSTOMER, NullMeaning.NO_HISTORY
    for window in DAYS:
        expression = ratio.format(customer, window)
        yield f"customer_amount_ratio_{window}", unit, customer, nothing, expression, WINDOWS[window]
    largest = "div(t.amount::numeric * 10000, nullif(customer.max_30d, 0))"
    yield "customer_amount_to_max_30d", unit, customer, nothing, largest, HISTORY
    for window in DAYS:
        mean = f"div(customer.sum_{window} * rate.numerator, nullif(customer.same_{window}, 0) * rate.denominator)"
        yield f"customer_mean_{window}", Unit.REFERENCE, customer, nothing, mean, WINDOWS[window]
    of_instrument = ratio.format(Source.INSTRUMENT, "30d")
    yield "instrument_amount_ratio_30d", unit, Source.INSTRUMENT, nothing, of_instrument, HISTORY


def _company() -> Iterator[_Declared]:
    """With what and with whom a key was seen, and what is new for the customer."""
    for source, others in _DISTINCT:
        window = HOUR_SECONDS if others.endswith("_1h") else HISTORY
        yield f"{source}_{others}", Unit.COUNT, source, NullMeaning.NO_KEY, f"{source}.{others}", window
    for name in _NEW:
        told = "t.bin <> ''" if name == "bin" else f"t.{name} IS NOT NULL"
        is_new = f"CASE WHEN {told} AND customer.count_30d > 0 THEN 1 - customer.has_{name} END"
        yield f"is_new_{name}", Unit.YES_NO, Source.CUSTOMER, NullMeaning.NO_HISTORY, is_new, HISTORY


def _shops() -> Iterator[_Declared]:
    """How busy the shop is, and what became of its payments."""
    shop, nothing, share = Source.SHOP, NullMeaning.NO_HISTORY, "shop_hours.{} * 1000000 / nullif(shop_hours.{}, 0)"
    for window in DAYS:
        counted = f"shop_hours.count_{window}"
        yield f"shop_count_{window}", Unit.COUNT, shop, NullMeaning.NO_KEY, counted, WINDOWS[window]
    yield "shop_failed_1d", Unit.PPM, shop, nothing, share.format("failed_1d", "count_1d"), DAY_SECONDS
    for window in DAYS:
        counted = f"shop_hours.delayed_{window}"
        yield f"shop_count_delayed_{window}", Unit.COUNT, shop, NullMeaning.NO_KEY, counted, WINDOWS[window]
    for window in DAYS:
        frauds = share.format(f"frauds_{window}", f"delayed_{window}")
        yield f"shop_frauds_{window}", Unit.PPM, shop, nothing, frauds, WINDOWS[window]


def _observed() -> Iterator[_Declared]:
    """What became of earlier payments of each key."""
    for source in _SEEN:
        for what in ("frauds", "disputes"):
            yield f"{source}_{what}", Unit.COUNT, source, NullMeaning.NO_KEY, f"told.{source}_{what}", OBSERVED
    refunds = "told.customer_refunds"
    yield "customer_refunds", Unit.COUNT, Source.CUSTOMER, NullMeaning.NO_KEY, refunds, OBSERVED


def _mismatches() -> Iterator[_Declared]:
    """Countries that differ; which ones they are is no feature."""
    for name, one, other in _MISMATCHES:
        differs = f"CASE WHEN t.{one} <> '' AND t.{other} <> '' THEN (t.{one} <> t.{other})::int END"
        yield name, Unit.YES_NO, Source.PAYMENT, NullMeaning.NOT_TOLD, differs, 0


def _busy_shops() -> Iterator[_Declared]:
    """How busy the shop is at this time of the day: came later, so it stands at the end."""
    counted = "shop_hours.count_1h"
    yield "shop_count_1h", Unit.COUNT, Source.SHOP, NullMeaning.NO_KEY, counted, HOUR_SECONDS


def _declared() -> Iterator[_Declared]:
    for part in (_payment, _velocities, _amounts, _company, _shops, _observed, _mismatches, _busy_shops):
        yield from part()


CATALOGUE: Final[tuple[Feature, ...]] = tuple(Feature(place, *each) for place, each in enumerate(_declared(), 1))
"""By position, from 1, without holes."""
BY_NAME: Final[Mapping[str, Feature]] = MappingProxyType({feature.name: feature for feature in CATALOGUE})
