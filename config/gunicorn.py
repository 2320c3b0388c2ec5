"""How the web server runs; every choice that differs between machines is an environment variable."""

import os
from typing import Any

from config.logs import configure_logging
from config.settings.environment import Environment

_environment = Environment()

bind = f"{_environment.bind}:{_environment.port}"
worker_class = "gthread"
workers = _environment.web_workers
threads = _environment.web_threads
max_requests = 2000  # a worker is renewed now and then, so that a slow leak never matters
max_requests_jitter = 200
timeout = 60  # seconds without a sign of life, after which a worker is replaced
graceful_timeout = 20
keepalive = 5
control_socket_disable = True  # it would be one socket in the home, for every installation of the account
_ANNOUNCED = 1024 * 1024  # bytes, as many as the door takes; of what is longer much may be left unread
accesslog = None  # django-structlog writes the requests
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 (the workers' heartbeat, not a disk's)
logconfig_dict = configure_logging(_environment.log_level, _environment.log_format) | {
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
    }
}


def pre_request(worker: Any, req: Any) -> None:
    """End the connection with the answer, and say so, where a long body is announced.

    What a refusal leaves unread is not waited for: without the header the caller would send its next request into a
    connection that is just closed. The application cannot say it, as the server writes this header itself.
    """
    del worker
    if any(name == "CONTENT-LENGTH" and value.isdigit() and int(value) > _ANNOUNCED for name, value in req.headers):
        req.force_close()
