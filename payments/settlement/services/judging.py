"""Looks at reconciliation as it stands on another day, and leaves it as it was."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from payments.settlement.models import ReconciliationRun
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything


def snapshot_as_of(as_of: date) -> snapshot.Snapshot:
    """What reconciliation says when what is missing is judged by a date; what nobody has reconciled yet stays so.

    Where the last runs judged by another date they are made again by this one, in a transaction that is undone.
    """
    with transaction.atomic():
        last = (
            ReconciliationRun.objects.filter(finished_at__isnull=False).order_by("provider", "-pk").distinct("provider")
        )
        if any(run.as_of != as_of for run in last):
            reconcile_everything(as_of=as_of)
        found = snapshot.take()
        transaction.set_rollback(True)
    return found
