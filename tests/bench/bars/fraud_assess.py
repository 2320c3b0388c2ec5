"""A payment assessed beside ten million others: in process, over HTTP, and a burst drained with every step on."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from typing import Any, Final

from config.settings.environment import CHECKOUT
from tests.bench.assessing import CARRIER, POOL, SHOPS, order
from tests.bench.bars.drain import drained
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.serving import served

SIGHTINGS: Final = 10_000_000
ORDERS: Final = 300
BURST: Final = 20_000
IN_PROCESS_MS: Final = 50.0
OVER_HTTP_MS: Final = 150.0
FLOOR_PER_SECOND: Final = 400.0
_HASH: Final = "('x' || encode(substr({0}, 1, 8), 'hex'))::bit(64)::bigint"
_SHA: Final = _HASH.format("sha256({0})")
_POOL: Final = f"""
CREATE TEMP TABLE pool AS
SELECT n AS place, {_SHA.format("convert_to('device:d-' || n, 'UTF8')")} AS device,
       {_SHA.format("'ip:'::bytea || substr(inet_send(ip), 5)")} AS ip,
       {_SHA.format("'network:'::bytea || substr(inet_send(ip), 5, 3)")} AS network,
       {_SHA.format("convert_to('instrument:visa|424242|' || lpad((n % 10000)::text, 4, '0'), 'UTF8')")} AS instrument,
       {_SHA.format("convert_to('shop:s-' || (n % {shops}), 'UTF8')")} AS shop
  FROM (SELECT n, ('10.' || n / 65536 + 1 || '.' || n / 256 % 256 || '.' || n % 256)::inet AS ip
          FROM generate_series(0, {{pool}} - 1) n) p;
"""
_CUSTOMERS: Final = """
INSERT INTO payments_customer (id, merchant_customer_id, segments, first_seen_at)
SELECT n + 1, 'c-' || n, '{{}}', now() - interval '1 year' FROM generate_series(0, {pool} - 1) n;
"""
# Negative, so that what is recorded later has ids of its own.
_SIGHTINGS: Final = """
INSERT INTO fraud_sighting (attempt_id, payment_id, at, customer_id, instrument, device, ip, network, shop, amount,
    currency, bin, failed_at)
SELECT -n, -n, t.at, p.place + 1, p.instrument, p.device, CASE WHEN n % {carrier} = 0 THEN carrier.ip ELSE p.ip END,
       p.network, p.shop, 1000 + n::bigint * 7919 % 90000, 'KRW', '424242', CASE WHEN n % 9 = 0 THEN t.at END
  FROM generate_series(1, {count}) n
 CROSS JOIN LATERAL (SELECT now() - make_interval(secs => ({count} - n)::float / {count} * 365 * 86400) AS at) t
  JOIN pool p ON p.place = n::bigint * 104729 % {pool}
 CROSS JOIN (SELECT {carrier_ip} AS ip) carrier;
"""
_SUMS: Final = """
INSERT INTO fraud_keyhour (kind, key, hour_at, attempts, failed, frauds, disputes, refunds)
SELECT kind, key, date_trunc('hour', at, 'UTC'), count(*), count(failed_at), 0, 0, 0
  FROM fraud_sighting s CROSS JOIN LATERAL (VALUES (4, s.ip), (7, s.shop)) k(kind, key)
 WHERE at > now() - interval '40 days' GROUP BY 1, 2, 3;
"""


def measure(ground: Ground) -> list[Figure]:
    """`BENCH_SIGHTINGS` makes the history smaller."""
    count = int(os.environ.get("BENCH_SIGHTINGS", SIGHTINGS))
    database = ground.clone("assess")
    _fill(ground, database, count)
    key = _run(ground, database, "prepare").strip()
    single = json.loads(_run(ground, database, "one", str(ORDERS)))
    over_http = _over_http(ground, database, key)
    burst = min(BURST, count // 10)
    done = drained(ground, database, burst)
    speed, note = burst / done["seconds"], f"beside {count:,}"
    return [
        told("assess.in_process_p50", _percentile(single["seconds"], 50), "ms", note),
        at_most("assess.in_process_p99", _percentile(single["seconds"], 99), IN_PROCESS_MS, 1, "ms", note),
        exactly("assess.assessed", single["assessed"], ORDERS, "payments"),
        told("assess.http_p50", _percentile(over_http, 50), "ms", note),
        at_most("assess.http_p99", _percentile(over_http, 99), OVER_HTTP_MS, 1, "ms", note),
        Figure("assess.drain", speed, "1/s", FLOOR_PER_SECOND, "≥ limit", speed >= FLOOR_PER_SECOND,
               f"a burst of {burst:,} with every step on, {note}"),
        exactly("assess.drain_left", done["waiting"], 0, "rows"),
    ]  # fmt: skip


def _percentile(seconds: list[float], percent: int) -> float:
    """Milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)] * 1000


def _fill(ground: Ground, database: str, count: int) -> None:
    carrier = _SHA.format("'ip:'::bytea || substr(inet_send('10.0.0.0'::inet), 5)")
    sizes: dict[str, Any] = {"count": count, "pool": POOL, "carrier": CARRIER, "carrier_ip": carrier, "shops": SHOPS}
    with ground.server.connect(database) as connection:
        connection.autocommit = True
        connection.execute("SET synchronous_commit = off")
        found = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'fraud_sighting' AND indexname NOT LIKE '%_pkey'"
        ).fetchall()
        for name, _ in found:
            connection.execute(f"DROP INDEX {name}")
        connection.execute(_POOL.replace("{shops}", str(SHOPS)).replace("{pool}", str(POOL)))
        for statement in (_CUSTOMERS, _SIGHTINGS, _SUMS):
            connection.execute(statement.format(**sizes))
        for _, definition in found:
            connection.execute(definition)
        connection.execute("SELECT setval(pg_get_serial_sequence('payments_customer', 'id'), 1000000)")
        connection.execute("VACUUM (ANALYZE) fraud_sighting, fraud_keyhour, payments_customer")


def _run(ground: Ground, database: str, *arguments: str) -> str:
    """What a process of the bench prints last."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.bench.assessing", *arguments],
        cwd=CHECKOUT, env=ground.environment(database), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return process.stdout.splitlines()[-1]


def _over_http(ground: Ground, database: str, key: str) -> list[float]:
    """Ask about orders one after the other; seconds of each."""
    variables = {"DJANGO_SETTINGS_MODULE": "config.settings.base", "LOG_LEVEL": "ERROR", "API_REQUESTS_PER_MINUTE": "0"}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    spent = []
    with served("config.wsgi:application", ground.environment(database) | variables) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(ORDERS, ORDERS * 2 + 20):
            started = time.perf_counter()
            connection.request("POST", "/api/v1/assessments", json.dumps(order(number)), headers)
            answer = connection.getresponse()
            answer.read()
            spent.append(time.perf_counter() - started)
            if answer.status != 201:
                raise RuntimeError(f"order {number} was answered {answer.status}")
    return spent[20:]  # the first ones wake the workers
