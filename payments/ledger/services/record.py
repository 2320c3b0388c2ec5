"""Records what happened: the one way by which facts of payments get into the ledger."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from payments.facts import CheckoutFact, NeutralEvent
from payments.ledger import pipeline
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
    first_of,
    learn,
    lock_payments,
    open_payments,
    place,
)
from payments.ledger.services.movements import post_movements
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
    checkout_ids: Mapping[str, int]
    new: int
    """Events that were not known."""
    repeated: int
    contradicted: int
    """Repeated with another content, or naming an id of another payment; kept for people."""
    posted: int
    """New movements."""
    parked: tuple[Parked, ...]
    """Events whose payment nobody has named yet: they are not kept, and must be told again once it is."""
    learned: frozenset[Alias]
    """(provider's code, its id) pairs that lead to a payment from now on: what was parked for one can be told again."""


def record(events: Sequence[NeutralEvent], *, checkouts: Sequence[CheckoutFact] = ()) -> Recorded:
    """Append events to the histories of their payments, fold these, post movements, run `LEDGER_PIPELINE`.

    In the caller's transaction. Telling anything twice, in parts or in another order changes nothing in the end.

    Raises:
        EventRefused: an event no row can hold, from a provider nobody configured, or naming no payment by anything.
    """
    known = configured()
    for event in events:
        _check(event, known)
    checkout_ids = keep_checkouts(checkouts)
    placed = place(events, known)
    firsts = _firsts(events, placed.references)
    told_again = [fact.merchant_reference for fact in checkouts if fact.merchant_reference not in firsts]
    homes = open_payments(firsts)
    homes |= _already_open(told_again)
    learn(placed.aliases, homes, known)
    new, repeated, contradicted = _append(events, placed, homes)
    homes |= _contradicted(new, homes)
    shop = set(told_again)
    touched = {reference: home for reference, home in sorted(homes.items()) if home.pk in new or reference in shop}
    states = projections.fold_payments(touched, new, known)
    projections.write(states, homes, known)
    posted = post_movements(states, touched, known)
    if touched or checkout_ids:
        pipeline.run(_changed(touched, checkout_ids))
    return Recorded(
        payment_ids={reference: home.pk for reference, home in homes.items()},
        checkout_ids=checkout_ids,
        new=len(events) - len(placed.parked) - repeated,
        repeated=repeated,
        contradicted=contradicted,
        posted=posted,
        parked=tuple(placed.parked),
        learned=frozenset(placed.aliases),
    )


def _check(event: NeutralEvent, known: Configured) -> None:
    check(event)
    if event.provider and event.provider not in known.providers:
        raise EventRefused("provider", "is not configured")
    if not can_be_placed(event):
        raise EventRefused("merchant_reference", "is missing, and no id of a provider stands in for it")


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


def _append(
    events: Sequence[NeutralEvent], placed: Placed, homes: Mapping[str, Opened]
) -> tuple[dict[int, list[NeutralEvent]], int, int]:
    """Append events to the history; returns what is new by payment, and how many were repeated or contradict.

    Of a payment that only a contradiction concerns, nothing is new, and it is named all the same.
    """
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    told: dict[tuple[str, str], NeutralEvent] = {}
    second: list[tuple[Any, ...]] = []
    for event, reference in zip(events, placed.references, strict=True):
        if not reference:
            continue
        kept = keep(event)
        name = (event.source, event.source_event_id)
        row = (homes[reference].pk, *name, str(event.kind), event.occurred_at, kept.digest, kept.body)
        if rows.setdefault(name, row) is not row:
            second.append(row)
        told.setdefault(name, event)
    ordered = [rows[name] for name in sorted(rows)]
    written = _insert_events(ordered)
    told_again = [row for row in ordered if (row[1], row[2]) not in written] + second
    contradictions = _contradicting(told_again)
    contradictions += [_stranger(events[index], homes[placed.references[index]]) for index in placed.strangers]
    now = timezone.now()
    insert(
        "payments_eventcontradiction", _CONTRADICTION, [(*row, now) for row in contradictions], "ON CONFLICT DO NOTHING"
    )
    new: dict[int, list[NeutralEvent]] = {row[0]: [] for row in contradictions}
    for name, payment in written.items():
        new.setdefault(payment, []).append(told[name])
    return new, len(told_again), len(contradictions)


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


def _contradicting(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Of events told again, those whose content differs from what stands: filed under the payment that stands."""
    if not rows:
        return []
    columns = {"place": "integer", "source": "text", "source_event_id": "text", "digest": "bytea"}
    source, parameters = arrays(columns, [(n, row[1], row[2], row[5]) for n, row in enumerate(rows)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT given.place, e.payment_id FROM {source} AS given({', '.join(columns)})"  # noqa: S608
            " JOIN payments_paymentevent e USING (source, source_event_id) WHERE e.digest <> given.digest",
            parameters,
        )
        found = cursor.fetchall()
    return [(payment, rows[n][1], rows[n][2], rows[n][5], rows[n][6]) for n, payment in sorted(found)]


def _stranger(event: NeutralEvent, home: Opened) -> tuple[Any, ...]:
    kept = keep(event)
    body = json.dumps({"code": str(ConflictCode.REFERENCE_OF_ANOTHER)} | json.loads(kept.body))
    return home.pk, event.source, event.source_event_id, kept.digest, body


def _changed(touched: Mapping[str, Opened], checkout_ids: Mapping[str, int]) -> pipeline.Changed:
    payments = tuple(sorted(home.pk for home in touched.values()))
    checkouts = {home.checkout_id for home in touched.values()} | set(checkout_ids.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM payments_dispute WHERE payment_id = ANY(%s::bigint[]) ORDER BY id",
            [array("bigint", payments)],
        )
        disputes = tuple(row[0] for row in cursor.fetchall())
    return pipeline.Changed(payments=payments, checkouts=tuple(sorted(checkouts)), disputes=disputes)
