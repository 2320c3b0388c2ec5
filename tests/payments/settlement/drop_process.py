"""A worker of the drop that can be killed: empties it in a process of its own, and stands still at a moment.

Arguments: the name of the test database, the vault, the drop, and the moment: `staged`, when a first chunk of lines is
kept, or `posted`, when the file is posted and lies where it lay. Prints the moment when it is there.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, NoReturn


def main(database: str, vault: str, drop: str, moment: str) -> None:
    """Empty the drop until the moment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"]["NAME"] = database
    settings.MEDIA_ROOT, settings.FILE_DROP, settings.FILE_DROP_SETTLE_SECONDS = vault, drop, 0.0
    from payments.intake.dropbox import Drop
    from payments.intake.services import reading
    from payments.settlement.services.drop import empty_drop

    def stand_still(*_: Any) -> NoReturn:
        print(moment, flush=True)
        while True:
            time.sleep(60)

    stage = reading.stage  # type: ignore[attr-defined]

    def stage_and_stand_still(*chunk: Any) -> NoReturn:
        stage(*chunk)
        stand_still()

    reading.CHUNK_LINES = 2  # type: ignore[attr-defined]
    if moment == "staged":
        reading.stage = stage_and_stand_still  # type: ignore[assignment, attr-defined]
    else:
        Drop.put_away = stand_still  # type: ignore[assignment, method-assign]
    empty_drop()


if __name__ == "__main__":
    main(*sys.argv[1:])
