"""The statements that make the rows of the year: each follows from its number, none is touched by Python.

Checkouts come in blocks of 24; 17 of them reach a payment, and these are tried 20 times: fifteen once, one twice and
one three times. `bench_truth` holds what happens in each checkout; the tables of the product are written from it.
"""

from __future__ import annotations

from typing import Final

from tests.bench.year.merchant import BRANDS, CAMPAIGNS, CHANNELS, COUNTRIES, DEVICES, ZONE, spread


def _one_of(shares: tuple[tuple[str, int], ...], bits: str) -> str:
    """A value by six bits of a hash."""
    return f"('{{{','.join(value or chr(34) * 2 for value in spread(shares))}}}'::text[])[1 + (({bits}) & 63)::int]"


# More every month, most on Saturdays, and one day of sales that holds eleven thousandths of the year.
DAYS: Final = f"""
CREATE UNLOGGED TABLE bench_day AS
SELECT on_day, coalesce(lag(behind) OVER (ORDER BY on_day), 0) AS first_block, behind AS end_block,
       on_day::timestamp AT TIME ZONE '{ZONE}' AS starts_at
  FROM (SELECT on_day, (round(share * (%(blocks)s - %(peak_blocks)s))
                        + CASE WHEN on_day >= %(peak_on)s THEN %(peak_blocks)s ELSE 0 END)::bigint AS behind
          FROM (SELECT on_day, sum(weight) OVER (ORDER BY on_day) / sum(weight) OVER () AS share
                  FROM (SELECT day::date AS on_day,
                               CASE WHEN day::date = %(peak_on)s THEN 0
                                    ELSE (0.8 + 0.4 * place / %(days)s)
                                         * ('{{1.0,0.95,0.95,1.0,1.15,1.25,1.1}}'::float8[])[extract(isodow FROM day)::int]
                               END AS weight
                          FROM generate_series(%(last_on)s::date - %(days)s + 1, %(last_on)s::date, '1 day')
                               WITH ORDINALITY AS each (day, place)) AS weighed) AS shared) AS placed
"""
# One checkout in six is a customer's first. Of the others most belong to a tenth of the customers, some to four tenths,
# none to the rest, and half of them to customers who came not long before.
TRUTH: Final = f"""
CREATE UNLOGGED TABLE bench_truth AS
SELECT id, block, CASE WHEN place < 17 THEN place END AS place, tries, h, g, started_at, customer_id, t.currency, country,
       amount, t.slot, slots, asked_at,
       CASE WHEN place >= 17 THEN ''
            WHEN roll >= 1023 THEN 'unknown'
            WHEN roll >= CASE tries WHEN 1 THEN 1009 ELSE 990 END THEN 'voided'
            WHEN roll >= CASE tries WHEN 1 THEN 927 ELSE 700 END THEN 'failed'
            WHEN NOT o.is_voucher THEN 'captured'
            WHEN settled_at >= %(end_at)s THEN 'waiting'
            WHEN is_lapsed THEN 'expired' ELSE 'captured' END AS fate,
       CASE WHEN o.is_voucher THEN settled_at END AS settled_at
  FROM (SELECT *, ARRAY[first_slot, second_slot, third_slot] AS slots,
               CASE tries WHEN 1 THEN first_slot WHEN 2 THEN second_slot ELSE third_slot END AS slot,
               (h >> 10) & 1023 AS roll, ((h >> 20) & 63) < 11 AS is_lapsed,
               asked_at + CASE WHEN ((h >> 20) & 63) < 11 THEN interval '3 days'
                               ELSE make_interval(secs => 3600 + ((g >> 53) & 255) * 840) END AS settled_at
          FROM (SELECT *, CASE WHEN place < 15 THEN 1 ELSE place - 13 END AS tries,
                       CASE country WHEN 'KR' THEN 'KRW' WHEN 'JP' THEN 'JPY' ELSE 'USD' END AS currency,
                       CASE country WHEN 'KR' THEN 3000 + (h & 1023) * (h & 1023) / 1000 * 100
                                    WHEN 'JP' THEN 300 + (h & 1023) * (h & 1023) / 1000 * 10
                                    ELSE 300 + (h & 1023) * (h & 1023) / 125 END AS amount,
                       ((h >> 26) & 63)::int AS first_slot,
                       (CASE (h >> 44) & 3 WHEN 0 THEN (h >> 32) & 63 ELSE (h >> 26) & 63 END)::int AS second_slot,
                       (CASE (h >> 44) & 3 WHEN 1 THEN (h >> 38) & 63 ELSE (h >> 26) & 63 END)::int AS third_slot,
                       started_at + make_interval(secs => 40 + ((h >> 46) & 127) + ((h >> 2) & 1023) / 1000.0)
                         AS asked_at
                  FROM (SELECT *, {_one_of(COUNTRIES, "hashint8extended(coalesce(customer_id, -id), 3)")} AS country
                          FROM (SELECT n + 1 AS id, block, place, g, h,
                                       starts_at + make_interval(secs => 85000 * (u + 0.8 * sin(2 * pi() * u) / (2 * pi())))
                                         AS started_at,
                                       CASE WHEN n %% 6 = 3 THEN n / 6 + 1
                                            WHEN n < 120 OR (g >> 30) & 31 = 7 THEN NULL
                                            ELSE 1 + chosen / 10 * 10
                                                 + CASE WHEN (g >> 21) & 127 < 54 THEN 0 ELSE 1 + ((g >> 28) & 3) END
                                       END AS customer_id
                                  FROM (SELECT *, (CASE WHEN (g >> 20) & 1 = 0 THEN known * r
                                                        ELSE known * (1 - r * r * 0.2) END)::bigint AS chosen
                                          FROM (SELECT n, n / 24 AS block, ((n %% 24 * 7 + n / 24 * 5) %% 24)::int AS place,
                                                       d.starts_at,
                                                       (n - d.first_block * 24 + 0.5)::float8
                                                         / ((d.end_block - d.first_block) * 24) AS u,
                                                       n / 6 - 20 AS known, g, h, (g & 1048575) / 1048576.0::float8 AS r
                                                  FROM bench_day d,
                                                       generate_series(d.first_block * 24, d.end_block * 24 - 1) AS n,
                                                       LATERAL (SELECT hashint8extended(n, 1) AS g,
                                                                       hashint8extended(n, 2) AS h) AS mixed) AS a) AS b
                               ) AS c) AS e) AS f) AS t
  JOIN bench_offered o ON o.currency = t.currency AND o.slot = t.slot
"""
CUSTOMERS: Final = """
INSERT INTO payments_customer (id, merchant_customer_id, email_hash, phone_hash, segments, first_seen_at)
SELECT customer_id, 'c-' || customer_id, decode(md5('mail' || customer_id) || md5('more' || customer_id), 'hex'), NULL,
       '{}', started_at
  FROM bench_truth WHERE (id - 1) %% 6 = 3
"""
CHECKOUTS: Final = f"""
INSERT INTO payments_checkout (id, merchant_reference, customer_id, amount, currency, country, device, channel, campaign,
                               started_at, is_from_shop)
SELECT id, 'order-' || lpad(id::text, 9, '0'), customer_id, amount, currency, country, {_one_of(DEVICES, "g >> 42")},
       {_one_of(CHANNELS, "g >> 46")}, {_one_of(CAMPAIGNS, "g >> 49")}, started_at, true
  FROM bench_truth
"""
PAYMENTS: Final = """
INSERT INTO payments_payment (id, checkout_id, merchant_reference, amount, currency, customer_id, status, authorized,
    captured, refunded, charged_back, conflicts, is_conflicting, provider_id, method_id, last4, attempt_count,
    created_at, changed_at)
SELECT block * 17 + place + 1, t.id, 'order-' || lpad(t.id::text, 9, '0'), amount, t.currency, customer_id,
       CASE WHEN fate = 'waiting' THEN 'pending' WHEN fate <> 'captured' THEN fate
            WHEN back < 4 THEN 'refunded' WHEN back < 7 THEN 'partially_refunded'
            WHEN back = 7 AND (g >> 35) & 7 = 0 THEN 'charged_back' ELSE 'captured' END,
       kept, kept, CASE WHEN back < 4 THEN kept WHEN back < 7 THEN kept / 2 ELSE 0 END,
       CASE WHEN back = 7 AND (g >> 35) & 7 = 0 THEN kept ELSE 0 END,
       '[]', false, o.provider_id, o.method_id,
       CASE WHEN o.family = 'card' THEN lpad(((h >> 26) & 8191)::text, 4, '0') ELSE '' END, tries,
       asked_at, coalesce(settled_at, asked_at)
  FROM bench_truth t JOIN bench_offered o ON o.currency = t.currency AND o.slot = t.slot,
       LATERAL (SELECT (h >> 53) & 127 AS back, CASE fate WHEN 'captured' THEN amount ELSE 0 END AS kept) AS money
 WHERE place IS NOT NULL
"""
# Log-normal: the sum of four even numbers is normal enough. One answer in 256 takes eight times as long.
ATTEMPTS: Final = f"""
INSERT INTO payments_attempt (id, payment_id, attempt_key, provider_id, method_id, method_name, provider_reference,
    shop_reference, status, amount, requested_at, responded_at, finished_at, waiting_for_customer_seconds, result,
    decline_code, provider_decline_code, brand, bin, last4, installment_months, device, voucher_expires_at, three_d_secure)
SELECT attempt_id, payment_id, 'pi_' || attempt_id, provider_id, method_id, method, 'pi_' || attempt_id, '', status, amount,
       requested_at, responded_at,
       CASE WHEN status IN ('waiting', 'unknown') THEN NULL
            WHEN is_voucher AND status IN ('captured', 'expired') THEN settled_at
            ELSE coalesce(responded_at, requested_at + interval '30 s') + make_interval(secs => waited) END,
       waited, result, CASE WHEN status = 'failed' THEN decline_code ELSE '' END,
       CASE WHEN status <> 'failed' THEN '' WHEN currency = 'USD' THEN other_word ELSE word END,
       brand, CASE brand WHEN '' THEN '' ELSE (400000 + (e & 255) * 7)::text END,
       CASE brand WHEN '' THEN '' ELSE last4 END, CASE WHEN currency = 'KRW' AND (e >> 8) & 15 = 0 THEN 3 ELSE 0 END, '',
       CASE WHEN is_voucher THEN requested_at + interval '3 days' END, ''
  FROM (SELECT *, CASE WHEN status = 'failed' THEN failure WHEN status = 'captured' THEN 'succeeded'
                       WHEN status IN ('voided', 'expired') THEN 'authentication.abandoned'
                       WHEN status = 'unknown' THEN 'unknown' ELSE '' END AS result,
               CASE WHEN status = 'unknown' OR (status = 'failed' AND failure LIKE 'technical.%%') THEN NULL
                    ELSE requested_at + make_interval(secs => answer_ms / 1000.0) END AS responded_at
          FROM (SELECT t.block * 20 + t.place + (t.place = 16)::int + k AS attempt_id,
                       t.block * 17 + t.place + 1 AS payment_id, t.currency, t.amount, t.settled_at, e,
                       o.provider_id, o.method_id, o.method, o.is_voucher, w.*,
                       CASE WHEN k < t.tries THEN 'failed' ELSE t.fate END AS status,
                       t.asked_at + make_interval(secs => (k - 1) * (30 + ((t.g >> 35) & 127))) AS requested_at,
                       CASE WHEN o.family = 'card' THEN {_one_of(BRANDS, "e >> 12")} ELSE '' END AS brand,
                       lpad(((t.h >> 26) & 8191)::text, 4, '0') AS last4,
                       CASE WHEN o.is_voucher THEN 0 WHEN o.family = 'wallet' THEN 3 + ((e >> 20) & 31)
                            WHEN (e >> 4) & 3 = 0 THEN 5 + ((e >> 20) & 63) ELSE 0 END AS waited,
                       round(exp(o.log_latency + 0.55 * 1.732 * (((e & 4095) + ((e >> 12) & 4095) + ((e >> 24) & 4095)
                             + ((e >> 36) & 4095)) / 4096.0::float8 - 2)) * CASE WHEN (e >> 48) & 255 = 0 THEN 8 ELSE 1 END)
                         AS answer_ms
                  FROM bench_truth t
                 CROSS JOIN LATERAL generate_series(1, t.tries) AS k
                 CROSS JOIN LATERAL (SELECT hashint8extended(t.id * 4 + k, 5) AS e OFFSET 0) AS mixed
                  JOIN bench_offered o ON o.currency = t.currency AND o.slot = t.slots[k]
                  JOIN bench_decline w ON w.decline_slot = (e >> 56) & 63
                 WHERE t.place IS NOT NULL) AS tried) AS told
"""
STEPS: Final = """
INSERT INTO payments_checkoutstep (checkout_id, step, method, occurred_at)
SELECT t.id, s.step, s.method, s.occurred_at
  FROM bench_truth t JOIN bench_offered o ON o.currency = t.currency AND o.slot = t.slots[1],
       LATERAL (VALUES ('started', '', t.started_at, true),
                       ('method_selected', o.method, t.asked_at - interval '20 s', t.place IS NOT NULL OR (t.g >> 56) & 3 = 0),
                       ('submitted', o.method, t.asked_at, t.place IS NOT NULL)) AS s (step, method, occurred_at, is_done)
 WHERE s.is_done
"""
PAID_STEPS: Final = """
INSERT INTO payments_checkoutstep (checkout_id, step, method, occurred_at)
SELECT block * 24 + (place + 19 * block) * 7 %% 24 + 1, 'paid', method_name, finished_at
  FROM (SELECT (payment_id - 1) / 17 AS block, (payment_id - 1) %% 17 AS place, method_name, finished_at
          FROM payments_attempt WHERE result = 'succeeded') AS paid
"""
