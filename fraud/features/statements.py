"""The statements that features are read by, made of the catalogue: what its expressions call t, customer, ip_hours.

One row of `t` is a subject. Everything about it is a lateral of its own, so that the statement costs as much for each
of a batch as for one, and however many share a key: a lateral reads the newest few sightings of its key, or sums by the
hour. Spans are seconds: days would be as long as the zone of the connection makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from fraud.features.catalogue import CATALOGUE, DAYS, LABEL_DELAY, NEWEST, OBSERVED, WINDOWS
from fraud.features.declarations import Feature, Unit
from fraud.features.models import KeyKind
from fraud.features.reference import parts_sql

KEYS: Final[Mapping[KeyKind, str]] = {
    KeyKind.CUSTOMER: "customer_id", KeyKind.INSTRUMENT: "instrument", KeyKind.DEVICE: "device", KeyKind.IP: "ip",
    KeyKind.EMAIL: "email", KeyKind.ADDRESS: "address", KeyKind.SHOP: "shop",
}  # fmt: skip
"""The column of a sighting, and of a subject, by the kind of key."""
EXTRAS: Final = """
SELECT coalesce(told.card[1], '') AS card_country, coalesce(told.ip[1], '') AS ip_country,
       coalesce(told.shop[1], '') AS shop
  FROM (SELECT
          array_agg(upper(e.body->'extra'->>'card_country') ORDER BY e.occurred_at, e.id)
            FILTER (WHERE e.body->'extra'->>'card_country' ~ '^[A-Za-z]{{2}}$') AS card,
          array_agg(upper(e.body->'extra'->>'ip_country') ORDER BY e.occurred_at, e.id)
            FILTER (WHERE e.body->'extra'->>'ip_country' ~ '^[A-Za-z]{{2}}$') AS ip,
          array_agg(left(e.body->'extra'->>'shop', 40) ORDER BY e.occurred_at, e.id)
            FILTER (WHERE e.body->'extra'->>'shop' <> '') AS shop
          FROM payments_paymentevent e WHERE e.payment_id = {0} AND e.body ? 'extra') AS told
"""
"""What events of a payment add of countries and the shop, always one row; format with the payment's id.

The first telling stands: a later one must not change what was known at the time of a decision.
"""
SUBJECT: Final[Mapping[str, str]] = {
    "as_of": "timestamptz", "amount": "bigint", "currency": "text", "attempt_id": "bigint", "payment_id": "bigint",
    "customer_id": "bigint", "instrument": "bigint", "device": "bigint", "ip": "bigint", "network": "bigint",
    "email": "bigint", "address": "bigint", "shop": "bigint", "bin": "text", "country": "text", "card_country": "text",
    "ip_country": "text", "method_family": "text", "installment_months": "integer",
}  # fmt: skip
"""Fields of `Subject` and their types in PostgreSQL, in their order."""
_OF_SIGHTING: Final = (
    "s.at AS as_of, s.amount, s.currency, s.attempt_id, s.payment_id, s.customer_id, s.instrument, s.device, s.ip,"
    " s.network, s.email, s.address, s.shop, s.bin, coalesce(k.country, '') AS country, x.card_country, x.ip_country,"
    " coalesce(m.family, '') AS method_family, coalesce(a.installment_months, 0)::int AS installment_months"
)
_AROUND: Final = f"""
  LEFT JOIN payments_attempt a ON a.id = s.attempt_id
  LEFT JOIN payments_paymentmethod m ON m.id = a.method_id
  LEFT JOIN payments_payment p ON p.id = s.payment_id
  LEFT JOIN payments_checkout k ON k.id = p.checkout_id
  CROSS JOIN LATERAL ({EXTRAS.format("s.payment_id")}) x
"""
OF_ATTEMPTS: Final = f"""
SELECT g.place, {_OF_SIGHTING}
  FROM unnest(%s::bigint[]) WITH ORDINALITY AS g (attempt_id, place)
  JOIN fraud_sighting s ON s.attempt_id = g.attempt_id {_AROUND}
"""  # noqa: S608
"""Subjects of some attempts, in their order; of those that were seen."""
OF_RANGE: Final = f"""
SELECT 0 AS place, {_OF_SIGHTING}
  FROM fraud_sighting s {_AROUND} WHERE s.at >= %s AND s.at < %s
"""  # noqa: S608
"""Subjects of everything seen in a range."""


@cache
def features_sql(subjects: str, hours: str = "fraud_keyhour", order: str = "t.place") -> str:
    """Subjects with the array of their features. Parameters: the zone, then those of `subjects`."""
    values = ",\n".join(_value(feature) for feature in CATALOGUE)
    numerator, denominator = parts_sql("t.currency")
    laterals = "\n".join([_OWN, *(_newest(kind) for kind in _NEWEST), _first()])
    sums = "\n".join([_ip_hours(hours), _OF_SHOP, _told(hours)])
    return f"""
WITH t AS MATERIALIZED (
  SELECT s.*, {_bounds()}
    FROM (SELECT s.*, s.as_of AT TIME ZONE %s AS local_at, date_trunc('hour', s.as_of, 'UTC') AS hour_at,
                 date_trunc('hour', s.as_of - {_span(LABEL_DELAY)}, 'UTC') AS delayed_at
            FROM ({subjects}) s OFFSET 0) s),
shop_hours AS MATERIALIZED ({_shop_hours(hours)})
SELECT {", ".join(f"t.{name}" for name in SUBJECT)}, ARRAY[{values}]
  FROM t
 CROSS JOIN LATERAL (SELECT {numerator} AS numerator, {denominator} AS denominator) rate
{laterals}
{sums}
 ORDER BY {order}
"""  # noqa: S608


def _value(feature: Feature) -> str:
    """Its expression, at most what 31 bits hold; `least` would make a number of what is missing."""
    value = feature.expression
    if feature.unit not in _LARGE:
        return f"({value})::int"
    return f"(CASE WHEN {value} > {_LARGEST} THEN {_LARGEST} ELSE {value} END)::int"


def _span(seconds: int) -> str:
    return f"interval '{seconds} seconds'"


def _bounds() -> str:
    """Where each window begins, worked out once for a subject and not for every row that is looked at."""
    starts = [f"s.as_of - {_span(seconds)} AS of_{window}" for window, seconds in WINDOWS.items()]
    for until in ("hour", "delayed"):
        windows = WINDOWS if until == "hour" else DAYS
        starts += [f"s.{until}_at - {_span(WINDOWS[window])} AS {until}_{window}" for window in windows]
    return ", ".join([*starts, f"s.delayed_at - {_span(OBSERVED)} AS observed_from"])


_LARGEST: Final = 2**31 - 1
_LARGE: Final = (Unit.SECONDS, Unit.BASIS_POINTS, Unit.PPM, Unit.REFERENCE)
_OWN: Final = """
 CROSS JOIN LATERAL (
   SELECT count(*) AS attempts, count(*) FILTER (WHERE o.failed_at < t.as_of) AS failed
     FROM fraud_sighting o
    WHERE o.payment_id = t.payment_id AND o.attempt_id <> t.attempt_id AND o.at < t.as_of) own"""
_SAME: Final = "n.currency = t.currency"


def _since(window: str) -> str:
    return f"n.at >= t.of_{window}"


def _counts(windows: Sequence[str], failed: Sequence[str]) -> list[str]:
    counts = [f"count(*) FILTER (WHERE {_since(window)}) AS count_{window}" for window in windows]
    return counts + [
        f"count(*) FILTER (WHERE {_since(window)} AND n.failed_at < t.as_of) AS failed_{window}" for window in failed
    ]


def _sums(windows: Sequence[str]) -> list[str]:
    found = []
    for window in windows:
        found.append(f"count(*) FILTER (WHERE {_SAME} AND {_since(window)}) AS same_{window}")
        found.append(f"sum(n.amount) FILTER (WHERE {_SAME} AND {_since(window)}) AS sum_{window}")
    return found


def _has(name: str) -> str:
    return f"coalesce(bool_or(n.{name} = t.{name}), false)::int AS has_{name}"


_EVERY: Final = _counts(tuple(WINDOWS), ("1d", "30d"))
_NEWEST: Final[Mapping[KeyKind, Sequence[str]]] = {
    KeyKind.CUSTOMER: [
        *_EVERY, *_sums(DAYS), f"max(n.amount) FILTER (WHERE {_SAME}) AS max_30d",
        "count(DISTINCT n.instrument) AS instruments", "count(DISTINCT n.device) AS devices",
        *(_has(name) for name in ("instrument", "device", "address", "network", "bin")),
    ],
    KeyKind.INSTRUMENT: [*_EVERY, *_sums(("30d",)), "count(DISTINCT n.customer_id) AS customers"],
    KeyKind.DEVICE: [
        *_EVERY, "count(DISTINCT n.instrument) AS instruments", "count(DISTINCT n.customer_id) AS customers",
    ],
    KeyKind.IP: [
        *_counts(("1h",), ("1h",)), f"count(DISTINCT n.instrument) FILTER (WHERE {_since('1h')}) AS instruments_1h",
        "count(DISTINCT n.customer_id) AS customers",
    ],
    KeyKind.EMAIL: [*_EVERY, "count(DISTINCT n.customer_id) AS customers"],
    KeyKind.ADDRESS: [*_EVERY, "count(DISTINCT n.customer_id) AS customers"],
}  # fmt: skip
"""What is made of the newest sightings of each kind of key."""


def _alias(kind: KeyKind) -> str:
    return kind.name.lower()


def _newest(kind: KeyKind) -> str:
    key = KEYS[kind]
    return f"""
  LEFT JOIN LATERAL (
    SELECT {", ".join(_NEWEST[kind])}, max(n.at) AS last_at
      FROM (SELECT s.at, s.amount, s.currency, s.failed_at, s.customer_id, s.instrument, s.device, s.address,
                   s.network, s.bin
              FROM fraud_sighting s
             WHERE s.{key} = t.{key} AND s.at < t.as_of AND s.at >= t.of_30d
               AND s.payment_id <> t.payment_id
             ORDER BY s.at DESC, s.attempt_id DESC LIMIT {NEWEST}) n) {_alias(kind)} ON t.{key} IS NOT NULL"""  # noqa: S608


def _first() -> str:
    """Since when each key is seen: in one lateral, since every relation that is joined makes the plan dearer."""
    probes = [
        f"""(SELECT s.at FROM fraud_sighting s
     WHERE s.{KEYS[kind]} = t.{KEYS[kind]} AND s.at < t.as_of AND s.payment_id <> t.payment_id
     ORDER BY s.at LIMIT 1) AS {_alias(kind)}_at"""  # noqa: S608
        for kind in _NEWEST
    ]
    return f" CROSS JOIN LATERAL (SELECT {', '.join(probes)} OFFSET 0) first"


def _total(what: str, name: str, until: str, window: str) -> str:
    return (
        f"coalesce(sum(h.{what}) FILTER (WHERE h.hour_at >= t.{until}_{window} AND h.hour_at < t.{until}_at), 0)"
        f" AS {name}_{window}"
    )


def _ip_hours(hours: str) -> str:
    totals = [_total("attempts", "count", "hour", window) for window in DAYS]
    totals += [_total("failed", "failed", "hour", window) for window in ("1d", "30d")]
    return f"""
  LEFT JOIN LATERAL (
    SELECT {", ".join(totals)} FROM {hours} h
     WHERE h.kind = {int(KeyKind.IP)} AND h.key = t.ip AND h.hour_at < t.hour_at AND h.hour_at >= t.hour_30d
     ) ip_hours ON t.ip IS NOT NULL"""  # noqa: S608


def _shop_hours(hours: str) -> str:
    """Once for all that a shop sells in an hour: of a shop every hour has something to add up."""
    totals = [_total("attempts", "count", "hour", window) for window in WINDOWS]
    totals += [_total("failed", "failed", "hour", "1d")]
    totals += [_total("attempts", "delayed", "delayed", window) for window in DAYS]
    totals += [_total("frauds", "frauds", "delayed", window) for window in DAYS]
    starts = ", ".join(["hour_1h", *(f"{until}_{window}" for until in ("hour", "delayed") for window in DAYS)])
    return f"""
  SELECT t.shop, t.hour_at, sums.*
    FROM (SELECT DISTINCT shop, hour_at, delayed_at, {starts} FROM t WHERE shop IS NOT NULL) t
   CROSS JOIN LATERAL (
     SELECT {", ".join(totals)} FROM {hours} h
      WHERE h.kind = {int(KeyKind.SHOP)} AND h.key = t.shop AND h.hour_at < t.hour_at AND h.hour_at >= t.delayed_30d
      ) sums"""  # noqa: S608


_OF_SHOP: Final = "  LEFT JOIN shop_hours ON shop_hours.shop = t.shop AND shop_hours.hour_at = t.hour_at"


def _told(hours: str) -> str:
    """What is observed of each key: one lateral over all of a subject's keys."""
    keys = ", ".join(f"({int(kind)}, t.{KEYS[kind]})" for kind in _NEWEST)
    totals = [
        f"CASE WHEN t.{KEYS[kind]} IS NOT NULL"
        f" THEN coalesce(sum(h.{what}) FILTER (WHERE h.kind = {int(kind)}), 0) END AS {_alias(kind)}_{what}"
        for kind in _NEWEST
        for what in (("frauds", "disputes", "refunds") if kind is KeyKind.CUSTOMER else ("frauds", "disputes"))
    ]
    return f"""
 CROSS JOIN LATERAL (
    SELECT {", ".join(totals)}
      FROM (VALUES {keys}) k (kind, key) JOIN {hours} h ON h.kind = k.kind AND h.key = k.key
     WHERE h.hour_at < t.delayed_at AND h.hour_at >= t.observed_from
       AND (h.frauds <> 0 OR h.disputes <> 0 OR h.refunds <> 0)) told"""  # noqa: S608
