"""Posts a provider's statements: lines, totals and payouts in three statements of SQL, versions in order."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from payments.intake.models import FileImport
from payments.intake.summaries import statements_from_json
from payments.ledger import pipeline
from payments.settlement.models import Statement
from payments.settlement.posting.chargebacks import open_disputes
from payments.settlement.posting.parts import refuse_other_parts
from payments.settlement.posting.problems import StagingLost
from payments.settlement.services import supersede
from payments.settlement.versions import Version, ranked

_SAME: Final = (
    "line_number", "byte_offset", "byte_length", "kind", "line_key", "provider_key", "payment_reference",
    "merchant_reference", "method", "currency", "gross", "net_currency", "gross_settled", "fee", "fee_commission",
    "fee_markup", "fee_scheme", "fee_interchange", "fee_installment", "fee_other", "fee_vat", "rounding", "net", "rate",
    "occurred_at", "sold_on", "paid_on", "payout_key",
)  # fmt: skip
"""Columns that go over as they are."""
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
    """
    superseded, new = _place_versions(file_import)
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
    if superseded:
        supersede.release(superseded=superseded, current=[row.pk for row in new if row.is_current])
    open_disputes(file_import.provider, [row.pk for row in new])
    pipeline.run(pipeline.Changed(statements=(*superseded, *(row.pk for row in new))))
    return {"versions": {row.statement_key: {"version": row.version, "is_current": row.is_current} for row in new}}


def _place_versions(file_import: FileImport) -> tuple[list[int], list[Statement]]:
    """Insert the statements of a file at their rank; the ids of those they supersede, and the new ones."""
    facts = statements_from_json(file_import.summary)
    known: dict[str, list[Statement]] = defaultdict(list)
    keys = [fact.statement_key for fact in facts]
    for row in Statement.objects.filter(provider=file_import.provider, statement_key__in=keys):
        known[row.statement_key].append(row)
    refuse_other_parts(file_import, known, {fact.statement_key: fact.sequence for fact in facts})
    now, sha256 = timezone.now(), file_import.stored_file.sha256
    superseded: list[int] = []
    new: list[Statement] = []
    for fact in facts:
        rows = {row.pk: row for row in known[fact.statement_key]}
        coming = Version(fact.sequence, sha256)
        order = ranked([coming, *(Version(row.sequence, row.sha256, row.pk) for row in rows.values())])
        is_current = order[-1] is coming
        for rank, version in enumerate(order, start=1):
            if version.row_id is not None:
                superseded += _moved(rows[version.row_id], rank, is_superseded=is_current)
        new.append(
            Statement(
                provider=file_import.provider,
                file_import=file_import,
                sha256=sha256,
                version=order.index(coming) + 1,
                is_current=is_current,
                line_count=0,
                # What is not current needs no reconciling.
                reconciled_at=None if is_current else now,
                statement_key=fact.statement_key,
                sequence=fact.sequence,
                booked_on=fact.booked_on,
                period_from=fact.period_from,
                period_to=fact.period_to,
                generated_at=fact.generated_at,
            )
        )
    return superseded, Statement.objects.bulk_create(new)


def _moved(row: Statement, rank: int, *, is_superseded: bool) -> list[int]:
    """Give a posted version its new rank; its id when it is current no more."""
    must_step_back = is_superseded and row.is_current
    if row.version == rank and not must_step_back:
        return []
    row.version = rank
    if must_step_back:
        row.is_current = False
        row.reconciled_at = row.reconciled_at or timezone.now()
    row.save(update_fields=["version", "is_current", "reconciled_at"])
    return [row.pk] if must_step_back else []
