"""Keys of the merchant API, and its writes that may be repeated."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from payments.records.models import tracked


@tracked
class ApiKey(models.Model):
    """What a machine of the merchant shows at the API: 256 random bits, of which only a hash is kept."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    """The readable beginning, by which people and logs tell keys apart."""
    digest = models.BinaryField(max_length=32)
    """SHA-256 of the whole key."""
    scopes = ArrayField(models.CharField(max_length=40))
    networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    """CIDR; none: from anywhere."""
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """The key it was rotated from; both hold until that one expires."""
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="api_key_has_a_scope"),
        ]

    def __str__(self) -> str:
        return self.prefix


class ApiKeyUse(models.Model):
    """When a key was last shown; written at most once a minute, beside the key so that its history stays readable."""

    key = models.OneToOneField(ApiKey, primary_key=True, on_delete=models.CASCADE, related_name="use")
    last_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key_id} {self.last_used_at}"


class ApiKeyMinute(models.Model):
    """How often a key asked in the last minute of the clock that it asked in; one row a key, so nothing piles up."""

    key = models.OneToOneField(ApiKey, primary_key=True, on_delete=models.CASCADE, related_name="+")
    minute = models.BigIntegerField()
    """Since 1970, by the clock of the database."""
    requests = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key_id} {self.minute} {self.requests}"


class IdempotentWrite(models.Model):
    """One write under an `Idempotency-Key`: the row is the claim, made before the work and in its transaction."""

    api_key = models.ForeignKey(ApiKey, db_index=False, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    """SHA-256 of method, path and body."""
    status_code = models.PositiveSmallIntegerField()
    response = models.BinaryField()
    """The body that was answered, as bytes."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "key"], name="idempotency_key_once_per_api_key"),
        ]

    def __str__(self) -> str:
        return self.key
