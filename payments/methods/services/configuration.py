"""Makes what is configured agree with a configuration file, in one transaction, with its history and audit rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pghistory
from django.db import connection, transaction
from django.db.models import Model

from payments.methods.configuration.document import parse
from payments.methods.configuration.plan import CREATED, UNCHANGED, Change, plan
from payments.methods.configuration.schema import Rules, Table
from payments.methods.models import Offering, PayoutSchedule, Provider
from payments.methods.signals import providers_configured
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_OF_PROVIDERS: Final = (Provider, Offering, PayoutSchedule)


def plan_configuration(content: bytes, rules: Rules) -> list[Change]:
    """What `apply_configuration` would do; nothing is written.

    Raises:
        ConfigurationRefused: the file is wrong.
    """
    return plan(parse(content, rules), rules)


def apply_configuration(content: bytes, rules: Rules, *, name: str, by: AbstractBaseUser | None) -> list[Change]:
    """Create and change what a configuration file describes; what it did, object by object.

    The file is validated whole before anything is written. `name` is the file's, for the trail.

    Raises:
        ConfigurationRefused: the file is wrong; nothing is written.
    """
    with transaction.atomic(), pghistory.context(source="configure", file=name):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('jeongsan.configuration', 0))")
        changes = plan_configuration(content, rules)
        written = [_write(change) for change in changes if change.action != UNCHANGED]
        _note(changes, name, by)
        if provider_ids := {_provider_id(row) for row in written if isinstance(row, _OF_PROVIDERS)}:
            providers_configured.send(None, provider_ids=provider_ids)
    return changes


def _provider_id(row: Provider | Offering | PayoutSchedule) -> int:
    return row.pk if isinstance(row, Provider) else row.provider_id


def _write(change: Change) -> Model:
    table = change.entry.table
    row = change.row or table.model()
    for name, (_, value) in change.fields.items():
        setattr(row, name, _referenced(table, name, value))
    row.save(force_insert=change.action == CREATED)
    return row


def _referenced(table: Table, name: str, value: Any) -> Any:
    model: type[Model] | None = (table.references or {}).get(name)
    return value if model is None or value is None else model._default_manager.get(code=value)


def _note(changes: Sequence[Change], name: str, by: AbstractBaseUser | None) -> None:
    for change in changes:
        if change.action != UNCHANGED:
            audit.record(
                f"configuration.{change.action}",
                by=by,
                about=(change.entry.table.name, change.entry.shown[:80]),
                detail={"file": name, "fields": shown_fields(change)},
            )


def shown_fields(change: Change) -> dict[str, dict[str, Any]]:
    """What changes, in JSON's types."""
    return {
        field: {"from": _plain(before), "to": _plain(after)}
        for field, (before, after) in change.fields.items()
        if not (change.action == CREATED and after is None)
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, list, dict, type(None))) else str(value)


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """How many objects were, or would be, created, changed and left alone."""
    found = Counter(change.action for change in changes)
    return {action: found[action] for action in ("created", "changed", "unchanged")}
