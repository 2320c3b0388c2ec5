"""The scheduler process, which notes in the database that it is alive."""

from __future__ import annotations

import time
from typing import Any

import structlog
from celery.beat import Scheduler
from django.db import Error as DatabaseError
from django.db import connection

from config.health.services import BEAT, record_beat

BEAT_SECONDS = 15

logger = structlog.get_logger(__name__)


class BeatingScheduler(Scheduler):
    """Celery's plain in-memory scheduler with a pulse.

    In memory, since with short intervals there is nothing worth remembering across a restart. The pulse is written
    here and not by a task, because a worker busy with a long import is no reason to call the installation unwell.
    """

    max_interval = BEAT_SECONDS
    _beaten_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, and beat every 15 seconds; a database that is away must not stop the schedule."""
        if time.monotonic() - self._beaten_at >= BEAT_SECONDS:
            self._beaten_at = time.monotonic()
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()  # nobody else does that outside requests and tasks
            try:
                record_beat(BEAT)
            except DatabaseError as problem:
                logger.warning("beat_not_recorded", problem=repr(problem))
        wait = super().tick(*args, **kwargs)
        return min(wait, BEAT_SECONDS)
