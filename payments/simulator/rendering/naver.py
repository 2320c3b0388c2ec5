"""The Korean market place: the settlements of one business day as JSON, fees as deductions, totals beside the list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version


def file_name(_plan: ProviderPlan, document: Document, version: Version) -> str:
    """Return the name of a delivered version."""
    return f"pay-settle_{document.label}{version.suffix}.json"


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one day's settlements as JSON."""
    rows = ",\n".join(
        "    " + json.dumps(_element(line), ensure_ascii=False, separators=(", ", ": ")) for line in version.lines
    )
    head = {
        "merchantId": plan.account_name,
        "settleDate": str(document.booked_on),
        "totalCount": len(version.lines),
        "totalSettleAmount": sum(line.net for line in version.lines),
    }
    told = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in head.items())
    return f'{{\n{told},\n  "elements": [\n{rows}\n  ]\n}}\n'.encode()


def _element(line: Line) -> Mapping[str, Any]:
    return {
        "settleType": line.words,
        "orderId": line.merchant_reference,
        "productOrderId": line.provider_key,
        "payReferenceKey": line.payment_reference,
        "primaryPayMeans": line.method,
        "settleBasisDate": str(line.occurred_on),
        "settleExpectDate": str(line.booked_on),
        "settleId": line.payout_key,
        "paySettleAmount": line.gross,
        "totalPayCommissionAmount": -(line.charges.fee + line.charges.vat),
        "payCommissionVatAmount": -line.charges.vat,
        "settleExpectAmount": line.net,
    }
