"""Mollie's settlements: JSON that gives only totals, by month, method and kind, with four decimals.

What a plan of this layout must be like, and what the truth of its totals is:

- A document is one settlement and one payout: `statement_key` is its reference, such as 1234567.2607.03, and the
  payout's key is the same; `booked_on` is the date of the payout. Its lines are those of movements whose payout date by
  the schedule is behind that of the settlement before and not behind its own. A day without sales makes no settlement.
- A line stays in memory one line of one movement; its `provider_key` and `merchant_reference` are '' and its `line_key`
  is `total_key(line)`, which all lines of one total share. So the pair of a movement is (statement, total), as the
  judge reads it, with rule 4.
- Count and sum of a total equal our ledger's, or no movement of that month, method and kind in the settlement is a
  pair: then there is one break of kind *amount* in the layer of transactions on the total, without a movement, at risk
  the difference of the sums. So a fault of one movement (unstated, unledgered, another amount) takes the pairs of all
  its total with it. A movement whose settlement has no total of its month, method and kind is missing on the statement.
- Fees are totals too: a difference is one *fee* break on the total of fees (`fee_key(line)`), for all its movements.
  The contract has no minimum, monthly or transfer fee.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.facts import LineKind
from payments.money import exponent, format_minor
from payments.simulator.chance import chance
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

METHODS: Final[Mapping[LineKind, str]] = {
    LineKind.REFUND: "refund",
    LineKind.CHARGEBACK: "chargeback",
    LineKind.CHARGEBACK_REVERSAL: "chargeback-reversal",
    LineKind.REFUND_FAILURE: "failed-refund",
    LineKind.RESERVE_HOLD: "rolling-reserve",
    LineKind.RESERVE_RELEASE: "rolling-reserve-release",
    LineKind.ADJUSTMENT: "correction",
    LineKind.TRANSFER: "topup",
    LineKind.UNKNOWN: "loyalty-bonus",
}
"""What stands in the place of a method where an entry is no sale."""
WORDS: Final[Mapping[LineKind, str]] = {
    LineKind.REFUND: "Refunds",
    LineKind.CHARGEBACK: "Chargebacks",
    LineKind.CHARGEBACK_REVERSAL: "Chargeback reversals",
    LineKind.REFUND_FAILURE: "Failed refunds",
}
DESCRIPTIONS: Final[Mapping[str, str]] = {
    "ideal": "iDEAL",
    "creditcard": "Credit card",
    "bancontact": "Bancontact",
    "banktransfer": "SEPA Bank transfer",
    "directdebit": "SEPA Direct Debit",
    "paypal": "PayPal",
    "klarna": "Klarna",
}
DECIMALS: Final = 4
CREATED: Final = time(6, 0, 1)
SETTLED: Final = time(9, 41, 44)
SUB_CENT: Final = 30
"""Ten-thousandths more in the first costs than their cents: real settlements do not add up to the cent either."""


def file_name(plan: ProviderPlan, document: Document, version: Version) -> str:
    """The reference names the file; a corrected one says its version, which the content does not."""
    return f"settlement_{document.label}{version.suffix}.json"


def total_key(line: Line) -> str:
    """How the reader calls the total that a line is part of: `2026-07/revenue/refund/ideal`."""
    return _key(line, "revenue")


def fee_key(line: Line) -> str:
    """How the reader calls the total that the fee of a line is part of: `2026-07/costs/ideal`."""
    return _key(line, "costs")


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return one settlement as the API answers it."""
    zone = ZoneInfo(plan.zone)
    amount = sum(payout.amount for payout in version.payouts) or sum(line.net for line in _lines(version))
    invoice = f"inv_{chance(0, 'mollie invoice', document.statement_key).randrange(10**10):010d}"
    settlement = {
        "resource": "settlement",
        "id": f"stl_{chance(0, 'mollie settlement', document.statement_key).randrange(10**9):09d}",
        "reference": document.statement_key,
        "createdAt": _stamp(document.booked_on, CREATED, zone),
        "settledAt": _stamp(document.booked_on, SETTLED, zone),
        "amount": {"currency": plan.currency, "value": format_minor(amount, plan.currency)},
        "status": "paidout",
        "periods": _periods(plan, version, invoice),
        "invoiceId": invoice,
    }
    return (json.dumps(settlement, ensure_ascii=False, indent=4) + "\n").encode()


def _lines(version: Version) -> Iterable[Line]:
    return (line for line in version.lines if line.kind is not LineKind.PAYOUT)


def _periods(plan: ProviderPlan, version: Version, invoice: str) -> Mapping[str, Any]:
    months: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for line in _lines(version):
        months[line.occurred_on.year, line.occurred_on.month].append(line)
    periods: dict[str, dict[str, Any]] = defaultdict(dict)
    rest = SUB_CENT
    for (year, month), lines in sorted(months.items()):
        costs = []
        for key, found in _groups(line for line in lines if line.charges.fee or line.charges.vat):
            costs.append(_cost(plan, key, found, rest))
            rest = 0
        revenue = [_revenue(plan, key, found) for key, found in _groups(line for line in lines if _is_revenue(line))]
        periods[str(year)][str(month)] = {"revenue": revenue, "costs": costs, "invoiceId": invoice}
    return periods


def _is_revenue(line: Line) -> bool:
    return line.kind is not LineKind.FEE


def _groups(lines: Iterable[Line]) -> list[tuple[tuple[LineKind, str], list[Line]]]:
    found: dict[tuple[LineKind, str], list[Line]] = defaultdict(list)
    for line in lines:
        has_method = line.kind is LineKind.SALE or line.kind in WORDS
        found[line.kind, line.method if has_method else ""].append(line)
    return sorted(found.items())


def _revenue(plan: ProviderPlan, key: tuple[LineKind, str], lines: list[Line]) -> Mapping[str, Any]:
    kind, method = key
    gross = sum(line.gross_settled for line in lines)
    # Refunds are signed in one amount and not in the other, as the provider's own example has them.
    shown = abs(gross) if kind is LineKind.REFUND else gross
    return {
        "description": _described(kind, method),
        "method": METHODS.get(kind, method),
        "count": len(lines),
        "amountNet": _amount(plan, gross),
        "amountVat": None,
        "amountGross": _amount(plan, shown),
    }


def _cost(plan: ProviderPlan, key: tuple[LineKind, str], lines: list[Line], rest: int) -> Mapping[str, Any]:
    kind, method = key
    fee, vat = sum(line.charges.fee for line in lines), sum(line.charges.vat for line in lines)
    contract = plan.contract(lines[0].movement.method if lines[0].movement else "", lines[0].occurred_on)
    is_rated = kind is LineKind.SALE
    return {
        "description": _described(kind, method),
        "method": METHODS.get(kind, method),
        "count": len(lines),
        "rate": {
            "fixed": _amount(plan, contract.fixed_minor if is_rated else fee // len(lines)),
            "percentage": f"{Decimal(contract.rate_basis_points) / 100:.4f}" if is_rated else None,
        },
        "amountNet": _amount(plan, fee, rest),
        "amountVat": _amount(plan, vat) if vat else None,
        "amountGross": _amount(plan, fee + vat, rest),
    }


def _described(kind: LineKind, method: str) -> str:
    name = DESCRIPTIONS.get(method, method)
    if kind is LineKind.SALE:
        return name
    return f"{WORDS[kind]} {name}" if kind in WORDS else METHODS.get(kind, "Fees").replace("-", " ").capitalize()


def _key(line: Line, side: str) -> str:
    names = [f"{line.occurred_on:%Y-%m}", side, METHODS.get(line.kind, line.method)]
    return "/".join([*names, line.method] if line.kind in WORDS else names)


def _amount(plan: ProviderPlan, minor: int, rest: int = 0) -> Mapping[str, str]:
    """An amount with four decimals; `rest` is in ten-thousandths of a major unit."""
    units = minor * 10 ** (DECIMALS - exponent(plan.currency)) + rest
    whole, decimals = divmod(abs(units), 10**DECIMALS)
    sign = "-" if units < 0 else ""
    return {"currency": plan.currency, "value": f"{sign}{whole}.{decimals:0{DECIMALS}d}"}


def _stamp(day: date, moment: time, zone: ZoneInfo) -> str:
    """In UTC, with the fraction of a second that the API writes."""
    return f"{datetime.combine(day, moment, zone).astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0Z"
