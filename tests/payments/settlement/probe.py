"""Asks the fee audit about one line."""

from __future__ import annotations

from datetime import date

from django.db import connection

from payments.facts import LineKind
from payments.methods.models import Provider
from payments.settlement.reconciliation import fees
from payments.settlement.reconciliation.scope import clear_temporary_tables, open_scope
from tests.payments.settlement.facts import Merchant


def difference(provider: Provider, gross: int, fee: int, vat: int) -> tuple[int, int] | None:
    """Return (expected, found) of the fee audit for one line, or None when it finds nothing."""
    merchant = object.__new__(Merchant)
    merchant.provider, merchant.currency, merchant.zone = provider, "KRW", "Asia/Seoul"
    kind = LineKind.SALE if gross > 0 else LineKind.REFUND
    merchant.statement("probe", {"provider_key": "x", "kind": kind, "amount": gross, "fee": fee, "vat": vat})
    clear_temporary_tables()
    fees.run(open_scope(provider, date(2026, 7, 31)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT expected, found FROM fee_difference")
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None
