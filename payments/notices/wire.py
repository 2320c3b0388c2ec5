"""POSTs to the shop: to the checked number of a name, asked once a connection; nothing is followed, all is bounded."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Final, Self

import httpcore
import httpx

from payments.notices.addresses import AddressRefused, check_number, check_url

SECONDS: Final = 15.0
"""For everything together: a shop that drips its answer byte by byte gets no more."""
_LONGEST_ANSWER: Final = 65_536
"""Bytes of an answer that are read past, so that its connection serves the next message; after more it is closed."""
_SECONDS_TO_END: Final = 1.0
"""For the rest of an answer whose number is known."""

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


class Line:
    """A way to one address, kept open from message to message; for one thread at a time, and to be closed."""

    def __init__(self) -> None:
        self._way = _PinnedWay()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_certificates(), network_backend=self._way, max_connections=1, retries=0
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._pool.close()

    def post(self, message: Post) -> Outcome:
        """Send, and say how it went; never raises for what the other side does."""
        try:
            check_url(message.url, is_loopback_allowed=message.is_loopback_allowed)
            return self._said(message)
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

    def _said(self, message: Post) -> Outcome:
        self._way.prepare(message)
        before = self._way.connections
        try:
            return self._exchange(message)
        except (httpcore.NetworkError, httpcore.RemoteProtocolError):
            if self._way.connections > before:
                raise
            # The shop had closed the connection that was kept: that says nothing of this message.
            return self._exchange(message)

    def _exchange(self, message: Post) -> Outcome:
        with self._pool.stream(
            "POST", message.url, headers=[*message.headers.items(), ("User-Agent", "Jeongsan")], content=message.body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), message.seconds)},
        ) as response:  # fmt: skip
            outcome = _outcome(response.status)
            if outcome.is_taken:
                self._way.hurry(_SECONDS_TO_END)
                with suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
                    _read_past(response)
        return outcome


def post(message: Post) -> Outcome:
    """Send one message by a line of its own, and say how it went; never raises for what the other side does."""
    with Line() as line:
        return line.post(message)


def _outcome(status: int) -> Outcome:
    is_elsewhere = status in range(300, 400)
    return Outcome(status, "it answers with a redirect, which is not followed" if is_elsewhere else "")


def _read_past(response: httpcore.Response) -> None:
    length = 0
    for part in response.iter_stream():
        length += len(part)
        if length > _LONGEST_ANSWER:
            return


def _words(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "the certificate does not hold"
        cause = cause.__cause__ or cause.__context__
    return f"not reached: {type(error).__name__}"


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _PinnedWay(httpcore.NetworkBackend):
    """Connects to the checked number of a name; TLS and `Host` go on to use the name."""

    def __init__(self) -> None:
        self._message: Post | None = None
        self._deadline = 0.0
        self._sockets = httpcore.SyncBackend()
        self.connections = 0
        """How many were begun."""

    def prepare(self, message: Post) -> None:
        """From now on everything is for this message, under its rules and in its time."""
        self._message, self._deadline = message, time.monotonic() + message.seconds

    def hurry(self, seconds: float) -> None:
        """Leave no more than this much time."""
        self._deadline = min(self._deadline, time.monotonic() + seconds)

    def left(self, timeout: float | None) -> float:
        """How many seconds a step may take. Raises ReadTimeout when there are none."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Ask for the name once; every number it has must be public, and the first is used."""
        assert self._message is not None
        self.connections += 1
        numbers = self._message.resolver(host, port)
        if not numbers:
            raise AddressRefused("the name leads nowhere")
        for number in numbers:
            check_number(ip_address(number.partition("%")[0]), is_loopback_allowed=self._message.is_loopback_allowed)
        stream = self._sockets.connect_tcp(numbers[0], port, self.left(timeout), local_address, socket_options)
        return _Hurried(stream, self)

    def sleep(self, seconds: float) -> None:
        """Part of the interface; nothing is retried here."""
        time.sleep(seconds)


class _Hurried(httpcore.NetworkStream):
    """A stream on which everything of one message together has one deadline."""

    def __init__(self, stream: httpcore.NetworkStream, way: _PinnedWay) -> None:
        self._stream = stream
        self._way = way

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read, as long as there is time."""
        return self._stream.read(max_bytes, self._way.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, as long as there is time."""
        self._stream.write(buffer, self._way.left(timeout))

    def close(self) -> None:
        """Close."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same stream, encrypted; the certificate must be of the name."""
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, self._way.left(timeout)), self._way)

    def get_extra_info(self, info: str) -> Any:
        """Part of the interface."""
        return self._stream.get_extra_info(info)
