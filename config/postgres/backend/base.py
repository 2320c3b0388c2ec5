"""The database wrapper: starts the embedded server lazily, so that only commands which need it do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.db.backends.postgresql import base

from config.postgres.location import location_of
from config.postgres.problems import EmbeddedServerError
from config.postgres.server import ensure_running


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own wrapper in everything but the moment before it connects."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, after the embedded server is known to be up.

        Raises:
            OperationalError: the server cannot be started, or died again while it started; as one that is away, so
                that whoever waits for the database waits for this too.
        """
        try:
            ensure_running(location_of(settings.JEONGSAN_VAR))
        except EmbeddedServerError as problem:
            raise OperationalError(str(problem)) from problem
        return super().get_new_connection(conn_params)
