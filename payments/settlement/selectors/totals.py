"""What reconciliation comes to: per layer, how much is matched, suggested and still to explain."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Count

from payments.methods.models import Provider
from payments.settlement.models import Break, Deposit, Layer, MatchSuggestion, Payout


def of_layers(provider: Provider) -> dict[str, dict[str, Any]]:
    """Return per layer `matched`, `suggested` and `breaks` by kind, of one provider.

    Matched counts pairs (transaction), payouts without a residual (settlement) and deposits (deposit). The first is
    computed from the line totals and the few open lines: counting thirty million matches would take a minute.
    """
    matched = {
        Layer.TRANSACTION: _matched_lines(provider),
        Layer.SETTLEMENT: Payout.objects.filter(provider=provider, residual=0).count(),
        Layer.DEPOSIT: Deposit.objects.filter(provider=provider).count(),
    }
    suggested = {Layer.TRANSACTION: MatchSuggestion.objects.filter(provider=provider).count()}
    found: dict[str, dict[str, int]] = {layer: {} for layer in Layer.values}
    unresolved = Break.objects.filter(provider=provider).exclude(state="resolved")
    for row in unresolved.values("layer", "kind").annotate(count=Count("id")).order_by("kind"):
        found[row["layer"]][row["kind"]] = row["count"]
    return {
        layer.value: {"matched": matched[layer], "suggested": suggested.get(layer, 0), "breaks": found[layer.value]}
        for layer in Layer
    }


def _matched_lines(provider: Provider) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT coalesce(sum(t.line_count), 0) FROM payments_linetotal t
                      JOIN payments_statement s ON s.id = t.statement_id
                     WHERE s.provider_id = %(provider)s AND s.is_current AND s.reconciled_at IS NOT NULL
                       AND t.kind <= 5)
                 - (SELECT count(*) FROM payments_openline o WHERE o.provider_id = %(provider)s
                       AND NOT EXISTS (SELECT FROM payments_match x WHERE x.line_id = o.line_id))
            """,
            {"provider": provider.pk},
        )
        return int(cursor.fetchone()[0])
