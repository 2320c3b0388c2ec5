"""Which tables are history, and which keep one: the triggers that hold it in the database, whoever asks."""

from __future__ import annotations

from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

Edited = TypeVar("Edited", bound=models.Model)

NEVER_TRUNCATED = pgtrigger.Trigger(
    name="never_truncated",
    operation=pgtrigger.Truncate,
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    func="RAISE EXCEPTION 'history is never truncated: %', TG_TABLE_NAME;",
)

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    NEVER_TRUNCATED,
]
"""Triggers of every table whose rows are history: no UPDATE, DELETE or TRUNCATE, whoever asks."""

NEVER_DELETED = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete), NEVER_TRUNCATED]
"""Triggers of what bulk rows point to without a foreign key: it may change, but not go."""


def tracked(model: type[Edited]) -> type[Edited]:
    """Keep every insert, change and deletion of a table that people edit, by trigger; that history never changes."""
    events = [pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()]
    pghistory.track(*events, append_only=True, meta={"triggers": [NEVER_TRUNCATED]})(model)
    return model
