"""The conveyor belt: runs an iterator in a thread of its own, so that parsing goes on while PostgreSQL writes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

Item = TypeVar("Item")

PATIENCE_SECONDS = 0.2


class Prefetched(Generic[Item]):
    """Iterates over `items`, at most `depth` of them ahead of the consumer; what the producer raises comes out here.

    `items` must not touch the database: it runs in another thread. Close it (or use it in `with`) to end the thread.
    """

    def __init__(self, items: Iterable[Item], depth: int = 2) -> None:
        self._items = items
        self._queue: Queue[tuple[Item] | None] = Queue(maxsize=depth)
        self._error: BaseException | None = None
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._produce, name="prefetch", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Item]:
        while True:
            taken = self._queue.get()
            if taken is None:
                break
            yield taken[0]
        if self._error is not None:
            raise self._error

    def __enter__(self) -> Prefetched[Item]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the thread, whether or not everything was taken."""
        self._is_closed.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=PATIENCE_SECONDS)
            except Empty:
                continue
        self._thread.join()

    def _produce(self) -> None:
        try:
            for item in self._items:
                if not self._put((item,)):
                    return
        except BaseException as error:
            self._error = error
        self._put(None)

    def _put(self, item: tuple[Item] | None) -> bool:
        while not self._is_closed.is_set():
            try:
                self._queue.put(item, timeout=PATIENCE_SECONDS)
            except Full:
                continue
            return True
        return False
