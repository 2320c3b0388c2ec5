"""Entries of the allow list that wait for the word of a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from fraud.lists.days import is_over
from fraud.lists.models import ListEntry, ListName

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def awaiting(*, by: AbstractBaseUser) -> QuerySet[ListEntry]:
    """Added by somebody else and neither expired nor removed: what this person may approve, where they may at all."""
    found = ListEntry.objects.filter(list_name=ListName.ALLOW, approved_at=None, removed_at=None)
    return found.exclude(is_over(timezone.now())).exclude(added_by=by.pk)
