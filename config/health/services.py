"""Writing the heartbeat."""

from __future__ import annotations

from django.utils import timezone

from config.models import Heartbeat


def record_beat(name: str = "beat") -> None:
    """Set the time of the last beat to now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": timezone.now()})
