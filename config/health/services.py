"""Writing the heartbeats."""

from __future__ import annotations

from django.utils import timezone

from config.models import Heartbeat

BEAT = "beat"
WORKER = "worker"


def record_beat(name: str) -> None:
    """Set the time of the last sign of life of `BEAT` or `WORKER` to now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beaten_at": timezone.now()})
