"""Assesses payments in the transaction that changed them, and sweeps up those for which that failed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from fraud.assessments.models import Origin
from fraud.assessments.selectors import facts_of_attempts
from fraud.assessments.services.keeping import Judged, Linked, draw, keep, link
from fraud.assessments.verdicts import Verdict
from fraud.decisions.judging import Asked, judge
from fraud.decisions.policy import ALLOW, is_drawn
from fraud.decisions.selectors import deciding_attempts
from fraud.decisions.services import effects
from fraud.features.selectors import features_of_attempts
from fraud.features.services import sightings
from fraud.features.subjects import FeatureRow
from payments.ledger.pipeline import Changed
from payments.ledger.services.homes import lock_payments
from payments.ledger.services.tables import array

PATIENCE: Final = timedelta(minutes=1)
"""How long the step of the pipeline is given before the sweep takes over."""
PENDING_PATIENCE: Final = timedelta(hours=1)
"""How long an attempt may run before it is assessed as it is: until then its end says more of it."""
AT_ONCE: Final = 400

# A retry with the same card from the same device is the same question, unless the answer stopped it.
_ANSWERED: Final = """
SELECT d.attempt_id FROM unnest(%s::bigint[], %s::bigint[]) AS d(payment_id, attempt_id)
 WHERE EXISTS (
       SELECT FROM fraud_assessment o WHERE o.payment_id = d.payment_id AND o.attempt_id = d.attempt_id)
    OR EXISTS (
       SELECT FROM fraud_assessment o
         JOIN fraud_sighting was ON was.attempt_id = o.attempt_id
         JOIN fraud_sighting retried ON retried.attempt_id = d.attempt_id
        WHERE o.payment_id = d.payment_id AND o.outcome = 0 AND o.down_reason = ''
          AND (was.instrument, was.device, was.ip)
              IS NOT DISTINCT FROM (retried.instrument, retried.device, retried.ip))
"""
_OVERDUE: Final = """
SELECT p.id, p.merchant_reference FROM fraud_due d JOIN payments_payment p ON p.id = d.payment_id
 WHERE d.since < %(before)s AND d.payment_id <> ALL(%(failed)s::bigint[]) AND (%(is_running_too)s OR EXISTS (
       SELECT FROM payments_attempt a WHERE a.payment_id = p.id AND a.status NOT IN ('started', 'waiting')))
 ORDER BY d.since, d.payment_id LIMIT %(limit)s
"""
# What runs stays due, as does what was not seen yet; of what was never tried there is nothing to decide.
_DONE: Final = """
DELETE FROM fraud_due d WHERE d.payment_id = ANY(%s::bigint[]) OR d.payment_id = ANY(%s::bigint[])
   AND NOT EXISTS (SELECT FROM payments_attempt a WHERE a.payment_id = d.payment_id)
"""

logger = structlog.get_logger(__name__)


def assess(changed: Changed) -> None:
    """A step of the pipeline: decide about every payment that changed and was not decided about as it is now."""
    assess_payments(changed.payments, origin=Origin.LEDGER)


def sweep() -> int:
    """Assess payments that the step left, in batches; how many are due no longer.

    One that cannot be assessed keeps none of the others: it stays due, and is tried again by the next run.
    """
    count = 0
    for patience, is_running_too in ((PATIENCE, False), (PENDING_PATIENCE, True)):
        failed: list[int] = []
        while found := _overdue(patience, failed, is_running_too=is_running_too):
            done = _assess_overdue(found, failed, is_running_too=is_running_too)
            count += done
            if not done or len(found) < AT_ONCE:
                break
    return count


def _overdue(patience: timedelta, failed: Sequence[int], *, is_running_too: bool) -> list[tuple[int, str]]:
    """Payments that are due for longer than this, with their references, the oldest first."""
    asked: dict[str, datetime | bool | int | str] = {
        "before": timezone.now() - patience, "is_running_too": is_running_too, "limit": AT_ONCE,
        "failed": array("bigint", failed),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, asked)
        return [(pk, reference) for pk, reference in cursor.fetchall()]


def _assess_overdue(found: Sequence[tuple[int, str]], failed: list[int], *, is_running_too: bool) -> int:
    """Assess some in a transaction of their own; when one of them cannot be, the halves, and so the others."""
    try:
        with transaction.atomic():
            # The order in which `record` takes its locks; who is being told of at this moment is assessed there.
            lock_payments([reference for _, reference in found])
            payment_ids = tuple(pk for pk, _ in found)
            sightings.keep(Changed(payments=payment_ids))  # this may be what had failed
            return assess_payments(payment_ids, origin=Origin.SWEEP, is_running_too=is_running_too)
    except Exception:
        if len(found) == 1:
            logger.exception("payment_not_assessed", payment=found[0][0])
            failed.append(found[0][0])
            return 0
        half = len(found) // 2
        parts = (found[:half], found[half:])
        return sum(_assess_overdue(part, failed, is_running_too=is_running_too) for part in parts)


def assess_payments(payment_ids: Collection[int], *, origin: Origin, is_running_too: bool = False) -> int:
    """Assess payments, which the caller has locked; how many are due no longer. A known number of statements.

    With `is_running_too` an attempt that has not ended decides as well.
    """
    if not payment_ids:
        return 0
    deciding = deciding_attempts(payment_ids, is_running_too=is_running_too)
    if deciding:
        drawn = _drawn(link(deciding))
        answered = _answered(deciding)
        rows = features_of_attempts([attempt for attempt in deciding.values() if attempt not in answered])
        effects.bring_about(deciding, drawn + (_assess_rows(rows, origin) if rows else []))
        decided = answered | {row.subject.attempt_id for row in rows}
        deciding = {payment: attempt for payment, attempt in deciding.items() if attempt in decided}
    return _done(deciding, payment_ids)


def _drawn(linked: Sequence[Linked]) -> list[int]:
    """Of what shops had asked about and was allowed, what is drawn into the sample: only now there is a payment."""
    sample = settings.FRAUD_SAMPLE_PPM
    found = [each.assessment_id for each in linked if each.outcome == ALLOW and is_drawn(each.payment_id, sample)]
    if found:
        draw(found, sample)
    return found


def _assess_rows(rows: Sequence[FeatureRow], origin: Origin) -> list[int]:
    """Decide and keep; ids of the assessments that were drawn into the sample."""
    attempts = [row.subject.attempt_id for row in rows]
    facts = facts_of_attempts(attempts)
    asked = [Asked(row.subject, facts[row.subject.attempt_id][1], facts[row.subject.attempt_id][0]) for row in rows]
    verdicts = judge(asked, rows, timezone.now())
    judged = [_judged(*each, origin) for each in zip(asked, rows, verdicts, strict=True)]
    ids = keep(judged)
    return [pk for pk, each in zip(ids, judged, strict=True) if pk is not None and each.sampled_ppm is not None]


def _judged(asked: Asked, row: FeatureRow, verdict: Verdict, origin: Origin) -> Judged:
    sample = settings.FRAUD_SAMPLE_PPM
    is_in_sample = verdict.outcome == ALLOW and is_drawn(row.subject.payment_id, sample)
    return Judged(
        asked.merchant_reference, origin, row, asked.facts, verdict, sampled_ppm=sample if is_in_sample else None
    )


def _answered(deciding: dict[int, int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [array("bigint", deciding), array("bigint", deciding.values())])
        return {row[0] for row in cursor.fetchall()}


def _done(decided: Collection[int], payment_ids: Collection[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [array("bigint", decided), array("bigint", payment_ids)])
        return int(cursor.rowcount)
