"""Assesses what was there before anybody assessed: features as they were, and no outcome, for there was none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import transaction

from fraud.assessments.models import Assessment, Origin
from fraud.assessments.selectors import facts_of_attempts
from fraud.assessments.services.keeping import Judged, keep
from fraud.assessments.verdicts import Verdict
from fraud.decisions.policy import ALLOW, NOTHING
from fraud.decisions.selectors import deciding_attempts
from fraud.features.selectors import bulk_features
from fraud.features.subjects import FeatureRow
from payments.ledger.services.tables import any_of

AT_ONCE: Final = 1_000


def assess_history(since: datetime, until: datetime) -> int:
    """Keep an assessment of every payment tried in [since, until) that has none; how many.

    Each batch is a transaction of its own, and what is kept already stays: it may be stopped and begun again.
    """
    rows, count = bulk_features(since, until), 0
    while batch := list(islice(rows, AT_ONCE)):
        count += _assess(batch)
    return count


@transaction.atomic
def _assess(rows: Sequence[FeatureRow]) -> int:
    payments = {row.subject.payment_id for row in rows}
    known = Assessment.objects.filter(any_of("payment_id", "bigint", payments), attempt_id__isnull=False)
    assessed = set(known.values_list("payment_id", flat=True))
    deciding = set(deciding_attempts(payments - assessed).values())
    decided = [row for row in rows if row.subject.attempt_id in deciding]
    facts = facts_of_attempts([row.subject.attempt_id for row in decided])
    judged = []
    for row in decided:
        reference, its = facts[row.subject.attempt_id]
        judged.append(Judged(reference, Origin.HISTORY, row, its, Verdict(ALLOW, NOTHING)))
    return sum(pk is not None for pk in keep(judged))
