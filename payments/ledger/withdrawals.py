"""Which captures failed after all, whoever told of them by whatever name; pure."""

from __future__ import annotations

from collections.abc import Sequence

from payments.facts import EventKind, NeutralEvent

Name = tuple[str, str]
"""(source, id) of an event."""


def withdrawn(events: Sequence[NeutralEvent]) -> frozenset[Name]:
    """The captures among the events of one attempt, in canonical order, that failed after all.

    A failure withdraws what has its key, and one telling without a key of its amount: the shop's word of the same
    capture. A failure without an amount withdraws every telling without a key.
    """
    failures = [event for event in events if event.kind is EventKind.CAPTURE_FAILED]
    if not failures:
        return frozenset()
    captures = [event for event in events if event.kind is EventKind.CAPTURED]
    keys = {failure.provider_key for failure in failures if failure.provider_key}
    gone = [capture for capture in captures if capture.provider_key in keys]
    keyless = [capture for capture in captures if not capture.provider_key]
    # Told twice under one key, it is one failure.
    for failure in {failure.provider_key or _name(failure): failure for failure in reversed(failures)}.values():
        same = [capture for capture in keyless if failure.amount in (None, capture.amount) and capture not in gone]
        gone += same if failure.amount is None else same[:1]
    return frozenset(_name(capture) for capture in gone)


def _name(event: NeutralEvent) -> Name:
    return event.source, event.source_event_id
