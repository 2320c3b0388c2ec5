"""A drainer that can be killed: drains the named test database, and stops before its first commit until it is killed.

Arguments: the name of the test database, and the deliveries of a batch. Prints `recorded` when a batch is in the ledger
and not committed.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any


def main(database: str, batch: str) -> None:
    """Drain."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"]["NAME"] = database
    from payments.intake.services import drain as draining
    from payments.intake.services.deliveries import mark

    def marked_and_waiting(verdicts: Any) -> None:
        mark(verdicts)
        print("recorded", flush=True)
        time.sleep(60)

    draining.BATCH = int(batch)  # type: ignore[misc]
    draining.mark = marked_and_waiting  # type: ignore[attr-defined]
    draining.drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
