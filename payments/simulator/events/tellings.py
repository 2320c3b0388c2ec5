"""One thing that somebody tells us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Telling:
    """A webhook of a provider, a checkout or an event of the shop."""

    at: datetime
    """UTC."""
    provider: str
    """Code of the provider it is about."""
    kind: str
    """`webhook`, `checkout` or `event`."""
    body: Mapping[str, Any]
    """Unsigned; of a webhook as the provider writes it, else the fields of the neutral facts."""
