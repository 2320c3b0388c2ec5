"""Layer 2: lines of a payout whose money the payout does not pay: its file states it in other currencies only."""

from __future__ import annotations

UNPAID_LINES = """
INSERT INTO finding
SELECT 'residual/' || %(code)s || '/' || t.payout_key || '/' || t.currency, 'settlement', 'residual',
       max(t.booked_on), t.currency, abs(sum(t.net)), 0, sum(t.net), t.payout_key, NULL, NULL, NULL, NULL
  FROM payments_linetotal t
  JOIN payments_statement s ON s.id = t.statement_id AND s.is_current AND s.provider_id = %(provider)s
  JOIN (SELECT DISTINCT payout_key FROM payments_payout WHERE provider_id = %(provider)s) known USING (payout_key)
 WHERE t.kind <> 13
   AND NOT EXISTS (SELECT FROM payments_payout p
                    WHERE p.provider_id = %(provider)s AND p.payout_key = t.payout_key AND p.currency = t.currency)
   AND NOT EXISTS (SELECT FROM incomplete_payout i WHERE i.payout_key = t.payout_key)
 GROUP BY t.payout_key, t.currency
HAVING sum(t.net) <> 0 AND NOT bool_or(t.kind = 16)
"""
"""Lines with a carry-out among them are named by `findings.CARRIED_RESIDUAL`."""
