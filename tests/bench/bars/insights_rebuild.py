"""Counting a year of ten million attempts anew, beside one bare grouping of each table that this reads."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from tests.bench.databases import EMPTY, leave, use
from tests.bench.figures import Figure, at_most, exactly, told
from tests.bench.ground import Ground
from tests.bench.processor import ended_seconds, since, spent
from tests.bench.work import timed
from tests.bench.year import kept
from tests.bench.year.bare import seconds_by_table
from tests.bench.year.making import kept_year, seconds_of
from tests.bench.year.naive import differences
from tests.bench.year.sizes import large

TIMES_BARE: Final = 6.0
MAKING_SECONDS: Final = 25 * 60


def measure(ground: Ground) -> list[Figure]:
    """Group each table, rebuild everything, and ask for figures that plain queries know too."""
    from django.db import connection

    from analytics.management.commands import rebuild_rollups

    name = kept_year(ground.server, EMPTY, large())
    with ground.server.connect_kept(name) as made:
        making = sum(seconds_of(made).values())
    use(name, prefix="")
    try:
        connection.ensure_connection()
        before = spent(connection.connection)
        bare = seconds_by_table()
        of_bare = since(before, connection.connection)
        before, ended = spent(connection.connection), ended_seconds(connection.connection)
        started = perf_counter()
        with timed(rebuild_rollups, {"derive_buyers": "buyers", "rebuild": "buckets"}) as parts:
            kept.count_whole_year()
        seconds = perf_counter() - started
        of_rebuild = since(before, connection.connection)["postgres"] + ended_seconds(connection.connection) - ended
        with kept.at_the_end():
            wrong = list(differences())
    finally:
        leave()
    return [
        at_most("insights.making", making, MAKING_SECONDS, 1, "s", f"{large():,} attempts by SQL, when it was made"),
        at_most("insights_rebuild", seconds, sum(bare.values()), TIMES_BARE, "s", f"{large():,} attempts"),
        told("insights_rebuild.processor", of_rebuild, "s",
             f"of PostgreSQL, beside {of_bare['postgres']:.1f} of the bare groupings"),
        exactly("insights_rebuild.wrong", len(wrong), 0, "figures", "; ".join(wrong)),
        *[told(f"insights_rebuild.{part}", took, "s") for part, took in parts.items()],
        *[told(f"insights_rebuild.bare_{table}", took, "s") for table, took in bare.items()],
    ]  # fmt: skip
