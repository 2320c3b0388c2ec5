"""The tables and keys of a configuration file: what may stand in it, what must, and what is meant when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model

from payments.calendars import Cycle
from payments.methods.configuration import fields
from payments.methods.configuration.fields import Read
from payments.methods.models import (
    BankAccount,
    FeeContract,
    MethodFamily,
    MethodLimit,
    Offering,
    PaymentMethod,
    PayoutSchedule,
    Provider,
)
from payments.money import Rounding
from payments.records.models import ApprovalLimit

REQUIRED: Final = object()
"""The default of a key that must be written."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table."""

    read: Read
    default: Any = REQUIRED


@dataclass(frozen=True)
class Table:
    """One table of the file and the model it becomes."""

    name: str
    model: type[Model]
    identity: tuple[str, ...]
    """The fields that say which object it is; the parent's code comes first in a nested table."""
    keys: Mapping[str, Key]
    parent: str = ""
    """The field of the table it stands in."""
    references: Mapping[str, type[Model]] | None = None
    """Fields that hold the code of another object."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field, with the parent's."""
        return (self.parent, *self.keys) if self.parent else tuple(self.keys)


@dataclass(frozen=True)
class Rules:
    """What the rooms above know and this one must ask: the file formats and their mappings."""

    provider_adapters: frozenset[str]
    check_provider_mapping: Callable[[Mapping[str, Any]], None]
    """Raises ValueError for a mapping that no reader could follow."""
    check_bank_mapping: Callable[[Mapping[str, Any]], None]
    check_api_address: Callable[[str], str]
    """The address as it is asked. Raises ValueError for one that no secret would be sent to."""
    event_adapters: frozenset[str] = frozenset()
    """Codes of the schemes of webhooks."""


def mapping(check: Callable[[Mapping[str, Any]], None]) -> Read:
    """A mapping as a table, or as a string of JSON where it holds what TOML cannot say."""

    def read(value: Any) -> dict[str, Any]:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise ValueError(f"it is no JSON: {error}") from None
        if not isinstance(value, dict):
            raise ValueError("it is no table: write the mapping below a header such as [provider.mapping]")
        _refuse_inexact(value)
        check(value)
        return value

    return read


def _refuse_inexact(value: Any) -> None:
    """JSON has neither dates nor exact decimals: both are written as text, or would change on their way."""
    if isinstance(value, dict):
        for entry in value.values():
            _refuse_inexact(entry)
    elif isinstance(value, list):
        for entry in value:
            _refuse_inexact(entry)
    elif isinstance(value, Decimal) or not isinstance(value, (str, int, bool, float, type(None))):
        raise ValueError(f"{fields.shown(value)} cannot stand in a mapping: put it in quotation marks")


_days: Final = fields.integer(0, 90)
_small: Final = fields.integer(0, 32_767)

METHOD: Final = Table(
    "method",
    PaymentMethod,
    ("code",),
    {
        "code": Key(fields.code),
        "family": Key(fields.choice(MethodFamily.values)),
        "name_ko": Key(fields.text(80)),
        "name_ja": Key(fields.text(80)),
        "name_en": Key(fields.text(80)),
        "is_enabled": Key(fields.truth, True),
        "display_order": Key(_small, 0),
    },
)
LIMIT: Final = Table(
    "method.limit",
    MethodLimit,
    ("method", "currency"),
    {
        "currency": Key(fields.currency),
        "minimum": Key(fields.minor_units, None),
        "maximum": Key(fields.minor_units, None),
        "customer_daily_cap": Key(fields.minor_units, None),
        "customer_monthly_cap": Key(fields.minor_units, None),
    },
    parent="method",
    references={"method": PaymentMethod},
)
OFFERING: Final = Table(
    "provider.offering",
    Offering,
    ("provider", "method"),
    {
        "method": Key(fields.code),
        "provider_names": Key(fields.names(80), []),
        "priority": Key(_small, 0),
        "weight": Key(_small, 100),
    },
    parent="provider",
    references={"provider": Provider, "method": PaymentMethod},
)
FEE_CONTRACT: Final = Table(
    "provider.fee_contract",
    FeeContract,
    ("provider", "method", "currency", "effective_from"),
    {
        "method": Key(fields.code, None),
        "currency": Key(fields.currency),
        "effective_from": Key(fields.day),
        "effective_to": Key(fields.day, None),
        "rate_basis_points": Key(fields.basis_points, Decimal("0.000")),
        "fixed_minor": Key(fields.minor_units, 0),
        "minimum_minor": Key(fields.minor_units, 0),
        "vat_rate_basis_points": Key(fields.integer(0, 10_000), 0),
        "is_vat_included": Key(fields.truth, False),
        "fee_rounding": Key(fields.choice(Rounding), "half_up"),
        "vat_rounding": Key(fields.choice(Rounding), "half_up"),
        "is_returned_on_refund": Key(fields.truth, False),
        "has_pass_through": Key(fields.truth, False),
        "installment_basis_points": Key(fields.basis_points, Decimal("0.000")),
        "monthly_fee_minor": Key(fields.minor_units, 0),
        "transfer_fee_minor": Key(fields.minor_units, 0),
        "chargeback_fee_minor": Key(fields.minor_units, None),
        "payout_threshold_minor": Key(fields.minor_units, 0),
    },
    parent="provider",
    references={"provider": Provider, "method": PaymentMethod},
)
PAYOUT_SCHEDULE: Final = Table(
    "provider.payout_schedule",
    PayoutSchedule,
    ("provider", "currency"),
    {
        "currency": Key(fields.currency),
        "cycle": Key(fields.choice(Cycle)),
        "lag_business_days": Key(_days, 0),
        "weekday": Key(fields.integer(0, 6), None),
        "month_day": Key(fields.integer(1, 31), None),
        "cut_off": Key(fields.clock_time, None),
        "country": Key(fields.country),
    },
    parent="provider",
    references={"provider": Provider},
)


APPROVAL_LIMIT: Final = Table(
    "approval_limit",
    ApprovalLimit,
    ("verb", "currency"),
    {
        "verb": Key(fields.choice(["capture", "refund", "void", "write_off"])),
        "currency": Key(fields.currency),
        "limit_minor": Key(fields.minor_units),
    },
)


def bank_account_table(rules: Rules) -> Table:
    """The table of bank accounts."""
    return Table(
        "bank_account",
        BankAccount,
        ("code",),
        {
            "code": Key(fields.code),
            "name": Key(fields.text(120)),
            "account_reference": Key(fields.account, ""),
            "currency": Key(fields.currency),
            "zone": Key(fields.zone),
            "country": Key(fields.country),
            "mapping": Key(mapping(rules.check_bank_mapping), None),
        },
    )


def provider_table(rules: Rules) -> Table:
    """The table of providers."""
    return Table(
        "provider",
        Provider,
        ("code",),
        {
            "code": Key(fields.code),
            "name": Key(fields.text(120)),
            "adapter": Key(fields.choice(sorted(rules.provider_adapters))),
            "zone": Key(fields.zone),
            "country": Key(fields.country),
            "currencies": Key(fields.currencies),
            "bank_account": Key(fields.code, None),
            "mapping": Key(mapping(rules.check_provider_mapping), None),
            "match_window_days": Key(_days, 7),
            "ledger_grace_days": Key(_days, 1),
            "deposit_grace_days": Key(_days, 1),
            "event_adapter": Key(fields.choice(["", *sorted(rules.event_adapters)]), ""),
            "api_address": Key(fields.address(rules.check_api_address), ""),
            "captures_apart": Key(fields.truth, False),
            "is_enabled": Key(fields.truth, True),
        },
        references={"bank_account": BankAccount},
    )


def tables(rules: Rules) -> tuple[Table, ...]:
    """Every table, in the order in which objects can be made."""
    of_providers = (provider_table(rules), OFFERING, FEE_CONTRACT, PAYOUT_SCHEDULE)
    return (bank_account_table(rules), METHOD, LIMIT, *of_providers, APPROVAL_LIMIT)
