"""Hands the chargebacks of posted statements to the ledger, which opens the disputes that nobody else has told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from django.db.models import DateTimeField
from django.db.models.functions import Cast, Coalesce

from payments.facts import LineKind
from payments.ledger.services.disputes import ChargebackLine, open_from_statement
from payments.methods.models import Provider
from payments.settlement.models import LineTotal, StatementLine

_KINDS: Final = (LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL)
_AT_ONCE: Final = 5_000
"""Lines whose disputes are held in memory together."""


def open_disputes(provider: Provider | None, statements: Sequence[int]) -> None:
    """Open disputes for the chargebacks in some statements; one query where there are none."""
    if provider is None or not LineTotal.objects.filter(statement__in=statements, kind__in=_KINDS).exists():
        return
    rows = _lines(statements)
    while part := list(islice(rows, _AT_ONCE)):
        open_from_statement(provider, part)


def _lines(statements: Sequence[int]) -> Iterator[ChargebackLine]:
    """Every chargeback before every reversal, and each as it happened: whatever the parts, one order."""
    # A file of business dates alone names no hour.
    happened_at = Coalesce("occurred_at", Cast("booked_on", DateTimeField()))
    lines = (
        StatementLine.objects.filter(statement__in=statements, kind__in=_KINDS)
        .exclude(gross=0)
        .annotate(happened_at=happened_at)
        .order_by("kind", "happened_at", "id")
    )
    names = ("provider_key", "payment_reference", "merchant_reference", "gross", "currency", "happened_at", "kind")
    for key, payment, merchant, gross, currency, at, kind in lines.values_list(*names).iterator(_AT_ONCE):
        is_reversal = kind == LineKind.CHARGEBACK_REVERSAL
        yield ChargebackLine(key, payment, merchant, abs(gross), currency, at, is_reversal)
