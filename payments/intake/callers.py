"""Who calls at the doors of machines: the address behind proxies of ours, and how often each called this minute."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

MOST_ADDRESSES: Final = 10_000
"""Told apart within a minute; those beyond are counted together, so that many addresses cost no memory."""
_MINUTE: Final = 60
_ALL_OTHERS: Final = "*"
_ONE_HOME: Final = 64
"""Bits of an IPv6 address that whoever has one has all the others of."""


def client_address(environ: Mapping[str, Any]) -> str:
    """The address of whoever asks: the last one that a proxy of ours wrote down, and not what the client claims."""
    count: int = settings.TRUSTED_PROXY_COUNT
    if not count:
        return str(environ.get("REMOTE_ADDR", ""))
    told = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    return told[-count] if len(told) >= count else ""


class PerMinute:
    """Counts calls by address within the minute, in this process alone: it costs no query, and forgets by itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._calls: dict[str, int] = {}

    def is_within(self, address: str, limit: int) -> bool:
        """Count a call; whether it is one of the first `limit` of this minute from there. 0 is no limit.

        This machine is never too much: it is a proxy that nobody told us of, and stands for everybody.
        """
        name = _home_of(address)
        if not limit or name is None:
            return True
        minute = int(time.monotonic()) // _MINUTE
        with self._lock:
            if minute != self._minute:
                self._minute, self._calls = minute, {}
            if name not in self._calls and len(self._calls) >= MOST_ADDRESSES:
                name = _ALL_OTHERS
            self._calls[name] = calls = self._calls.get(name, 0) + 1
        return calls <= limit


def _home_of(address: str) -> str | None:
    """What is counted as one caller: an address, or the network of one of IPv6; None for this machine."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None) or found
    if mapped.is_loopback:
        return None
    if mapped.version == 4:
        return str(mapped)
    return str(ipaddress.ip_network((int(mapped), _ONE_HOME), strict=False))
