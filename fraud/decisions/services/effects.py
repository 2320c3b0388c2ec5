"""Brings about what was decided: holds, messages to the shop, and the news for those who look; nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from fraud.assessments.models import Assessment
from fraud.decisions.policy import BLOCK, LATEST, REVIEW, STEP_UP, Bounds, deadline, word_of
from fraud.decisions.signals import assessed, hold_ended, holds_due
from payments.acts.models import HoldEffect, HoldEnding, PaymentHold
from payments.acts.services import holds
from payments.acts.services.holds import Placing
from payments.ledger.services.tables import array
from payments.notices.services import messages

REASONS: Final = {REVIEW: "fraud review", STEP_UP: "more proof is needed", BLOCK: "blocked as fraud"}
"""Of holds, by the outcome; `fraud.decisions.labels` has the words for people."""
_ENDINGS: Final = {"release": HoldEnding.RELEASED, "cancel": HoldEnding.CANCELLED}

# Whatever stopped a payment and has had no hold yet: an attempt that had failed when it was assessed may succeed later.
# What was said of the attempt that decides counts, and not what was said of one that was tried after it and failed.
# What people decided about once is not held for them again; what is blocked since then is, at once, whatever holds it.
_TO_DO: Final = """
SELECT last.*, (SELECT h.id FROM payments_paymenthold h WHERE h.payment_id = last.id AND h.ended_at IS NULL) FROM (
    SELECT DISTINCT ON (p.id) p.id, s.id AS assessment_id, s.outcome, p.merchant_reference, p.amount, p.currency,
           p.captured > 0 AS is_taken, a.authorization_expires_at, c.promised_ship_at,
           a.three_d_secure = 'authenticated' AS is_proven, s.as_of, s.assessed_at
      FROM unnest(%s::bigint[], %s::bigint[]) AS d(payment_id, attempt_id)
      JOIN fraud_assessment s ON s.payment_id = d.payment_id AND s.attempt_id IS NOT NULL
      JOIN payments_payment p ON p.id = s.payment_id
       AND p.status NOT IN ('failed', 'voided', 'expired', 'refunded', 'charged_back')
      JOIN payments_checkout c ON c.id = p.checkout_id
      LEFT JOIN payments_attempt a ON a.id = s.attempt_id
     ORDER BY p.id, s.attempt_id = d.attempt_id DESC, s.as_of DESC, s.id DESC) last
 WHERE outcome > 0 AND as_of >= %s
   AND NOT EXISTS (
       SELECT FROM payments_paymenthold h
        WHERE h.payment_id = last.id AND (outcome <> 3 OR h.placed_at >= last.assessed_at))
"""
# Proof is of the attempt that decides, and answers nothing but the question for it.
_PROVEN: Final = """
SELECT h.id FROM unnest(%s::bigint[], %s::bigint[]) AS d(payment_id, attempt_id)
  JOIN payments_paymenthold h ON h.payment_id = d.payment_id AND h.ended_at IS NULL AND h.reason = %s
  JOIN payments_attempt a ON a.id = d.attempt_id
   AND a.three_d_secure = 'authenticated' AND a.status IN ('authorized', 'captured')
 WHERE NOT EXISTS (SELECT FROM fraud_assessment s
                    WHERE s.payment_id = d.payment_id AND s.attempt_id = d.attempt_id AND s.outcome IN (1, 3))
"""


class _ToDo(NamedTuple):
    payment_id: int
    assessment_id: int
    outcome: int
    merchant_reference: str
    amount: int
    currency: str
    is_taken: bool
    authorization_expires_at: datetime | None
    promised_ship_at: datetime | None
    is_proven: bool | None
    as_of: datetime
    assessed_at: datetime
    open_hold: int | None
    """That something less than this placed."""


def bring_about(deciding: Mapping[int, int], drawn: Sequence[int]) -> None:
    """Hold what was stopped and release what was proven, of payments that the caller has locked, each with the attempt
    that decides; `drawn` are the assessments in the random sample. Who looks is woken after commit."""
    now = timezone.now()
    given = [array("bigint", deciding), array("bigint", deciding.values())]
    with connection.cursor() as cursor:
        cursor.execute(_TO_DO, [*given, now - LATEST])
        found = [_ToDo(*row) for row in cursor.fetchall()]
    to_do = [each for each in found if not (each.outcome == STEP_UP and each.is_proven)]
    held = [each.open_hold for each in to_do if each.open_hold is not None]
    turned = holds.turn(held, reason=REASONS[BLOCK], until=now) if held else []
    placed = holds.place([_placing(each, now) for each in to_do if each.open_hold is None], by=None)
    if placed or turned:
        _tell_and_wake(to_do, now)
    _release_proven(given)
    ids = [each.assessment_id for each in to_do if each.outcome == REVIEW] + list(drawn)
    if ids:
        transaction.on_commit(partial(assessed.send_robust, sender=Assessment, ids=tuple(ids)))


def _placing(to_do: _ToDo, now: datetime) -> Placing:
    is_blocked = to_do.outcome == BLOCK
    word = "cancel" if is_blocked else word_of(to_do.amount, to_do.currency, settings.FRAUD_DEADLINE_POLICY)
    return Placing(
        to_do.payment_id,
        HoldEffect.SHIPPING_FLAGGED if to_do.is_taken else HoldEffect.CAPTURE_POSTPONED,
        REASONS[to_do.outcome],
        now if is_blocked else until(to_do, now),
        _ENDINGS[word],
    )


def until(to_do: _ToDo, now: datetime) -> datetime:
    """When the clock ends the hold."""
    return deadline(
        now,
        Bounds(None if to_do.is_taken else to_do.authorization_expires_at, to_do.promised_ship_at),
        at_most=timedelta(seconds=settings.FRAUD_HOLD_AT_MOST_SECONDS),
        margin=timedelta(seconds=settings.FRAUD_HOLD_MARGIN_SECONDS),
    )


def _tell_and_wake(to_do: Sequence[_ToDo], now: datetime) -> None:
    """What is blocked is due at once: acts are asked for after commit, each in a transaction of its own."""
    if any(each.outcome == BLOCK for each in to_do):
        transaction.on_commit(partial(holds_due.send_robust, sender=PaymentHold))
    messages.write([
        messages.Told(
            "assessment.step_up", (str(each.assessment_id),),
            {"reference": each.merchant_reference, "until": until(each, now).isoformat()},
        )
        for each in to_do if each.outcome == STEP_UP
    ])  # fmt: skip


def _release_proven(given: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PROVEN, [*given, REASONS[STEP_UP]])
        ids = [row[0] for row in cursor.fetchall()]
    for hold in PaymentHold.objects.filter(pk__in=ids).select_related("payment") if ids else ():
        holds.release(hold, by=None)
        told = partial(hold_ended.send_robust, sender=PaymentHold, hold=hold.pk, payment=hold.payment_id)
        transaction.on_commit(told)
