"""Where one embedded server keeps its data, its log, its lock and its socket."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

DATABASE_NAME = "jeongsan"
DATABASE_USER = "jeongsan"
PORT = 5432
"""Only part of the socket's file name: the server listens on no network address."""

SOCKET_PATH_LIMIT = 107
"""Bytes that Linux allows in the path of a unix socket."""


@dataclass(frozen=True)
class Location:
    """The places of the embedded server that belongs to one `var` directory."""

    var: Path

    @property
    def home(self) -> Path:
        """The directory that holds everything but the socket."""
        return self.var / "postgres"

    @property
    def data(self) -> Path:
        """PGDATA; as root it belongs to the server's own account."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server writes to standard error."""
        return self.home / "server.log"

    @property
    def lock(self) -> Path:
        """Held by whoever is starting or stopping the server."""
        return self.home / "lock"

    @property
    def name(self) -> str:
        """Tells this server and its processes from those of every other `var` on the machine."""
        return f"jeongsan-{hashlib.sha256(str(self.var).encode()).hexdigest()[:12]}"

    @property
    def socket_directory(self) -> Path:
        """A short private directory, the same for every process that uses this `var`.

        It is not inside `var`, since a checkout may lie deeper than a socket path can be long. It is not named after an
        environment variable either, because a cron job and a login shell of one user would then disagree.
        """
        if os.geteuid() == 0 and os.path.isdir("/run"):
            return Path("/run") / self.name
        return Path("/tmp") / f"{self.name}-{os.geteuid()}"  # noqa: S108 (created 0700 and checked)

    def connection_parameters(self) -> dict[str, str]:
        """The libpq parameters that reach the product's database on this server."""
        return {
            "host": str(self.socket_directory),
            "port": str(PORT),
            "dbname": DATABASE_NAME,
            "user": DATABASE_USER,
        }


def location_of(var: Path) -> Location:
    """The location that belongs to a `var` directory, whichever way its path was written."""
    return Location(var=Path(os.path.realpath(var)))
