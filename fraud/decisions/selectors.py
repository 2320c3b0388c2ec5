"""Questions about decisions: which attempt decides about a payment, and what the rules are called that did."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from django.db import connection

from fraud.rules.models import RuleVersion
from payments.ledger.services.tables import array

# What decides is the attempt that succeeded, else the last that has ended: one that runs is not known yet.
_DECIDING: Final = """
WITH deciding AS (
    SELECT DISTINCT ON (a.payment_id) a.payment_id, a.id
      FROM payments_attempt a
     WHERE a.payment_id = ANY(%(payments)s::bigint[])
       AND (%(is_running_too)s OR a.status NOT IN ('started', 'waiting'))
     ORDER BY a.payment_id, a.status IN ('authorized', 'captured', 'voided') DESC, a.requested_at DESC, a.id DESC
)
SELECT d.payment_id, d.id FROM deciding d ORDER BY d.payment_id
"""


def deciding_attempts(payment_ids: Collection[int], *, is_running_too: bool = False) -> dict[int, int]:
    """The attempt that decides, by payment; a payment whose attempts all run has none, unless those count too."""
    given: dict[str, str | bool] = {"payments": array("bigint", payment_ids), "is_running_too": is_running_too}
    with connection.cursor() as cursor:
        cursor.execute(_DECIDING, given)
        return dict(cursor.fetchall())


def rule_names(version_ids: Sequence[int]) -> list[str]:
    """The names of rules by their versions, in the order given."""
    if not version_ids:
        return []
    names = dict(RuleVersion.objects.filter(pk__in=version_ids).values_list("pk", "rule__name"))
    return [names[pk] for pk in version_ids if pk in names]
