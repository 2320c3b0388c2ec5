"""The switchboard of analytics: what is configured of a provider says what its statements are counted as."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from analytics.rollups.services.marking import mark
from payments.ledger.pipeline import Changed
from payments.methods.signals import providers_configured
from payments.settlement.models import Statement


@receiver(providers_configured, dispatch_uid="analytics.providers_configured")
def count_statements_again(*, provider_ids: Collection[int], **_: Any) -> None:
    """Mark the statements of some providers.

    Whether a sale waits for its payout, what its method is called and which days are business days is asked when its
    day is counted (`analytics.metrics.facts.lines`).
    """
    statements = Statement.objects.filter(provider_id__in=provider_ids, is_current=True)
    mark(Changed(statements=tuple(statements.values_list("pk", flat=True))))
