"""Keys of lists as an export writes them and an import reads them: `key:` and sixteen hexadecimal digits; pure.

What was typed is kept nowhere, so this is all that can leave. Keys of e-mail addresses, addresses and instruments are
made with the installation's own key: elsewhere they are nobody's.
"""

from __future__ import annotations

import re
from typing import Final

_BYTES: Final = 8
_HASHED: Final = re.compile(r"key:([0-9a-f]{16})")


def hashed(key: int) -> str:
    """A key as text."""
    return "key:" + key.to_bytes(_BYTES, "big", signed=True).hex()


def key_in(text: str) -> int | None:
    """The key that a text is; None of any other text."""
    found = _HASHED.fullmatch(text)
    return int.from_bytes(bytes.fromhex(found[1]), "big", signed=True) if found else None
