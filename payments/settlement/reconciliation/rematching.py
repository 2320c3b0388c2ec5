"""Tells the rooms above which statements have lines that were matched, or are not any more."""

from __future__ import annotations

from typing import Any, Final

from payments.ledger import pipeline

BEGIN: Final = "CREATE TEMP TABLE rematched (statement_id bigint) ON COMMIT DROP"


def noted(change: str) -> str:
    """A change of some rows of `payments_match x`, with the statements of their lines noted.

    OFFSET 0 holds the planner to one look into the index per row: they are few, the lines are not.
    """
    return f"""
WITH changed AS ({change.strip().removesuffix(";")} RETURNING x.line_id)
INSERT INTO rematched
SELECT l.statement_id
  FROM changed CROSS JOIN LATERAL (SELECT statement_id FROM payments_statementline
                                    WHERE id = changed.line_id OFFSET 0) AS l;
"""  # noqa: S608


def tell(cursor: Any, statement_ids: list[int]) -> None:
    """Run the pipeline over what was noted since `BEGIN`, and over statements of which every line may be concerned."""
    cursor.execute("SELECT DISTINCT statement_id FROM rematched")
    found = {*statement_ids, *(row[0] for row in cursor.fetchall())}
    cursor.execute("DROP TABLE rematched")
    if found:
        pipeline.run(pipeline.Changed(statements=tuple(sorted(found))))
