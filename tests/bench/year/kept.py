"""What is kept ready of the measured year: its tables as the code of today has them, and counted by it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from unittest.mock import patch

from psycopg import sql

from config.settings.environment import CHECKOUT
from tests.bench.databases import Server, leave, use

_SHAPE: Final = """
SELECT table_name || column_name || data_type FROM information_schema.columns WHERE table_name LIKE 'analytics_%'
 UNION ALL SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'analytics_%'
"""
_COUNTED_BY: Final = "COMMENT ON DATABASE {} IS {}"
_IS_COUNTED_BY: Final = (
    "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
)
SOURCES: Final = (
    "analytics/metrics/facts/*.py",
    "analytics/rollups/services/*.py",
    "analytics/rollups/histograms.py",
    "analytics/rollups/models.py",
    "analytics/rollups/spans.py",
    "analytics/rollups/statements.py",
)
"""What says what is kept; who only reads it may change without the year being counted again."""


def refresh_schema(server: Server, template: str, name: str) -> None:
    """Bring a kept database to the migrations of today; the tables of the rollups are made anew where they differ."""
    from django.core.management import call_command

    with server.connect(template) as made:
        wanted = set(made.execute(_SHAPE).fetchall())
    use(name, prefix="")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_SHAPE)
        is_old = set(cursor.fetchall()) != wanted
        if is_old:
            cursor.execute("SELECT string_agg(tablename, ', ') FROM pg_tables WHERE tablename LIKE 'analytics_%'")
            cursor.execute(f"DROP TABLE IF EXISTS {cursor.fetchone()[0] or 'analytics_none'} CASCADE")
            cursor.execute("DELETE FROM django_migrations WHERE app = 'analytics'")
            cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(name)} IS NULL")
    call_command("migrate", verbosity=0)
    if is_old:
        with connection.cursor() as cursor:
            # A migration marks all there is; here it is counted by a rebuild.
            cursor.execute("TRUNCATE analytics_mark")
    leave()


def counted_by() -> str:
    """A fingerprint of the code that says what is kept."""
    files = sorted(path for source in SOURCES for path in CHECKOUT.glob(source))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def is_counted() -> bool:
    """Whether the database in use was counted by the code of today."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_IS_COUNTED_BY)
        return bool(cursor.fetchone()[0] == counted_by())


def count_whole_year() -> None:
    """Find out who bought when and count every day of the database in use, as `manage.py rebuild_rollups` does."""
    from django.core.management import call_command
    from django.db import connection

    with at_the_end():
        call_command("rebuild_rollups", buyers=True, as_json=True, stdout=io.StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'analytics_%'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        name = sql.Identifier(connection.settings_dict["NAME"])
        cursor.execute(sql.SQL(_COUNTED_BY).format(name, sql.Literal(counted_by())))


def use_counted(name: str) -> None:
    """Point Django at a kept year, counted."""
    use(name, prefix="")
    if not is_counted():
        count_whole_year()


@contextmanager
def at_the_end() -> Iterator[datetime]:
    """The clock of this process stands an hour before the end of the year: the last day is not over."""
    from tests.bench.year.making import end_at

    now = end_at() - timedelta(hours=1)
    with patch("django.utils.timezone.now", lambda: now):
        yield now
