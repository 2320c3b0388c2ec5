"""Delivers messages: claimed in batches with a lease, signed, sent side by side outside any transaction.

The calling thread alone touches the database; the threads beside it only sign and send.
"""

from __future__ import annotations

import json
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any, Final

import structlog
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook

from payments.notices import wire
from payments.notices.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from payments.notices.services.claims import Claimed, alone, claim, give_back, keep
from payments.vault import VaultLocked, decrypt

BUDGET_SECONDS: Final = 240.0
SENDERS: Final = 64
"""Messages on their way at the same time."""
AT_ONCE: Final = 16
"""Of these, to one endpoint."""
BATCH: Final = 400
"""Claimed at once for one endpoint; what is not sent in this run is given back."""
TICK_SECONDS: Final = 0.25
"""How long results are collected before they are kept together."""
KEPT: Final = timedelta(days=30)
"""Messages that are older than this, and wait for nobody, are forgotten."""
PRUNED_AT_ONCE: Final = 5_000

logger = structlog.get_logger(__name__)


def deliver(budget_seconds: float = BUDGET_SECONDS) -> int:
    """Deliver what is due until nothing is or the time is up; how many were tried. Never inside a transaction.

    An endpoint that does not take a message is left alone for the rest of the run, so that it holds up nobody else.
    Nothing is done while another run goes on: that one finds what is due.
    """
    until = time.monotonic() + budget_seconds
    with alone() as is_alone, closing(_Run()) as run:
        if not is_alone:
            return 0
        # No thread outlives this: leaving waits for what is on its way, at most `wire.SECONDS`.
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="notices") as senders:
            while time.monotonic() < until and run.claim():
                run.send(senders, TICK_SECONDS)
                run.keep()
            run.finish()
        return run.count


@dataclass(slots=True)
class _Course:
    """What a run holds for one endpoint."""

    waiting: deque[Claimed] = field(default_factory=deque)
    idle: list[wire.Line] = field(default_factory=list)
    in_flight: int = 0
    allowed: int = 1
    """In flight together: one until the endpoint has taken one, then one more for each, up to `AT_ONCE`."""
    is_willing: bool = True

    @property
    def is_ready(self) -> bool:
        """Whether another message may go."""
        return bool(self.waiting) and self.in_flight < self.allowed


@dataclass(frozen=True, slots=True)
class _Flight:
    """A message on its way."""

    held: Claimed
    course: _Course
    line: wire.Line


class _Run:
    """The messages of one call of `deliver`: waiting, on their way, and come back."""

    def __init__(self) -> None:
        self.count = 0
        self._courses: dict[int, _Course] = {}
        self._flights: dict[Future[wire.Outcome], _Flight] = {}
        self._landed: SimpleQueue[Future[wire.Outcome]] = SimpleQueue()
        self._sent: list[tuple[Claimed, wire.Outcome]] = []
        self._unsent: list[Claimed] = []
        self._lines: list[wire.Line] = []

    def claim(self) -> bool:
        """Claim for every endpoint that has little left; whether there is anything to do."""
        courses = self._courses
        but = [pk for pk, course in courses.items() if not course.is_willing or len(course.waiting) > BATCH // 2]
        for held in claim(BATCH, but):
            courses.setdefault(held.delivery.endpoint_id, _Course()).waiting.append(held)
        return bool(self._flights) or any(course.waiting for course in courses.values())

    def send(self, senders: ThreadPoolExecutor, seconds: float) -> None:
        """Send and collect, for so long or until nothing is left."""
        until = time.monotonic() + seconds
        self._start(senders)
        while self._flights and (left := until - time.monotonic()) > 0:
            with suppress(Empty):
                self._land(self._landed.get(timeout=left))
                self._start(senders)

    def keep(self) -> None:
        """Write down what became of what was sent, and give back what is not to be."""
        keep(self._sent)
        give_back(self._unsent)
        self._sent, self._unsent = [], []

    def finish(self) -> None:
        """Start nothing more, and wait for what is on its way."""
        for course in self._courses.values():
            self._leave(course)
        self.keep()
        while self._flights:
            self._land(self._landed.get())
        self.keep()

    def close(self) -> None:
        """Hang up everywhere."""
        for line in self._lines:
            line.close()

    def _start(self, senders: ThreadPoolExecutor) -> None:
        while len(self._flights) < SENDERS:
            # Whoever has fewest on their way is next: an endpoint that answers slowly keeps its share, and no more.
            ready = [course for course in self._courses.values() if course.is_ready]
            if not ready:
                return
            course = min(ready, key=lambda each: each.in_flight)
            flight = _Flight(course.waiting.popleft(), course, course.idle.pop() if course.idle else self._new_line())
            course.in_flight += 1
            future = senders.submit(_sent, flight.held.delivery, flight.line)
            self._flights[future] = flight
            future.add_done_callback(self._landed.put)

    def _land(self, future: Future[wire.Outcome]) -> None:
        flight, outcome = self._flights.pop(future), future.result()
        course = flight.course
        course.in_flight -= 1
        course.idle.append(flight.line)
        self.count += 1
        self._sent.append((flight.held, outcome))
        if outcome.is_taken:
            course.allowed = min(AT_ONCE, course.allowed + 1)
        else:
            self._leave(course)

    def _leave(self, course: _Course) -> None:
        course.is_willing = False
        self._unsent.extend(course.waiting)
        course.waiting.clear()

    def _new_line(self) -> wire.Line:
        line = wire.Line()
        self._lines.append(line)
        return line


def _sent(delivery: WebhookDelivery, line: wire.Line) -> wire.Outcome:
    endpoint = delivery.endpoint
    try:
        body = document(delivery.message)
        headers = signed(delivery.message, endpoint, body, timezone.now())
        return line.post(wire.Post(endpoint.url, headers, body, settings.WEBHOOK_LOOPBACK_IS_ALLOWED))
    except VaultLocked as locked:
        return wire.Outcome(None, str(locked))
    except Exception as problem:
        # Whatever is wrong with one message must not end the run of all others.
        logger.exception("webhook_not_sent", delivery=delivery.pk, error=type(problem).__name__)
        return wire.Outcome(None, type(problem).__name__)


def document(message: WebhookMessage) -> bytes:
    """What is sent: `{"type", "timestamp", "data"}`, the same bytes at every try."""
    whole: dict[str, Any] = {
        "type": message.kind, "timestamp": message.created_at.isoformat(), "data": message.payload,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def name_of(message: WebhookMessage) -> str:
    """What the shop calls a message."""
    return f"msg_{message.pk.hex}"


def signed(message: WebhookMessage, endpoint: WebhookEndpoint, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; while a secret is replaced, both sign.

    Raises:
        VaultLocked: no key opens the secret.
    """
    name = name_of(message)
    secrets = [endpoint.secret, endpoint.previous_secret]
    hooks = [Webhook(decrypt(closed).decode()) for closed in secrets if closed]
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(hook.sign(name, now, body.decode()) for hook in hooks),
    }


def prune() -> int:
    """Forget messages older than `KEPT` that nobody waits for; how many."""
    waiting = WebhookDelivery.objects.filter(next_try_at__isnull=False).values("message_id")
    old = WebhookMessage.objects.filter(created_at__lt=timezone.now() - KEPT).exclude(pk__in=waiting)
    count = 0
    while found := list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE]):
        WebhookMessage.objects.filter(pk__in=found).delete()
        count += len(found)
    return count
