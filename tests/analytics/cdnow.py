"""The purchase log of CDNOW, a shop for records: every customer who first bought early in 1997, until mid 1998."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from importlib.metadata import files
from pathlib import Path

from django.db import connection

from tests.analytics.naive import SEOUL

_HOLD = "CREATE TEMP TABLE log (customer text, reference text, bought_at timestamptz, cents bigint) ON COMMIT DROP"
_KEEP = (
    """
INSERT INTO payments_customer (merchant_customer_id, segments, first_seen_at)
SELECT customer, '{}', min(bought_at) FROM log GROUP BY 1
""",
    """
INSERT INTO payments_checkout (merchant_reference, customer_id, amount, currency, country, device, channel, campaign,
                               started_at, is_from_shop)
SELECT l.reference, c.id, l.cents, 'USD', '', '', '', '', l.bought_at, true
  FROM log l JOIN payments_customer c ON c.merchant_customer_id = l.customer
""",
    """
INSERT INTO payments_payment (checkout_id, merchant_reference, amount, currency, customer_id, status, authorized,
                              captured, refunded, charged_back, conflicts, is_conflicting, last4, attempt_count,
                              created_at, changed_at)
SELECT id, merchant_reference, amount, currency, customer_id, 'captured', amount, amount, 0, 0, '[]', false, '', 1,
       started_at, started_at
  FROM payments_checkout
""",
    """
INSERT INTO payments_attempt (payment_id, attempt_key, method_name, provider_reference, shop_reference, status, amount,
                              requested_at, finished_at, waiting_for_customer_seconds, result, decline_code,
                              provider_decline_code, brand, bin, last4, installment_months, device, three_d_secure)
SELECT id, '~', '', '', '', 'captured', amount, created_at, created_at, 0, 'succeeded', '', '', '', '', '', 0, '', ''
  FROM payments_payment
""",
    "ANALYZE payments_payment, payments_attempt, payments_checkout",
)


def transactions() -> list[tuple[str, date, int]]:
    """Customer, day and cents of every line of the log."""
    (log,) = (each for each in files("lifetimes") or () if each.name == "CDNOW_master.txt")
    rows = [line.split() for line in Path(str(log.locate())).read_text(encoding="ascii").splitlines()[1:]]
    return [(who, date.fromisoformat(on), int(Decimal(dollars) * 100)) for who, on, _, dollars in rows]


def days_of_customers(told: Sequence[tuple[str, date, int]]) -> Mapping[str, list[date]]:
    """The days on which each customer bought, in order, each once."""
    found: dict[str, set[date]] = defaultdict(set)
    for who, on, _ in told:
        found[who].add(on)
    return {who: sorted(days) for who, days in found.items()}


def keep(told: Sequence[tuple[str, date, int]]) -> None:
    """Put the log into the books as history: what a customer bought on a day is one purchase, at its midnight in Seoul.

    Records that were given away cost a cent: a purchase is a payment of which money was taken.
    """
    by_day: dict[tuple[str, date], int] = defaultdict(int)
    for who, on, cents in told:
        by_day[who, on] += cents
    with connection.cursor() as cursor:
        cursor.execute(_HOLD)
        with cursor.copy("COPY log FROM STDIN") as copy:
            for (who, on), cents in by_day.items():
                copy.write_row((who, f"{who}/{on}", datetime.combine(on, time(), SEOUL), max(cents, 1)))
        for statement in _KEEP:
            cursor.execute(statement)
