"""Mollie's balance reports: JSON that gives only totals of a day, between the balance it opens and closes with.

What a plan of this layout must be like, and what the truth of its totals is:

- A document is one day of the balance: `statement_key` is `<balance>/<day>/<day>`, and so is the key of the payout,
  which no bank shows. Its lines are those of what happened on the day; the balances are lines of it too. A day on
  which nothing happened makes no report.
- As in settlements a line stays in memory one line of one movement, and its `line_key` is `total_key(line)`. A movement
  belongs to the report of its own day, whenever its money leaves; without a total of its method and kind there it is
  missing on the statement.
- The two groupings of the API take turns. Sales and their fees come to be pending and become available on the same day;
  everything else is available at once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from payments.facts import MOVEMENT_LINE_KINDS, LineKind
from payments.money import format_minor, parse_minor
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Line, Version

CATEGORIES: Final[Mapping[LineKind, tuple[str, str]]] = {
    LineKind.SALE: ("payments", "payment"),
    LineKind.REFUND: ("refunds", "refund"),
    LineKind.PAYOUT: ("transfers", "outgoing-transfer"),
    LineKind.UNKNOWN: ("corrections", "loyalty-bonus"),
}
"""Category and transaction type of what is neither a fee nor a balance."""
_FEES: Final = "fee-prepayments"
_ALL: Final = ("payments", "refunds", "chargebacks", "capital", "transfers", _FEES, "corrections", "topups")
_BALANCES: Final = {LineKind.CARRY_IN: "open", LineKind.CARRY_OUT: "close"}
Parts = Sequence[Mapping[str, Any]]
Name = TypeVar("Name", str, tuple[str, str])


def file_name(_plan: ProviderPlan, document: Document, version: Version) -> str:
    """The day names the file; a corrected one says its version, which the content does not."""
    return f"balance-report_{document.label}{version.suffix}.json"


def total_key(line: Line) -> str:
    """How the reader calls the total that a line is part of: `refund/ideal`."""
    if line.kind in _BALANCES:
        return _BALANCES[line.kind]
    _, name = CATEGORIES[line.kind]
    return f"{name}/{line.method}" if line.kind in MOVEMENT_LINE_KINDS else name


def render(plan: ProviderPlan, document: Document, version: Version) -> bytes:
    """Return the report of one day as the API answers it."""
    day = document.booked_on
    is_by_status = bool(day.toordinal() % 2)
    opened, closed = (sum(line.net for line in version.lines if line.kind is kind) for kind in _BALANCES)
    balances = _amount(plan, opened), _amount(plan, -closed)
    groups = _groups(plan, [line for line in version.lines if line.kind not in _BALANCES])
    report = {
        "resource": "balance-report",
        "balanceId": plan.account_name,
        "timeZone": plan.zone,
        "from": f"{day}",
        "until": f"{day}",
        "grouping": "status-balances" if is_by_status else "transaction-categories",
        "totals": (_by_status if is_by_status else _by_category)(plan, balances, groups),
    }
    return (json.dumps(report, indent=4) + "\n").encode()


Groups = Mapping[str, tuple[bool, Parts]]
"""By category whether its amounts are pending first, and what they are made of."""


def _groups(plan: ProviderPlan, lines: Sequence[Line]) -> Groups:
    groups: dict[str, tuple[bool, Parts]] = {}
    for (category, name), found in _grouped(lines, lambda line: CATEGORIES[line.kind]):
        by_method = _grouped((line for line in found if line.kind in MOVEMENT_LINE_KINDS), lambda line: line.method)
        methods = [_part(plan, [line.gross_settled for line in each], method=method) for method, each in by_method]
        whole = _part(plan, [line.gross_settled for line in found], methods, transactionType=name)
        groups[category] = category == "payments", [whole]
    charged = [line for line in lines if line.charges.fee]
    if charged:
        kinds = [_fees(plan, name, found) for name, found in _grouped(charged, _fee_type)]
        whole = _part(plan, [-line.charges.fee for line in charged], kinds, prepaymentPartType="fee")
        groups[_FEES] = True, [whole]
    return groups


def _fee_type(line: Line) -> str:
    return "payment-fee" if line.kind is LineKind.SALE else "refund-fee"


def _fees(plan: ProviderPlan, name: str, lines: Sequence[Line]) -> Mapping[str, Any]:
    methods = [
        _part(plan, [-line.charges.fee for line in found], method=method)
        for method, found in _grouped(lines, lambda line: line.method)
    ]
    return _part(plan, [-line.charges.fee for line in lines], methods, feeType=name)


def _grouped(lines: Iterable[Line], key: Callable[[Line], Name]) -> list[tuple[Name, list[Line]]]:
    found: dict[Name, list[Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return sorted(found.items())


def _by_category(plan: ProviderPlan, balances: Sequence[Mapping[str, Any]], groups: Groups) -> Mapping[str, Any]:
    nothing, (opened, closed) = _amount(plan, 0), balances
    totals: dict[str, Any] = {"open": {"pending": nothing, "available": opened}}
    for category in _ALL:
        is_pending, parts = groups.get(category, (False, []))
        amount = _made_of(plan, parts)
        totals[category] = {
            "pending": amount if is_pending else nothing,
            "movedToAvailable": amount if is_pending else nothing,
            "immediatelyAvailable": nothing if is_pending else amount,
        }
    return {**totals, "close": {"pending": nothing, "available": closed}}


def _by_status(plan: ProviderPlan, balances: Sequence[Mapping[str, Any]], groups: Groups) -> Mapping[str, Any]:
    nothing, (opened, closed) = _amount(plan, 0), balances
    pending = _made_of(plan, _told_by_type(groups, is_pending=True))
    at_once = _made_of(plan, _told_by_type(groups, is_pending=False))
    return {
        "pendingBalance": {"open": nothing, "pending": pending, "movedToAvailable": pending, "close": nothing},
        "availableBalance": {
            "open": opened, "movedFromPending": pending, "immediatelyAvailable": at_once, "close": closed,
        },
    }  # fmt: skip


def _told_by_type(groups: Groups, *, is_pending: bool) -> list[Mapping[str, Any]]:
    """Where the categories are not told, fees are a transaction type like any other."""
    found: list[Mapping[str, Any]] = []
    for category, (is_first_pending, parts) in groups.items():
        if is_first_pending is not is_pending:
            continue
        if category != _FEES:
            found += parts
            continue
        [fee] = parts
        found.append({"transactionType": "fee-prepayment", "amount": fee["amount"], "subtotals": parts})
    return found


def _part(plan: ProviderPlan, amounts: Sequence[int], below: Parts = (), **about: str) -> Mapping[str, Any]:
    return {**about, "count": len(amounts), **_amount(plan, sum(amounts)), **({"subtotals": below} if below else {})}


def _made_of(plan: ProviderPlan, parts: Parts) -> Mapping[str, Any]:
    total = sum(parse_minor(part["amount"]["value"], plan.currency) for part in parts)
    return {**_amount(plan, total), **({"subtotals": parts} if parts else {})}


def _amount(plan: ProviderPlan, minor: int) -> dict[str, Any]:
    return {"amount": {"currency": plan.currency, "value": format_minor(minor, plan.currency)}}
