"""Mappings as they were: every one that was ever kept with a provider or bank account, by number, who and when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.methods.models import BankAccount, Provider
from payments.records.models import APPEND_ONLY


class MappingOrigin(models.TextChoices):
    """Where a version came from."""

    SCREEN = "screen"
    """Somebody described a file on the page."""
    JSON = "json"
    """Somebody brought a mapping as JSON."""
    CONFIGURATION = "configuration"
    """It stood in the configuration when a file was read with it."""


class MappingVersion(models.Model):
    """What the columns of an owner's mapped files mean, from the moment it was kept until the next version."""

    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(BankAccount, null=True, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    """From 1, without gaps, by owner."""
    mapping = models.JSONField()
    """As `payments.providers.mapped` or `payments.banks.mapped` explains; valid when it was kept."""
    origin = models.CharField(max_length=13, choices=MappingOrigin)
    note = models.CharField(max_length=200, blank=True)
    """What changed, in the words of whoever kept it."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    """None: it came from the configuration."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(provider__isnull=False, bank_account__isnull=True)
                | Q(provider__isnull=True, bank_account__isnull=False),
                name="mapping_version_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["provider", "bank_account", "number"],
                nulls_distinct=False,
                name="mapping_version_numbers_are_unique",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="mapping_versions_begin_at_one"),
            models.CheckConstraint(condition=Q(origin__in=MappingOrigin.values), name="mapping_origin_is_known"),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.provider_id or self.bank_account_id} {self.number}"

    @property
    def owner(self) -> Provider | BankAccount:
        """Whose files it is about."""
        owner = self.provider or self.bank_account
        assert owner is not None  # a constraint of the table
        return owner
