"""The switchboard of analytics: what is configured of a provider says what its statements are counted as."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from analytics.rollups.services.marking import mark
from payments.ledger.pipeline import Changed
from payments.methods.models import Offering, PayoutSchedule, Provider
from payments.settlement.models import Statement


@receiver((post_save, post_delete), sender=Provider, dispatch_uid="analytics.provider")
@receiver((post_save, post_delete), sender=Offering, dispatch_uid="analytics.offering")
@receiver((post_save, post_delete), sender=PayoutSchedule, dispatch_uid="analytics.payout_schedule")
def count_statements_again(*, instance: Provider | Offering | PayoutSchedule, **_: Any) -> None:
    """Mark the statements of a provider, in the transaction that changes what is configured of it.

    Whether a sale waits for its payout, what its method is called and which days are business days is asked when its
    day is counted (`analytics.metrics.facts.lines`).
    """
    provider_id = instance.pk if isinstance(instance, Provider) else instance.provider_id
    statements = Statement.objects.filter(provider_id=provider_id, is_current=True)
    mark(Changed(statements=tuple(statements.values_list("pk", flat=True))))
