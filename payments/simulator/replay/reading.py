"""What `events/` of a simulated folder holds, read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any


class NoEvents(ValueError):
    """The folder has no events, or what is there is none; the message says which file."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line."""

    at: datetime
    """UTC."""
    provider: str
    to: str
    """`webhook`, `checkout` or `event`."""
    body: dict[str, Any]


def told_in(folder: Path, *, providers: Sequence[str] = (), since: date | None = None) -> Iterator[Told]:
    """Everything told, provider by provider in the order of time; of some providers, or from a day on.

    Raises NoEvents for a folder without any, or with a line that is none.
    """
    root = folder / "events"
    found = sorted(path for path in root.glob("*/*.jsonl") if not providers or path.parent.name in providers)
    if not found:
        raise NoEvents(f"{root}: no events")
    for path in found:
        if since is not None and date.fromisoformat(path.stem) < since:
            continue
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    told = json.loads(line)
                    yield Told(datetime.fromisoformat(told["at"]), path.parent.name, told["to"], told["body"])
                except (KeyError, TypeError, ValueError) as problem:
                    raise NoEvents(f"{path}:{number}: {problem}") from None
