"""Draws the parts of a page in turns: while PostgreSQL reads what the next ones need, Python draws the last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from analytics.dashboards.asking import NotReadYet
from analytics.rollups.together import Statement, Together

Part = TypeVar("Part")


def in_turns(together: Together, draw: Sequence[Callable[[], Part]]) -> list[Part]:
    """What each draws, in their order; they read through `together`.

    Whatever asks for what is not read yet has it sent, is left there, and is begun again when it is here. Charts and
    tiles ask before they do anything else, and change nothing: to begin one twice costs next to nothing.
    """
    drawn: dict[int, Part] = {}
    waiting: deque[tuple[int, Sequence[Statement]]] = deque()

    def begin(place: int) -> None:
        try:
            drawn[place] = draw[place]()
        except NotReadYet as needed:
            together.send(needed.statements)
            waiting.append((place, needed.statements))

    with together.ahead():
        for place in range(len(draw)):
            begin(place)
        while waiting:
            place, statements = waiting.popleft()
            together.fetch(statements)
            begin(place)
    return [drawn[place] for place in range(len(draw))]
