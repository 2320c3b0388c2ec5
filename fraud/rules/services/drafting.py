"""Writes rules: a draft is changed by its author until it is submitted, and never again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from fraud.rules.ast import Node
from fraud.rules.models import Rule, RuleAction, RuleState, RuleVersion
from fraud.rules.services.refusals import DraftStands, MustExpire, NameTaken, NotYours
from fraud.rules.services.rulesets import held, note, noted
from fraud.rules.writing import digest, dump

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

_OPEN = (RuleState.DRAFT, RuleState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version says."""

    action: RuleAction
    condition: Node
    description: str = ""
    expires_at: datetime | None = None
    """Of a rule that allows it must be given."""


@transaction.atomic
def create(name: str, draft: Draft, *, by: AbstractBaseUser) -> RuleVersion:
    """Write a new rule.

    Raises:
        NameTaken: there is one of this name.
        MustExpire: it allows and does not end, or ends in the past.
    """
    try:
        with transaction.atomic():
            rule = Rule.objects.create(name=name)
    except IntegrityError as error:
        raise NameTaken(name) from error
    return _first(rule, 1, draft, by)


@transaction.atomic
def revise(rule: Rule, draft: Draft, *, by: AbstractBaseUser) -> RuleVersion:
    """Write the next version of a rule; the live one goes on until that is published.

    Raises:
        DraftStands: it has a draft.
        MustExpire: as in `create`.
    """
    Rule.objects.select_for_update().get(pk=rule.pk)
    versions = RuleVersion.objects.filter(rule=rule)
    if versions.filter(state__in=_OPEN).exists():
        raise DraftStands(rule.name)
    last = versions.order_by("-number").values_list("number", flat=True).first() or 0
    return _first(rule, last + 1, draft, by)


@transaction.atomic
def change(version: RuleVersion, draft: Draft, *, by: AbstractBaseUser) -> RuleVersion:
    """Write a draft anew. A trial of it ends: its hits were those of what it said before.

    Raises:
        NotInState: it is no draft any more.
        NotYours: somebody else began it.
        MustExpire: as in `create`.
    """
    row = held(version, RuleState.DRAFT)
    if row.written_by_id != by.pk:
        raise NotYours(row.pk)
    _fill(row, draft)
    had_trial, row.shadow_until = row.shadow_until, None
    row.save()
    noted("changed", row, by, digest=row.digest)
    if had_trial:
        note(timezone.now())
    return row


@transaction.atomic
def submit(version: RuleVersion, *, by: AbstractBaseUser) -> RuleVersion:
    """Give a draft to a second person; from here on it is not changed.

    Raises:
        NotInState: it is no draft any more.
        NotYours: somebody else began it.
    """
    row = held(version, RuleState.DRAFT)
    if row.written_by_id != by.pk:
        raise NotYours(row.pk)
    row.state, row.submitted_at = RuleState.SUBMITTED, timezone.now()
    row.save(update_fields=["state", "submitted_at"])
    noted("submitted", row, by, digest=row.digest)
    return row


@transaction.atomic
def discard(version: RuleVersion, *, by: AbstractBaseUser, reason: str = "") -> RuleVersion:
    """End a draft, submitted or not, without ever publishing it; so is one refused that was submitted.

    Raises:
        NotInState: it was published or ended meanwhile.
    """
    row = held(version, *_OPEN)
    row.state, row.retired_at, row.shadow_until = RuleState.RETIRED, timezone.now(), None
    row.save(update_fields=["state", "retired_at", "shadow_until"])
    noted("discarded", row, by, reason)
    note(timezone.now())
    return row


def _first(rule: Rule, number: int, draft: Draft, by: AbstractBaseUser) -> RuleVersion:
    row = RuleVersion(rule=rule, number=number, written_by_id=by.pk)
    _fill(row, draft)
    row.save()
    noted("drafted", row, by, digest=row.digest)
    return row


def _fill(row: RuleVersion, draft: Draft) -> None:
    is_over = draft.expires_at is not None and draft.expires_at <= timezone.now()
    if is_over or (draft.action == RuleAction.ALLOW and draft.expires_at is None):
        raise MustExpire
    row.action, row.condition, row.expires_at = draft.action, dump(draft.condition), draft.expires_at
    row.description, row.digest = draft.description, digest(draft.action, draft.condition)
