"""Checkouts that a shop has told of, each at the instant it was started; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from analytics.metrics.declarations import Facts, Measure
from analytics.metrics.facts.begun import BEGUN, OUTCOMES, SINGLE_BEGUN, STEPS
from analytics.metrics.facts.pieces import COMMON, PLACE_COLUMNS, count, hour_of, with_kind
from payments.wording import translatable

WINDOWS: Final = {"60m": timedelta(minutes=60), "6h": timedelta(hours=6), "24h": timedelta(hours=24)}
"""How long a checkout may take before it counts as abandoned, by the name of the window."""
RECOVERY: Final = timedelta(days=7)
"""How long after that it may still be paid and count as recovered."""

# A voucher that was issued in time is an instruction to pay: the checkout is not abandoned while it may be paid, nor
# when it is, only when it lapses. A checkout counts for a window when the hour it began in is that far back. Who chose
# several methods and got no further is counted by the last of them.
_SQL: Final = f"""
SELECT s.started_at AS at, s.reference, {PLACE_COLUMNS}, s.currency,
       s.country, s.device, s.channel, s.campaign, s.customer_kind, x.*,
       CASE WHEN x.paid_at IS NOT NULL OR x.is_voucher_open THEN '' WHEN x.has_result THEN 'refused'
            WHEN x.is_submitted THEN 'submitted' WHEN x.is_chosen THEN 'method_selected' ELSE 'started' END AS left_step
  FROM ({with_kind("begun")} OFFSET 0) AS s
  LEFT JOIN ({OUTCOMES}) AS t ON t.checkout_id = s.id
  LEFT JOIN ({STEPS}) AS k ON k.checkout_id = s.id
  CROSS JOIN LATERAL (
    SELECT t.paid_at, t.is_voucher_paid, coalesce(t.is_voucher_open, false) AS is_voucher_open,
           t.is_voucher_expired AND NOT t.is_voucher_paid AND NOT t.is_voucher_open AS is_voucher_expired,
           coalesce(t.has_result, false) AS has_result,
           %(now)s::timestamptz - {hour_of("s.started_at")} - interval '1 hour' AS age,
           coalesce(k.submitted, false) OR t.checkout_id IS NOT NULL AS is_submitted,
           coalesce(k.chosen, false) OR t.checkout_id IS NOT NULL AS is_chosen,
           coalesce(t.paid_at, 'infinity') - s.started_at AS needed,
           t.instructed_at - s.started_at AS instructed) AS x
  LEFT JOIN payments_paymentmethod chosen ON t.of_method IS NULL AND chosen.code = k.method
  LEFT JOIN payments_provider pr ON pr.id = t.of_provider
  LEFT JOIN payments_paymentmethod m ON m.id = coalesce(t.of_method, chosen.id)
"""  # noqa: S608


# Asked of each checkout by itself: joined, the vouchers of all times would be read.
_HAS_VOUCHER: Final = """EXISTS (SELECT FROM payments_payment q
  JOIN payments_attempt v ON v.payment_id = q.id AND v.voucher_expires_at IS NOT NULL
 WHERE q.checkout_id = told.id OFFSET 0)"""


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
        count("vouchers_paid", translatable("Vouchers that were paid"), "is_voucher_paid", _HAS_VOUCHER),
        count("vouchers_expired", translatable("Vouchers that expired"), "is_voucher_expired", _HAS_VOUCHER),
        count("vouchers_open", translatable("Vouchers that may still be paid"),
              "is_voucher_open AND NOT is_voucher_paid", _HAS_VOUCHER),
    ),
    hourly=(("device", "currency"), ()),
    cubes=((), ("method", "device", "currency", "left_step"), ("device", "currency"),
           ("country", "device", "channel", "currency"), ("customer_kind", "device", "currency", "left_step"),
           ("provider", "method", "currency"),
           ("campaign", "currency")),
    bases=(("provider", "method", "device", "currency", "left_step", "customer_kind"),
           ("country", "device", "channel", "campaign", "currency")),
    reference="reference",
    source=BEGUN,
    single=SINGLE_BEGUN,
    needs=("age", "needed", "instructed", "paid_at", "is_chosen", "is_submitted", "has_result", "is_voucher_paid",
           "is_voucher_open", "is_voucher_expired"),
    lapses=(*WINDOWS.values(), _HOUR + RECOVERY),
)  # fmt: skip
