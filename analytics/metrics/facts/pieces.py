"""What the queries of several kinds of facts have in common; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Measure

SLOW_MILLISECONDS: Final = 7_000
"""A payment answer that takes longer is as good as none (the limit of the large wallets)."""

PLACE: Final = ("provider", "method", "family")
SHOP: Final = ("country", "device", "channel", "campaign", "customer_kind")
COMMON: Final = (*PLACE, "currency", *SHOP)

KIND: Final = "CASE WHEN {customer} IS NULL THEN '' WHEN {first} < {at} THEN 'returning' ELSE 'new' END"


def within(at: str, *, before: str = "", after: str = "") -> str:
    """That a column of instants lies in the span, or as long `before` or `after` it (an interval such as '1 hour')."""
    earlier = f" - interval '{before}'" if before else ""
    later = f" + interval '{after}'" if after else ""
    return f"{at} >= %(start)s::timestamptz{earlier} AND {at} < %(end)s::timestamptz{later}"


def hour_of(at: str) -> str:
    """The beginning of the hour of an instant: arithmetic, where a function of the calendar takes six times as long."""
    return f"date_bin('1 hour', {at}, '2000-01-01 00:00+00'::timestamptz)"


def shop_columns(at: str) -> str:
    """The columns of `SHOP`; a customer who bought before `at` is a returning one."""
    kind = KIND.format(customer="c.customer_id", first="b.first_at", at=at)
    return f"c.country, c.device, c.channel, c.campaign, {kind} AS customer_kind"


def with_kind(step: str) -> str:
    """The rows of a step with `customer_id` and `started_at`, and the kind of the customer beside them.

    For a statement behind the step: customers are looked up in an index that tells all there is to know, but only to
    one that does not read spans of time. They come in their order, since neighbours share the pages of the index.
    """
    first = "(SELECT first_at FROM analytics_buyer WHERE customer_id = s.customer_id)"
    kind = KIND.format(customer="s.customer_id", first=first, at="s.started_at")
    return f"SELECT s.*, {kind} AS customer_kind FROM {step} s"  # noqa: S608


def placed(at: str) -> str:
    """The columns of `PLACE` of something that carries a provider and a method, and what they are read from."""
    return f"""  LEFT JOIN payments_provider pr ON pr.id = {at}.provider_id
  LEFT JOIN payments_paymentmethod m ON m.id = {at}.method_id"""


PLACE_COLUMNS: Final = (
    "coalesce(pr.code, '') AS provider, coalesce(m.code, '') AS method, coalesce(m.family, '') AS family"
)
BUYER: Final = "  LEFT JOIN analytics_buyer b ON b.customer_id = c.customer_id"

OUTCOME: Final = (
    """CASE WHEN {good} THEN 'succeeded' WHEN {open} THEN 'open' WHEN {bad} THEN 'failed' ELSE 'dropped' END"""
)
IS_OPEN: Final = "status IN ('started', 'waiting', 'unknown')"
IS_BAD: Final = "status IN ('failed', 'expired')"


def milliseconds(since: str, until: str) -> str:
    """The whole milliseconds between two instants; NULL where they are the wrong way round or one is missing."""
    # As floating point, which is twice as fast as exact arithmetic: half a microsecond makes whole milliseconds whole.
    return f"CASE WHEN {until} >= {since} THEN floor(date_part('epoch', {until} - {since}) * 1000 + 0.0005)::bigint END"


def count(code: str, name: str, which: str, only: str = "") -> Measure:
    """A measure that counts the facts of which something holds, and what then holds of the rows they are made of."""
    return Measure(code, name, f"count(*) FILTER (WHERE {which})", which, only)


def total(code: str, name: str, column: str, which: str) -> Measure:
    """A measure that adds up a column of the facts of which something holds."""
    return Measure(code, name, f"coalesce(sum({column}) FILTER (WHERE {which}), 0)", which)
