"""Posts a provider's statements: lines, totals and payouts in three statements of SQL, versions in order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from payments.facts import StatementFact
from payments.intake.models import FileImport
from payments.intake.summaries import statements_from_json
from payments.ledger import pipeline
from payments.settlement.models import Statement
from payments.settlement.posting.chargebacks import open_disputes
from payments.settlement.posting.parts import refuse_other_parts
from payments.settlement.posting.problems import PostingRefused, StagingLost
from payments.settlement.selectors.other_forms import told_in_other_forms
from payments.settlement.services import supersede
from payments.settlement.versions import Version, current_of, ranked

_SAME: Final = (
    "line_number", "byte_offset", "byte_length", "kind", "line_key", "provider_key", "payment_reference",
    "merchant_reference", "method", "currency", "gross", "net_currency", "gross_settled", "fee", "fee_commission",
    "fee_markup", "fee_scheme", "fee_interchange", "fee_installment", "fee_other", "fee_vat", "rounding", "net", "rate",
    "occurred_at", "sold_on", "paid_on", "payout_key", "transaction_count", "sold_from",
)  # fmt: skip
"""Columns that go over as they are."""
REOPENED_KEPT: Final = 200
"""Movements that an import notes by name, of those that lost their match by it."""
_FROM: Final = (
    "FROM payments_stagedstatementline l JOIN payments_statement s"
    " ON s.file_import_id = %(import)s AND s.statement_key = l.statement_key WHERE l.file_import_id = %(import)s"
)
INSERT_LINES: Final = (
    f"INSERT INTO payments_statementline (statement_id, provider_id, booked_on, {', '.join(_SAME)})"
    f" SELECT s.id, %(provider)s, coalesce(l.booked_on, s.booked_on), {', '.join(f'l.{name}' for name in _SAME)}"
    f" {_FROM}"
)
ADD_UP: Final = (
    # A table of its own, because PostgreSQL adds up with several processes for CREATE TABLE AS but not for INSERT.
    "CREATE TEMP TABLE staged_total ON COMMIT DROP AS"
    " SELECT statement_key, booked_on, kind, net_currency, payout_key, count(*) AS line_count,"
    " sum(gross_settled) AS gross, sum(fee) AS fee, sum(fee_vat) AS fee_vat, sum(rounding) AS rounding, sum(net) AS net"
    " FROM payments_stagedstatementline WHERE file_import_id = %(import)s GROUP BY 1, 2, 3, 4, 5"
)
INSERT_TOTALS: Final = (
    "INSERT INTO payments_linetotal"
    " (statement_id, booked_on, kind, currency, payout_key, line_count, gross, fee, fee_vat, rounding, net)"
    " SELECT s.id, coalesce(t.booked_on, s.booked_on), t.kind, t.net_currency, t.payout_key, sum(t.line_count),"
    " sum(t.gross), sum(t.fee), sum(t.fee_vat), sum(t.rounding), sum(t.net) FROM staged_total t"
    " JOIN payments_statement s ON s.file_import_id = %(import)s AND s.statement_key = t.statement_key"
    " GROUP BY 1, 2, 3, 4, 5"
)
INSERT_PAYOUTS: Final = (
    "INSERT INTO payments_statementpayout (statement_id, payout_key, currency, amount, paid_on, is_stated)"
    " SELECT s.id, p.payout_key, p.currency, sum(p.amount), max(p.paid_on), bool_and(p.is_stated)"
    " FROM jsonb_to_recordset(%(payouts)s::jsonb) AS p"
    " (statement_key text, payout_key text, currency text, amount bigint, paid_on date, is_stated boolean)"
    " JOIN payments_statement s ON s.file_import_id = %(import)s AND s.statement_key = p.statement_key"
    " GROUP BY 1, 2, 3"
)
COUNT_LINES: Final = (
    "UPDATE payments_statement s SET line_count = t.line_count FROM"
    " (SELECT statement_id, sum(line_count) AS line_count FROM payments_linetotal WHERE statement_id = ANY(%(new)s)"
    " GROUP BY 1) t WHERE t.statement_id = s.id"
)


def post_statements(file_import: FileImport) -> dict[str, Any]:
    """Post the staged lines of an import inside the caller's transaction; what to note with the import.

    The caller holds the books of the provider.

    Raises:
        StagingLost: not all lines are staged any more.
        PostingRefused: what is posted contradicts it, or tells the same already.
    """
    placed = _place_versions(file_import)
    new = placed.new
    parameters = {
        "import": file_import.pk,
        "provider": file_import.provider_id,
        "payouts": json.dumps(file_import.summary["payouts"]),
        "new": [statement.pk for statement in new],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT_LINES, parameters)
        if cursor.rowcount != file_import.line_count:
            raise StagingLost
        cursor.execute(ADD_UP, parameters)
        cursor.execute(INSERT_TOTALS, parameters)
        cursor.execute("DROP TABLE staged_total")
        cursor.execute(INSERT_PAYOUTS, parameters)
        cursor.execute(COUNT_LINES, parameters)
    freed: list[int] = []
    if placed.superseded:
        current = [row.pk for row in (*placed.revived, *new) if row.is_current]
        freed = supersede.release(superseded=placed.superseded, current=current)
    open_disputes(file_import.provider, [row.pk for row in new])
    changed = (*placed.superseded, *(row.pk for row in (*placed.revived, *new)))
    pipeline.run(pipeline.Changed(statements=changed))
    versions = {row.statement_key: {"version": row.version, "is_current": row.is_current} for row in new}
    return {"versions": versions, "reopened_count": len(freed), "reopened": freed[:REOPENED_KEPT]}


@dataclass(frozen=True, slots=True)
class Placed:
    """What the statements of a file did to those that were there."""

    superseded: list[int]
    revived: list[Statement]
    """Parts that count again, because the newest file needs as many as there were once."""
    new: list[Statement]


def _place_versions(file_import: FileImport) -> Placed:
    """Insert the statements of a file at their rank."""
    facts = statements_from_json(file_import.summary)
    known: dict[str, list[Statement]] = defaultdict(list)
    keys = [fact.statement_key for fact in facts]
    for row in Statement.objects.filter(provider=file_import.provider, statement_key__in=keys):
        known[row.statement_key].append(row)
    refuse_other_parts(file_import, known, facts)
    told_already = told_in_other_forms(file_import, facts)
    if told_already:
        raise PostingRefused(told_already)
    placed = Placed([], [], [])
    for fact in facts:
        rows = known[fact.statement_key]
        coming = Version(fact.sequence, file_import.stored_file.sha256, None, fact.part, fact.part_count)
        place, is_current = rank(rows, placed, coming)
        placed.new.append(_statement(file_import, fact, place, is_current=is_current))
    Statement.objects.bulk_create(placed.new)
    return placed


def rank(rows: Sequence[Statement], placed: Placed, coming: Version | None = None) -> tuple[int, bool]:
    """Give each posted version of a statement its rank; that of the coming one, and whether it is current."""
    versions = [*([coming] if coming else []), *(row.as_version for row in rows)]
    current = {version.row_id for version in current_of(versions)}
    places: dict[int | None, int] = {}
    for part in {version.part for version in versions}:
        order = ranked(version for version in versions if version.part == part)
        places |= {version.row_id: place for place, version in enumerate(order, start=1)}
    # Whoever steps back goes first: there is never more than one current version.
    for row in sorted(rows, key=lambda each: each.pk in current):
        _move(row, places[row.pk], placed, is_current=row.pk in current)
    return places.get(None, 0), None in current


def _statement(file_import: FileImport, fact: StatementFact, version: int, *, is_current: bool) -> Statement:
    return Statement(
        provider=file_import.provider,
        file_import=file_import,
        sha256=file_import.stored_file.sha256,
        version=version,
        is_current=is_current,
        line_count=0,
        # What is not current needs no reconciling.
        reconciled_at=None if is_current else timezone.now(),
        statement_key=fact.statement_key,
        part=fact.part,
        part_count=fact.part_count,
        sequence=fact.sequence,
        booked_on=fact.booked_on,
        period_from=fact.period_from,
        period_to=fact.period_to,
        generated_at=fact.generated_at,
    )


def _move(row: Statement, rank: int, placed: Placed, *, is_current: bool) -> None:
    """Give a posted version its new rank, and note when it became current or is current no more."""
    if row.version == rank and row.is_current == is_current:
        return
    if row.is_current and not is_current:
        placed.superseded.append(row.pk)
        row.reconciled_at = row.reconciled_at or timezone.now()
    elif is_current and not row.is_current:
        placed.revived.append(row)
        row.reconciled_at = None
    row.version, row.is_current = rank, is_current
    row.save(update_fields=["version", "is_current", "reconciled_at"])
