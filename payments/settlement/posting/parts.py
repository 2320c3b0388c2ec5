"""Tells a correction from an unnamed part: a file with no sequence of its own that shares no line with what is posted.

Two result pages of one day saved as two files name the same statement. Taken for versions, the lines of one page would
vanish behind the other; so the second is refused, and says what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from payments.facts import Problem, StatementFact
from payments.intake.models import FileImport
from payments.settlement.models import Statement
from payments.settlement.posting.problems import PostingRefused
from payments.wording import translatable

OTHER_PART = translatable(
    "The statement %(statement)s was posted before from “%(file)s”, and this file has none of its lines. "
    "If both are parts of one statement, join them in one file. If this one corrects the other, "
    "say so in its name: …_v2."
)
IS_DISJOINT = """
WITH new AS (
    SELECT kind, line_key, provider_key, merchant_reference FROM payments_stagedstatementline
     WHERE file_import_id = %(import)s AND statement_key = %(key)s
       AND line_key || provider_key || merchant_reference <> ''),
 old AS (
    SELECT kind, line_key, provider_key, merchant_reference FROM payments_statementline
     WHERE statement_id = %(statement)s AND line_key || provider_key || merchant_reference <> '')
SELECT EXISTS (SELECT FROM new) AND EXISTS (SELECT FROM old)
   AND NOT EXISTS (SELECT FROM new JOIN old USING (kind, line_key, provider_key, merchant_reference))
"""
"""Lines without any reference (a payout, a monthly fee) say nothing about it."""


def refuse_other_parts(
    file_import: FileImport, known: dict[str, list[Statement]], facts: Sequence[StatementFact]
) -> None:
    """Refuse (PostingRefused) a file that would replace the lines of a current version it has nothing in common with.

    `known` are the posted versions by statement key; `facts` what the file says of its statements. A file that says
    which part it is replaces versions of that part alone.
    """
    for fact in facts:
        rows = known.get(fact.statement_key, [])
        current = next((row for row in rows if row.is_current and row.line_count and row.part == fact.part), None)
        if current is None or current.sequence != fact.sequence:
            continue
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"statement": current.pk, "import": file_import.pk, "key": fact.statement_key}
            cursor.execute(IS_DISJOINT, values)
            if cursor.fetchone()[0]:
                told = {"statement": fact.statement_key, "file": current.file_import.file_name}
                raise PostingRefused([Problem(OTHER_PART, told)])
