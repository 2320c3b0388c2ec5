"""Secrets shared with a provider: several may hold at once while one replaces another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from payments.methods.models.providers import Provider
from payments.records.models import tracked


class SecretPurpose(models.TextChoices):
    """What a secret is for."""

    WEBHOOK = "webhook"
    """Checks the signatures of what the provider delivers."""
    API = "api"
    """Sent by us when we call the provider."""


@tracked
class ProviderSecret(models.Model):
    """One secret of a provider, encrypted."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="secrets")
    purpose = models.CharField(max_length=10, choices=SecretPurpose)
    ciphertext = models.BinaryField(max_length=1000)
    hint = models.CharField(max_length=8, blank=True)
    """The last characters, by which people tell secrets apart."""
    expires_at = models.DateTimeField(null=True)
    """After it the secret no longer holds; None while it does."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=SecretPurpose.values), name="secret_purpose_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.purpose} …{self.hint}"
