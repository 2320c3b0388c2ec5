"""`manage.py up`: the whole product under one command."""

from __future__ import annotations

import json
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.postgres.location import location_of
from config.postgres.problems import EmbeddedServerError
from config.postgres.server import ensure_running, is_embedded, stop_unless_used
from config.settings.environment import Environment
from config.supervision.child import Child
from config.supervision.supervisor import Supervisor, say


class Command(BaseCommand):
    """Runs web, worker, beat and listener, restarts what dies, and stops all of it together."""

    help = "Run web, worker, scheduler and listener until Ctrl-C; the embedded database is started and stopped too."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until asked to stop.

        Raises:
            CommandError: the port is taken, or the embedded server cannot start.
        """
        environment = Environment()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # until the supervisor takes the signals over
        _refuse_taken_port(environment.bind, environment.port)
        has_embedded_server = is_embedded(settings.DATABASES["default"]["ENGINE"])
        location = location_of(settings.JEONGSAN_VAR)
        try:
            if has_embedded_server:
                ensure_running(location)
            greeting = _Greeting(environment)
            Supervisor(_children(environment), when_idle=greeting.tick).run()
        except EmbeddedServerError as problem:
            raise CommandError(str(problem)) from problem
        finally:
            if has_embedded_server and not stop_unless_used(location):
                say("PostgreSQL stays: somebody else is connected (`manage.py postgres stop` ends it)")
        say("stopped")


def _children(environment: Environment) -> list[Child]:
    python = sys.executable
    # Celery fears unpickling as root; ours accepts JSON only, so its warning would say nothing true.
    celery = [python, "-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "config"]
    level = ["--loglevel", environment.log_level]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    concurrency = ["--concurrency", str(environment.worker_concurrency)]
    commands = {
        "web": [python, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application"],
        "worker": [*celery, "worker", *concurrency, *quiet, *level],
        "beat": [*celery, "beat", "--pidfile=", *level],
        "listener": [python, "manage.py", "listen"],
    }
    return [Child(name, command, settings.BASE_DIR) for name, command in commands.items()]


def _refuse_taken_port(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.strip("[]"), port))
        except OSError as problem:
            raise CommandError(
                f"cannot listen on {address}:{port} ({problem.strerror}); choose another PORT"
            ) from problem


class _Greeting:
    """Tells once, as soon as the site answers, where it is and who can sign in."""

    def __init__(self, environment: Environment) -> None:
        host = "127.0.0.1" if environment.bind in {"0.0.0.0", "[::]"} else environment.bind  # noqa: S104
        self._address = f"http://{host}:{environment.port}/"
        self._is_told = False
        self._next_try = 0.0

    def tick(self) -> None:
        """Look at most once a second; a site that does not answer yet is asked again."""
        if self._is_told or time.monotonic() < self._next_try:
            return
        self._next_try = time.monotonic() + 1
        try:
            urllib.request.urlopen(f"{self._address}healthz", timeout=1).close()  # noqa: S310
        except urllib.error.HTTPError:
            pass  # an answer all the same: a redirect to https, or a host name that is not allowed
        except OSError:
            return
        self._is_told = True
        say(f"ready at {self._address}")
        for line in _logins(settings.JEONGSAN_VAR / "demo-logins.json"):
            say(line)


def _logins(path: Path) -> list[str]:
    """One line a role from the file the demo wrote, or nothing: a real installation has no such file."""
    try:
        entries = json.loads(path.read_text())
        return [f"  {entry['role']:<16} {entry['email']:<32} {entry['password']}" for entry in entries]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError):  # somebody edited it; no reason to take the site down
        return [f"{path} is not as the demo wrote it"]
