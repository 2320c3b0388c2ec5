"""Statement lines of sales and refunds, on the day the provider booked them: their cost and their payout; pure."""

from __future__ import annotations

from typing import Final

from analytics.metrics.declarations import Clock, Facts, Measure, Times, Unit
from payments.facts import LineKind
from payments.wording import translatable

# Lines are told by the provider's own name of the method; an offering says which of ours that is. They are gathered
# first: a day has many lines and few different dates. The days asked for are `%(first_on)s` to `%(last_on)s`, in the
# reporting zone `%(zone)s`; `%(open_in)s` and `%(open_on)s` are the business days of each country around them. Where a
# line tells no day of sale its movement does: looked up one by one, as a day needs few of all matches. What adds up
# the sales of several days has no day of its own. A sale waits for its payout date where it names a payout, or its
# provider pays by a schedule: of a wallet that is emptied when somebody feels like it no sale will ever have one.
_SQL: Final = f"""
SELECT g.booked_on::timestamp AT TIME ZONE %(zone)s AS at, pr.code AS provider,
       coalesce((SELECT m.code FROM payments_offering o JOIN payments_paymentmethod m ON m.id = o.method_id
                  WHERE o.provider_id = g.provider_id AND g.method = ANY(o.provider_names) LIMIT 1),
                g.method) AS method,
       g.net_currency AS currency, g.kind, g.lines, g.gross, g.cost,
       CASE WHEN g.kind = {LineKind.SALE.value} AND g.paid_on >= g.sold_on AND g.sold_on > g.booked_on - 366 THEN (
         SELECT count(*) FROM unnest(%(open_in)s::text[], %(open_on)s::date[]) AS open (country, day)
          WHERE open.country = pr.country AND open.day > g.sold_on AND open.day <= g.paid_on) END AS days,
       g.kind = {LineKind.SALE.value} AND g.sold_on IS NOT NULL AND g.paid_on IS NULL
         AND (g.names_payout OR EXISTS (SELECT FROM payments_payoutschedule y WHERE y.provider_id = g.provider_id))
         AS is_awaited
  FROM (
    SELECT l.provider_id, l.method, l.net_currency, l.kind, l.booked_on,
           CASE WHEN l.sold_from < l.sold_on THEN NULL
                WHEN l.sold_on IS NOT NULL OR l.kind <> {LineKind.SALE.value} THEN l.sold_on
                ELSE (SELECT m.occurred_on FROM payments_match x JOIN payments_movement m ON m.id = x.movement_id
                       WHERE x.line_id = l.id) END AS sold_on,
           coalesce(l.paid_on, stated.paid_on) AS paid_on, l.payout_key <> '' AS names_payout,
           count(*) AS lines, sum(l.gross_settled) AS gross, sum(l.fee + l.fee_vat) AS cost
      FROM payments_statement s JOIN payments_statementline l ON l.statement_id = s.id
      LEFT JOIN (
        SELECT v.provider_id, p.payout_key, p.currency, max(p.paid_on) AS paid_on
          FROM payments_statementpayout p JOIN payments_statement v ON v.id = p.statement_id AND v.is_current
         GROUP BY 1, 2, 3) AS stated
        ON stated.provider_id = l.provider_id AND stated.payout_key = l.payout_key AND stated.currency = l.net_currency
     WHERE s.is_current AND s.id IN (SELECT statement_id FROM payments_linetotal
                                      WHERE booked_on BETWEEN %(first_on)s::date AND %(last_on)s::date)
       AND l.booked_on BETWEEN %(first_on)s::date AND %(last_on)s::date
       AND l.kind IN ({LineKind.SALE.value}, {LineKind.REFUND.value})
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  ) AS g JOIN payments_provider pr ON pr.id = g.provider_id
"""  # noqa: S608
_SALE: Final = f"kind = {LineKind.SALE.value}"


def _sum(code: str, name: str, column: str, which: str) -> Measure:
    return Measure(code, name, f"coalesce(sum({column}) FILTER (WHERE {which}), 0)")


LINES: Final = Facts(
    code="lines",
    name=translatable("Settled lines"),
    sql=_SQL,
    dimensions=("provider", "method", "currency"),
    measures=(
        _sum("sales", translatable("Sales in statements"), "lines", _SALE),
        _sum("sold_minor", translatable("Gross of the sales"), "gross", _SALE),
        _sum("cost_minor", translatable("Fees and their VAT, of sales and refunds"), "cost", "true"),
        _sum("paid_out", translatable("Sales with a payout date"), "lines", "days IS NOT NULL"),
        _sum("awaited", translatable("Sales that wait for their payout date"), "lines", "is_awaited"),
    ),
    cubes=((), ("provider", "method", "currency")),
    times=(Times("time_to_cash", "days", Unit.BUSINESS_DAYS, ((), ("provider", "method", "currency"))),),
    clock=Clock.DATE,
    weight="lines",
    needs=("kind", "lines", "gross", "cost", "days", "is_awaited"),
)
