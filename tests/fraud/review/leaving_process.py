"""A worker that can be killed: lets decisions leave in a process of its own.

Arguments: the name of the test database, and one of

- `honest`: prints how many left;
- `slow`: as honest, but says `acted` when a decision has acted and is not committed, and waits there to be killed;
- `careless`: slow, with the planted fault of an act that is committed before its decision, under a ticket of its own.

Prints `ready` before it begins.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any


def main(database: str, manner: str) -> None:
    """Let leave."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"]["NAME"] = database
    from django.db import connection

    from fraud.labels.services import telling
    from fraud.review.services import leaving

    def wait(*_: Any, **__: Any) -> int:
        print("acted", flush=True)
        time.sleep(600)
        return 0

    if manner != "honest":
        telling.__dict__["tell"] = wait
    if manner == "careless":
        leaving.__dict__["uuid5"] = lambda *_: uuid.uuid4()
        effect = leaving._effect

        def committed(*given: Any) -> dict[str, Any]:
            done = effect(*given)
            connection.cursor().execute("COMMIT")
            connection.cursor().execute("BEGIN")
            return done

        leaving.__dict__["_effect"] = committed
    print("ready", flush=True)
    print(leaving.let_leave(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
