"""Checkouts that a shop has told of, each at the instant it was started; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from analytics.metrics.declarations import Facts, Measure
from analytics.metrics.facts.pieces import BUYER, COMMON, PLACE_COLUMNS, count, placed, shop_columns
from payments.wording import translatable

WINDOWS: Final = {"60m": timedelta(minutes=60), "6h": timedelta(hours=6), "24h": timedelta(hours=24)}
"""How long a checkout may take before it counts as abandoned, by the name of the window."""
RECOVERY: Final = timedelta(days=7)
"""How long after that it may still be paid and count as recovered."""

# A voucher that was issued in time is an instruction to pay: the checkout is not abandoned while it may be paid, nor
# when it is, only when it lapses. A checkout counts for a window when the hour it began in is that far back. Who chose
# several methods and got no further is counted by the last of them.
_SQL: Final = f"""
SELECT s.at, c.merchant_reference AS reference, {PLACE_COLUMNS}, c.currency, {shop_columns("s.at")}, x.*,
       CASE WHEN x.paid_at IS NOT NULL OR x.is_voucher_open THEN '' WHEN x.has_result THEN 'refused'
            WHEN x.is_submitted THEN 'submitted' WHEN x.is_chosen THEN 'method_selected' ELSE 'started' END AS left_step
  FROM (SELECT id, started_at AS at, date_trunc('hour', started_at, 'UTC') + interval '1 hour' AS hour_end
          FROM payments_checkout
         WHERE started_at >= %(start)s::timestamptz AND started_at < %(end)s::timestamptz AND is_from_shop) AS s
  JOIN payments_checkout c ON c.id = s.id
{BUYER}
  LEFT JOIN payments_payment q ON q.checkout_id = s.id
  LEFT JOIN (
    SELECT checkout_id, bool_or(step IN ('method_selected', 'submitted', 'paid')) AS chosen,
           bool_or(step IN ('submitted', 'paid')) AS submitted, max(method) AS method,
           min(method) FILTER (WHERE method <> '') AS other
      FROM payments_checkoutstep
     WHERE checkout_id IN (SELECT id FROM payments_checkout WHERE started_at >= %(start)s::timestamptz
                              AND started_at < %(end)s::timestamptz AND is_from_shop)
     GROUP BY checkout_id) AS k ON k.checkout_id = s.id
  LEFT JOIN payments_paymentmethod chosen ON q.method_id IS NULL AND chosen.code = CASE WHEN k.other = k.method
    THEN k.method ELSE (SELECT method FROM payments_checkoutstep WHERE checkout_id = s.id AND method <> ''
                         ORDER BY occurred_at DESC, step DESC LIMIT 1) END
  LEFT JOIN (
    SELECT payment_id, count(*) AS tries, bool_or(result <> '') AS has_result,
           min(coalesce(finished_at, responded_at, requested_at)) FILTER (WHERE result = 'succeeded') AS paid_at,
           min(requested_at) FILTER (WHERE voucher_expires_at IS NOT NULL
                                       AND (status = 'waiting' OR result = 'succeeded')) AS instructed_at,
           bool_or(voucher_expires_at IS NOT NULL AND result = 'succeeded') AS is_voucher_paid,
           bool_or(voucher_expires_at IS NOT NULL AND status = 'waiting') AS is_voucher_open,
           bool_or(voucher_expires_at IS NOT NULL AND status = 'expired') AS is_voucher_expired
      FROM payments_attempt
     WHERE payment_id IN (SELECT p.id FROM payments_payment p JOIN payments_checkout o ON o.id = p.checkout_id
                           WHERE o.started_at >= %(start)s::timestamptz AND o.started_at < %(end)s::timestamptz)
     GROUP BY payment_id) AS t ON t.payment_id = q.id
  CROSS JOIN LATERAL (
    SELECT t.paid_at, t.is_voucher_paid, coalesce(t.is_voucher_open, false) AS is_voucher_open,
           t.is_voucher_expired AND NOT t.is_voucher_paid AND NOT t.is_voucher_open AS is_voucher_expired,
           coalesce(t.has_result, false) AS has_result, %(now)s::timestamptz - s.hour_end AS age,
           coalesce(k.submitted, false) OR coalesce(t.tries, 0) > 0 AS is_submitted,
           coalesce(k.chosen, false) OR coalesce(t.tries, 0) > 0 AS is_chosen,
           coalesce(t.paid_at, 'infinity') - s.at AS needed,
           t.instructed_at - s.at AS instructed) AS x
{placed("q").replace("m.id = q.method_id", "m.id = coalesce(q.method_id, chosen.id)")}
"""  # noqa: S608


def _spelled(wait: timedelta) -> str:
    return f"interval '{int(wait.total_seconds())} seconds'"


def _abandoned(window: timedelta) -> str:
    limit = _spelled(window)
    return f"age >= {limit} AND needed > {limit} AND coalesce(instructed > {limit}, true)"


def _by_window() -> tuple[Measure, ...]:
    found: list[Measure] = []
    for name, window in WINDOWS.items():
        found += [
            count(f"started_{name}", translatable("Started, and long enough ago"), f"age >= {_spelled(window)}"),
            count(f"abandoned_{name}", translatable("Not paid within the window"), _abandoned(window)),
        ]
    return tuple(found)


_HOUR: Final = WINDOWS["60m"]
_OVER: Final = f"{_abandoned(_HOUR)} AND age >= {_spelled(_HOUR + RECOVERY)}"

CHECKOUTS: Final = Facts(
    code="checkouts",
    name=translatable("Checkouts"),
    sql=_SQL,
    dimensions=(*COMMON, "left_step"),
    measures=(
        count("started", translatable("Started"), "true"),
        count("chosen", translatable("Method chosen"), "is_chosen"),
        count("submitted", translatable("Submitted"), "is_submitted"),
        count("paid", translatable("Paid"), "paid_at IS NOT NULL"),
        *_by_window(),
        count("chosen_60m", translatable("Method chosen, and long enough ago"),
              f"is_chosen AND age >= {_spelled(_HOUR)}"),
        count("left_at_payment", translatable("Method chosen, and no result of any attempt"),
              f"is_chosen AND NOT has_result AND {_abandoned(_HOUR)}"),
        count("abandoned_for_good", translatable("Not paid within the window, over a week ago"), _OVER),
        count("recovered", translatable("Paid within a week after it"),
              f"{_OVER} AND needed <= {_spelled(_HOUR + RECOVERY)}"),
        count("vouchers_paid", translatable("Vouchers that were paid"), "is_voucher_paid"),
        count("vouchers_expired", translatable("Vouchers that expired"), "is_voucher_expired"),
        count("vouchers_open", translatable("Vouchers that may still be paid"),
              "is_voucher_open AND NOT is_voucher_paid"),
    ),
    hourly=(("device", "currency"),),
    cubes=(("method", "device", "currency", "left_step"), ("device", "currency"),
           ("country", "device", "channel", "currency"), ("customer_kind", "device", "currency", "left_step"), ("provider", "method", "currency"),
           ("campaign", "currency")),
    reference="reference",
    lapses=(*WINDOWS.values(), _HOUR + RECOVERY),
)  # fmt: skip
