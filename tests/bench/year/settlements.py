"""The statements that make what providers settled of the year: sale and refund lines, their totals and payouts."""

from __future__ import annotations

from typing import Final

from tests.bench.year.merchant import ZONE

# One statement a provider and day, told the day after; what is paid on a weekend is paid on Monday.
FILES: Final = """
INSERT INTO payments_storedfile (sha256, size, name, received_at)
SELECT md5(code) || md5(code || 'file'), 1, code || '.csv', %(end_at)s FROM payments_provider;
INSERT INTO payments_fileimport (kind, provider_id, stored_file_id, file_name, adapter, evidence, candidates, state,
    must_post, bytes_read, line_count, reader_death_count, problem_count, problems, summary, created_at)
SELECT 'statement', p.id, s.id, s.name, 'mapped', '', '[]', 'posted', true, 1, 0, 0, 0, '[]', '{}', %(end_at)s
  FROM payments_provider p JOIN payments_storedfile s ON s.name = p.code || '.csv';
INSERT INTO payments_statement (provider_id, statement_key, sequence, sha256, file_import_id, version, is_current,
    booked_on, period_from, period_to, line_count, posted_at, reconciled_at)
SELECT i.provider_id, b.code || '-' || on_day, '', md5(b.code || on_day) || md5(on_day::text), i.id, 1, true, on_day + 1,
       on_day, on_day, 0, (on_day + 2)::timestamp AT TIME ZONE 'UTC', (on_day + 2)::timestamp AT TIME ZONE 'UTC'
  FROM bench_day, bench_provider b JOIN payments_fileimport i ON i.provider_id = b.id
 WHERE on_day < %(last_on)s;
CREATE UNLOGGED TABLE bench_settled AS
SELECT s.id, s.provider_id, s.period_from AS sold_on, s.booked_on, b.vat_percent, paid_on,
       b.code || '-' || to_char(paid_on, 'YYYYMMDD') AS payout_key
  FROM payments_statement s JOIN bench_provider b ON b.id = s.provider_id,
       LATERAL (SELECT s.period_from + b.payout_days AS due_on) AS due,
       LATERAL (SELECT due_on + CASE extract(isodow FROM due_on) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END AS paid_on) AS paid;
ANALYZE bench_settled
"""
_COLUMNS: Final = """
INSERT INTO payments_statementline (statement_id, provider_id, line_number, byte_offset, byte_length, kind, line_key,
    provider_key, payment_reference, merchant_reference, method, currency, gross, net_currency, gross_settled, fee, fee_vat,
    rounding, net, occurred_at, sold_on, booked_on, paid_on, payout_key)
"""
# Twelve in a thousand sales cost twice what the contract says.
SALES: Final = f"""
{_COLUMNS}
SELECT s.id, s.provider_id, payment_id, payment_id * 80, 80, 1, 'l-' || payment_id, 'ch_' || payment_id, provider_reference,
       merchant_reference, method_name, currency, gross, currency, gross, fee, fee * vat_percent / 100, 0,
       gross - fee - fee * vat_percent / 100, finished_at, s.sold_on, s.booked_on, s.paid_on, s.payout_key
  FROM (SELECT a.payment_id, a.provider_id, a.provider_reference, p.merchant_reference, a.method_name, p.currency,
               a.amount AS gross, a.finished_at, (a.finished_at AT TIME ZONE '{ZONE}')::date AS sold_on,
               round(a.amount * f.basis_points * CASE WHEN a.payment_id %% 83 = 0 THEN 2 ELSE 1 END / 10000.0)::bigint AS fee
          FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
          JOIN bench_fee f ON f.provider_id = a.provider_id AND f.method_id = a.method_id
         WHERE a.result = 'succeeded') AS sold
  JOIN bench_settled s ON s.provider_id = sold.provider_id AND s.sold_on = sold.sold_on
"""
REFUNDS: Final = f"""
{_COLUMNS}
SELECT s.id, s.provider_id, p.id, p.id * 80 + 40, 40, 2, 'r-' || p.id, 're_' || p.id, '', p.merchant_reference, '',
       p.currency, -p.refunded, p.currency, -p.refunded, 0, 0, 0, -p.refunded, p.changed_at + interval '7 days', s.sold_on,
       s.booked_on, s.paid_on, s.payout_key
  FROM payments_payment p
  JOIN bench_settled s ON s.provider_id = p.provider_id
                      AND s.sold_on = ((p.changed_at + interval '7 days') AT TIME ZONE '{ZONE}')::date
 WHERE p.refunded > 0
"""
TOTALS: Final = """
INSERT INTO payments_linetotal (statement_id, booked_on, kind, currency, payout_key, line_count, gross, fee, fee_vat,
                                rounding, net)
SELECT statement_id, booked_on, kind, net_currency, payout_key, count(*), sum(gross_settled), sum(fee), sum(fee_vat), 0,
       sum(net)
  FROM payments_statementline GROUP BY 1, 2, 3, 4, 5;
UPDATE payments_statement s SET line_count = t.lines
  FROM (SELECT statement_id, sum(line_count) AS lines FROM payments_linetotal GROUP BY 1) AS t WHERE t.statement_id = s.id;
INSERT INTO payments_statementpayout (statement_id, payout_key, currency, amount, paid_on, is_stated)
SELECT t.statement_id, t.payout_key, t.currency, sum(t.net), s.paid_on, false
  FROM payments_linetotal t JOIN bench_settled s ON s.id = t.statement_id GROUP BY 1, 2, 3, 5;
INSERT INTO payments_payout (provider_id, payout_key, currency, amount, line_net, line_count, is_stated, booked_on, paid_on)
SELECT s.provider_id, t.payout_key, t.currency, sum(t.net), sum(t.net), sum(t.line_count), false, s.paid_on, s.paid_on
  FROM payments_linetotal t JOIN bench_settled s ON s.id = t.statement_id
 WHERE s.paid_on <= %(last_on)s GROUP BY 1, 2, 3, s.paid_on
"""
