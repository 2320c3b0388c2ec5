"""The tables of the house itself: the heartbeat and the shared cache."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When the scheduler was last heard through the broker and a worker: one row a scheduler."""

    name = models.CharField(max_length=40, primary_key=True)
    beaten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.beaten_at:%Y-%m-%d %H:%M:%S} UTC"


class CacheEntry(models.Model):
    """The table of Django's database cache: declared here so that `migrate` alone makes it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "config_cache_entry"

    def __str__(self) -> str:
        return self.cache_key
