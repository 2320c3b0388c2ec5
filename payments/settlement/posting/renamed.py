"""Known bytes under the name of a later version: what was posted of them takes its rank by that name.

Formats that name no version of their own are ranked by the file's name, ties by hash. A correction whose hash lost the
tie could otherwise never count: sent again as `…_v2` it would be the same bytes, posted before.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from payments.intake.adapters import owner_of
from payments.intake.models import FileImport, ImportKind
from payments.ledger import pipeline
from payments.settlement.models import BankStatement, Statement
from payments.settlement.posting.locks import lock_books
from payments.settlement.posting.statements import REOPENED_KEPT, Placed, rank
from payments.settlement.services import supersede
from payments.settlement.signals import facts_posted
from payments.tabular.naming import version_in_name


def rank_by_name(again: FileImport, posted: FileImport) -> list[str]:
    """Rank the statements of a posted import by the name its bytes come under; the keys of those that count now.

    Nothing changes where that name says no later version, or the file says its version itself. Call it in a
    transaction; the highest version that any name of the bytes says is what counts, whichever came first.
    """
    said = version_in_name(again.file_name)
    if again.kind != ImportKind.STATEMENT or not said:
        return []
    lock_books(owner_of(posted))
    same_bytes = FileImport.objects.filter(
        kind=again.kind, provider=again.provider, stored_file=again.stored_file
    ).exclude(pk=again.pk)
    names = {version_in_name(name) for name in same_bytes.values_list("file_name", flat=True)}
    placed = Placed([], [], [])
    for row in Statement.objects.filter(file_import=posted):
        if row.sequence in names and row.sequence < said:
            row.sequence = said
            row.save(update_fields=["sequence"])
            rank(list(Statement.objects.filter(provider=row.provider_id, statement_key=row.statement_key)), placed)
    if placed.superseded:
        count_now(placed, posted)
    return [row.statement_key for row in placed.revived]


def count_now(placed: Placed, posted: FileImport) -> None:
    """Move matches to the statements that count now, reopen what has no equal there, and have it reconciled.

    `posted` is the import that posted what counts now: what that did is kept with it.
    """
    freed = supersede.release(superseded=placed.superseded, current=[row.pk for row in placed.revived])
    note(posted, placed.revived, {"reopened_count": len(freed), "reopened": freed[:REOPENED_KEPT]})
    pipeline.run(pipeline.Changed(statements=(*placed.superseded, *(row.pk for row in placed.revived))))
    tell(posted)


def tell(posted: FileImport) -> None:
    """Wake the reconciliation of an import's owner, once this is committed."""
    transaction.on_commit(
        partial(
            facts_posted.send_robust,
            sender=FileImport,
            kind=posted.kind,
            provider_id=posted.provider_id,
            account_id=posted.bank_account_id,
        )
    )


def note(posted: FileImport, counting: Iterable[Statement | BankStatement], did: dict[str, Any]) -> None:
    """Keep with the import that posted them what it did, now that it counts."""
    noted = posted.summary.get("posted", {})
    versions = {row.statement_key: {"version": row.version, "is_current": True} for row in counting}
    posted.summary |= {"posted": noted | did | {"versions": noted.get("versions", {}) | versions}}
    posted.save(update_fields=["summary"])
