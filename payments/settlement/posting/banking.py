"""Posts bank statements: lines with fingerprint and occurrence, interim reports only until the statement of the day.

Every file is posted whole, an interim report too. Two of them may show the same entry; who reads takes it once
(`reconciliation.credits`), so that an entry lives as long as any report shows it, whichever came first.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from django.db import connection

from payments.facts import BankStatementFact
from payments.intake.models import FileImport
from payments.intake.summaries import bank_statements_from_json
from payments.settlement.models import BankStatement
from payments.settlement.posting.held_days import is_held
from payments.settlement.posting.problems import StagingLost
from payments.settlement.services import supersede
from payments.settlement.versions import Version, ranked

_SAME: Final = (
    "line_number", "byte_offset", "byte_length", "booked_on", "value_on", "amount", "currency", "bank_reference",
    "end_to_end_reference", "transaction_code", "counterparty", "remittance",
)  # fmt: skip
_COLUMNS: Final = ", ".join(_SAME)
_STAGED: Final = ", ".join(f"l.{name}" for name in _SAME)
FINGERPRINT: Final = (
    "md5(concat_ws(E'\\x1f', l.booked_on, coalesce(l.value_on::text, ''), l.amount, l.currency,"
    " l.end_to_end_reference, l.counterparty, l.remittance))::uuid"
)
INSERT_LINES: Final = f"""
INSERT INTO payments_bankline (bank_statement_id, account_id, fingerprint, occurrence, {_COLUMNS})
SELECT s.id, %(account)s, fingerprint,
       row_number() OVER (PARTITION BY s.id, l.booked_on, l.fingerprint ORDER BY l.line_number, l.byte_offset),
       {_STAGED}
  FROM (SELECT l.*, {FINGERPRINT} AS fingerprint FROM payments_stagedbankline l
         WHERE l.file_import_id = %(import)s) l
  JOIN payments_bankstatement s ON s.file_import_id = %(import)s AND s.statement_key = l.statement_key
"""  # noqa: S608
COUNT_LINES: Final = """
UPDATE payments_bankstatement s SET line_count = t.line_count
FROM (SELECT bank_statement_id, count(*) AS line_count FROM payments_bankline
      WHERE bank_statement_id = ANY(%(new)s) GROUP BY 1) t
WHERE t.bank_statement_id = s.id
"""


SETTLE_INTERIM: Final = f"""
UPDATE payments_bankstatement report SET is_current = NOT report.is_current
  FROM (SELECT r.id,
               NOT EXISTS (
                   SELECT FROM payments_bankstatement newer
                    WHERE newer.account_id = r.account_id AND newer.statement_key = r.statement_key
                      AND newer.version > r.version)
               AND NOT {is_held("r.account_id", "r.closed_on")}
               AS is_needed
          FROM payments_bankstatement r
         WHERE r.account_id = %(account)s AND r.is_interim
           AND r.closed_on BETWEEN %(first)s AND %(last)s) judged
 WHERE judged.id = report.id AND judged.is_needed <> report.is_current
RETURNING report.id, report.is_current
"""  # noqa: S608
"""An interim report is current while it is the newest of its key and no booked statement holds its last day."""


def post_bank_statements(file_import: FileImport) -> dict[str, Any]:
    """Post the staged bank lines of an import inside the caller's transaction; what to note with the import.

    The caller holds the books of the account.

    Raises:
        StagingLost: not all lines are staged any more.
    """
    superseded, new = _place_versions(file_import)
    parameters = {
        "import": file_import.pk,
        "account": file_import.bank_account_id,
        "new": [statement.pk for statement in new],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT_LINES, parameters)
        posted = cursor.rowcount
        if posted != file_import.line_count:
            raise StagingLost
        cursor.execute(COUNT_LINES, parameters)
    retired = settle_interim(file_import.bank_account_id, superseded, new)
    gone = [*superseded, *retired]
    if gone:
        current = [row.pk for row in new if row.is_current and row.pk not in retired]
        supersede.release_bank(superseded=gone, current=current)
    return {
        "versions": {
            row.statement_key: {"version": row.version, "is_current": row.is_current and row.pk not in retired}
            for row in new
        },
        "posted_count": posted,
        "known_count": 0,
    }


def settle_interim(account_id: int | None, superseded: list[int], new: list[BankStatement]) -> set[int]:
    """Set which interim reports are current around the statements at hand; return those that are no more."""
    days = [*BankStatement.objects.filter(pk__in=superseded).values_list("opened_on", "closed_on")]
    days += [(row.opened_on, row.closed_on) for row in new]
    if not days:
        return set()
    span = {"first": min(first for first, _ in days), "last": max(last for _, last in days)}
    with connection.cursor() as cursor:
        cursor.execute(SETTLE_INTERIM, {"account": account_id, **span})
        return {pk for pk, is_current in cursor.fetchall() if not is_current}


def _place_versions(file_import: FileImport) -> tuple[list[int], list[BankStatement]]:
    facts = bank_statements_from_json(file_import.summary)
    account, sha256 = file_import.bank_account_id, file_import.stored_file.sha256
    known: dict[str, list[BankStatement]] = defaultdict(list)
    keys = [fact.statement_key for fact in facts]
    for row in BankStatement.objects.filter(account_id=account, statement_key__in=keys):
        known[row.statement_key].append(row)
    superseded: list[int] = []
    new: list[BankStatement] = []
    for fact in facts:
        rows = {row.pk: row for row in known[fact.statement_key]}
        coming = Version(fact.sequence, sha256)
        order = ranked([coming, *(row.as_version for row in rows.values())])
        is_last = order[-1] is coming
        for rank, version in enumerate(order, start=1):
            if version.row_id is not None:
                superseded += _moved(rows[version.row_id], rank, is_superseded=is_last)
        new.append(_statement(file_import, fact, order.index(coming) + 1, is_current=is_last))
    return superseded, BankStatement.objects.bulk_create(new)


def _statement(file_import: FileImport, fact: BankStatementFact, version: int, *, is_current: bool) -> BankStatement:
    return BankStatement(
        account=file_import.bank_account,
        file_import=file_import,
        sha256=file_import.stored_file.sha256,
        version=version,
        is_current=is_current,
        line_count=0,
        statement_key=fact.statement_key,
        sequence=fact.sequence,
        is_interim=fact.is_interim,
        currency=fact.currency,
        opened_on=fact.opened_on,
        closed_on=fact.closed_on,
        opening_balance=fact.opening_balance,
        closing_balance=fact.closing_balance,
        generated_at=fact.generated_at,
    )


def _moved(row: BankStatement, rank: int, *, is_superseded: bool) -> list[int]:
    must_step_back = is_superseded and row.is_current
    if row.version == rank and not must_step_back:
        return []
    row.version = rank
    row.is_current = row.is_current and not must_step_back
    row.save(update_fields=["version", "is_current"])
    return [row.pk] if must_step_back else []
