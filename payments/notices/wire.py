"""One POST to the shop: to the checked number of a name that is asked once; nothing is followed, all is bounded."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Final

import httpcore
import httpx

from payments.notices.addresses import AddressRefused, check_number, check_url

SECONDS: Final = 15.0
"""For everything together: a shop that drips its answer byte by byte gets no more."""

Resolver = Callable[[str, int], Sequence[str]]
"""From a name and a port to numbers."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery; of the answer only its number is read."""

    status: int | None
    """None when there was no answer."""
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the shop has it now."""
        return self.status is not None and self.status in range(200, 300)


def resolve(host: str, port: int) -> Sequence[str]:
    """Every number of a name. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Post:
    """What to send, and under which rules."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    is_loopback_allowed: bool = False
    resolver: Resolver = resolve
    seconds: float = SECONDS


def post(message: Post) -> Outcome:
    """Send, and say how it went; never raises for what the other side does."""
    try:
        check_url(message.url, is_loopback_allowed=message.is_loopback_allowed)
        return _exchange(message)
    except AddressRefused as refusal:
        return Outcome(None, str(refusal))
    except (httpcore.TimeoutException, TimeoutError):
        return Outcome(None, "no answer in time")
    except ssl.SSLError:
        return Outcome(None, "the certificate does not hold")
    except (httpcore.ConnectError, httpcore.NetworkError, OSError) as error:
        return Outcome(None, _words(error))
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, UnicodeError) as error:
        return Outcome(None, type(error).__name__)


def _words(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "the certificate does not hold"
        cause = cause.__cause__ or cause.__context__
    return f"not reached: {type(error).__name__}"


def _exchange(message: Post) -> Outcome:
    way = _PinnedWay(message, time.monotonic() + message.seconds)
    headers = [*message.headers.items(), ("User-Agent", "Jeongsan"), ("Connection", "close")]
    with (
        httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=way, retries=0) as pool,
        pool.stream(
            "POST", message.url, headers=headers, content=message.body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), message.seconds)},
        ) as response,
    ):  # fmt: skip
        status = response.status
    is_elsewhere = status in range(300, 400)
    return Outcome(status, "it answers with a redirect, which is not followed" if is_elsewhere else "")


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _PinnedWay(httpcore.NetworkBackend):
    """Connects to the checked number of a name; TLS and `Host` go on to use the name."""

    def __init__(self, message: Post, deadline: float) -> None:
        self._message = message
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Ask for the name once; every number it has must be public, and the first is used."""
        numbers = self._message.resolver(host, port)
        if not numbers:
            raise AddressRefused("the name leads nowhere")
        for number in numbers:
            check_number(ip_address(number.partition("%")[0]), is_loopback_allowed=self._message.is_loopback_allowed)
        left = _left(self._deadline, timeout)
        stream = self._sockets.connect_tcp(numbers[0], port, left, local_address, socket_options)
        return _Hurried(stream, self._deadline)

    def sleep(self, seconds: float) -> None:
        """Part of the interface; nothing is retried here."""
        time.sleep(seconds)


class _Hurried(httpcore.NetworkStream):
    """A stream on which everything together has one deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read, as long as there is time."""
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, as long as there is time."""
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        """Close."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same stream, encrypted; the certificate must be of the name."""
        left = _left(self._deadline, timeout)
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Part of the interface."""
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)
