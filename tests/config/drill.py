"""Tasks for the drills with real workers; loaded by `celery --include tests.config.drill`."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import shared_task


@shared_task(name="tests.config.drill.note")
def note(path: str) -> None:
    """Write down that a start happened; the first start then works long enough to be killed in the middle."""
    file = Path(path)
    is_first = not file.exists()
    with file.open("a") as notes:
        notes.write(f"started {os.getpid()}\n")
    if is_first:
        time.sleep(300)
    with file.open("a") as notes:
        notes.write("finished\n")
