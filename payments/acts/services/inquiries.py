"""Asks providers what became of attempts that nobody knows the end of, until it is known or has to be given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from django.db import connection, transaction
from django.utils import timezone

from payments.acts.models import Inquiry
from payments.acts.services import clients
from payments.acts.services.lapsing import let_vouchers_lapse
from payments.facts import AttemptResult, EventKind, NeutralEvent
from payments.ledger.pipeline import Changed
from payments.ledger.services.record import record
from payments.ledger.services.tables import array
from payments.providers.client import CallFailed, CallRefused, PaymentNotFound
from payments.providers.deliveries import Untranslatable

FIRST_PAUSE: Final = timedelta(minutes=5)
PAUSES: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=3))
"""After each question that brought no end; after the last it is given up, and shown."""
LEASE: Final = timedelta(minutes=10)
PATIENCE: Final = timedelta(hours=1)
"""A buyer who has not come back by then will not; what waits longer has ended without telling us."""
OLDEST: Final = timedelta(days=7)
AT_ONCE: Final = 500
NOT_FOUND_TWICE: Final = 2
"""The provider's own copies may lag; who knows no such payment twice, never got it."""

STILL_OPEN: Final = "the provider knows no end either"

# An attempt whose outcome came by itself needs no question any more.
_SETTLE: Final = """
UPDATE payments_inquiry q SET settled_at = now(), next_try_at = NULL, error = ''
 WHERE q.settled_at IS NULL AND q.payment_id = ANY(%s::bigint[]) AND NOT EXISTS (
       SELECT FROM payments_attempt a WHERE a.payment_id = q.payment_id AND a.provider_id = q.provider_id
          AND a.provider_reference = q.attempt_reference AND a.status IN ('started', 'waiting', 'unknown'))
"""
_OPEN: Final = """
INSERT INTO payments_inquiry (payment_id, provider_id, attempt_reference, tries, next_try_at, error)
SELECT a.payment_id, a.provider_id, a.provider_reference, 0, %(first_at)s::timestamptz, ''
  FROM payments_attempt a JOIN payments_provider p ON p.id = a.provider_id AND p.event_adapter <> ''
 WHERE a.provider_reference <> '' AND {which} ORDER BY a.provider_id, a.provider_reference LIMIT %(limit)s
ON CONFLICT (provider_id, attempt_reference) DO UPDATE
   SET payment_id = excluded.payment_id, tries = 0, next_try_at = excluded.next_try_at, settled_at = NULL, error = ''
 WHERE payments_inquiry.settled_at IS NOT NULL
"""
"""What came later may take an end from an attempt again; what was given up stays given up."""
_OF_THESE: Final = _OPEN.format(which="a.payment_id = ANY(%(payments)s::bigint[]) AND a.status = 'unknown'")
_OVERDUE: Final = _OPEN.format(
    which="""a.status IN ('started', 'waiting', 'unknown') AND a.requested_at > %(oldest)s::timestamptz
   AND coalesce(a.voucher_expires_at, a.requested_at) < CASE a.status WHEN 'unknown' THEN %(unknown_since)s::timestamptz
       ELSE %(waiting_since)s::timestamptz END
   AND NOT EXISTS (SELECT FROM payments_inquiry q
                    WHERE q.provider_id = a.provider_id AND q.attempt_reference = a.provider_reference
                      AND q.settled_at IS NULL)"""
)
_CLAIM: Final = """
UPDATE payments_inquiry SET tries = tries + 1, next_try_at = %(until)s::timestamptz
 WHERE id IN (SELECT id FROM payments_inquiry WHERE next_try_at <= %(now)s::timestamptz
               ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

logger = structlog.get_logger(__name__)


def note(changed: Changed) -> None:
    """A step of the pipeline: open a question for what became unknown, close it for what did not stay so."""
    if not changed.payments:
        return
    payments = array("bigint", changed.payments)
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [payments])
        first_at = str(timezone.now() + FIRST_PAUSE)
        cursor.execute(_OF_THESE, {"first_at": first_at, "limit": len(changed.payments), "payments": payments})


def sweep() -> int:
    """Open questions for what is overdue, ask those that are due, let vouchers lapse; how many were asked.

    Must not run inside a transaction: claims are committed before a provider is called.
    """
    now = timezone.now()
    before = {"oldest": now - OLDEST, "unknown_since": now - FIRST_PAUSE, "waiting_since": now - PATIENCE}
    with connection.cursor() as cursor:
        instants = {name: str(at) for name, at in before.items()}
        cursor.execute(_OVERDUE, {"limit": AT_ONCE, "first_at": str(now), **instants})
    count = 0
    while count < AT_ONCE and (inquiry := _claimed()) is not None:
        ask(inquiry)
        count += 1
    let_vouchers_lapse()
    return count


def _claimed() -> Inquiry | None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": str(now), "until": str(now + LEASE)})
        row = cursor.fetchone()
    return Inquiry.objects.select_related("provider", "payment").get(pk=row[0]) if row else None


def ask(inquiry: Inquiry) -> None:
    """Ask once, record what the provider says, and go on, settle or give up."""
    try:
        events = clients.client_of(inquiry.provider).read_payment(inquiry.attempt_reference)
    except PaymentNotFound:
        if inquiry.tries < NOT_FOUND_TWICE:
            _go_on(inquiry, "the provider knows no such payment")
            return
        events = (_never_arrived(inquiry),)
    except CallFailed as problem:
        if problem.was_sent:
            _go_on(inquiry, str(problem))
        else:
            _put_off(inquiry, str(problem))
        return
    except (clients.Unavailable, CallRefused, Untranslatable) as problem:
        _go_on(inquiry, str(problem))
        return
    try:
        with transaction.atomic():
            record(events)
            # What was known already changes no payment, and so runs no step.
            note(Changed(payments=(inquiry.payment_id,)))
    except Exception as problem:
        logger.exception("inquiry_answer_not_recorded", inquiry=inquiry.pk, error=type(problem).__name__)
        _go_on(inquiry, "the answer could not be recorded")
        return
    _go_on(inquiry, STILL_OPEN)


def _go_on(inquiry: Inquiry, error: str) -> None:
    """Ask again later, or never; an inquiry that is settled meanwhile stays so."""
    place = inquiry.tries - 1
    next_try_at = timezone.now() + PAUSES[place] if place < len(PAUSES) else None
    Inquiry.objects.filter(pk=inquiry.pk, settled_at=None, tries=inquiry.tries).update(
        next_try_at=next_try_at, error=error[:300]
    )


def _put_off(inquiry: Inquiry, error: str) -> None:
    """Nothing reached the provider, so nobody was asked: that takes none of the questions away."""
    Inquiry.objects.filter(pk=inquiry.pk, settled_at=None, tries=inquiry.tries).update(
        tries=inquiry.tries - 1, next_try_at=timezone.now() + FIRST_PAUSE, error=error[:300]
    )


def _never_arrived(inquiry: Inquiry) -> NeutralEvent:
    """The provider never got it: told by the provider's own answer, so it has the provider as source."""
    return NeutralEvent(
        source=f"provider:{inquiry.provider.code}",
        source_event_id=f"not_found:{inquiry.attempt_reference}",
        kind=EventKind.FAILED,
        occurred_at=timezone.now(),
        provider=inquiry.provider.code,
        merchant_reference=inquiry.payment.merchant_reference,
        attempt_reference=inquiry.attempt_reference,
        result=AttemptResult.TECHNICAL_NOT_SENT,
        reason="the provider knows no such payment",
    )
