"""Checkouts that a shop has told of, each at the instant it was started; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from analytics.metrics.declarations import Facts, Measure
from analytics.metrics.facts.pieces import COMMON, KIND, PLACE_COLUMNS, count
from analytics.metrics.facts.tries import TRIES
from payments.wording import translatable

WINDOWS: Final = {"60m": timedelta(minutes=60), "6h": timedelta(hours=6), "24h": timedelta(hours=24)}
"""How long a checkout may take before it counts as abandoned, by the name of the window."""
RECOVERY: Final = timedelta(days=7)
"""How long after that it may still be paid and count as recovered."""

# A voucher that was issued in time is an instruction to pay: the checkout is not abandoned while it may be paid, nor
# when it is, only when it lapses. A checkout counts for a window when the hour it began in is that far back. Who chose
# several methods and got no further is counted by the last of them. What was tried at once stands among the tries of
# the span; only for the others steps and later attempts are looked up.
_TRIED: Final = """count(*) AS tries, bool_or({a}result <> '') AS has_result,
           min(coalesce({a}finished_at, {a}responded_at, {a}requested_at))
             FILTER (WHERE {a}result = 'succeeded') AS paid_at,
           min({a}requested_at) FILTER (WHERE {a}voucher_expires_at IS NOT NULL
                                      AND ({a}status = 'waiting' OR {a}result = 'succeeded')) AS instructed_at,
           bool_or({a}voucher_expires_at IS NOT NULL AND {a}result = 'succeeded') AS is_voucher_paid,
           bool_or({a}voucher_expires_at IS NOT NULL AND {a}status = 'waiting') AS is_voucher_open,
           bool_or({a}voucher_expires_at IS NOT NULL AND {a}status = 'expired') AS is_voucher_expired"""
_BOTH: Final = ", ".join(
    f"coalesce(t.{name}, late.{name}) AS {name}"
    for name in ("tries", "has_result", "paid_at", "instructed_at", "is_voucher_paid", "is_voucher_open",
                 "is_voucher_expired", "of_provider", "of_method")
)  # fmt: skip
_SQL: Final = f"""
SELECT s.started_at AS at, s.merchant_reference AS reference, {PLACE_COLUMNS}, s.currency,
       s.country, s.device, s.channel, s.campaign, coalesce(t.customer_kind, b.customer_kind) AS customer_kind, x.*,
       CASE WHEN x.paid_at IS NOT NULL OR x.is_voucher_open THEN '' WHEN x.has_result THEN 'refused'
            WHEN x.is_submitted THEN 'submitted' WHEN x.is_chosen THEN 'method_selected' ELSE 'started' END AS left_step
  FROM payments_checkout s
  LEFT JOIN (SELECT checkout_id, max(customer_kind) AS customer_kind, max(of_provider) AS of_provider,
                    max(of_method) AS of_method, {_TRIED.format(a="")}
               FROM tries GROUP BY checkout_id) AS t ON t.checkout_id = s.id
  LEFT JOIN LATERAL (
    SELECT max(p.provider_id) AS of_provider, max(p.method_id) AS of_method, {_TRIED.format(a="a.")}
      FROM payments_payment p JOIN payments_attempt a ON a.payment_id = p.id
     WHERE t.checkout_id IS NULL AND p.checkout_id = s.id) AS late ON true
  LEFT JOIN LATERAL (
    SELECT bool_or(step IN ('method_selected', 'submitted', 'paid')) AS chosen,
           bool_or(step IN ('submitted', 'paid')) AS submitted,
           (array_agg(method ORDER BY occurred_at DESC, step DESC) FILTER (WHERE method <> ''))[1] AS method
      FROM payments_checkoutstep WHERE t.checkout_id IS NULL AND checkout_id = s.id) AS k ON true
  LEFT JOIN LATERAL (
    SELECT {KIND.format(customer="s.customer_id", first="max(first_at)", at="s.started_at")} AS customer_kind
      FROM analytics_buyer WHERE t.checkout_id IS NULL AND customer_id = s.customer_id) AS b ON true
  CROSS JOIN LATERAL (SELECT {_BOTH}) AS y
  CROSS JOIN LATERAL (
    SELECT y.paid_at, y.is_voucher_paid, coalesce(y.is_voucher_open, false) AS is_voucher_open,
           y.is_voucher_expired AND NOT y.is_voucher_paid AND NOT y.is_voucher_open AS is_voucher_expired,
           coalesce(y.has_result, false) AS has_result,
           %(now)s::timestamptz - date_trunc('hour', s.started_at, 'UTC') - interval '1 hour' AS age,
           coalesce(k.submitted, false) OR y.tries > 0 AS is_submitted,
           coalesce(k.chosen, false) OR y.tries > 0 AS is_chosen,
           coalesce(y.paid_at, 'infinity') - s.started_at AS needed,
           y.instructed_at - s.started_at AS instructed) AS x
  LEFT JOIN payments_paymentmethod chosen ON y.of_method IS NULL AND chosen.code = k.method
  LEFT JOIN payments_provider pr ON pr.id = y.of_provider
  LEFT JOIN payments_paymentmethod m ON m.id = coalesce(y.of_method, chosen.id)
 WHERE s.started_at >= %(start)s::timestamptz AND s.started_at < %(end)s::timestamptz AND s.is_from_shop
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
    hourly=(("device", "currency"), ()),
    cubes=((), ("method", "device", "currency", "left_step"), ("device", "currency"),
           ("country", "device", "channel", "currency"), ("customer_kind", "device", "currency", "left_step"),
           ("provider", "method", "currency"),
           ("campaign", "currency")),
    bases=(("provider", "method", "device", "currency", "left_step", "customer_kind"),
           ("country", "device", "channel", "campaign", "currency")),
    reference="reference",
    source=TRIES,
    needs=("age", "needed", "instructed", "paid_at", "is_chosen", "is_submitted", "has_result", "is_voucher_paid",
           "is_voucher_open", "is_voucher_expired"),
    lapses=(*WINDOWS.values(), _HOUR + RECOVERY),
)  # fmt: skip
