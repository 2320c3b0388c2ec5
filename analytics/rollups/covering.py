"""Which kept buckets make up a period: the longest that lie within one step of it, and shorter ones at the edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from analytics.rollups.spans import Span, day_of, week_of

_LONGER: Final = {"w": week_of, "d": day_of}


def cover(edges: Sequence[datetime], grain: str, longest: str) -> list[tuple[str, Span]]:
    """The grains, and the spans of their buckets, that make up what lies between the first edge and the last.

    No bucket goes beyond one of the edges, as far as `grain`, the shortest that is kept, allows it: `longest` is the
    longest that may be used.
    """
    found: list[tuple[str, Span]] = []
    for start, end in pairwise(edges):
        for each, span in _between(Span(start, end), grain, longest):
            if found and found[-1][0] == each and found[-1][1].end == span.start:
                found[-1] = (each, Span(found[-1][1].start, span.end))
            else:
                found.append((each, span))
    return found


def _between(span: Span, grain: str, longest: str) -> Iterator[tuple[str, Span]]:
    if span.start >= span.end:
        return
    if longest == grain:
        yield grain, span
        return
    shorter = "d" if longest == "w" else "h"
    first, last = _LONGER[longest](span.start), _LONGER[longest](span.end)
    whole = Span(span.start if first.start == span.start else first.end, last.start)
    if whole.start >= whole.end:
        yield from _between(span, grain, shorter)
        return
    yield from _between(Span(span.start, whole.start), grain, shorter)
    yield longest, whole
    yield from _between(Span(whole.end, span.end), grain, shorter)
