"""Draws the parts of a page in turns: while PostgreSQL reads what the next ones need, Python draws the last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from analytics.dashboards.asking import NotReadYet
from analytics.rollups.together import Statement, Together

AT_ONCE: Final = 3
"""Parts that are read for at once: reading for one and drawing another seldom take as long as each other, of several
they do. More keep the first waiting."""
Part = TypeVar("Part")


def in_turns(together: Together, draw: Sequence[Callable[[], Part]]) -> list[Part]:
    """What each draws, in their order; they read through `together`.

    Whatever asks for what is not read yet is left there and begun again when it is. Charts and tiles ask before they do
    anything else, and change nothing: to begin one twice costs next to nothing.
    """
    turns = _Turns(together, draw)
    with together.ahead():
        turns.take()
    return [turns.drawn[place] for place in range(len(draw))]


class _Turns(Generic[Part]):
    """Who is drawn, who waits for what."""

    def __init__(self, together: Together, draw: Sequence[Callable[[], Part]]) -> None:
        self.together, self.draw = together, draw
        self.drawn: dict[int, Part] = {}
        self.waiting: deque[tuple[int, list[Statement]]] = deque()

    def take(self) -> None:
        """Until all are drawn."""
        sent: dict[int, list[Statement]] = {}
        for place in range(len(self.draw)):
            self.begin(place)
            if not sent and len(self.waiting) == AT_ONCE:
                sent = self.send()
        while sent := sent or self.send():
            for statements in sent.values():
                self.together.fetch(statements)
            following = self.send()
            for place in sent:
                self.begin(place)
            sent = following

    def begin(self, place: int) -> None:
        """Draw a part, or learn what it needs."""
        try:
            self.drawn[place] = self.draw[place]()
        except NotReadYet as needed:
            self.waiting.append((place, needed.statements))

    def send(self) -> dict[int, list[Statement]]:
        """Have what the next ones need read; who they are, and what it is."""
        sent = dict(self.waiting.popleft() for _each in range(min(AT_ONCE, len(self.waiting))))
        for statements in sent.values():
            self.together.send(statements)
        return sent
