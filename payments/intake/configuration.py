"""What a configuration file must agree with: the formats and schemes known here, and what a mapping may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payments.banks.mapped.schema import bank_mapping
from payments.banks.zengin.years import YEARS_KEY, years_of
from payments.facts import FileRefused
from payments.methods.configuration.schema import Rules
from payments.providers.events import EVENT_ADAPTERS
from payments.providers.mapped.schema import statement_mapping
from payments.providers.paypal import options as paypal
from payments.providers.registry import ADAPTERS
from payments.providers.transport import checked_address


def configuration_rules() -> Rules:
    """The rules of this installation."""
    return Rules(
        frozenset(ADAPTERS), _check_provider_mapping, _check_bank_mapping, check_api_address, frozenset(EVENT_ADAPTERS)
    )


def check_api_address(address: str) -> str:
    """What the client of a provider will make of an address; this machine is let through, for fakes.

    Raises:
        BadAddress: secrets are not sent there.
    """
    return checked_address(address, is_loopback_allowed=True)


def _check_provider_mapping(mapping: Mapping[str, Any]) -> None:
    try:
        if paypal.KEYS.isdisjoint(mapping):
            statement_mapping(mapping)
        else:
            paypal.options_of(mapping)
    except FileRefused as refusal:
        raise ValueError(refusal.problem.message) from None


def _check_bank_mapping(mapping: Mapping[str, Any]) -> None:
    try:
        if mapping.keys() - {YEARS_KEY}:
            bank_mapping(mapping)
        else:
            years_of(mapping)
    except FileRefused as refusal:
        raise ValueError(refusal.problem.message) from None
