"""Calls to a provider's API over HTTPS: bounded in time, size and number, and honest about what may have happened."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

from payments.providers.breaker import Breaker, breaker_of
from payments.providers.deliveries import Untranslatable
from payments.providers.event_fields import EventFields, read_object

TIMEOUT: Final = httpx.Timeout(connect=5, read=30, write=10, pool=5)
"""Seconds; a payment company may take a while to hear from a bank."""
_ONE_CALL: Final = httpx.Limits(max_keepalive_connections=0)
LARGEST_ANSWER: Final = 4 * 1024 * 1024
TRIES: Final = 3
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 4.0
_TRY_AGAIN: Final = frozenset({409, 429})
_BROKEN: Final = 500
_NO_SUCH: Final = 404
_OK: Final = range(200, 300)
_REFUSALS: Final = range(400, 500)
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_JSON: Final = {"Content-Type": "application/json"}
_RANDOM: Final = random.SystemRandom()


class BadAddress(ValueError):
    """The configured address is not one that secrets may be sent to."""


class CallFailed(Exception):
    """No usable answer. `was_sent` tells whether the provider may have acted."""

    def __init__(self, why: str, *, was_sent: bool) -> None:
        super().__init__(why)
        self.was_sent = was_sent


class CallRefused(Exception):
    """The provider answered no: `status` is that of HTTP, `code` the provider's word, '' without one."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code


class PaymentNotFound(CallRefused):
    """The provider knows no payment of that reference."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. It is repeated only when `is_repeatable`: reading, or writing under an idempotency key."""

    method: str
    path: str
    is_repeatable: bool
    parameters: tuple[tuple[str, str], ...] = ()
    form: Mapping[str, str] | None = None
    document: str | None = None
    """JSON; written by whoever calls, as amounts with decimals are exact there."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    is_after_doubt: bool = False
    """Whether an earlier try of the same call may have been acted upon without our hearing of it."""

    @property
    def is_ok(self) -> bool:
        """Whether it is the thing asked for."""
        return self.status in _OK

    def fields(self) -> EventFields:
        """The JSON object in it. Raises CallFailed, for who knows what an unreadable answer means."""
        try:
            return EventFields(read_object(self.body))
        except ValueError as error:
            raise CallFailed(f"an answer that is unreadable: {error}", was_sent=True) from None


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait between tries; tests do not."""

    sleep: Callable[[float], None] = time.sleep
    share: Callable[[], float] = _RANDOM.random
    """Of the longest pause, from 0 to 1: full jitter, so that callers do not come back together."""

    def pause(self, tries: int) -> None:
        """Wait after so many tries."""
        self.sleep(self.share() * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tries))


def checked_address(address: str, *, is_loopback_allowed: bool) -> str:
    """The address without its last slash. Raises BadAddress unless it is HTTPS to a public name.

    Plain HTTP and this machine itself are for fakes, and only where the configuration says so.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadAddress("no address") from None
    if not host or port == 0 or parts.username is not None or parts.query or parts.fragment:
        raise BadAddress("an address is a scheme, a host and a path")
    if host in _LOCAL:
        if not is_loopback_allowed:
            raise BadAddress("this machine is no provider")
    elif parts.scheme != "https" or not _is_public(host):
        raise BadAddress("secrets are sent by HTTPS and to public addresses only")
    if parts.scheme not in ("https", "http"):
        raise BadAddress("secrets are sent by HTTPS only")
    return address.rstrip("/")


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))


@lru_cache(maxsize=2)
def _certificates(trust_env: bool) -> ssl.SSLContext:
    """Whom we trust, read once a process: reading takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=trust_env)


class Transport:
    """Calls one address with one set of headers, which hold the secret."""

    def __init__(
        self, address: str, headers: Mapping[str, str], *, pace: Pace | None = None, breaker: Breaker | None = None
    ) -> None:
        is_local = urlsplit(address).hostname in _LOCAL
        self._pace = pace or Pace()
        self._breaker = breaker or breaker_of(address)
        # Nothing is followed elsewhere with the secret in its headers; a fake on this machine needs no proxy; no
        # connection outlives its call, so that nobody has to close a client.
        self._http = httpx.Client(
            base_url=address,
            headers=dict(headers),
            timeout=TIMEOUT,
            limits=_ONE_CALL,
            follow_redirects=False,
            trust_env=not is_local,
            verify=_certificates(not is_local),
        )

    def call(self, call: Call) -> Answer:
        """Send, repeat as far as that is safe, and return the last answer. Raises CallFailed."""
        was_sent = False
        for tries in range(TRIES):
            if tries:
                self._pace.pause(tries - 1)
            is_last = tries == TRIES - 1
            try:
                answer = self._once(call)
            except CallFailed as failure:
                was_sent = was_sent or failure.was_sent
                if is_last or (was_sent and not call.is_repeatable):
                    raise CallFailed(str(failure), was_sent=was_sent) from failure
                continue
            if is_last or not call.is_repeatable or not _may_change(answer.status):
                return replace(answer, is_after_doubt=was_sent)
            was_sent = was_sent or answer.status >= _BROKEN
        raise AssertionError("the last try returns or raises")

    def _once(self, call: Call) -> Answer:
        if not self._breaker.lets_through():
            raise CallFailed("the provider keeps failing and is left alone for a while", was_sent=False)
        try:
            answer = self._exchange(call)
        except CallFailed:
            self._breaker.failed()
            raise
        if answer.status >= _BROKEN:
            self._breaker.failed()
        else:
            self._breaker.heard()
        return answer

    def _exchange(self, call: Call) -> Answer:
        try:
            with self._http.stream(
                call.method,
                call.path,
                params=call.parameters or None,
                data=dict(call.form) if call.form is not None else None,
                content=call.document.encode() if call.document is not None else None,
                headers={**_JSON, **call.headers} if call.document is not None else dict(call.headers),
            ) as response:
                return Answer(response.status_code, _body_of(response))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise CallFailed(f"not reached: {type(error).__name__}", was_sent=False) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CallFailed(f"no answer: {type(error).__name__}", was_sent=True) from error


def _may_change(status: int) -> bool:
    return status >= _BROKEN or status in _TRY_AGAIN


def _body_of(response: httpx.Response) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise CallFailed("an answer that is too large", was_sent=True)
    return bytes(body)


def path_part(reference: str) -> str:
    """A reference as one part of a path: it may come from a delivery that anybody sent. Raises Untranslatable."""
    if not reference.strip("."):
        raise Untranslatable("the reference is no name")
    return quote(reference, safe="")


def refuse_other(payment: EventFields, key: str, reference: str) -> EventFields:
    """The payment that was asked for. Raises Untranslatable when the answer is about another one."""
    if payment.text(key) != reference:
        raise payment.wrong(key, "is not the one asked for")
    return payment


def error_code(answer: Answer, code_of: Callable[[EventFields], str]) -> str:
    """The provider's word in an answer that is no; '' where there is none."""
    if answer.is_ok:
        return ""
    try:
        return code_of(answer.fields())
    except (CallFailed, Untranslatable):
        return ""


def raise_refused(answer: Answer, code: str) -> None:
    """Raise what a reading that was not answered with its object means: PaymentNotFound, CallRefused or CallFailed."""
    if answer.is_ok:
        return
    if answer.status == _NO_SUCH:
        raise PaymentNotFound(answer.status, code)
    if answer.status not in _REFUSALS or answer.status in _TRY_AGAIN:
        raise CallFailed(f"answered {answer.status}", was_sent=True)
    raise CallRefused(answer.status, code)
