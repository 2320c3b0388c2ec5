"""The signing key of an installation that was given none: made once, kept in `var`, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def kept_secret_key(var: Path) -> str:
    """The key in `var/secret-key`; the first process to ask makes it, and simultaneous first ones agree on it."""
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=var, prefix="secret-key-")  # mkstemp makes the file with mode 600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(scratch, path)  # unlike a rename this never replaces the key of another process
        except FileExistsError:
            pass
        finally:
            os.unlink(scratch)
    return path.read_text().strip()
