"""Which message broker: the one that CELERY_BROKER_URL names, or PGMQ tables in the product's own database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Broker:
    """What Celery has to know about a broker."""

    url: str
    options: dict[str, Any] = field(default_factory=dict)
    prefetch: int = 1
    """Messages that a worker process may hold unstarted."""


def broker_settings(broker_url: str | None, pgmq_connection: str, visibility_timeout: int) -> Broker:
    """The broker in use; the timeout, in seconds, is when the task of a vanished worker is given to another.

    Raises:
        ValueError: a broker that is known to lose tasks.
    """
    if broker_url is None:
        # Between two looks into the tables a worker handles only what it holds, so with PGMQ it has to hold more than
        # one: measured 20 tasks a second with 1, 400 with 4. (The host is never used, but without one Kombu warns.)
        return Broker("pgmq://localhost", _pgmq_options(pgmq_connection, visibility_timeout), prefetch=4)
    scheme = broker_url.split(":", 1)[0]
    if scheme in {"redis", "rediss"}:
        # Without the throttle of 1 a killed worker's task comes back up to 100 seconds after its timeout. An
        # acknowledgement that fails because Redis is away leaves its message counted as held: a worker that may hold no
        # other one would never look again, and so never notice that it has to connect anew.
        options = {"visibility_timeout": visibility_timeout, "unacked_restore_throttle": 1}
        return Broker(broker_url, options, prefetch=4)
    if scheme in {"amqp", "amqps"}:
        return Broker(broker_url)
    raise ValueError("CELERY_BROKER_URL must start with redis://, rediss://, amqp:// or amqps://")


def _pgmq_options(connection: str, visibility_timeout: int) -> dict[str, Any]:
    return {
        "conn_string": connection,
        "init_extension": False,  # the SQL is installed by a migration: no superuser, no extension needed
        "visibility_timeout": visibility_timeout,
        "wait_time_seconds": 0,  # polling inside the database would hold up the other queues of the worker
        "polling_interval": 0.1,  # seconds; costs an idle worker about 1 % of a core
        # NOTIFY would save that, but its set-up replaces a trigger on every declaration of a queue, and two
        # processes that do so at the same moment fail.
        "use_notify": False,
        "pool_size": 2,
        "pool_timeout": 5,
    }
