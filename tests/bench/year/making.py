"""Makes the year, once for each size, and keeps it between runs; how long each step took is kept in it."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from tests.bench.databases import Server, leave, use
from tests.bench.year import kept, rows, settlements
from tests.bench.year.merchant import DECLINES, OFFERED, PROVIDERS, ZONE

LAST_ON: Final = date(2026, 10, 31)
DAYS: Final = 365
PEAK_ON: Final = date(2026, 10, 10)
"""The day of sales: 110 000 of ten million attempts."""
PER_BLOCK: Final = 20
"""Attempts; see `rows`."""
_IDENTIFIED: Final = ("customer", "checkout", "payment", "attempt")
_FACTS: Final = tuple(f"payments_{name}" for name in (*_IDENTIFIED, "checkoutstep", "statementline"))
# What can be made after the rows is made many times quicker then.
_UNIQUE: Final = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE contype = 'u' AND conrelid = ANY(%s::regclass[])
"""
_INDEXES: Final = """
SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename = ANY(%s)
   AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))
"""
_BROKEN: Final = """
SELECT conname, conrelid::regclass::text, a.attname, confrelid::regclass::text, b.attname
  FROM pg_constraint
  JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
  JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1]
 WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""


def end_at() -> datetime:
    """The instant behind the last day."""
    return datetime.combine(LAST_ON + timedelta(days=1), datetime.min.time(), ZoneInfo(ZONE))


def kept_year(server: Server, template: str, attempts: int) -> str:
    """The whole name of a database with a year of so many attempts, made once, its schema brought up to date.

    Raises:
        ValueError: the attempts do not come out even in the blocks of `rows`.
    """
    if attempts % (PER_BLOCK * 1000):
        raise ValueError(f"{attempts} attempts: ask for a multiple of {PER_BLOCK * 1000}")
    older = f"year_{attempts}_"
    name = server.keep(
        older + _fingerprint(server, template), template, lambda half: _make(server, half, attempts), older
    )
    kept.refresh_schema(server, template, name)
    return name


def _make(server: Server, database: str, attempts: int) -> None:
    use(database)
    configure()
    leave()
    with server.connect(database) as connection:
        connection.autocommit = True
        fill(connection, attempts)


def configure() -> None:
    """Providers, methods and offerings, which are few."""
    from payments.methods.models import Offering, PaymentMethod, Provider

    providers = {
        told.code: Provider.objects.create(
            code=told.code, name=told.code, adapter="mapped", zone=ZONE, country="KR", currencies=[told.currency]
        )
        for told in PROVIDERS
    }
    families = {offered.method: offered.family for offered in OFFERED}
    methods = {
        code: PaymentMethod.objects.create(
            code=code, family=family, display_order=place, name_ko=code, name_ja=code, name_en=code
        )
        for place, (code, family) in enumerate(families.items())
    }
    for place, offered in enumerate(OFFERED):
        Offering.objects.create(
            provider=providers[offered.provider], method=methods[offered.method], provider_names=[offered.method],
            priority=place, weight=1,
        )  # fmt: skip


def fill(connection: psycopg.Connection[Any], attempts: int) -> None:
    """Make the rows in a migrated database that has the providers and methods."""
    given = {
        "blocks": attempts // PER_BLOCK, "peak_blocks": attempts // PER_BLOCK * 11 // 1000, "days": DAYS,
        "last_on": LAST_ON, "peak_on": PEAK_ON, "end_at": end_at(),
    }  # fmt: skip
    connection.execute("CREATE TABLE bench_made (place serial, step text, seconds float8)")
    connection.execute("SET maintenance_work_mem = '1GB'")
    connection.execute("SET work_mem = '512MB'")
    connection.execute("SET hash_mem_multiplier = 2")
    connection.execute("SET synchronous_commit = off")
    # Keys between tables hold by the way the rows are made (`broken_keys` asks); checking each would take most of the time.
    connection.execute("SET session_replication_role = replica")
    _small_tables(connection)
    for step, text in _steps(connection):
        started = time.monotonic()
        for statement in filter(None, map(str.strip, text.split(";"))):
            connection.execute(statement, given)
        seconds = time.monotonic() - started
        connection.execute("INSERT INTO bench_made (step, seconds) VALUES (%s, %s)", [step, seconds])


def seconds_of(connection: psycopg.Connection[Any]) -> dict[str, float]:
    """Seconds that each step of making a database took."""
    return dict(connection.execute("SELECT step, seconds FROM bench_made ORDER BY place").fetchall())


def broken_keys(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Of each foreign key of the large tables how many rows point to nothing; all other constraints held at once."""
    found = {}
    for name, table, column, other, key in connection.execute(_BROKEN, [list(_FACTS)]).fetchall():
        query = sql.SQL(
            "SELECT count(*) FROM {} t WHERE {} IS NOT NULL AND NOT EXISTS (SELECT FROM {} o WHERE o.{} = t.{})"
        )
        names = map(sql.Identifier, (table, column, other, key, column))
        row = connection.execute(query.format(*names)).fetchone()
        found[name] = int(row[0]) if row else 0
    return found


def _small_tables(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE UNLOGGED TABLE bench_provider (id bigint, code text, payout_days int, vat_percent int)")
    for told in PROVIDERS:
        connection.execute(
            "INSERT INTO bench_provider SELECT id, code, %s, %s FROM payments_provider WHERE code = %s",
            [told.payout_days, told.vat_percent, told.code],
        )
    connection.execute(
        "CREATE UNLOGGED TABLE bench_offered (currency text, slot int, provider_id bigint, method_id bigint, method text,"
        " family text, is_voucher bool, log_latency float8, basis_points int)"
    )
    first: dict[str, int] = {}
    for offered in OFFERED:
        slot = first.get(offered.currency, 0)
        first[offered.currency] = slot + offered.share
        connection.execute(
            "INSERT INTO bench_offered SELECT %s, slot, p.id, m.id, m.code, m.family, %s, %s, %s"
            " FROM payments_provider p, payments_paymentmethod m, generate_series(%s::int, %s::int) AS slot"
            " WHERE p.code = %s AND m.code = %s",
            [
                offered.currency, offered.is_voucher, math.log(offered.latency_milliseconds), offered.basis_points,
                slot, slot + offered.share - 1, offered.provider, offered.method,
            ],
        )  # fmt: skip
    connection.execute(
        "CREATE UNLOGGED TABLE bench_decline"
        " (decline_slot int, failure text, decline_code text, word text, other_word text)"
    )
    declines = [words for share, *words in DECLINES for _ in range(share)]
    for slot, words in enumerate(declines):
        connection.execute("INSERT INTO bench_decline VALUES (%s, %s, %s, %s, %s)", [slot, *words])
    connection.execute(
        "CREATE UNLOGGED TABLE bench_fee AS SELECT DISTINCT provider_id, method_id, basis_points FROM bench_offered"
    )
    for table in ("provider", "offered", "decline", "fee"):
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(f"bench_{table}")))


def _steps(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, str]]:
    """Each step by its name; statements are told apart by semicolons."""
    facts = list(_FACTS)
    unique = connection.execute(_UNIQUE, [facts]).fetchall()
    indexes = connection.execute(_INDEXES, [facts]).fetchall()
    for table, name, _definition in unique:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*map(sql.Identifier, (table, name))))
    for name, _definition in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    for table in facts:
        connection.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(sql.Identifier(table)))
    yield "days", rows.DAYS
    yield "truth", rows.TRUTH
    yield "truth analyzed", "ANALYZE bench_truth"
    yield "customers", rows.CUSTOMERS
    yield "checkouts", rows.CHECKOUTS
    yield "payments", rows.PAYMENTS
    yield "attempts", rows.ATTEMPTS
    yield "steps", rows.STEPS
    yield "paid steps", rows.PAID_STEPS
    yield "statements", settlements.FILES
    yield "analyzed", "ANALYZE payments_attempt; ANALYZE payments_payment"
    yield "sales", settlements.SALES
    yield "refunds", settlements.REFUNDS
    yield "totals", settlements.TOTALS
    yield "truth away", "DROP TABLE bench_truth"
    for name in _IDENTIFIED:
        sequence = f"pg_get_serial_sequence('payments_{name}', 'id')"
        yield f"{name} ids", f"SELECT setval({sequence}, (SELECT max(id) FROM payments_{name}))"
    for table, name, definition in unique:
        yield name, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition.replace("%", "%%")}'
    for name, definition in indexes:
        yield name, definition.replace("%", "%%")
    for table in facts:
        yield f"{table} vacuum", f"ALTER TABLE {table} RESET (autovacuum_enabled); VACUUM (ANALYZE) {table}"
    yield "vacuum", "VACUUM (ANALYZE); CHECKPOINT"


def _fingerprint(server: Server, template: str) -> str:
    """Of the columns and of these statements: a change of either needs other rows; indexes come with migrations."""
    with server.connect(template) as connection:
        found = connection.execute(
            "SELECT string_agg(table_name || column_name, ';' ORDER BY table_name, ordinal_position)"
            " FROM information_schema.columns WHERE table_name = ANY(%s)",
            [list(_FACTS)],
        ).fetchone()
    texts = [getattr(module, name) for module in (rows, settlements) for name in sorted(dir(module)) if name.isupper()]
    text = repr((found, texts, OFFERED, PROVIDERS, DECLINES, LAST_ON, PEAK_ON, DAYS))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
