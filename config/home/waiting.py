"""What waits for a person beside settlement, each with the way to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fraud.lists import awaiting as entries
from fraud.lists.permissions import APPROVE as APPROVE_ENTRIES
from fraud.review.permissions import DECIDE, SECOND
from fraud.review.permissions import VIEW as CASES
from fraud.review.selectors.stuck import stuck_count
from fraud.review.selectors.undoable import backlog
from fraud.rules import awaiting as rules
from fraud.rules.permissions import PUBLISH
from payments.acts.models import ActState
from payments.acts.permissions import APPROVE
from payments.acts.selectors import awaiting_approval
from payments.intake.inbox.doors import REPLAY
from payments.intake.inbox.page import set_aside
from payments.intake.models import DeliveryState
from payments.web import actor


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things of one kind that want somebody."""

    label: str | Promise
    count: int
    url: str
    oldest_at: datetime | None = None
    """Since when the oldest of them waits, where that is told."""


def waiting_for(request: HttpRequest) -> tuple[Waiting, ...]:
    """Of each kind that the person may deal with and of which there are any; one query a kind, two of open cases."""
    return tuple(each for each in _each(request) if each.count)


def _each(request: HttpRequest) -> Iterator[Waiting]:
    if request.user.has_perm(APPROVE):
        address = f"{reverse('acts:acts')}?state={ActState.AWAITING_APPROVAL.value}"
        yield Waiting(_("Acts that await approval"), awaiting_approval().count(), address)
    if request.user.has_perm(REPLAY):
        address = f"{reverse('inbox:deliveries')}?state={DeliveryState.SET_ASIDE.value}"
        yield Waiting(_("Deliveries set aside"), set_aside().count(), address)
    if request.user.has_perm(CASES):
        cases = backlog(by=actor(request))
        yield Waiting(_("Review cases"), cases.count, reverse("review:queue"), cases.oldest_at)
        if request.user.has_perm(SECOND):
            yield Waiting(_("Second decisions"), cases.second_count, f"{reverse('review:queue')}?list=second")
        if request.user.has_perm(DECIDE):
            yield Waiting(_("Rejected, still held"), stuck_count(), f"{reverse('review:queue')}?list=stuck")
    if request.user.has_perm(PUBLISH):
        versions = rules.awaiting(by=actor(request)).count()
        yield Waiting(_("Rules to publish"), versions, f"{reverse('rules:rules')}?state=for_me")
    if request.user.has_perm(APPROVE_ENTRIES):
        allowed = entries.awaiting(by=actor(request)).count()
        yield Waiting(_("Allow entries to approve"), allowed, f"{reverse('lists:entries')}?state=for_me")
