"""Tells those who listen about files that are past their hour: once for each, however often it is looked."""

from __future__ import annotations

from django.db import transaction

from payments.notices.services import messages
from payments.notices.services.messages import Told
from payments.settlement.selectors.missing_files import missing_files


def tell_missing_files() -> int:
    """Write a message for every file that is late, and has not been told of; how many are late now."""
    late = missing_files()
    with transaction.atomic():
        messages.write(
            [
                Told(
                    "file.missing",
                    (each.kind, each.owner_code, each.day.isoformat(), each.statement_key, each.missing),
                    {
                        "kind": each.kind,
                        "owner": each.owner_code,
                        "day": each.day.isoformat(),
                        "due_at": each.due_at.isoformat() if each.due_at else None,
                        "statement_key": each.statement_key,
                        "missing_parts": each.missing,
                    },
                )
                for each in late
            ]
        )
    return len(late)
