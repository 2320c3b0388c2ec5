"""Which message broker: the one that CELERY_BROKER_URL names, or PGMQ tables in the product's own database."""

from __future__ import annotations

from typing import Any


def broker_settings(broker_url: str | None, pgmq_connection: str, visibility_timeout: int) -> dict[str, Any]:
    """Celery's `broker_url` and `broker_transport_options`; the timeout is in seconds.

    Raises:
        ValueError: a broker that is known to lose tasks.
    """
    if broker_url is None:
        return {
            "broker_url": "pgmq://localhost",
            "broker_transport_options": _pgmq_options(pgmq_connection, visibility_timeout),
        }
    scheme = broker_url.split(":", 1)[0]
    if scheme in {"redis", "rediss"}:
        # Without the throttle of 1 a killed worker's task comes back up to 100 seconds after its timeout.
        options = {"visibility_timeout": visibility_timeout, "unacked_restore_throttle": 1}
        return {"broker_url": broker_url, "broker_transport_options": options}
    if scheme in {"amqp", "amqps", "memory"}:
        return {"broker_url": broker_url, "broker_transport_options": {}}
    raise ValueError("CELERY_BROKER_URL must start with redis://, rediss://, amqp:// or amqps://")


def _pgmq_options(connection: str, visibility_timeout: int) -> dict[str, Any]:
    return {
        "conn_string": connection,
        "init_extension": False,  # the SQL is installed by a migration: no superuser, no extension needed
        "visibility_timeout": visibility_timeout,
        "wait_time_seconds": 0,
        "polling_interval": 1,
        "use_notify": True,
        "pool_size": 2,
        "pool_timeout": 5,
    }
