"""The floor of posting and matching: the same rows, rendered beforehand, copied into the same tables, and the same
matching statements.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from payments.intake.models import ImportKind
from payments.settlement.posting import statistics
from payments.settlement.posting.locks import WORK_MEMORY
from payments.settlement.reconciliation import transactions
from tests.bench.databases import Server
from tests.bench.processor import since, spent

TABLES: Final = (
    "payments_storedfile", "payments_fileimport", "payments_statement", "payments_statementline", "payments_linetotal",
    "payments_statementpayout",
)  # fmt: skip
"""In the order of their foreign keys."""
BLOCK: Final = 1 << 20
LEARNED: Final = (statistics.COLUMNS[ImportKind.STATEMENT],)
"""The floor gets the plans that the product gets: a floor on a worse plan would be an easy one."""

COLUMNS: Final = """
SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
 WHERE table_name = %s AND is_generated = 'NEVER'
"""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The rows of one table as PostgreSQL's own text."""

    table: str
    columns: str
    path: Path


@dataclass(frozen=True, slots=True)
class FloorTimes:
    """Seconds of the floor, and how many pairs it matched."""

    copy: float
    match: float
    matched: int
    processor: float
    """Seconds of the processor, this process and PostgreSQL's together."""

    @property
    def total(self) -> float:
        """Seconds of the whole."""
        return self.copy + self.match


def render(server: Server, database: str, directory: Path) -> list[Rendered]:
    """Write what a statement import has posted into files, those tables being empty before it."""
    directory.mkdir(parents=True, exist_ok=True)
    rendered = []
    with server.connect(database) as connection:
        for table in TABLES:
            found = connection.execute(COLUMNS, [table]).fetchone()
            one = Rendered(table, found[0] if found else "", directory / f"{table}.rows")
            rows = f"COPY (SELECT {one.columns} FROM {table} {_only_statements(table)}) TO STDOUT"
            with one.path.open("wb") as stream, connection.cursor().copy(rows.encode()) as copy:
                for block in copy:
                    stream.write(block)
            rendered.append(one)
    return rendered


def run(server: Server, database: str, rendered: list[Rendered]) -> FloorTimes:
    """Copy the rows and match them, in one transaction."""
    with server.connect(database) as connection:
        connection.execute(f"SET work_mem = '{WORK_MEMORY}'".encode())
        provider = connection.execute("SELECT id FROM payments_provider").fetchone()
        before = spent(connection)
        started = time.perf_counter()
        for one in rendered:
            _copy(connection, one)
        learn = f"ANALYZE {', '.join(f'{table} ({columns})' for table, columns in LEARNED)}"
        connection.execute(learn.encode())
        copied = time.perf_counter()
        statements = [row[0] for row in connection.execute("SELECT id FROM payments_statement").fetchall()]
        values = {"statements": statements, "provider": provider and provider[0], "now": timezone.now()}
        connection.execute(transactions.PAIR_NEW_LINES.encode(), values)
        matched = connection.execute(transactions.MATCH_NEW_LINES.encode(), values).rowcount
        connection.commit()
        ended = time.perf_counter()
        processor = sum(since(before, connection).values())
    return FloorTimes(copied - started, ended - copied, matched, processor)


def _copy(connection: Any, one: Rendered) -> None:
    statement = f"COPY {one.table} ({one.columns}) FROM STDIN".encode()
    with one.path.open("rb") as stream, connection.cursor().copy(statement) as copy:
        while block := stream.read(BLOCK):
            copy.write(block)


def _only_statements(table: str) -> str:
    """The import of the movements is there already, in both arms."""
    if table == "payments_fileimport":
        return "WHERE kind = 'statement'"
    if table == "payments_storedfile":
        return "WHERE id IN (SELECT stored_file_id FROM payments_fileimport WHERE kind = 'statement')"
    return ""
