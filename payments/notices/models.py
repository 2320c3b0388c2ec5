"""Notices: what the shop is told of its payments, by signed webhook, and how each delivery went."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from payments.records.models import tracked


@tracked
class WebhookEndpoint(models.Model):
    """An address of the merchant that is told what changed."""

    url = models.URLField(max_length=500, unique=True)
    description = models.CharField(max_length=120, blank=True)
    secret = models.BinaryField(max_length=400)
    """Encrypted: signs every message (Standard Webhooks)."""
    previous_secret = models.BinaryField(max_length=400, null=True)
    """Encrypted: signs beside the new one while the shop changes over."""
    kinds = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    """Kinds of message it wants; none: all."""
    is_enabled = models.BooleanField(default=True)
    failing_since_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.url


class WebhookMessage(models.Model):
    """One thing that changed, written in the transaction that changed it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=40)
    """One of `payments.notices.services.messages.KINDS`."""
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class WebhookDelivery(models.Model):
    """One message to one endpoint: tried until it is taken or given up."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    """None when it was taken or given up."""
    taken_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    """Of the last answer; None when there was none."""
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "endpoint"], name="message_once_per_endpoint"),
        ]
        indexes = [
            # By endpoint: what waits for one that is down stands in no other's way.
            models.Index(
                fields=["endpoint", "next_try_at", "id"],
                name="notice_due_by_endpoint",
                condition=Q(next_try_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.endpoint_id}"
