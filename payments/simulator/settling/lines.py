"""One movement becomes one statement line: converted, charged by contract, and spoiled where a fault was planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from payments.facts import LineKind, MovementKind
from payments.money import Fee, Rounding, contract_fee, convert, exponent, share_of, split_vat
from payments.simulator.chance import chance
from payments.simulator.rates import exchange_rate
from payments.simulator.settling.standing import chargeback_charges
from payments.simulator.terms import Contract, ProviderPlan
from payments.simulator.world import Charges, Fault, Line, Movement

_FEE_FAULTS: Final = frozenset({Fault.FEE_OVER, Fault.FEE_UNDER, Fault.FEE_VAT})
# In basis points of the settled amount, roughly what card schemes and issuers take.
_SCHEME_BASIS_POINTS: Final = {"visa": 14, "mc": 16, "jcb": 12, "amex": 22}
_INTERCHANGE_BASIS_POINTS: Final = {"visa": 30, "mc": 30, "jcb": 95, "amex": 120}


def plain_line(plan: ProviderPlan, kind: LineKind, day: date, amount: int, words: str) -> Line:
    """A line about the account itself, which has no order and no key."""
    return Line(
        kind=kind,
        line_key="",
        provider_key="",
        payment_reference="",
        merchant_reference="",
        method="",
        currency=plan.currency,
        gross=amount,
        net_currency=plan.currency,
        gross_settled=amount,
        charges=Charges(),
        occurred_at=datetime.combine(day, time(23, 50), tzinfo=ZoneInfo(plan.zone)),
        occurred_on=day,
        booked_on=day,
        words=words,
    )


def line_of(seed: int, plan: ProviderPlan, movement: Movement, *, sold_on: date, booked_on: date) -> Line:
    """Return the line a provider writes for a movement; `sold_on` decides the contract and the exchange rate."""
    currency = _stated_currency(plan, movement)
    gross = movement.amount + _amount_fault(seed, movement)
    rate = exchange_rate(seed, currency, plan.currency, sold_on)
    settled = convert(gross, currency, plan.currency, rate, Rounding.HALF_UP)
    return Line(
        kind=LineKind(movement.kind),
        line_key=movement.provider_key,
        provider_key=movement.provider_key,
        payment_reference=movement.payment_reference,
        merchant_reference=movement.merchant_reference,
        method=movement.brand,
        currency=currency,
        gross=gross,
        net_currency=plan.currency,
        gross_settled=settled,
        charges=_charges(seed, plan, movement, sold_on, settled),
        occurred_at=movement.occurred_at,
        occurred_on=movement.occurred_on,
        booked_on=booked_on,
        rate=rate,
        movement=movement,
    )


def copy_of(line: Line, booked_on: date) -> Line:
    """Return the same line once more: a true duplicate."""
    return replace(line, booked_on=booked_on, is_copy=True)


def _stated_currency(plan: ProviderPlan, movement: Movement) -> str:
    if movement.fault is not Fault.CURRENCY:
        return movement.currency
    if movement.currency != plan.currency:
        return plan.currency
    return "USD" if plan.currency != "USD" else "EUR"


def _amount_fault(seed: int, movement: Movement) -> int:
    """How much more the provider says, in minor units: from a unit that rounding lost to a digit that was mistyped."""
    if movement.fault is not Fault.AMOUNT:
        return 0
    generator = chance(seed, "amount", movement.movement_key)
    size = generator.choice((1, 1, 10, 90, 100, abs(movement.amount) // 4))
    size = max(1, min(size, abs(movement.amount) // 4))
    return size if generator.random() < 0.5 else -size


def _charges(seed: int, plan: ProviderPlan, movement: Movement, sold_on: date, settled: int) -> Charges:
    contract, chargeback_fee = plan.contract(movement.method, sold_on), plan.chargeback_fee(movement.method, sold_on)
    if movement.kind is MovementKind.CHARGEBACK and chargeback_fee is not None:
        return chargeback_charges(seed, contract, chargeback_fee, movement.movement_key)
    if movement.kind not in (MovementKind.CAPTURE, MovementKind.REFUND):
        return Charges()
    fee = _spoiled(seed, contract, movement, contract_fee(settled, contract.fee_terms))
    if not contract.has_pass_through:
        return Charges(commission=fee.fee_minor, vat=fee.vat_minor)
    scheme, interchange = _pass_through(movement, settled)
    return Charges(markup=fee.fee_minor, scheme=scheme, interchange=interchange)


def _pass_through(movement: Movement, settled: int) -> tuple[int, int]:
    """Scheme fee and interchange as they fall: on a refund the scheme charges again and the issuer gives back."""
    scheme = share_of(abs(settled), _SCHEME_BASIS_POINTS[movement.brand], Rounding.HALF_UP)
    interchange = share_of(settled, _INTERCHANGE_BASIS_POINTS[movement.brand], Rounding.HALF_UP)
    return scheme, interchange


def _spoiled(seed: int, contract: Contract, movement: Movement, fee: Fee) -> Fee:
    if movement.fault not in _FEE_FAULTS:
        return fee
    generator = chance(seed, "fee", movement.movement_key)
    size = generator.randint(5, 45) * (1 if exponent(contract.currency) else 2)
    if movement.fault is Fault.FEE_VAT:
        return Fee(fee.fee_minor, fee.vat_minor + generator.randint(2, 9))
    if movement.fault is Fault.FEE_UNDER:
        size = -min(size, max(1, fee.fee_minor // 2))
    if contract.is_vat_included:
        return split_vat(fee.withheld_minor + size, contract.vat_rate_basis_points, contract.vat_rounding)
    wrong = fee.fee_minor + size
    return Fee(wrong, share_of(wrong, contract.vat_rate_basis_points, contract.vat_rounding))
