"""Brings the starter rules into a house: written by one person, published by another, each only where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from fraud.rules.models import Rule, RuleAction, RuleState, RuleVersion
from fraud.rules.parsing import parse
from fraud.rules.selectors import VOCABULARY
from fraud.rules.services import drafting, publishing
from fraud.rules.services.drafting import Draft
from fraud.rules.starters import ALLOWED_DAYS, STARTERS, Starter

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True, slots=True)
class Started:
    """How many starter rules were written and how many were published."""

    written: int
    published: int


@transaction.atomic
def write_starters(*, by: AbstractBaseUser, publisher: AbstractBaseUser | None = None) -> Started:
    """Write and submit every starter rule of whose name there is none, and have the submitted ones published.

    Without a publisher they wait for a second person on their pages. What somebody changed, refused or retired stays
    as it is: doing this again only brings what is missing.

    Raises:
        OwnRule: author and publisher are the same person; nothing is written.
    """
    known = set(Rule.objects.values_list("name", flat=True))
    missing = [each for each in STARTERS if each.name not in known]
    for starter in missing:
        drafting.submit(drafting.create(starter.name, _draft(starter), by=by), by=by)
    names = [each.name for each in STARTERS]
    waiting = RuleVersion.objects.filter(rule__name__in=names, number=1, state=RuleState.SUBMITTED).order_by("pk")
    published = [publishing.publish(version, by=publisher) for version in waiting] if publisher else []
    return Started(len(missing), len(published))


def _draft(starter: Starter) -> Draft:
    ends = timezone.now() + timedelta(days=ALLOWED_DAYS) if starter.action == RuleAction.ALLOW else None
    return Draft(starter.action, parse(starter.condition, VOCABULARY), starter.description, ends)
