"""What happens while the bench looks: payments that arrive in the newest hours, and changes all over the year, with marks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

NEWEST_SECONDS: Final = 2 * 3600
"""What arrives was tried within so long before the end of the year."""

_ARRIVE: Final = """
WITH offered AS (
  SELECT o.provider_id, o.method_id, m.code AS method, row_number() OVER (ORDER BY o.id) - 1 AS place,
         count(*) OVER () AS many
    FROM payments_offering o JOIN payments_paymentmethod m ON m.id = o.method_id
), begun AS (
  INSERT INTO payments_checkout (merchant_reference, customer_id, amount, currency, country, device, channel, campaign,
                                 started_at, is_from_shop)
  SELECT 'tail-' || n, 1 + n::bigint * 7919 %% %(customers)s, 1000 + n %% 5000, 'KRW', 'KR', 'mobile', 'web', '',
         %(since)s::timestamptz + make_interval(secs => n %% %(seconds)s), true
    FROM generate_series(%(first)s, %(last)s) AS n
  RETURNING id, merchant_reference, customer_id, amount, currency, started_at
), owed AS (
  INSERT INTO payments_payment (checkout_id, merchant_reference, amount, currency, customer_id, status, authorized,
      captured, refunded, charged_back, conflicts, is_conflicting, provider_id, method_id, last4, attempt_count,
      created_at, changed_at)
  SELECT b.id, b.merchant_reference, b.amount, b.currency, b.customer_id,
         CASE b.id %% 8 WHEN 0 THEN 'failed' ELSE 'captured' END, taken, taken, 0, 0, '[]', false, o.provider_id, o.method_id,
         '4242', 1, b.started_at, b.started_at
    FROM begun b JOIN offered o ON o.place = b.id %% o.many,
         LATERAL (SELECT CASE b.id %% 8 WHEN 0 THEN 0 ELSE b.amount END AS taken) AS money
  RETURNING id, checkout_id, amount, provider_id, method_id, captured, created_at
), tried AS (
  INSERT INTO payments_attempt (payment_id, attempt_key, provider_id, method_id, method_name, provider_reference,
      shop_reference, status, amount, requested_at, responded_at, finished_at, waiting_for_customer_seconds, result,
      decline_code, provider_decline_code, brand, bin, last4, installment_months, device, three_d_secure)
  SELECT p.id, 'pi_' || p.id, p.provider_id, p.method_id, o.method, 'pi_' || p.id, '',
         CASE captured WHEN 0 THEN 'failed' ELSE 'captured' END, p.amount, p.created_at,
         p.created_at + make_interval(secs => 0.2 + p.id %% 400 / 100.0), p.created_at + interval '5 s', 0,
         CASE captured WHEN 0 THEN 'declined.soft' ELSE 'succeeded' END,
         CASE captured WHEN 0 THEN 'insufficient_funds' ELSE '' END,
         CASE captured WHEN 0 THEN 'insufficient_funds' ELSE '' END, 'visa', '400000', '4242', 0, '', ''
    FROM owed p JOIN offered o ON o.provider_id = p.provider_id AND o.method_id = p.method_id
)
SELECT array_agg(id), array_agg(checkout_id) FROM owed
"""
# Declined for another reason than was told at first: nothing moves, and each lies in an hour of its own.
_CHANGE: Final = """
WITH chosen AS (
  SELECT id, payment_id FROM payments_attempt
   WHERE id IN (SELECT 1 + n::bigint * %(apart)s FROM generate_series(0, %(count)s - 1) AS n)
), changed AS (
  UPDATE payments_attempt a SET decline_code = CASE WHEN result = 'declined.soft' THEN 'try_again' ELSE decline_code END,
         waiting_for_customer_seconds = waiting_for_customer_seconds + 1
    FROM chosen c WHERE c.id = a.id RETURNING a.payment_id
)
SELECT array_agg(DISTINCT payment_id) FROM changed
"""


def arrive(first: int, count: int) -> None:
    """So many new payments, each tried once, in one transaction with their marks; `first` numbers them."""
    from django.db import connection, transaction

    from analytics.rollups.services.marking import mark
    from payments.ledger.models import Customer
    from payments.ledger.pipeline import Changed
    from tests.bench.year.making import end_at

    newest = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
    given: dict[str, Any] = {
        "first": first, "last": first + count - 1, "customers": newest, "seconds": NEWEST_SECONDS,
        "since": end_at() - timedelta(seconds=NEWEST_SECONDS),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ARRIVE, given)
        payments, checkouts = cursor.fetchone()
        mark(Changed(payments=tuple(payments), checkouts=tuple(checkouts)))


def change(count: int, attempts: int) -> None:
    """Change so many attempts spread evenly over a year of them, in one transaction with their marks."""
    from django.db import connection, transaction

    from analytics.rollups.services.marking import mark
    from payments.ledger.pipeline import Changed

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CHANGE, {"count": count, "apart": attempts // count})
        mark(Changed(payments=tuple(cursor.fetchone()[0])))
