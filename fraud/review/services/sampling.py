"""Draws decisions to be made again by somebody else who does not know the first: how far decisions can be trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from fraud.review.models import Alert, AlertKind, Case, CaseEvent, Decision, DecisionState, Queue
from fraud.review.ordering import rank
from fraud.review.queues import promise_of
from fraud.review.services.writing import is_alone
from fraud.review.verbs import CaseVerb

SHARE_PPM: Final = 40_000
"""Of decisions that are looked at again: 4 %."""
LOOKBACK: Final = timedelta(days=3)
"""A day on which nothing was drawn is made up for."""
WHOLE_PPM: Final = 1_000_000


def is_drawn(decision_id: int) -> bool:
    """Whether a decision is looked at again: by its number alone, so that drawing again draws the same."""
    digest = hashlib.sha256(f"second look {decision_id}".encode()).digest()
    return int.from_bytes(digest[:8]) * WHOLE_PPM >> 64 < SHARE_PPM


@transaction.atomic
def draw_second_looks() -> int:
    """Open a blind case for every drawn decision of the last days that has none; how many were opened."""
    if not is_alone("sampling"):
        return 0
    since = timezone.now() - LOOKBACK
    recent = Decision.objects.filter(state=DecisionState.DONE, is_blind=False, settled_at__gte=since)
    drawn = [decision for decision in recent.order_by("pk") if is_drawn(decision.pk)]
    looked_at = set(
        Case.objects.filter(looks_again_at__in=[decision.case_id for decision in drawn]).values_list(
            "looks_again_at", flat=True
        )
    )
    # A case that was opened again by what came into it has several decisions, and one second look.
    firsts = {decision.case_id: decision for decision in reversed(drawn) if decision.case_id not in looked_at}
    return _open(list(firsts.values()))


def _open(decisions: Sequence[Decision]) -> int:
    alerts = _alerts_of(decisions)
    due_at = promise_of(Queue.QUALITY).due_at(timezone.now())
    opened = 0
    for decision in decisions:
        mine = [alert for alert in alerts if alert.settled_by_id == decision.pk]
        if not mine:
            continue
        first = decision.case
        case = Case.objects.create(
            queue=Queue.QUALITY, group_kind=first.group_kind, group_key=first.group_key, due_at=due_at,
            rank=rank(0, due_at), looks_again_at=first,
        )  # fmt: skip
        Alert.objects.bulk_create(
            Alert(
                case=case, kind=AlertKind.SECOND_LOOK, assessment_id=each.assessment_id, payment_id=each.payment_id,
                amount=each.amount, currency=each.currency, expected_loss=each.expected_loss,
            )
            for each in mine
        )  # fmt: skip
        CaseEvent.objects.create(case=case, verb=CaseVerb.OPENED)
        opened += 1
    return opened


def _alerts_of(decisions: Sequence[Decision]) -> list[Alert]:
    """The alerts of decisions, each payment once, without those that had their second look."""
    found = Alert.objects.filter(settled_by__in=[decision.pk for decision in decisions]).order_by("pk")
    rows = {row.payment_id: row for row in found}
    seen = Alert.objects.filter(kind=AlertKind.SECOND_LOOK, payment_id__in=rows)
    for payment_id in seen.values_list("payment_id", flat=True):
        rows.pop(payment_id)
    return list(rows.values())
