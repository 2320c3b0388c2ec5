"""Checkouts begun in a span, what was tried for them, and the steps of those that nobody paid at once; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.facts.pieces import within
from analytics.metrics.sources import Source, Step

_BEGUN: Final = f"""
SELECT id, merchant_reference AS reference, started_at, currency, country, device, channel, campaign, customer_id
  FROM payments_checkout WHERE {within("started_at")} AND is_from_shop ORDER BY customer_id
"""  # noqa: S608
_COLUMNS: Final = ("id", "started_at", "currency", "country", "device", "channel", "campaign", "customer_id")
_SAID: Final = {
    "has_result": ("{a}result <> ''", "bool_or({told})"),
    "paid_at": (
        "CASE WHEN {a}result = 'succeeded' THEN coalesce({a}finished_at, {a}responded_at, {a}requested_at) END",
        "min({told})",
    ),
    "instructed_at": (
        "CASE WHEN {a}voucher_expires_at IS NOT NULL AND ({a}status = 'waiting' OR {a}result = 'succeeded')"
        " THEN {a}requested_at END",
        "min({told})",
    ),
    "is_voucher_paid": ("{a}voucher_expires_at IS NOT NULL AND {a}result = 'succeeded'", "bool_or({told})"),
    "is_voucher_open": ("{a}voucher_expires_at IS NOT NULL AND {a}status = 'waiting'", "bool_or({told})"),
    "is_voucher_expired": ("{a}voucher_expires_at IS NOT NULL AND {a}status = 'expired'", "bool_or({told})"),
}
"""What an attempt says of its checkout, and how several attempts say it together."""


def _said(of: str = "", *, together: bool) -> str:
    """The columns of `_SAID`; `of` is the name of the attempts with its dot."""
    found = []
    for name, (told, several) in _SAID.items():
        one = told.format(a=of)
        found.append(f"{several.format(told=one) if together else one} AS {name}")
    return ",\n           ".join(found)


# Most checkouts are paid at once. What lies near them is read as it lies, in the order of time; a payment of which not
# all attempts are there is looked up.
_NEAR: Final = """
  SELECT q.checkout_id, q.attempt_count, q.provider_id AS of_provider, q.method_id AS of_method, a.result, a.status,
         a.requested_at, a.responded_at, a.finished_at, a.voucher_expires_at"""
_READ: Final = f"""{_NEAR}
    FROM payments_payment q
    JOIN payments_attempt a ON a.payment_id = q.id AND {within("a.requested_at", after="1 hour")}
   WHERE {within("q.created_at", after="1 hour")}
"""
_LOOKED_UP: Final = f"""{_NEAR}
    FROM begun s
    CROSS JOIN LATERAL (SELECT * FROM payments_payment WHERE checkout_id = s.id OFFSET 0) AS q
    CROSS JOIN LATERAL (SELECT * FROM payments_attempt WHERE payment_id = q.id OFFSET 0) AS a
   WHERE {within("a.requested_at", after="1 hour")} AND {within("q.created_at", after="1 hour")}
"""  # noqa: S608
_TRIED: Final = f"""
WITH near AS MATERIALIZED ({{near}})
SELECT checkout_id, of_provider, of_method, {_said(together=False)} FROM near WHERE attempt_count = 1
 UNION ALL
SELECT checkout_id, max(of_provider), max(of_method), {_said(together=True)}
  FROM near WHERE attempt_count <> 1 GROUP BY checkout_id HAVING count(*) = max(attempt_count)
"""  # noqa: S608
_UNTOLD: Final = """
SELECT s.id FROM begun s WHERE NOT EXISTS (SELECT FROM tried WHERE checkout_id = s.id) ORDER BY s.id
"""

BEGUN: Final = Source(
    name="checkouts",
    steps=(
        Step("begun", _BEGUN, _COLUMNS, spare=("reference",), keys=("id", "customer_id"), is_in_order=True),
        Step(
            "tried",
            _TRIED.format(near=_READ),
            ("checkout_id", "of_provider", "of_method", *_SAID),
            keys=("checkout_id",),
            is_in_order=True,
        ),
        Step("untold", _UNTOLD, ("id",), keys=("id",)),
    ),
)  # fmt: skip
"""Checkouts of a shop, what the attempts say of those that were tried soon after, and the others."""
SINGLE_BEGUN: Final = Source(
    name=BEGUN.name,
    steps=(
        Step("begun", _BEGUN, (*_COLUMNS, "reference")),
        Step("tried", _TRIED.format(near=_LOOKED_UP), BEGUN.steps[1].needs),
        *BEGUN.steps[2:],
    ),
)
"""The same for who wants a few of them."""

OUTCOMES: Final = f"""
    SELECT * FROM tried
     UNION ALL
    SELECT u.id, max(p.provider_id), max(p.method_id), {_said("a.", together=True)}
      FROM untold u
      CROSS JOIN LATERAL (SELECT id, provider_id, method_id FROM payments_payment
                           WHERE checkout_id = u.id OFFSET 0) AS p
      CROSS JOIN LATERAL (SELECT * FROM payments_attempt WHERE payment_id = p.id OFFSET 0) AS a
     GROUP BY u.id"""  # noqa: S608
"""What the attempts of each checkout say of it; a checkout that nobody tried to pay has no row."""
STEPS: Final = """
    SELECT u.id AS checkout_id, bool_or(step IN ('method_selected', 'submitted', 'paid')) AS chosen,
           bool_or(step IN ('submitted', 'paid')) AS submitted,
           (array_agg(method ORDER BY occurred_at DESC, step DESC) FILTER (WHERE method <> ''))[1] AS method
      FROM untold u
      CROSS JOIN LATERAL (SELECT * FROM payments_checkoutstep WHERE checkout_id = u.id OFFSET 0) AS k
     GROUP BY u.id"""
"""The steps that the shop told of the others, and the last method that was chosen there."""
