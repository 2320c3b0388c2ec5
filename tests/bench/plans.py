"""The plans of the product's own statements while they run: EXPLAIN (ANALYZE, BUFFERS) of whatever takes long."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.db.backends.signals import connection_created

SETTINGS: Final = {
    "log_min_duration": "200ms",
    "log_analyze": "on",
    "log_buffers": "on",
    "log_timing": "off",
    "log_parameter_max_length": "0",
    "log_level": "warning",
}


def write_plans(path: Path) -> None:
    """From the next connection on, write the plan of each slow statement to a file. Needs a superuser."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")

    def note(diagnosis: Any) -> None:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"{diagnosis.message_primary}\n\n")

    def explain(connection: Any, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("LOAD 'auto_explain'")
            for name, value in SETTINGS.items():
                cursor.execute(f"SET auto_explain.{name} = '{value}'")
        connection.connection.add_notice_handler(note)

    connection_created.connect(explain, weak=False)
