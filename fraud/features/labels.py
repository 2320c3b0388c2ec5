"""The words for features, their units, and their values as people read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fraud.features.catalogue import DAY_SECONDS, FAMILIES, HOUR_SECONDS
from fraud.features.declarations import Feature, NullMeaning, Unit
from fraud.features.models import KeyKind

_MINUTE: Final = 60
_WORDS: Final[Mapping[str, Any]] = {
    "amount": gettext_lazy("Amount in the reference currency"),
    "hour": gettext_lazy("Hour of the day"),
    "weekday": gettext_lazy("Day of the week"),
    "is_weekend": gettext_lazy("At a weekend"),
    "is_night": gettext_lazy("At night, before 7:00"),
    "method_family": gettext_lazy("Kind of payment method"),
    "installment_months": gettext_lazy("Months of installments"),
    "own_attempts": gettext_lazy("Earlier attempts of this payment"),
    "own_failed": gettext_lazy("Failed attempts of this payment"),
    "customer_amount_to_max_30d": gettext_lazy("Amount against the customer's largest in 30 days"),
    "instrument_amount_ratio_30d": gettext_lazy("Amount against what is usual for the card or account in 30 days"),
    "customer_instruments": gettext_lazy("Cards and accounts of the customer in 30 days"),
    "customer_devices": gettext_lazy("Devices of the customer in 30 days"),
    "instrument_customers": gettext_lazy("Customers with this card or account in 30 days"),
    "device_instruments": gettext_lazy("Cards and accounts on this device in 30 days"),
    "device_customers": gettext_lazy("Customers on this device in 30 days"),
    "ip_instruments_1h": gettext_lazy("Cards and accounts from this IP address in an hour"),
    "ip_customers": gettext_lazy("Customers from this IP address in 30 days"),
    "email_customers": gettext_lazy("Customers with this e-mail address in 30 days"),
    "address_customers": gettext_lazy("Customers with this shipping address in 30 days"),
    "is_new_instrument": gettext_lazy("Card or account new for the customer"),
    "is_new_device": gettext_lazy("Device new for the customer"),
    "is_new_address": gettext_lazy("Shipping address new for the customer"),
    "is_new_network": gettext_lazy("Network new for the customer"),
    "is_new_bin": gettext_lazy("Issuer of the card (BIN) new for the customer"),
    "shop_failed_1d": gettext_lazy("Share of failed attempts of the shop in a day"),
    "customer_refunds": gettext_lazy("Refunded payments of the customer in a year"),
    "is_ip_elsewhere": gettext_lazy("IP address in another country than the card"),
    "is_shipping_elsewhere": gettext_lazy("Shipped to another country than the card's"),
    "is_ip_far_from_shipping": gettext_lazy("IP address in another country than the delivery"),
}
_FAMILIES: Final[tuple[tuple[re.Pattern[str], Any], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"()customer_amount_ratio_(\w+)", gettext_lazy("Amount against what is usual for the customer in %(window)s")),
        (r"()customer_mean_(\w+)", gettext_lazy("Mean amount of the customer in %(window)s, reference currency")),
        (
            r"(shop)_count_delayed_(\w+)",
            gettext_lazy("%(whose)s: attempts in %(window)s, those that may be known as fraud by now"),
        ),
        (r"(shop)_frauds_(\w+)", gettext_lazy("%(whose)s: share of fraud in %(window)s, as far as known")),
        (r"(\w+)_count_(\w+)", gettext_lazy("%(whose)s: attempts in %(window)s")),
        (r"(\w+)_failed_(\w+)", gettext_lazy("%(whose)s: failed attempts in %(window)s")),
        (r"(\w+)_age()", gettext_lazy("%(whose)s: time since first seen")),
        (r"(\w+)_gap()", gettext_lazy("%(whose)s: time since last seen")),
        (r"(\w+)_frauds()", gettext_lazy("%(whose)s: payments known as fraud in a year")),
        (r"(\w+)_disputes()", gettext_lazy("%(whose)s: disputed payments in a year")),
    )
)
_WINDOWS: Final[Mapping[str, Any]] = {
    "1h": gettext_lazy("1 hour"),
    "1d": gettext_lazy("1 day"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "": "",
}
_UNITS: Final[Mapping[Unit, Any]] = {
    Unit.COUNT: gettext_lazy("count"),
    Unit.SECONDS: gettext_lazy("seconds"),
    Unit.BASIS_POINTS: gettext_lazy("basis points, 10,000 is once"),
    Unit.PPM: gettext_lazy("parts per million"),
    Unit.YES_NO: gettext_lazy("yes or no"),
    Unit.HOUR: gettext_lazy("hour"),
    Unit.WEEKDAY: gettext_lazy("day of the week, Monday is 0"),
    Unit.CODE: gettext_lazy("code"),
    Unit.REFERENCE: gettext_lazy("hundredths of the reference currency"),
}
_MISSING: Final[Mapping[NullMeaning, Any]] = {
    NullMeaning.NEVER: gettext_lazy("not known"),
    NullMeaning.NO_KEY: gettext_lazy("not told"),
    NullMeaning.NO_HISTORY: gettext_lazy("nothing before to compare with"),
    NullMeaning.NOT_TOLD: gettext_lazy("not told"),
}
# Where the language counts with a word behind the number; what is counted stands before it (`… attempts in 7 days: 3`).
_PAYMENTS: Final[Any] = pgettext_lazy("so many payments", "%(count)s")
_COUNTERS: Final[tuple[tuple[re.Pattern[str], Any], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"attempts|failed|_count_", pgettext_lazy("so many attempts", "%(count)s")),
        (r"_customers$", pgettext_lazy("so many customers", "%(count)s")),
        (r"_instruments(_1h)?$", pgettext_lazy("so many cards and accounts", "%(count)s")),
        (r"_devices$", pgettext_lazy("so many devices", "%(count)s")),
        (r"_months$", pgettext_lazy("so many months", "%(count)s")),
    )
)
_SPANS: Final = (
    (DAY_SECONDS, gettext_lazy("%(count)s days")),
    (HOUR_SECONDS, gettext_lazy("%(count)s hours")),
    (_MINUTE, gettext_lazy("%(count)s minutes")),
)
_METHODS: Final = (
    gettext_lazy("card"), gettext_lazy("wallet"), gettext_lazy("bank transfer"), gettext_lazy("virtual account"),
    gettext_lazy("convenience store"), gettext_lazy("carrier billing"), gettext_lazy("e-money"),
    gettext_lazy("crypto"), gettext_lazy("contactless"),
)  # fmt: skip


def _words(name: str) -> str:
    if name in _WORDS:
        return str(_WORDS[name])
    pattern, words = next(each for each in _FAMILIES if each[0].fullmatch(name))
    found = pattern.fullmatch(name)
    assert found is not None
    whose = KeyKind[found[1].upper()].label if found[1] else ""
    return str(words) % {"whose": whose, "window": _WINDOWS[found[2]]}


def _share(value: int, ones: int) -> str:
    """A value with one decimal, as long as that tells something."""
    return number_format(Decimal(value) / ones, 1 if value < 100 * ones else 0, force_grouping=True)


def _seconds(value: int) -> str:
    """In the largest unit of which there are two."""
    for size, words in _SPANS:
        if value >= 2 * size:
            return str(words) % {"count": number_format(value // size, force_grouping=True)}
    return _("%(count)s seconds") % {"count": value}


_SHOWN: Final[Mapping[Unit, Callable[[int], str]]] = {
    Unit.COUNT: lambda value: number_format(value, force_grouping=True),
    Unit.SECONDS: _seconds,
    Unit.BASIS_POINTS: lambda value: _("%(count)s times") % {"count": _share(value, 10_000)},
    Unit.PPM: lambda value: f"{_share(value, 10_000)}%",
    Unit.YES_NO: lambda value: _("yes") if value else _("no"),
    Unit.HOUR: lambda value: f"{value}:00",
    Unit.WEEKDAY: lambda value: str(WEEKDAYS[value]),
    Unit.CODE: lambda value: str(_METHODS[value - 1]) if 0 < value <= len(FAMILIES) else str(value),
    Unit.REFERENCE: lambda value: _share(value, 100),
}


def _show(feature: Feature, value: int | None) -> str:
    if value is None:
        return str(_MISSING[feature.null_meaning])
    shown = _SHOWN[feature.unit](value)
    if feature.unit is not Unit.COUNT:
        return shown
    counter = next((words for pattern, words in _COUNTERS if pattern.search(feature.name)), _PAYMENTS)
    return str(counter) % {"count": shown}


_lazy_words: Callable[[str], Any] = lazy(_words, str)
_lazy_show: Callable[[Feature, int | None], Any] = lazy(_show, str)


def words_of(name: str) -> Promise:
    """What a feature of the catalogue is, by its name: `Customer: attempts in 7 days`."""
    words: Promise = _lazy_words(name)
    return words


def unit_words(unit: Unit) -> Promise:
    """What a value counts."""
    found: Promise = _UNITS[unit]
    return found


def show(feature: Feature, value: int | None) -> Promise:
    """A value as people read it: `3.1 times`, `2 hours`, `yes`; when it is missing, why."""
    shown: Promise = _lazy_show(feature, value)
    return shown
