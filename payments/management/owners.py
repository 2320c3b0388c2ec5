"""Finds the provider or bank account that a command names."""

from __future__ import annotations

from django.core.management.base import CommandError

from payments.methods.models import BankAccount, Provider

MISUSED = 2


def provider_named(code: str) -> Provider:
    """The provider of a code.

    Raises:
        CommandError: there is none.
    """
    provider = Provider.objects.filter(code=code).first()
    if provider is None:
        known = ", ".join(Provider.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise CommandError(f"there is no provider “{code}” (configured: {known})", returncode=MISUSED)
    return provider


def bank_account_named(code: str) -> BankAccount:
    """The bank account of a code.

    Raises:
        CommandError: there is none.
    """
    account = BankAccount.objects.filter(code=code).first()
    if account is None:
        known = ", ".join(BankAccount.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise CommandError(f"there is no bank account “{code}” (configured: {known})", returncode=MISUSED)
    return account
