"""Ends holds whose time has come: released or cancelled, as was configured when they were placed; never in silence."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid5

import structlog
from django.db import transaction
from django.utils import timezone

from fraud.decisions.signals import hold_ended
from payments.acts.models import HoldEnding, PaymentHold
from payments.acts.services import holds
from payments.acts.services.refusals import ActRefused
from payments.acts.services.wishes import Author
from payments.records.services import audit

MACHINE: Final = Author(key_prefix="fraud")
"""Who asks for what the clock does."""
AGAIN: Final = timedelta(hours=1)
"""After a cancellation that could not be asked for: until then the payment stays held."""
AT_ONCE: Final = 200
_NAMES: Final = UUID("5a6f2d7e-0e0d-5d0f-8c35-6f0c2f1f5b31")

logger = structlog.get_logger(__name__)


def settle_overdue() -> int:
    """End every hold whose deadline has passed, each in a transaction of its own; how many ended.

    Two at once end each hold once: the second finds it ended.
    """
    due = PaymentHold.objects.filter(ended_at=None, until__lte=timezone.now()).select_related("payment")
    return sum(_settle(hold) for hold in due.order_by("until", "pk")[:AT_ONCE])


def ticket_of(hold: PaymentHold) -> UUID:
    """Names the act that cancels a hold by the clock, so that it is one however often it is asked for."""
    return uuid5(_NAMES, str(hold.pk))


def _settle(hold: PaymentHold) -> bool:
    try:
        with transaction.atomic():
            if hold.at_deadline == HoldEnding.RELEASED:
                holds.release(hold, by=None, is_by_clock=True)
            else:
                holds.cancel(hold, by=MACHINE, ticket=ticket_of(hold), is_by_clock=True)
            told = partial(hold_ended.send_robust, sender=PaymentHold, hold=hold.pk, payment=hold.payment_id)
            transaction.on_commit(told)
    except ActRefused as refused:
        _stays(hold, refused.code.value)
        return False
    except Exception:
        # One that fails keeps none of the others; it is due again the next time.
        logger.exception("hold_not_settled", hold=hold.pk)
        return False
    return True


@transaction.atomic
def _stays(hold: PaymentHold, code: str) -> None:
    """It cannot be cancelled from here: it stays held, which the trail says, and is tried again later."""
    row = PaymentHold.objects.select_for_update().get(pk=hold.pk)
    if row.ended_at is None:
        row.until = timezone.now() + AGAIN
        row.save(update_fields=["until"])
        detail = {"hold": row.pk, "refusal": code, "until": row.until.isoformat()}
        audit.record("hold.not_cancelled", by=None, about=("payment", row.payment_id), detail=detail)
