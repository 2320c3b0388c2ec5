"""Sends acts to providers: claimed and committed first, sent outside any transaction, always under the same key.

A worker that dies anywhere leaves a row whose claim runs out; whoever takes it over sends the same key again, and the
provider answers what it answered before. Where it would have forgotten the key, it is asked what it has done instead.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import connection
from django.utils import timezone

from payments.acts.models import ActKind, PaymentAct
from payments.acts.services import clients
from payments.acts.services.endings import ANSWER_LOST, done, failed, later, never_arrived
from payments.acts.services.reading import found_at_provider
from payments.providers.answers import ActResult, ProviderClient
from payments.providers.answers import ActState as Answered
from payments.providers.client import CallFailed, CallRefused
from payments.providers.deliveries import Untranslatable

LEASE: Final = timedelta(minutes=10)
"""Longer than the slowest call with all its tries; after it a worker is taken for dead."""
AT_ONCE: Final = 200
"""Acts of one run; the next sweep goes on."""

# A capture that has not left yet waits while the payment is held; one that may have left is asked about all the same.
_CLAIM: Final = """
UPDATE payments_paymentact SET state = 'sending', tries = tries + 1, sent_at = coalesce(sent_at, %(now)s::timestamptz),
       next_try_at = %(until)s::timestamptz
 WHERE id IN (SELECT id FROM payments_paymentact a
               WHERE state IN ('queued', 'sending', 'unknown') AND next_try_at <= %(now)s::timestamptz
                 AND NOT (kind = 'capture' AND state = 'queued' AND EXISTS (
                     SELECT FROM payments_paymenthold h WHERE h.payment_id = a.payment_id AND h.ended_at IS NULL))
               ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

logger = structlog.get_logger(__name__)


def send_acts() -> int:
    """Send every act whose time has come; how many were. Must not run inside a transaction: claims are committed."""
    for count in range(AT_ONCE):
        act = claimed()
        if act is None:
            return count
        send(act)
    return AT_ONCE


def claimed() -> PaymentAct | None:
    """The next act, marked as being sent; two workers never get the same one."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": str(now), "until": str(now + LEASE)})
        row = cursor.fetchone()
    return PaymentAct.objects.select_related("provider", "payment").get(pk=row[0]) if row else None


def send(act: PaymentAct) -> None:
    """Send one claimed act and keep what became of it."""
    is_first = act.tries == 1
    try:
        client = clients.client_of(act.provider)
        result = _result(act, client, is_first=is_first)
    except clients.Unavailable as problem:
        never_arrived(act, str(problem))
        return
    except (CallFailed, CallRefused, Untranslatable) as problem:
        later(act, str(problem))
        return
    try:
        _keep(act, result)
    except Exception as problem:
        # The provider has answered, and will answer the same again under the same key.
        logger.exception("act_answer_not_recorded", act=act.pk, error=type(problem).__name__)
        later(act, ANSWER_LOST)


def _result(act: PaymentAct, client: ProviderClient, *, is_first: bool) -> ActResult:
    """Send, or where sending again could act twice, look.

    Raises CallFailed, CallRefused, Untranslatable when looking brings no answer.
    """
    assert act.sent_at is not None
    if is_key_forgotten(act.sent_at, client, timezone.now()):
        return found_at_provider(act, client)
    result = sent(act, client)
    if result.state is Answered.FAILED and (result.is_after_doubt or not is_first):
        # "Already refunded" may be our own earlier try that nobody heard of.
        found = found_at_provider(act, client)
        return found if found.state is Answered.DONE else result
    return result


def is_key_forgotten(sent_at: datetime, client: ProviderClient, now: datetime) -> bool:
    """Whether the provider may no longer know the key by the time an answer comes."""
    return now + LEASE > sent_at + client.repeats_within


def sent(act: PaymentAct, client: ProviderClient) -> ActResult:
    """Ask the provider to do it, under the key of the act."""
    key = str(act.idempotency_key)
    if act.kind == ActKind.CAPTURE:
        return client.capture(act.attempt_reference, act.amount, act.currency, key)
    if act.kind == ActKind.VOID:
        return client.void(act.attempt_reference, key)
    return client.refund(act.attempt_reference, act.amount, act.currency, key, act.reason)


def _keep(act: PaymentAct, result: ActResult) -> None:
    if result.state is Answered.DONE:
        done(act, result)
    elif result.state is Answered.FAILED:
        failed(act, result)
    elif not result.was_sent:
        never_arrived(act, result.error)
    else:
        later(act, result.error)
