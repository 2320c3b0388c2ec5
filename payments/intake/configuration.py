"""What a configuration file must agree with: the file formats that are known here, and what a mapping may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payments.facts import FileRefused
from payments.intake.adapters import MAPPED
from payments.methods.configuration.schema import Rules
from payments.providers.registry import ADAPTERS
from payments.tabular.mappings import MappingKeys, shape_of


def configuration_rules() -> Rules:
    """The rules of this installation."""
    return Rules(frozenset(ADAPTERS) | {MAPPED}, _check_provider_mapping, _check_bank_mapping)


def _check_provider_mapping(mapping: Mapping[str, Any]) -> None:
    _check(mapping)


def _check_bank_mapping(mapping: Mapping[str, Any]) -> None:
    _check(mapping)


def _check(mapping: Mapping[str, Any]) -> None:
    try:
        shape_of(MappingKeys(mapping), ("gross", "fee", "fee_vat", "net", "amount"))
    except FileRefused as refusal:
        raise ValueError(refusal.problem.message) from None
