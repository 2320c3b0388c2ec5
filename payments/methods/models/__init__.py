"""The facts of methods: what is configured, who may use it, what it costs and when it pays out."""

from payments.methods.models.contracts import FeeContract, PayoutSchedule
from payments.methods.models.providers import (
    AvailabilityRule,
    BankAccount,
    MethodFamily,
    MethodLimit,
    Offering,
    PaymentMethod,
    Provider,
    is_currency,
)
from payments.methods.models.secrets import ProviderSecret, SecretPurpose

__all__ = [
    "AvailabilityRule",
    "BankAccount",
    "FeeContract",
    "MethodFamily",
    "MethodLimit",
    "Offering",
    "PaymentMethod",
    "PayoutSchedule",
    "Provider",
    "ProviderSecret",
    "SecretPurpose",
    "is_currency",
]
