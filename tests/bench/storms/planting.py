"""Damage done on purpose, by name in JEONGSAN_PLANTED: what each drill must see, or it would prove nothing."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from celery import current_app, shared_task
from django.apps import AppConfig

LATE_SECONDS: Final = 1.0
KEEP_LATER: Final = "tests.bench.storms.planting.keep_later"
_acknowledged: queue.Queue[tuple[Any, ...]] = queue.Queue()
_kept: list[Callable[..., int]] = []
"""The door's own way of keeping."""


class Planting(AppConfig):
    """Installs the damage."""

    name = "tests.bench.storms.planting"
    label = "planting"

    def ready(self) -> None:
        """Install it."""
        {"early": _early, "published": _published, "select_then_insert": _select_then_insert}[
            os.environ["JEONGSAN_PLANTED"]
        ]()


def _early() -> None:
    """Acknowledge before the commit: the row is written a second after the answer."""
    from payments.intake.services import door

    rooms: Any = door
    keep = door._keep
    started = threading.Event()

    def late() -> None:
        while True:
            time.sleep(LATE_SECONDS)
            while not _acknowledged.empty():
                # As it goes with work that nobody waits for: what fails is gone.
                with contextlib.suppress(Exception):
                    keep(*_acknowledged.get())

    def at_once(found: Any, items: Sequence[Any], headers: Mapping[str, str]) -> int:
        if not started.is_set():
            started.set()
            threading.Thread(target=late, daemon=True).start()
        _acknowledged.put((found, items, headers))
        return len(items)

    rooms._keep = at_once


def _published() -> None:
    """Publish instead of a row: the message is all there is until a worker writes the row."""
    from payments.intake.services import door

    def publish(found: Any, items: Sequence[Any], headers: Mapping[str, str]) -> int:
        for item in items:
            current_app.send_task(
                KEEP_LATER, args=[found.adapter.code, item.event_id, item.event_type, item.body.decode()]
            )
        return len(items)

    _kept.append(door._keep)
    rooms: Any = door
    rooms._keep = publish


@shared_task(name=KEEP_LATER)
def keep_later(code: str, event_id: str, event_type: str, body: str) -> None:
    """Write the row."""
    from payments.intake.doors import door_of
    from payments.providers.events import Item

    _kept[0](door_of(code), [Item(event_id, event_type, body.encode(), is_verified=True)], {})


def _select_then_insert() -> None:
    """Look whether the key is there, and then insert it."""
    from payments.intake.models import IdempotentWrite
    from payments.intake.services import idempotency

    def claim(api_key: Any, key: str, fingerprint: bytes) -> Any:
        known = IdempotentWrite.objects.filter(api_key=api_key, key=key).first()
        if known is not None:
            return idempotency.Answer(known.status_code, bytes(known.response))
        made = IdempotentWrite.objects.create(
            api_key=api_key, key=key, fingerprint=fingerprint, status_code=0, response=b""
        )
        return idempotency.Claim(made.pk)

    idempotency.claim = claim
