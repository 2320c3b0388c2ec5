"""Versions of rules that wait for the word of a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from fraud.rules.models import RuleState, RuleVersion

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def awaiting(*, by: AbstractBaseUser) -> QuerySet[RuleVersion]:
    """Submitted by somebody else: what this person may publish, where they may publish at all."""
    return RuleVersion.objects.filter(state=RuleState.SUBMITTED).exclude(written_by=by.pk)
