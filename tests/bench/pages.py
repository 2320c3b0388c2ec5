"""Asking for pages as a browser would: how long the server takes from the address to the last byte, and what it reads."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from time import perf_counter
from typing import Any, Final

LARGE_ROWS: Final = 100_000
_FIXED: Final = "SELECT n % 97, sum(n) FROM generate_series(1, 50000) AS n GROUP BY 1 ORDER BY 1"


def asked(path: str, permissions: Collection[str], runs: int) -> tuple[list[float], list[str]]:
    """Milliseconds of each run after a first one, and the statements of that."""
    statements = statements_of(path, permissions)
    return [milliseconds_of(path, permissions) for _run in range(runs)], statements


def statements_of(path: str, permissions: Collection[str]) -> list[str]:
    """What a page asks the database when it is asked for."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        get(path, permissions)
    # They are kept by the connection, until it is told to forget them.
    found = [query["sql"] for query in captured.captured_queries]
    reset_queries()
    return found


def milliseconds_of(path: str, permissions: Collection[str]) -> float:
    """How long the server takes to answer."""
    started = perf_counter()
    get(path, permissions)
    return (perf_counter() - started) * 1000


def fixed_milliseconds() -> float:
    """How long a piece of work takes that is always the same, in PostgreSQL and here: how fast the machine is just now."""
    from django.db import connection

    started = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_FIXED)
        rows = cursor.fetchall()
    json.loads(json.dumps({f"{remainder}": [total] * 500 for remainder, total in rows}))
    return (perf_counter() - started) * 1000


def get(path: str, permissions: Collection[str]) -> bytes:
    """What the server does for a person who has some permissions."""
    from django.test import RequestFactory
    from django.urls import resolve

    from config.staff.models import User

    request = RequestFactory().get(path)
    request.user = User(pk=0, email="bench@example.com")
    request.user.has_perm = lambda perm, obj=None: perm in permissions  # type: ignore[method-assign]
    request.csp_nonce = ""  # type: ignore[attr-defined]
    found = resolve(request.path)
    response = found.func(request, *found.args, **found.kwargs)
    assert response.status_code == 200, (path, response.status_code)
    return bytes(response.content)


def scanned(statement: str) -> Iterator[str]:
    """Large tables that a statement reads from end to end."""
    from django.db import connection

    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        nodes = [cursor.fetchone()[0][0]["Plan"]]
        while nodes:
            node: dict[str, Any] = nodes.pop()
            nodes += node.get("Plans", [])
            if node["Node Type"] == "Seq Scan":
                cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [node["Relation Name"]])
                if cursor.fetchone()[0] > LARGE_ROWS:
                    yield node["Relation Name"]
