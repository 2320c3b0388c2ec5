"""Lets vouchers lapse that nobody paid and no provider speaks of any more: what the clock says is a fact too."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from payments.facts import EventKind, NeutralEvent
from payments.ledger.models import Attempt
from payments.ledger.services.record import record
from payments.ledger.states import AttemptStatus

SOURCE: Final = "clock"
GRACE: Final = timedelta(days=1)
"""Convenience stores and banks tell a payment of the last minute hours later; until then the provider is asked."""
AT_ONCE: Final = 500


def let_vouchers_lapse() -> int:
    """Record EXPIRED for vouchers that lapsed a day ago without news; how many.

    The instant is the voucher's own, which its adapter read in the provider's zone. A payment that is told later
    counts all the same.
    """
    overdue = (
        Attempt.objects.filter(status=AttemptStatus.WAITING, voucher_expires_at__lt=timezone.now() - GRACE)
        .select_related("payment", "provider")
        .order_by("voucher_expires_at", "pk")
    )
    events = [_expired(attempt) for attempt in overdue[:AT_ONCE]]
    if events:
        with transaction.atomic():
            record(events)
    return len(events)


def _expired(attempt: Attempt) -> NeutralEvent:
    assert attempt.voucher_expires_at is not None
    name = attempt.provider_reference or attempt.shop_reference
    return NeutralEvent(
        source=SOURCE,
        source_event_id=f"expired:{attempt.payment_id}:{name}"[:120],
        kind=EventKind.EXPIRED,
        occurred_at=attempt.voucher_expires_at,
        provider=attempt.provider.code if attempt.provider else "",
        merchant_reference=attempt.payment.merchant_reference,
        attempt_reference=attempt.provider_reference[:80],
        shop_attempt=attempt.shop_reference,
    )
