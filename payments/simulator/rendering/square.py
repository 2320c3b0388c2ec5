"""Square: the answers of its Payouts API for one payout: the payout, and every entry of it in minor units."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from payments.facts import LineKind
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, StatedPayout, Version

TYPES: Final = {
    LineKind.SALE: "CHARGE",
    LineKind.REFUND: "REFUND",
    LineKind.REFUND_FAILURE: "REFUND",
    LineKind.CHARGEBACK: "DISPUTE",
    LineKind.CHARGEBACK_REVERSAL: "DISPUTE",
    LineKind.FEE: "FEE",
    LineKind.TAX: "TAX_ON_FEE",
    LineKind.RESERVE_HOLD: "RESERVE_HOLD",
    LineKind.RESERVE_RELEASE: "RESERVE_RELEASE",
    LineKind.ADJUSTMENT: "ADJUSTMENT",
    LineKind.TRANSFER: "MONEY_TRANSFER",
    LineKind.PAYOUT_RETURN: "RETURNED_PAYOUT",
}
_OWN_KEYS: Final = {"CHARGE": "payment_id", "REFUND": "refund_id", "DISPUTE": "dispute_id"}


def file_name(plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of the file; a corrected one is known by its suffix alone."""
    return f"square_payout_entries_{document.label}{version.suffix}.json"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return the payouts that are stated, if any, and all entries, one a line."""
    stated = [_payout(plan, document, one) for one in version.payouts if one.is_stated]
    entries = [_entry(line) for line in version.lines if line.kind is not LineKind.PAYOUT]
    lists = {"payouts": stated, "payout_entries": entries} if stated else {"payout_entries": entries}
    told = ",\n".join(f'"{name}": [\n{_rows(rows)}\n]' for name, rows in lists.items())
    return f'{{\n{told},\n"cursor": ""\n}}\n'.encode()


def _rows(rows: list[Mapping[str, Any]]) -> str:
    return ",\n".join(" " + json.dumps(row, ensure_ascii=False) for row in rows)


def _payout(plan: ProviderPlan, document: Document, payout: StatedPayout) -> Mapping[str, Any]:
    return {
        "id": payout.payout_key,
        "status": "PAID",
        "location_id": plan.account_name,
        "created_at": f"{document.booked_on}T12:00:00Z",
        "updated_at": f"{document.booked_on}T12:00:00Z",
        "amount_money": {"amount": payout.amount, "currency": payout.currency},
        "destination": {"type": "BANK_ACCOUNT", "id": "ccof:bank"},
        "version": 1,
        "type": "BATCH",
        "arrival_date": str(payout.paid_on),
    }


def _entry(line: Line) -> Mapping[str, Any]:
    type_name = TYPES.get(line.kind, line.words)
    withheld, currency = line.charges.fee + line.charges.vat, line.net_currency
    is_fee = line.kind in (LineKind.FEE, LineKind.TAX)
    details: dict[str, str] = {}
    if line.payment_reference:
        details["payment_id"] = line.payment_reference
    if type_name in _OWN_KEYS and line.provider_key:
        details[_OWN_KEYS[type_name]] = line.provider_key
    return {
        "id": line.line_key or f"poe_{line.provider_key}",
        "payout_id": line.payout_key,
        "effective_at": f"{line.occurred_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "type": type_name,
        "gross_amount_money": {"amount": line.net if is_fee else line.gross_settled, "currency": currency},
        "fee_amount_money": {"amount": 0 if is_fee else withheld, "currency": currency},
        "net_amount_money": {"amount": line.net, "currency": currency},
        **({f"type_{type_name.lower()}_details": details} if details else {}),
    }
