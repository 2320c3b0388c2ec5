"""`manage.py listen`: wakes a worker as soon as something is delivered; a part of `manage.py up`."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from payments.intake.listening import Listener
from payments.intake.tasks import drain_inbox

EXPIRES_SECONDS = 60


class Command(BaseCommand):
    """Listens until SIGTERM or SIGINT."""

    help = "Wake a worker for deliveries as they come. Without it they wait for the schedule, some seconds."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        """Listen."""
        listener = Listener(lambda: drain_inbox.apply_async(expires=EXPIRES_SECONDS, retry=False))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: listener.stop())
        listener.run()
