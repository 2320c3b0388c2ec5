"""Posts bank statements: lines with fingerprint and occurrence, interim reports only until the statement of the day.

Two interim reports of one day may overlap: the later one repeats what the earlier one had. A line that a current
interim report of the account already shows (same booking date, fingerprint and occurrence) is therefore not posted
again; the statement of the day, which replaces them all, is always posted whole.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import Q

from payments.facts import BankStatementFact
from payments.intake.models import FileImport
from payments.intake.services.staging import staged_count
from payments.intake.summaries import bank_statements_from_json
from payments.settlement.models import BankStatement
from payments.settlement.posting.problems import StagingLost
from payments.settlement.services import supersede
from payments.settlement.versions import Version, ranked

_SAME: Final = (
    "line_number", "byte_offset", "byte_length", "booked_on", "value_on", "amount", "currency", "bank_reference",
    "end_to_end_reference", "transaction_code", "counterparty", "remittance",
)  # fmt: skip
_COLUMNS: Final = ", ".join(_SAME)
FINGERPRINT: Final = (
    "md5(concat_ws(E'\\x1f', l.booked_on, coalesce(l.value_on::text, ''), l.amount, l.currency,"
    " l.end_to_end_reference, l.counterparty, l.remittance))::uuid"
)
INSERT_LINES: Final = f"""
WITH numbered AS (
    SELECT l.*, s.id AS statement_id, s.is_interim AND s.is_current AS is_provisional,
           row_number() OVER (PARTITION BY s.id, l.booked_on, l.fingerprint ORDER BY l.line_number, l.byte_offset)
               AS occurrence
    FROM (SELECT l.*, {FINGERPRINT} AS fingerprint FROM payments_stagedbankline l
          WHERE l.file_import_id = %(import)s) l
    JOIN payments_bankstatement s ON s.file_import_id = %(import)s AND s.statement_key = l.statement_key
)
INSERT INTO payments_bankline (bank_statement_id, account_id, fingerprint, occurrence, {_COLUMNS})
SELECT statement_id, %(account)s, fingerprint, occurrence, {_COLUMNS} FROM numbered n
WHERE NOT n.is_provisional OR NOT EXISTS (
    SELECT 1 FROM payments_bankline known JOIN payments_bankstatement of ON of.id = known.bank_statement_id
    WHERE of.is_current AND of.is_interim AND of.file_import_id <> %(import)s AND known.account_id = %(account)s
      AND known.booked_on = n.booked_on AND known.fingerprint = n.fingerprint AND known.occurrence = n.occurrence)
"""  # noqa: S608
COUNT_LINES: Final = """
UPDATE payments_bankstatement s SET line_count = t.line_count
FROM (SELECT bank_statement_id, count(*) AS line_count FROM payments_bankline
      WHERE bank_statement_id = ANY(%(new)s) GROUP BY 1) t
WHERE t.bank_statement_id = s.id
"""


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
        if posted != file_import.line_count and staged_count(file_import) != file_import.line_count:
            raise StagingLost
        cursor.execute(COUNT_LINES, parameters)
    superseded += _retire_interim(file_import, new)
    if superseded:
        supersede.release_bank(superseded=superseded, current=[row.pk for row in new if row.is_current])
    return {
        "versions": {row.statement_key: {"version": row.version, "is_current": row.is_current} for row in new},
        "posted_count": posted,
        "known_count": file_import.line_count - posted,
    }


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
        order = ranked([coming, *(Version(row.sequence, row.sha256, row.pk) for row in rows.values())])
        is_last = order[-1] is coming
        for rank, version in enumerate(order, start=1):
            if version.row_id is not None:
                superseded += _moved(rows[version.row_id], rank, is_superseded=is_last)
        is_current = is_last and not (fact.is_interim and _is_covered(file_import, fact))
        new.append(_statement(file_import, fact, order.index(coming) + 1, is_current=is_current))
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


def _is_covered(file_import: FileImport, interim: BankStatementFact) -> bool:
    """Whether the booked statement of the interim report's last day is here already."""
    return BankStatement.objects.filter(
        _covers(interim.closed_on), account_id=file_import.bank_account_id, is_current=True, is_interim=False
    ).exists()


def _retire_interim(file_import: FileImport, new: list[BankStatement]) -> list[int]:
    """The current interim reports that the new booked statements replace; they are current no more."""
    retired: list[int] = []
    reports = BankStatement.objects.filter(
        account_id=file_import.bank_account_id, is_current=True, is_interim=True
    ).exclude(file_import=file_import)
    booked = [row for row in new if row.is_current and not row.is_interim]
    if not booked:
        return retired
    for report in reports:
        if BankStatement.objects.filter(_covers(report.closed_on), pk__in=[row.pk for row in booked]).exists():
            report.is_current = False
            report.save(update_fields=["is_current"])
            retired.append(report.pk)
    return retired


def _covers(day: date) -> Q:
    """Statements that hold the entries of a day.

    An MT940 names as its opening date the close of the day before, whose entries it does not hold; on that date only
    its lines tell.
    """
    return Q(closed_on=day) | Q(closed_on__gt=day) & (Q(opened_on__lt=day) | Q(opened_on=day, lines__booked_on=day))
