"""What was rejected and is still held: nobody could be asked to give it back, and so somebody has to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from fraud.review.models import Alert, Case, DecisionState, Verdict
from fraud.review.pictures import QueueRow
from fraud.review.selectors.queue import PAGE, rows_of
from payments.acts.models import PaymentHold

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

LOOKBACK: Final = timedelta(days=90)
"""By when it was rejected; what nobody gave back in that time is for its dispute."""


def stuck(*, by: AbstractBaseUser) -> tuple[QueueRow, ...]:
    """The cases with such payments and what these come to, the oldest first, 50."""
    alerts = _alerts()
    cases = Case.objects.filter(pk__in=alerts.values("case_id")).select_related("claimed_by").order_by("pk")[:PAGE]
    return rows_of(list(cases), by=by, counted=Q(pk__in=alerts.values("pk")))


def stuck_count() -> int:
    """How many cases have such payments; one query."""
    return _alerts().values("case_id").distinct().count()


def _alerts() -> QuerySet[Alert]:
    still_held = PaymentHold.objects.filter(payment_id=OuterRef("payment_id"), ended_at=None)
    return Alert.objects.filter(
        Exists(still_held), settled_by__verdict=Verdict.REJECT, settled_by__state=DecisionState.DONE,
        settled_by__is_blind=False, settled_by__settled_at__gte=timezone.now() - LOOKBACK,
    )  # fmt: skip
