"""`manage.py postgres start|stop|status`: the embedded server by hand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.postgres.location import Location, location_of
from config.postgres.problems import EmbeddedServerError
from config.postgres.server import ensure_running, is_embedded, status, stop


class Command(BaseCommand):
    """Starts, stops or shows the embedded PostgreSQL server."""

    help = "Start, stop or show the embedded PostgreSQL server (in use when DATABASE_URL is not set)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One positional: what to do."""
        parser.add_argument("action", choices=["start", "stop", "status"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        """Do it and say what is so now.

        Raises:
            CommandError: another database is in use, or the server refuses.
        """
        if not is_embedded(settings.DATABASES["default"]["ENGINE"]):
            raise CommandError("DATABASE_URL names another database: there is no embedded server to speak of")
        location = location_of(settings.JEONGSAN_VAR)
        try:
            if action == "start":
                ensure_running(location)
            elif action == "stop":
                stop(location)
        except EmbeddedServerError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(_described(location))


def _described(location: Location) -> str:
    running = status(location)
    if running is None:
        return f"stopped, data in {location.data}"
    state = "running" if running.is_ready else "starting"
    reach = " ".join(f"{name}={value}" for name, value in location.connection_parameters().items())
    return f"{state}, process {running.process_id}, data in {location.data}\npsql '{reach}'"
