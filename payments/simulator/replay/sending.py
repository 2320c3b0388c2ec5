"""Sends requests at a rate, several at once, and again what was not taken for a reason that passes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import httpx

from payments.simulator.replay.letters import Letter

SENDERS: Final = 4
TRIES: Final = 6
_AGAIN: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
_LONGEST_WAIT: Final = 60.0


@dataclass(slots=True)
class Sent:
    """What became of all requests."""

    taken: Counter[str] = field(default_factory=Counter)
    """Answered 2xx, by kind."""
    refused: Counter[str] = field(default_factory=Counter)
    """By kind and last answer: `webhook toss 404`, `api checkouts unreachable`."""
    retries: int = 0
    items_refused: int = 0
    """Events of batches that were not recorded."""
    seconds: float = 0.0


class _Pace:
    """When the next request may go, for all senders together."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._next = time.monotonic()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for our turn."""
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap
        time.sleep(max(0.0, turn - time.monotonic()))


def send(letters: Iterable[Letter], url: str, rate: float) -> Sent:
    """Send everything to a site, `rate` a second (0: as fast as it goes); what became of it."""
    sent, pace, lock = Sent(), _Pace(rate), threading.Lock()
    waiting = iter(letters)
    started = time.monotonic()

    def run() -> None:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
            for letter in _shared(waiting, lock):
                pace.wait()
                _send(client, letter, sent, lock)

    senders = [threading.Thread(target=run) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    sent.seconds = time.monotonic() - started
    return sent


def _shared(waiting: Iterator[Letter], lock: threading.Lock) -> Iterator[Letter]:
    while True:
        with lock:
            letter = next(waiting, None)
        if letter is None:
            return
        yield letter


def _send(client: httpx.Client, letter: Letter, sent: Sent, lock: threading.Lock) -> None:
    last = "unreachable"
    for number in range(TRIES):
        if number:
            with lock:
                sent.retries += 1
        wait = 0.2 * 2**number
        try:
            answer = client.post(letter.path, content=letter.body, headers=dict(letter.headers))
        except httpx.TransportError:
            time.sleep(wait)
            continue
        if answer.is_success:
            with lock:
                sent.taken[letter.kind] += 1
                sent.items_refused += _items_refused(letter, answer)
            return
        last = str(answer.status_code)
        if answer.status_code not in _AGAIN:
            break
        stated = answer.headers.get("retry-after", "")
        time.sleep(min(float(stated) if stated.isdigit() else wait, _LONGEST_WAIT))
    with lock:
        sent.refused[f"{letter.kind} {last}"] += 1


def _items_refused(letter: Letter, answer: httpx.Response) -> int:
    if not letter.path.endswith(":batch"):
        return 0
    return sum(each["status"] >= httpx.codes.BAD_REQUEST for each in answer.json()["results"])
