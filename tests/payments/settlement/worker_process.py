"""A worker that can be killed: advances one import in a process of its own.

It reads with a process beside it, however small the file is. Arguments: the name of the test database, the vault, the id of the import, the lines of a chunk. Prints `ready` before
it begins and the state when it is done.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(database: str, vault: str, import_id: str, chunk_lines: str) -> None:
    """Advance the import."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"]["NAME"] = database
    settings.MEDIA_ROOT = vault
    from payments.intake.parsing import beside
    from payments.intake.services import reading
    from payments.settlement.services import imports

    reading.CHUNK_LINES = int(chunk_lines)  # type: ignore[attr-defined]
    beside.WORTHWHILE_BYTES = 0  # type: ignore[misc]
    print("ready", flush=True)
    print(imports.advance(int(import_id)).state, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
