"""The answers about fees and thresholds: what the contract agrees held against what the delivered statements hold."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from payments.facts import LineKind
from payments.money import Fee, contract_fee

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.simulator.expectations import ProviderView, StatedLine
    from payments.simulator.world import Line

_LONGEST_SILENCE: Final = 11
"""Days without a statement after which nobody can say that a month is complete; those who charge months pay daily."""


def judge_fees(view: ProviderView) -> None:
    """Add a break for every fee that is not as agreed."""
    methods = {name: offering.method for offering in view.plan.offerings for name in offering.provider_names}
    for stated in view.lines:
        line = stated.line
        charged = Fee(line.charges.commission + line.charges.markup, line.charges.vat)
        if line.kind in (LineKind.SALE, LineKind.REFUND):
            contract = view.plan.contract(methods[line.method], line.occurred_on)
            agreed = contract_fee(line.gross_settled, contract.fee_terms)
        elif line.kind is LineKind.CHARGEBACK:
            method = methods[line.method]
            fee = view.plan.chargeback_fee(method, line.occurred_on)
            agreed = charged if fee is None else view.plan.contract(method, line.occurred_on).standing(fee)
        else:
            continue
        if charged != agreed:
            view.note_line("fee", stated, charged.withheld_minor - agreed.withheld_minor)
    standing = [stated for stated in view.lines if stated.line.kind is LineKind.FEE]
    _judge_transfer_fees(view, standing)
    _judge_monthly_fees(view, standing)


def _note(view: ProviderView, stated: StatedLine, amount_at_risk: int) -> None:
    """Adyen's rows about a batch have no key of their own: the batch names them."""
    line = stated.line
    reference = {"line_identity": line.identity} if line.identity else {"payout_key": line.payout_key}
    view.note("fee", line.net_currency, amount_at_risk, **reference, booked_on=str(line.booked_on))


def _judge_transfer_fees(view: ProviderView, standing: list[StatedLine]) -> None:
    contract = view.plan.default_contract
    agreed = contract.standing(contract.transfer_fee_minor)
    if not contract.transfer_fee_minor:
        return
    by_payout = _grouped(standing, lambda line: line.payout_key)
    for payout_key, payout in view.payouts.items():
        charged = by_payout.get(payout_key, [])
        is_due = view.as_of > view.plan.deposit_due_on(payout.paid_on)
        # What is withheld beyond the lines is a residual already, and may be the very fee.
        if not charged and is_due and payout.amount > 0 and payout.amount >= payout.line_net:
            view.note("fee", payout.currency, agreed.withheld_minor, payout_key=payout_key)
        _judge_charged(view, charged, agreed)


def _judge_monthly_fees(view: ProviderView, standing: list[StatedLine]) -> None:
    contract = view.plan.default_contract
    agreed = contract.standing(contract.monthly_fee_minor)
    if not contract.monthly_fee_minor:
        return
    by_month = _grouped(standing, lambda line: f"{line.booked_on:%Y-%m}")
    for month in sorted({day.replace(day=1) for day in view.booked}):
        charged = by_month.get(f"{month:%Y-%m}", [])
        if not charged and _is_over(view, month):
            view.note("fee", contract.currency, agreed.withheld_minor, payout_key=f"{month:%Y-%m}")
        _judge_charged(view, charged, agreed)


def _grouped(standing: list[StatedLine], key: Callable[[Line], str]) -> dict[str, list[StatedLine]]:
    groups: dict[str, list[StatedLine]] = {}
    for stated in standing:
        groups.setdefault(key(stated.line), []).append(stated)
    return groups


def _judge_charged(view: ProviderView, charged: list[StatedLine], agreed: Fee) -> None:
    """The first is as agreed, or differs by so much; every other one is too many."""
    for place, stated in enumerate(charged):
        found = Fee(stated.line.charges.fee, stated.line.charges.vat)
        if place or found != agreed:
            _note(view, stated, found.withheld_minor - (0 if place else agreed.withheld_minor))


def _is_over(view: ProviderView, month: date) -> bool:
    """Whether a month is past, its last payout too, and statements lead through it from the one before to the next."""
    start_of_next = _next(month)
    earlier = [day for day in view.booked if _next(day) == month]
    later = [day for day in view.booked if day.replace(day=1) == start_of_next]
    if not earlier or not later or view.as_of <= view.plan.paid_on(start_of_next - timedelta(days=1)):
        return False
    through = sorted(day for day in view.booked if max(earlier) <= day <= min(later))
    return all((right - left).days <= _LONGEST_SILENCE for left, right in pairwise(through))


def _next(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def judge_threshold(view: ProviderView) -> None:
    """Add a break for every balance paid out below the threshold or carried over at or above it."""
    threshold = view.plan.default_contract.payout_threshold_minor
    for payout_key, payout in view.payouts.items():
        is_due = view.as_of > view.plan.deposit_due_on(payout.paid_on)
        if is_due and payout.amount == payout.line_net and 0 < payout.amount < threshold:
            view.note("amount", payout.currency, payout.amount, payout_key=payout_key)
    for stated in view.lines:
        line = stated.line
        if line.kind is LineKind.CARRY_OUT and -line.net >= threshold > 0:
            view.note("amount", line.net_currency, line.net, payout_key=line.payout_key)
