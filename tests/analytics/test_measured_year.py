"""The year that the bench measures on, in small: whole, consistent, and with every constraint and index it began with."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker

from analytics.rollups.services.deriving import derive_buyers
from payments.facts import AttemptResult
from tests.bench.databases import leave, use
from tests.bench.year.kept import at_the_end
from tests.bench.year.making import PEAK_ON, broken_keys, configure, fill, seconds_of
from tests.bench.year.naive import CHECKS, differences

pytestmark = pytest.mark.django_db

ATTEMPTS = 10_000
# Not as their definitions: PostgreSQL writes what it has read back in other words.
SHAPE = """
SELECT conrelid::regclass::text AS of, conname::text AS name, contype::text AS kind FROM pg_constraint
 WHERE convalidated AND conrelid::regclass::text LIKE 'payments_%'
 UNION ALL SELECT tablename, indexname, 'index' FROM pg_indexes WHERE tablename LIKE 'payments_%'
"""
CONTRADICTIONS = {
    "paid or not": """
        SELECT p.id FROM payments_payment p
         WHERE (captured > 0) <> EXISTS (SELECT FROM payments_attempt a WHERE a.payment_id = p.id AND result = 'succeeded')
            OR (captured > 0) <> EXISTS (SELECT FROM payments_checkoutstep s WHERE s.checkout_id = p.checkout_id
                                                                               AND step = 'paid')""",
    "attempts": """
        SELECT p.id FROM payments_payment p JOIN payments_attempt a ON a.payment_id = p.id
         GROUP BY p.id HAVING count(*) <> p.attempt_count OR min(requested_at) <> p.created_at
            OR bool_or(a.amount <> p.amount)""",
    "checkouts": """
        SELECT p.id FROM payments_payment p JOIN payments_checkout c ON c.id = p.checkout_id
         WHERE (c.merchant_reference, c.currency, c.amount) <> (p.merchant_reference, p.currency, p.amount)
            OR c.customer_id IS DISTINCT FROM p.customer_id""",
    "steps in order": """
        SELECT checkout_id FROM payments_checkoutstep GROUP BY checkout_id
        HAVING array_agg(step::text ORDER BY occurred_at)
               <> (ARRAY['started', 'method_selected', 'submitted', 'paid'])[:count(*)::int]""",
    "customers come first": """
        SELECT k.id FROM payments_customer k JOIN payments_checkout c ON c.customer_id = k.id
         GROUP BY k.id HAVING min(started_at) <> k.first_seen_at""",
    "offerings": """
        SELECT a.id FROM payments_attempt a
         WHERE NOT EXISTS (SELECT FROM payments_offering o WHERE o.provider_id = a.provider_id AND o.method_id = a.method_id)""",
    "lines": """
        SELECT l.id FROM payments_statementline l LEFT JOIN payments_payment p ON p.merchant_reference = l.merchant_reference
         WHERE p.id IS NULL OR l.gross <> CASE l.kind WHEN 1 THEN p.captured ELSE -p.refunded END
            OR l.currency <> p.currency OR l.provider_id <> p.provider_id OR l.paid_on <= l.sold_on""",
    "payouts": """
        SELECT o.id FROM payments_payout o
          JOIN payments_statementline l ON l.payout_key = o.payout_key AND l.provider_id = o.provider_id
         GROUP BY o.id HAVING sum(l.net) <> o.amount OR bool_or(l.paid_on <> o.paid_on)""",
}


@pytest.fixture(scope="module")
def year(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[psycopg.Connection[Any]]:
    """A database of its own with a small year in it."""
    with django_db_blocker.unblock():
        yield from _made()


def _made() -> Iterator[psycopg.Connection[Any]]:
    parameters = connection.get_connection_params()
    own = str(connection.settings_dict["NAME"])
    name = f"{own}_year"
    leave()
    known = {key: parameters[key] for key in ("host", "port", "user", "password") if parameters.get(key)}
    with psycopg.connect(**known, dbname="postgres", autocommit=True) as administration:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        administration.execute(drop)
        administration.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, own))))
        try:
            use(name, prefix="")
            configure()
            use(own, prefix="")
            with psycopg.connect(**known, dbname=name, autocommit=True) as made:
                made.execute("CREATE TABLE shape_before AS " + SHAPE)
                fill(made, ATTEMPTS)
                yield made
        finally:
            use(own, prefix="")
            administration.execute(drop)


def one(year: psycopg.Connection[Any], query: str) -> Any:
    """The first column of the only row."""
    row = year.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_the_year_is_whole_and_contradicts_itself_nowhere(year: psycopg.Connection[Any]) -> None:
    counts = {
        table: one(year, f"SELECT count(*) FROM payments_{table}")
        for table in ("attempt", "payment", "checkout", "customer")
    }
    assert counts == {"attempt": 10_000, "payment": 8_500, "checkout": 12_000, "customer": 2_000}
    in_seoul = "(requested_at AT TIME ZONE 'Asia/Seoul')::date"
    assert one(year, f"SELECT count(*) FROM payments_attempt WHERE {in_seoul} = '{PEAK_ON}'") == 100
    assert one(year, f"SELECT count(DISTINCT {in_seoul}) FROM payments_attempt") == 365
    results = one(year, "SELECT array_agg(DISTINCT result::text) FROM payments_attempt")
    assert set(results) == {"", *map(str, AttemptResult)}
    assert {name: len(year.execute(query).fetchall()) for name, query in CONTRADICTIONS.items()} == dict.fromkeys(
        CONTRADICTIONS, 0
    )
    assert set(broken_keys(year).values()) == {0}


@pytest.mark.django_db(transaction=True)
def test_plain_queries_find_what_is_kept_and_what_is_not(year: psycopg.Connection[Any]) -> None:
    own = str(connection.settings_dict["NAME"])
    checks = [each._replace(first_on=PEAK_ON, last_on=PEAK_ON) for each in CHECKS if each.metric != "repurchase_30"]
    use(year.info.dbname, prefix="")
    try:
        with at_the_end():
            derive_buyers()
            call_command("rebuild_rollups", first_on=PEAK_ON, last_on=PEAK_ON, as_json=True, stdout=io.StringIO())
            assert list(differences(checks)) == []
            year.execute("TRUNCATE analytics_rollup, analytics_spread")
            assert len(list(differences(checks))) == len(checks)
    finally:
        leave()
        use(own, prefix="")


def test_every_constraint_and_index_is_there_again(year: psycopg.Connection[Any]) -> None:
    assert set(year.execute(SHAPE)) == set(year.execute("SELECT * FROM shape_before"))
    assert one(year, "SELECT count(*) FROM pg_class WHERE 'autovacuum_enabled=off' = ANY(reloptions)") == 0
    assert one(year, "SELECT nextval(pg_get_serial_sequence('payments_attempt', 'id'))") == ATTEMPTS + 1
    assert seconds_of(year)["attempts"] > 0
