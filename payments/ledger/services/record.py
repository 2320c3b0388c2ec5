"""Records what happened: the one way by which facts of payments get into the ledger."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from payments.facts import CheckoutFact, EventKind, NeutralEvent
from payments.ledger import pipeline
from payments.ledger.fold import PaymentState
from payments.ledger.history import EventRefused, check, keep
from payments.ledger.selectors import Configured, configured
from payments.ledger.services import projections
from payments.ledger.services.checkouts import keep_checkouts
from payments.ledger.services.homes import (
    Alias,
    First,
    Opened,
    Parked,
    Placed,
    can_be_placed,
    close,
    first_of,
    learn,
    lock_payments,
    names_of,
    open_payments,
    place,
    stored,
)
from payments.ledger.services.movements import Posted, post_movements
from payments.ledger.services.tables import array, arrays, insert
from payments.ledger.states import ConflictCode

_EVENT: Final = {
    "payment_id": "bigint", "source": "text", "source_event_id": "text", "kind": "text", "occurred_at": "timestamptz",
    "digest": "bytea", "body": "jsonb",
}  # fmt: skip
_CONTRADICTION: Final = {
    "payment_id": "bigint", "source": "text", "source_event_id": "text", "digest": "bytea", "body": "jsonb",
    "received_at": "timestamptz",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch of events."""

    payment_ids: Mapping[str, int]
    """Of every payment the batch concerns, by merchant reference."""
    new: int
    """Events that were not known."""
    repeated: int
    contradicted: int
    """Repeated with another content, or naming an id of another payment; kept for people."""
    written: frozenset[int]
    """Places of the events that this call wrote: of several that are one, and of several calls, exactly one has it."""
    differing: frozenset[int]
    """Places of events that were told before, or further in front, with another content."""
    posted: int
    """New movements."""
    parked: tuple[Parked, ...]
    """Events whose payment nobody has named yet: they are not kept, and must be told again once it is."""
    learned: frozenset[Alias]
    """(provider's code, its id) pairs that lead to a payment from now on: what was parked for one can be told again."""


def record(
    events: Sequence[NeutralEvent], *, checkouts: Sequence[CheckoutFact] = (), known: Configured | None = None
) -> Recorded:
    """Append events to the histories of their payments, fold these, post movements, run `LEDGER_PIPELINE`.

    In the caller's transaction. Telling anything twice, in parts or in another order changes nothing in the end.
    `known` is what the caller has read of it already.

    Raises:
        EventRefused: see `check_recordable`.
    """
    known = known or configured()
    for event in events:
        check_recordable(event, known)
    checkout_ids = keep_checkouts(checkouts)
    placed, homes = _at_home(events, known)
    shop = {fact.merchant_reference for fact in checkouts}
    homes |= _already_open(sorted(shop - homes.keys()))
    appended = _append(events, placed, homes)
    new = appended.new
    homes = _without_strangers(homes, new) | _contradicted(new, homes)
    touched = {reference: home for reference, home in sorted(homes.items()) if home.pk in new or reference in shop}
    states = projections.fold_payments(touched, new, known)
    posted = post_movements(states, touched, known)
    projections.write(_judged(states, posted), homes, known)
    if touched or checkout_ids:
        pipeline.run(_changed(touched, checkout_ids, new))
    return Recorded(
        payment_ids={reference: home.pk for reference, home in homes.items()},
        new=len(events) - len(placed.parked) - appended.repeated,
        repeated=appended.repeated,
        contradicted=appended.contradicted,
        written=appended.written,
        differing=appended.differing,
        posted=posted.movement_count,
        parked=tuple(placed.parked),
        learned=frozenset(placed.aliases),
    )


def _judged(states: Mapping[str, PaymentState], posted: Posted) -> dict[str, PaymentState]:
    """With the conflicts between payments, which no fold of one can see."""
    judged = {
        reference: replace(states[reference], conflicts=states[reference].conflicts + conflicts)
        for reference, conflicts in posted.conflicts.items()
    }
    return {**states, **judged}


def check_recordable(event: NeutralEvent, known: Configured) -> None:
    """Raise EventRefused for an event no row can hold, of a provider nobody configured, or naming no payment."""
    check(event)
    if event.provider and event.provider not in known.providers:
        raise EventRefused("provider", "is not configured")
    if not can_be_placed(event):
        raise EventRefused("merchant_reference", "is missing, and no id of a provider stands in for it")


def _at_home(events: Sequence[NeutralEvent], known: Configured) -> tuple[Placed, dict[str, Opened]]:
    """The events with their payments, locked and called by every id that they name."""
    aliases = stored(names_of(events), known)
    placed = place(events, aliases)
    homes = open_payments(_firsts(events, placed.references))
    if taken := learn(placed.aliases, homes, known):
        # Somebody was faster: as if they had been told before us.
        placed = place(events, aliases | taken)
        firsts = _firsts(events, placed.references)
        homes |= open_payments({reference: firsts[reference] for reference in firsts.keys() - homes.keys()})
    return placed, homes


def _without_strangers(homes: Mapping[str, Opened], new: Collection[int]) -> dict[str, Opened]:
    """Without the payments that were opened for nothing: all that was told of them had been told of another one."""
    untold = {reference: home for reference, home in homes.items() if home.is_new and home.pk not in new}
    close(untold.values())
    return {reference: home for reference, home in homes.items() if reference not in untold}


def _firsts(events: Sequence[NeutralEvent], references: Sequence[str]) -> dict[str, First]:
    told: dict[str, list[NeutralEvent]] = defaultdict(list)
    for event, reference in zip(events, references, strict=True):
        if reference:
            told[reference].append(event)
    return {reference: first_of(of_one) for reference, of_one in told.items()}


def _already_open(references: Sequence[str]) -> dict[str, Opened]:
    """Payments whose checkout the shop has told of again: amount, currency and customer may have changed."""
    return lock_payments(list(references)) if references else {}


def _contradicted(new: Collection[int], homes: Mapping[str, Opened]) -> dict[str, Opened]:
    """Payments of others that this batch contradicts: theirs is the event that was told first."""
    others = set(new) - {home.pk for home in homes.values()}
    if not others:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merchant_reference FROM payments_payment WHERE id = ANY(%s::bigint[])",
            [array("bigint", others)],
        )
        return lock_payments([row[0] for row in cursor.fetchall()])


@dataclass(frozen=True, slots=True)
class _Appended:
    """What became of events in the history; the places are as in `Recorded`."""

    new: dict[int, list[NeutralEvent]]
    """By payment; one that only a contradiction concerns is named with nothing new."""
    repeated: int
    contradicted: int
    written: frozenset[int]
    differing: frozenset[int]


def _append(events: Sequence[NeutralEvent], placed: Placed, homes: Mapping[str, Opened]) -> _Appended:
    """Append events to the history."""
    first: dict[tuple[str, str], int] = {}
    rows: dict[int, tuple[Any, ...]] = {}
    for at, (event, reference) in enumerate(zip(events, placed.references, strict=True)):
        if not reference:
            continue
        kept = keep(event)
        name = (event.source, event.source_event_id)
        rows[at] = (homes[reference].pk, *name, str(event.kind), event.occurred_at, kept.digest, kept.body)
        first.setdefault(name, at)
    inserted = _insert_events([rows[first[name]] for name in sorted(first)])
    written = {first[name]: payment for name, payment in inserted.items()}
    told_again = {at: row for at, row in rows.items() if at not in written}
    differing = _contradicting(told_again)
    contradictions = list(differing.values())
    contradictions += [
        _stranger(events[index], homes[placed.references[index]])
        for index in placed.strangers
        if index in written  # what was told before was judged then
    ]
    now = timezone.now()
    insert(
        "payments_eventcontradiction", _CONTRADICTION, [(*row, now) for row in contradictions], "ON CONFLICT DO NOTHING"
    )
    new: dict[int, list[NeutralEvent]] = {row[0]: [] for row in contradictions}
    for at, payment in written.items():
        new.setdefault(payment, []).append(events[at])
    return _Appended(new, len(told_again), len(contradictions), frozenset(written), frozenset(differing))


def _insert_events(rows: Sequence[tuple[Any, ...]]) -> dict[tuple[str, str], int]:
    """Insert events; the names of those that were new, with their payment."""
    if not rows:
        return {}
    source, parameters = arrays(_EVENT, rows)
    names = ", ".join(_EVENT)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO payments_paymentevent ({names}, received_at) SELECT {names}, now()"  # noqa: S608
            f" FROM {source} AS given({names}) ON CONFLICT (source, source_event_id) DO NOTHING"
            " RETURNING source, source_event_id, payment_id",
            parameters,
        )
        return {(source, event_id): payment for source, event_id, payment in cursor.fetchall()}


def _contradicting(rows: Mapping[int, tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
    """Of events told again, those whose content differs from what stands: filed under the payment that stands."""
    if not rows:
        return {}
    columns = {"place": "integer", "source": "text", "source_event_id": "text", "digest": "bytea"}
    source, parameters = arrays(columns, [(at, row[1], row[2], row[5]) for at, row in rows.items()])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT given.place, e.payment_id FROM {source} AS given({', '.join(columns)})"  # noqa: S608
            " JOIN payments_paymentevent e USING (source, source_event_id) WHERE e.digest <> given.digest",
            parameters,
        )
        found = cursor.fetchall()
    return {at: (payment, rows[at][1], rows[at][2], rows[at][5], rows[at][6]) for at, payment in sorted(found)}


def _stranger(event: NeutralEvent, home: Opened) -> tuple[Any, ...]:
    kept = keep(event)
    body = json.dumps({"code": str(ConflictCode.REFERENCE_OF_ANOTHER)} | json.loads(kept.body))
    return home.pk, event.source, event.source_event_id, kept.digest, body


def _changed(
    touched: Mapping[str, Opened], checkout_ids: Mapping[str, int], new: Mapping[int, Sequence[NeutralEvent]]
) -> pipeline.Changed:
    payments = tuple(sorted(home.pk for home in touched.values()))
    checkouts = {home.checkout_id for home in touched.values()} | set(checkout_ids.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM payments_dispute WHERE payment_id = ANY(%s::bigint[]) ORDER BY id",
            [array("bigint", payments)],
        )
        disputes = tuple(row[0] for row in cursor.fetchall())
    warned = sorted(pk for pk, events in new.items() if any(event.kind is EventKind.FRAUD_WARNED for event in events))
    return pipeline.Changed(
        payments=payments, checkouts=tuple(sorted(checkouts)), disputes=disputes, warned=tuple(warned)
    )
