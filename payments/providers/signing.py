"""What the signature schemes share: keyed hashes compared in constant time, and clocks that may differ a little."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from payments.providers.deliveries import BadSignature, Stale

TOLERANCE: Final = 300
"""Seconds by which the clock of a signature may differ from ours, either way."""
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


def sha256_hmac(key: bytes, message: bytes) -> bytes:
    """The raw HMAC-SHA256 of `message`."""
    return hmac.digest(key, message, hashlib.sha256)


def is_among(expected: bytes, candidates: Iterable[bytes]) -> bool:
    """Whether one of the candidates is `expected`; every one is compared whole, so that time tells nothing."""
    found = False
    for candidate in candidates:
        found = hmac.compare_digest(expected, candidate) or found
    return found


def signed_second(text: str) -> int:
    """Seconds since 1970 as a header writes them. Raises BadSignature."""
    if not text.isascii() or not _SECONDS.fullmatch(text):
        raise BadSignature("the time of the signature is no number")
    return int(text)


def refuse_stale(second: int, now: datetime) -> None:
    """Raise Stale when `second` is further from `now` than the tolerance. Asked only of what is signed."""
    distance = int(now.timestamp()) - second
    if abs(distance) > TOLERANCE:
        raise Stale(f"signed {abs(distance)} seconds {'ago' if distance > 0 else 'ahead'}")
