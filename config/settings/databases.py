"""Which database: the one that DATABASE_URL names, or the embedded server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config.postgres.location import location_of

DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}

_ROOM = "-c temp_buffers=64MB"
"""What a connection may keep of its temporary tables in memory, if it makes any: figures are counted from some, and
imports posted. It can only be said before the first of them."""


def database_settings(database_url: str | None, var: Path) -> dict[str, Any]:
    """One entry of Django's DATABASES. Connecting starts the embedded server; reading this does not.

    Raises:
        ValueError: the URL is not a PostgreSQL one.
    """
    parameters = libpq_parameters(database_url, var)
    given = parameters.pop("options", "")
    settings: dict[str, Any] = {DJANGO_NAMES[name]: parameters.pop(name) for name in DJANGO_NAMES if name in parameters}
    return settings | {
        "ENGINE": "config.postgres.backend" if database_url is None else "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "jeongsan"} | parameters | {"options": f"{_ROOM} {given}".strip()},
    }


def connection_string(database_url: str | None, var: Path) -> str:
    """The same database as libpq's `key=value` text: the broker's URL parser knows no socket paths."""
    return make_conninfo(**libpq_parameters(database_url, var))


def libpq_parameters(database_url: str | None, var: Path) -> dict[str, Any]:
    """The libpq parameters of the database.

    Raises:
        ValueError: the URL is not a PostgreSQL one.
    """
    if database_url is None:
        return dict(location_of(var).connection_parameters())
    if not database_url.startswith(("postgres://", "postgresql://")):
        raise ValueError("DATABASE_URL must start with postgresql:// (no other database is supported)")
    return dict(conninfo_to_dict(database_url))
