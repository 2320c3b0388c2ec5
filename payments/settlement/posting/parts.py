"""Tells a correction from another part: a file without a sequence of its own that shares no line with what is posted.

Two result pages of one day saved as two files name the same statement. Taken for versions, the lines of one page would
vanish behind the other; so the second is refused, and says what to do.
"""

from __future__ import annotations

from django.db import connection

from payments.facts import Problem
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


def refuse_other_parts(file_import: FileImport, known: dict[str, list[Statement]], sequences: dict[str, str]) -> None:
    """Refuse (PostingRefused) a file that would replace the lines of a current version it has nothing in common with.

    `known` are the posted versions by statement key; `sequences` the file's own sequence by statement key.
    """
    for key, rows in known.items():
        current = next((row for row in rows if row.is_current and row.line_count), None)
        if current is None or current.sequence != sequences[key]:
            continue
        with connection.cursor() as cursor:
            cursor.execute(IS_DISJOINT, {"statement": current.pk, "import": file_import.pk, "key": key})
            if cursor.fetchone()[0]:
                values = {"statement": key, "file": current.file_import.file_name}
                raise PostingRefused([Problem(OTHER_PART, values)])
