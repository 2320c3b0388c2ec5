"""Keys of rows as forms bring them back."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 17


def key_of(text: str) -> int | None:
    """The key that a field holds; None for anything else, however long: nothing is asked of the database for it."""
    return int(text) if len(text) <= _LONGEST and text.isascii() and text.isdigit() else None
