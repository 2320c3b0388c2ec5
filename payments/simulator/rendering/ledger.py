"""Our own ledger's export: one CSV of movements per provider and day, amounts in major units."""

from __future__ import annotations

import csv
from io import StringIO
from zoneinfo import ZoneInfo

from payments.money import format_minor
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Export, Movement

COLUMNS = (
    "movement_key",
    "provider_key",
    "payment_reference",
    "merchant_reference",
    "kind",
    "amount",
    "currency",
    "occurred_at",
    "method",
)


def render_export(plan: ProviderPlan, export: Export) -> bytes:
    """Return the export as UTF-8 CSV; refunds and chargebacks are negative."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    zone = ZoneInfo(plan.zone)
    writer.writerows(_row(movement, zone) for movement in export.movements)
    return text.getvalue().encode()


def _row(movement: Movement, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        movement.movement_key,
        movement.exported_key,
        movement.payment_reference if movement.is_key_in_ledger else "",
        movement.merchant_reference,
        movement.kind.name.lower(),
        format_minor(movement.amount, movement.currency),
        movement.currency,
        movement.occurred_at.astimezone(zone).isoformat(),
        movement.method,
    )
