"""The databases that are measured in: made on the server that is configured, cloned from each other, dropped at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from config.postgres.location import location_of
from config.postgres.server import ensure_running, stop_unless_used
from config.settings.databases import libpq_parameters
from config.settings.environment import Environment

PREFIX: Final = "jeongsan_bench_"
KEPT: Final = "jeongsan_kept_"
"""Of databases that take too long to make for every run; `make bench` never drops the newest of a kind."""
EMPTY: Final = "empty"
"""Migrated and nothing else; every other database begins as its copy."""
BIG_BYTES: Final = 200 * 1024**2
"""From here copying files is quicker than logging their pages."""


class Server:
    """The PostgreSQL server of this installation, and the measured databases on it, known by their short names."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters

    def url(self, name: str) -> str:
        """DATABASE_URL of a measured database."""
        parts = self._parameters | {"dbname": PREFIX + name}
        user, password = parts.pop("user", ""), parts.pop("password", "")
        owner = f"{quote(user)}:{quote(password)}@" if password else f"{quote(user)}@" if user else ""
        database = parts.pop("dbname")
        return f"postgresql://{owner}/{database}?{urlencode(parts)}"

    def create(self, name: str, template: str | None = None) -> str:
        """Make a database anew, empty or as a copy of another that nobody is connected to; returns its name."""
        self.drop(name)
        with self._administration() as connection:
            source = sql.Identifier(PREFIX + template) if template else sql.Identifier("template0")
            strategy = "WAL_LOG"
            if template:
                found = connection.execute("SELECT pg_database_size(%s)", [PREFIX + template]).fetchone()
                strategy = "FILE_COPY" if found and found[0] > BIG_BYTES else strategy
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}")
            connection.execute(statement.format(sql.Identifier(PREFIX + name), source, sql.SQL(strategy)))
        return name

    def copy_kept(self, kept: str, name: str) -> str:
        """A measured database that begins as a kept one, known by its whole name; returns its own."""
        self.drop(name)
        with self._administration() as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(statement.format(sql.Identifier(PREFIX + name), sql.Identifier(kept)))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, also one that a killed process is still connected to."""
        with self._administration() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(PREFIX + name)))

    def drop_all(self) -> None:
        """Remove every measured database, those of an earlier run that was killed too."""
        with self._administration() as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
            ).fetchall()
        for (found,) in rows:
            self.drop(found.removeprefix(PREFIX))

    def connect(self, name: str) -> psycopg.Connection[Any]:
        """A connection of its own to a measured database."""
        return psycopg.connect(self.url(name))

    def connect_kept(self, name: str) -> psycopg.Connection[Any]:
        """A connection of its own to a kept database, by its whole name."""
        return psycopg.connect(**self._parameters | {"dbname": name})

    def keep(self, name: str, template: str, fill: Callable[[str], None], older: str) -> str:
        """The URL of a database that outlives this run: copied from a measured one and filled where it is not there yet.

        `older` begins the names of those that it replaces. One that was left half filled is not taken for whole.
        """
        with self._administration() as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [KEPT + older]
            ).fetchall()
            if (KEPT + name,) not in rows:
                for (found,) in rows:
                    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(found)))
                half = self.create("half", template)
                fill(half)
                rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(rename.format(sql.Identifier(PREFIX + half), sql.Identifier(KEPT + name)))
        return KEPT + name

    def deadlocks(self, name: str) -> int:
        """How many deadlocks the server has broken in a database since it was made."""
        with self.connect(name) as connection:
            connection.execute("SELECT pg_stat_force_next_flush()")
            found = connection.execute(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
        return int(found[0]) if found else 0

    def _administration(self) -> psycopg.Connection[Any]:
        parameters = self._parameters | {"dbname": "postgres"}
        return psycopg.connect(**parameters, autocommit=True)


@contextmanager
def own_server() -> Iterator[tuple[Server, Path]]:
    """The server, started if it is the embedded one and down, and the directory that everything measured is kept in.

    From here on this process and its children see nothing of the installation's own database and files.
    """
    environment = Environment()
    directory = environment.jeongsan_var / "bench"
    given = environment.database_url.get_secret_value() if environment.database_url else None
    location = location_of(environment.jeongsan_var)
    is_ours = given is None and ensure_running(location)
    server = Server(libpq_parameters(given, environment.jeongsan_var))
    os.environ |= {
        "DATABASE_URL": server.url(EMPTY),
        "JEONGSAN_VAR": str(directory / "home"),
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "LOG_LEVEL": "ERROR",
    }
    os.environ.pop("CELERY_BROKER_URL", None)
    try:
        server.drop_all()
        yield server, directory
    finally:
        _disconnect()
        server.drop_all()
        if is_ours:
            stop_unless_used(location)


def migrate_empty(server: Server) -> None:
    """Make the database that all others are copied from."""
    import django
    from django.core.management import call_command

    from config.celery import app

    server.create(EMPTY)
    django.setup()
    # Wake-ups of this process go nowhere: no worker listens, and the broker would stay connected to one database.
    app.conf.update(broker_url="memory://localhost", broker_transport_options={})
    call_command("migrate", verbosity=0)
    _disconnect()


def use(name: str, prefix: str = PREFIX) -> None:
    """Point Django in this process at a measured database, or at a kept one by its whole name and no prefix."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = prefix + name


@contextmanager
def connected(name: str) -> Iterator[Callable[[], None]]:
    """A connection to a kept database by its whole name, and what points Django at it, as often as one likes."""
    from django.db import connections

    own = connections.create_connection("default")
    own.settings_dict = own.settings_dict | {"NAME": name}
    before = connections["default"]

    def point() -> None:
        connections["default"] = own

    try:
        yield point
    finally:
        own.close()
        connections["default"] = before


def leave() -> None:
    """Let go of the database, so that it can be copied or dropped."""
    _disconnect()


def _disconnect() -> None:
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()
