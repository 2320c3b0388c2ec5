"""However many were seen, features come from the indexes of their keys."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from fraud.features.statements import OF_ATTEMPTS, features_sql

SEEN = 50_000
FILL = """
INSERT INTO fraud_sighting (attempt_id, payment_id, at, customer_id, instrument, device, ip, network, email, address,
                            shop, amount, currency, bin)
SELECT -n, -n, timestamptz '2026-01-01' + n * interval '1 minute', n %% 900, n %% 1500, n %% 1300, n %% 700, n %% 90,
       n %% 900, n %% 800, n %% 20, n, 'KRW', '411111'
  FROM generate_series(1, %s) n
"""
SUMS = """
INSERT INTO fraud_keyhour (kind, key, hour_at, attempts, failed, frauds, disputes, refunds)
SELECT k.kind, k.key, date_trunc('hour', s.at, 'UTC'), count(*), 0, (random() < 0.01)::int, 0, 0
  FROM fraud_sighting s CROSS JOIN LATERAL (VALUES (4, s.ip), (7, s.shop)) k (kind, key) GROUP BY 1, 2, 3
"""


@pytest.mark.django_db
def test_everything_is_read_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [SEEN])
        cursor.execute(SUMS)
        cursor.execute("ANALYZE fraud_sighting, fraud_keyhour")
        cursor.execute(f"EXPLAIN {features_sql(OF_ATTEMPTS)}", ["UTC", f"{{{-SEEN},{-SEEN // 2}}}"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert re.findall(r"Seq Scan on (fraud_\w+)", plan) == []
    names = {"customer_id", "instrument", "device", "ip", "email", "address"}
    assert {f"sighting_{name}" for name in names} <= set(re.findall(r"using (\w+)", plan))
    assert {"key_hour", "key_hour_observed"} <= set(re.findall(r"using (\w+)", plan))
