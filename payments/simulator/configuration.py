"""configuration.toml: the merchant's agreements as `manage.py configure` reads them, field by field of the models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from payments.simulator.catalogue import Merchant
from payments.simulator.terms import Account, Contract, Limit, Method, ProviderPlan


def render_configuration(merchant: Merchant) -> str:
    """Return the configuration as TOML."""
    tables: list[str] = []
    for account in merchant.accounts:
        tables.append(_table("[[bank_account]]", _account(account)))
    for order, method in enumerate(merchant.methods, 1):
        tables.append(_table("[[method]]", _method(method, order)))
        tables += [_table("[[method.limit]]", _limit(limit)) for limit in method.limits]
    for plan in merchant.providers:
        tables.append(_table("[[provider]]", _provider(plan)))
        tables += [_table("[[provider.offering]]", fields) for fields in _offerings(plan)]
        tables += [_table("[[provider.fee_contract]]", _contract(contract)) for contract in plan.contracts]
        tables.append(_table("[[provider.payout_schedule]]", _schedule(plan)))
    return "\n".join(tables)


def _table(header: str, fields: Mapping[str, Any]) -> str:
    lines = [f"{name} = {_value(value)}" for name, value in fields.items() if value is not None]
    return "\n".join([header, *lines]) + "\n"


def _value(value: Any) -> str:
    """One TOML value. Strings of JSON are strings of TOML as far as we use them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_value(str(key))} = {_value(entry)}" for key, entry in value.items())
        return f"{{ {inside} }}"
    return "[" + ", ".join(_value(entry) for entry in value) + "]"


def _account(account: Account) -> Mapping[str, Any]:
    return {
        "code": account.code,
        "name": account.name,
        "account_reference": account.account_reference,
        "currency": account.currency,
        "zone": account.zone,
        "country": account.country,
        "mapping": account.mapping,
    }


def _method(method: Method, order: int) -> Mapping[str, Any]:
    return {
        "code": method.code,
        "family": method.family,
        "name_ko": method.name_ko,
        "name_ja": method.name_ja,
        "name_en": method.name_en,
        "is_enabled": True,
        "display_order": order,
    }


def _limit(limit: Limit) -> Mapping[str, Any]:
    return {
        "currency": limit.currency,
        "minimum": limit.minimum,
        "maximum": limit.maximum,
        "customer_daily_cap": limit.customer_daily_cap,
        "customer_monthly_cap": limit.customer_monthly_cap,
    }


def _provider(plan: ProviderPlan) -> Mapping[str, Any]:
    return {
        "code": plan.code,
        "name": plan.name,
        "adapter": plan.adapter,
        "zone": plan.zone,
        "country": plan.country,
        "currencies": list(plan.currencies),
        "bank_account": plan.bank_account,
        "mapping": plan.mapping,
        "match_window_days": plan.match_window_days,
        "ledger_grace_days": plan.ledger_grace_days,
        "deposit_grace_days": plan.deposit_grace_days,
        "event_adapter": plan.event_adapter or None,
        "captures_apart": True if plan.event_adapter == "adyen" else None,
        "is_enabled": True,
    }


def _offerings(plan: ProviderPlan) -> Iterator[Mapping[str, Any]]:
    for priority, offering in enumerate(plan.offerings, 1):
        yield {
            "method": offering.method,
            "provider_names": list(offering.provider_names),
            "priority": priority,
            "weight": offering.weight,
        }


def _contract(contract: Contract) -> Mapping[str, Any]:
    return {
        "method": contract.method or None,
        "currency": contract.currency,
        "effective_from": contract.effective_from,
        "effective_to": contract.effective_to,
        "rate_basis_points": contract.rate_basis_points,
        "fixed_minor": contract.fixed_minor,
        "minimum_minor": contract.minimum_minor,
        "vat_rate_basis_points": contract.vat_rate_basis_points,
        "is_vat_included": contract.is_vat_included,
        "fee_rounding": str(contract.fee_rounding),
        "vat_rounding": str(contract.vat_rounding),
        "is_returned_on_refund": contract.is_returned_on_refund,
        "has_pass_through": contract.has_pass_through,
        "installment_basis_points": "0",
        "monthly_fee_minor": contract.monthly_fee_minor,
        "transfer_fee_minor": contract.transfer_fee_minor,
        "chargeback_fee_minor": contract.chargeback_fee_minor,
        "payout_threshold_minor": contract.payout_threshold_minor,
    }


def _schedule(plan: ProviderPlan) -> Mapping[str, Any]:
    schedule = plan.schedule
    return {
        "currency": schedule.currency,
        "cycle": str(schedule.cycle),
        "lag_business_days": schedule.lag_business_days,
        "weekday": schedule.weekday,
        "country": schedule.country,
    }
