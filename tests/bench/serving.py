"""A web server as `manage.py up` starts it, for as long as a bar looks at it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from config.settings.environment import CHECKOUT

START_SECONDS = 60


@contextlib.contextmanager
def served(application: str, environment: Mapping[str, str]) -> Iterator[int]:
    """Serve a WSGI application with these variables; its port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", application]
    process = subprocess.Popen(command, cwd=CHECKOUT, env={**environment, "PORT": str(port)}, start_new_session=True)
    try:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
