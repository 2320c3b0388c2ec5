"""The `config` app: the heartbeat, the cache table, PGMQ, and the commands that run an installation."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """Registered as `config`."""

    name = "config"
    verbose_name = "Jeongsan"
