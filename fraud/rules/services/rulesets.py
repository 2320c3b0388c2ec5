"""Writes down which versions are in force together, and what every change of a version has in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from fraud.rules.models import Rule, RuleSet, RuleVersion
from fraud.rules.selectors import combination, digest_of_set
from fraud.rules.services.refusals import NotInState
from payments.records.services import audit

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def note(at: datetime) -> bool:
    """Write the row of the combination in force at an instant; whether it is one that never was.

    Whoever changes what is in force waits here for the others until they commit: else each would write down a
    combination that lacks what the other has just done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('fraud.rules', 0))")
    live, shadow = combination(at)
    _, is_new = RuleSet.objects.get_or_create(
        digest=digest_of_set(live, shadow), defaults={"live_ids": live, "shadow_ids": shadow}
    )
    return is_new


def held(version: RuleVersion, *states: int) -> RuleVersion:
    """The version as it stands, locked with its rule.

    Raises:
        NotInState: it is in none of these states.
    """
    Rule.objects.select_for_update().get(pk=version.rule_id)
    row = RuleVersion.objects.select_for_update().get(pk=version.pk)
    if row.state not in states:
        raise NotInState(row.pk)
    return row


def noted(verb: str, row: RuleVersion, by: AbstractBaseUser | None, reason: str = "", **detail: object) -> None:
    """Append to the audit trail."""
    about = {"rule": row.rule_id, "number": row.number} | detail
    audit.record(f"rule.{verb}", by=by, about=("rule_version", row.pk), detail=about, reason=reason)
