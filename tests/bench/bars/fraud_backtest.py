"""A rule tried on 1.75 million decisions: a narrow one, a wide one, and one that is true of nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import psycopg

from tests.bench.databases import leave, use
from tests.bench.figures import Figure, at_most, told
from tests.bench.ground import Ground

DECISIONS: Final = 1_750_000
DAYS: Final = 180
LIMIT_MS: Final = 3000.0
RUNS: Final = 3
WIDE: Final = ("backtest.any_of",)
"""True of nine tenths of all payments: told, but no rule that anybody publishes."""
# Snapshots as wide as the catalogue; a ninth of the values is missing. A few thousand different ones are enough.
_SNAPSHOTS: Final = """
CREATE TEMP TABLE snapshot AS
SELECT n, array_agg(CASE WHEN random() < 0.11 THEN NULL ELSE floor(10 * -ln(1 - random()))::int END ORDER BY place) AS features
  FROM generate_series(0, 4095) n CROSS JOIN generate_series(1, %(features)s) place GROUP BY n;
"""
_PAYMENTS: Final = """
INSERT INTO payments_payment (checkout_id, merchant_reference, amount, currency, status, authorized, captured, refunded,
    charged_back, conflicts, is_conflicting, last4, attempt_count, created_at, changed_at)
SELECT n, 'order-' || n, 1000 + (n::bigint * 7919) %% 490000, CASE WHEN n %% 10 < 9 THEN 'KRW' ELSE 'USD' END,
       CASE WHEN n %% 16 = 0 THEN 'failed' ELSE 'captured' END, 0, 0, (n %% 40 = 0)::int, 0, '[]', false, '', 1,
       at, at
  FROM generate_series(1, %(count)s) n,
       LATERAL (SELECT now() - make_interval(secs => ((%(count)s - n)::float / %(count)s) * %(days)s * 86400) AS at) t;
"""
_DECISIONS: Final = """
INSERT INTO fraud_assessment (payment_id, attempt_id, merchant_reference, origin, as_of, assessed_at, amount, currency,
    country, card_country, ip_country, method, provider, shop, brand, bin, features, list_hits, list_ids, rule_ids,
    shadow_ids, model_id, score_ppm, outcome, basis, down_reason)
SELECT p.id, p.id, p.merchant_reference, 0, p.created_at, p.created_at, p.amount, p.currency, 'KR', 'KR',
       CASE WHEN p.id %% 20 = 0 THEN '' WHEN p.id %% 9 = 0 THEN 'US' ELSE 'KR' END, 'card', 'toss', 'web',
       CASE WHEN p.id %% 3 = 0 THEN 'visa' ELSE 'mastercard' END, '424242', s.features, '{}', '{}',
       CASE WHEN p.id %% 50 = 0 THEN ARRAY[%(version)s]::bigint[] ELSE '{}' END, '{}', 1, (p.id * 7919) %% 1000000,
       CASE WHEN p.id %% 50 = 0 THEN 1 ELSE 0 END, CASE WHEN p.id %% 50 = 0 THEN 1 ELSE 0 END, ''
  FROM payments_payment p JOIN snapshot s ON s.n = p.id %% 4096 ORDER BY p.id;
"""
_LABELS: Final = """
INSERT INTO fraud_label (payment_id, source, is_fraud, observed_at, told_at, reference)
SELECT id, 1, id %% 400 <> 0, created_at, created_at, 'dispute/' || id FROM payments_payment WHERE id %% 200 = 0;
"""
_INDEXES: Final = """
SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename = 'payments_payment'
   AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))
"""


def measure(ground: Ground) -> list[Figure]:
    """Each condition several times as the page does it; the slowest counts, by its median."""
    from django.utils import timezone

    from fraud.rules.backtesting import backtest
    from fraud.rules.models import RuleAction

    count = int(os.environ.get("BENCH_DECISIONS", DECISIONS))
    database = ground.clone("backtest")
    use(database)
    version = _rule()
    leave()
    with ground.server.connect(database) as connection:
        _fill(connection, count, version)
    use(database)
    try:
        until = timezone.now() + timedelta(days=1)
        figures = []
        for name, node in _conditions():
            found = [backtest(node, RuleAction.BLOCK, until - timedelta(days=365), until) for _ in range(RUNS)]
            spent = sorted(each.took_ms for each in found)[RUNS // 2]
            figures.append(told(f"backtest.{name}", spent, "ms", f"{found[0].hits:,} of {found[0].considered:,}"))
    finally:
        leave()
    worst = max((each for each in figures if each.name not in WIDE), key=lambda figure: figure.value)
    return [*figures, at_most("backtest.slowest", worst.value, LIMIT_MS, 1, "ms", f"{worst.name}, {worst.note}")]


def _conditions() -> Iterator[tuple[str, Any]]:
    """From few hits to every second decision."""
    from fraud.rules.parsing import parse
    from fraud.rules.selectors import VOCABULARY

    def leaf(name: str, op: str, right: object) -> dict[str, Any]:
        return {"op": op, "left": ["field", name], "right": right}

    seen, failed = leaf("customer_count_1h", ">=", 20), leaf("ip_failed_1d", ">=", 10)
    elsewhere = leaf("ip_country", "!=", ["field", "card_country"])
    large = {"op": "and", "of": [leaf("currency", "=", "KRW"), leaf("amount", ">=", 300_000), elsewhere]}
    for name, condition in (
        ("narrow", {"op": "and", "of": [seen, failed, leaf("score_ppm", ">=", 500_000)]}),
        ("large_amounts", large),
        (
            "any_of",
            {"op": "or", "of": [large, seen, {"op": "not", "of": {"op": "missing", "left": ["field", "device_age"]}}]},
        ),
        ("every_second", leaf("score_ppm", ">=", 500_000)),
        ("nothing", leaf("brand", "=", "none")),
    ):
        yield name, parse(condition, VOCABULARY)


def _rule() -> int:
    from config.staff.models import User
    from fraud.rules.models import Rule, RuleVersion

    author = User.objects.create(email="author@example.com", name="Author")
    rule = Rule.objects.create(name="Beside")
    values = {"number": 1, "action": 4, "condition": {}, "digest": "0" * 64, "written_by": author}
    return int(RuleVersion.objects.create(rule=rule, **values).pk)


def _fill(connection: psycopg.Connection[Any], count: int, version: int) -> None:
    from fraud.features.catalogue import CATALOGUE

    sizes = {"count": count, "days": DAYS, "version": version, "features": len(CATALOGUE)}
    connection.autocommit = True
    connection.execute("SET synchronous_commit = off")
    # A payment without its checkout: keys between tables would only be checked, and nothing here reads them.
    connection.execute("SET session_replication_role = replica")
    for name, _definition in connection.execute(_INDEXES).fetchall():
        connection.execute(f"DROP INDEX {name}")
    for statement in (_SNAPSHOTS, _PAYMENTS, _DECISIONS, _LABELS):
        connection.execute(statement, sizes)
    connection.execute("VACUUM (ANALYZE) fraud_assessment, fraud_label, payments_payment")
