"""The migrated database that the databases of tests begin as: made once for as long as the migrations stay the same.

Nearly all of a migration's time goes into Django's picture of the models before and after it, and next to nothing into
the database. `python -m tests.template` makes it ahead of the tests.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.postgres.account import binaries, server_account
from config.postgres.location import Location, location_of
from config.postgres.server import status, stop_unless_used
from config.settings.databases import libpq_parameters
from config.settings.environment import CHECKOUT, Environment

PREFIX: Final = "test_migrated_"
HALF: Final = PREFIX + "half"
"""While it is being made; a maker that was killed leaves this behind, and the next begins anew."""
LOCK: Final = 7_031_102
"""The advisory lock of whoever makes it: the workers of one run all want it at once."""


def ensure_template() -> str:
    """The name of a migrated database that nobody is connected to; half a minute where the migrations are new to it."""
    name = PREFIX + _digest()
    with connection._nodb_cursor() as cursor:  # closes its connection, and with it the lock
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        known = {row[0] for row in cursor.fetchall()}
        if name not in known:
            for old in known:
                cursor.execute(_statement("DROP DATABASE {} WITH (FORCE)", old))
            cursor.execute(_statement("CREATE DATABASE {}", HALF))
            _migrate(HALF)
            cursor.execute(_statement("ALTER DATABASE {} RENAME TO {}", HALF, name))
    return name


def copy_template(name: str, location: Location) -> None:
    """Fill the empty database of a running embedded server with what the template holds."""
    given = Environment().database_url
    source = libpq_parameters(given.get_secret_value() if given else None, Environment().jeongsan_var)
    copy = f"{PREFIX}copy_{os.getpid()}"  # whom a dump is connected to, nobody could copy meanwhile
    programs = binaries(server_account())
    dump: list[str | Path] = [programs / "pg_dump", "--dbname", make_conninfo(**source | {"dbname": copy})]
    target = make_conninfo(**location.connection_parameters())
    fill: list[str | Path] = [programs / "psql", "--quiet", "--no-psqlrc", "-1", "-v", "ON_ERROR_STOP=1", "-d", target]
    with psycopg.connect(**source | {"dbname": "postgres"}, autocommit=True) as administration:
        administration.execute(_statement("CREATE DATABASE {} TEMPLATE {}", copy, name))
        dumped = subprocess.run(dump, check=True, capture_output=True).stdout
        administration.execute(_statement("DROP DATABASE {}", copy))
    subprocess.run(fill, input=dumped, check=True, stdout=subprocess.DEVNULL)


def _statement(text: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def _digest() -> str:
    """Of the text of every migration and of what is installed: another text is another database."""
    told = hashlib.sha256((CHECKOUT / "requirements" / "base.txt").read_bytes())
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        source = sys.modules[migration.__module__].__file__
        assert source is not None, key
        told.update(repr(key).encode() + Path(source).read_bytes())
    return told.hexdigest()[:16]


def _migrate(name: str) -> None:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def main() -> None:
    """Make it now, and leave the embedded server as it was found."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    location = location_of(Environment().jeongsan_var)
    was_running = status(location) is not None
    django.setup()
    ensure_template()
    if not was_running:
        stop_unless_used(location)


if __name__ == "__main__":
    main()
