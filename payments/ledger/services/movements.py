"""Posts the movements that follow from events: each once, whoever told of it first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection

from payments.facts import MovementKind
from payments.ledger.due import due, names_of
from payments.ledger.fold import PaymentState
from payments.ledger.models import MovementBatch
from payments.ledger.money import FoldedMovement, MovementName
from payments.ledger.selectors import Configured
from payments.ledger.services.homes import Opened
from payments.ledger.services.tables import arrays, insert

SOURCE: Final = "events"
"""`MovementBatch.source` of what came by events."""

_COLUMNS: Final = {
    "provider_id": "bigint", "payment_id": "bigint", "movement_key": "text", "provider_key": "text",
    "payment_reference": "text", "merchant_reference": "text", "kind": "smallint", "amount": "bigint",
    "currency": "text", "occurred_at": "timestamptz", "occurred_on": "date", "method": "text",
}  # fmt: skip

UNKNOWN = """
SELECT given.place
  FROM {source} AS given(place, provider_id, movement_key, provider_key, kind, shop_key)
 WHERE NOT EXISTS (SELECT FROM payments_movement m
                    WHERE m.provider_id = given.provider_id AND m.movement_key = given.movement_key)
   AND NOT EXISTS (SELECT FROM payments_movement m
                    WHERE given.shop_key <> '' AND m.provider_id = given.provider_id
                      AND m.movement_key = given.shop_key AND m.kind = given.kind)
   AND NOT EXISTS (SELECT FROM payments_movement m
                    WHERE given.provider_key <> ''
                      AND m.match_key = hashtextextended(given.provider_key, given.provider_id * 64 + given.kind)
                      AND m.provider_id = given.provider_id AND m.kind = given.kind
                      AND m.provider_key = given.provider_key)
"""
"""Names by which no event and no export of our ledger has posted: our own key, the shop's, or the provider's."""

HOLD: Final = """
SELECT pg_advisory_xact_lock{shared}(hashtextextended('jeongsan.movements', given.id))
  FROM (SELECT unnest(%s::bigint[]) AS id ORDER BY 1) AS given
"""


def hold_posting(providers: Iterable[int], *, is_alone: bool) -> None:
    """Until the end of the transaction, keep who looks for known movements apart from who posts others.

    Events post side by side; an export posts alone at its provider: else each could overlook what the other posts.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD.format(shared="" if is_alone else "_shared"), [sorted(set(providers))])


def post_movements(states: Mapping[str, PaymentState], homes: Mapping[str, Opened], known: Configured) -> int:
    """Post what the folds tell of and the ledger does not have; returns how many.

    A movement is posted once and never changed: when two tellings differ, the one that came first stands, and the
    payment shows the conflict.
    """
    told = {reference: state.movements for reference, state in states.items() if state.movements}
    if not told:
        return 0
    providers = known.providers
    hold_posting((providers[each.provider].pk for moved in told.values() for each in moved), is_alone=False)
    posted = _posted([name for moved in told.values() for each in moved for name in names_of(each)], known)
    new = [
        _row(reference, homes[reference], movement, known)
        for reference, moved in told.items()
        for movement in due(moved, posted)
    ]
    by_provider: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in sorted(new, key=lambda row: (row[0], row[2])):
        by_provider[row[0]].append(row)
    return sum(_post(provider, new) for provider, new in by_provider.items())


def _row(reference: str, home: Opened, movement: FoldedMovement, known: Configured) -> tuple[Any, ...]:
    provider = known.providers[movement.provider]
    return (
        provider.pk, home.pk, movement.name.movement_key, movement.name.provider_key, movement.payment_reference,
        reference,
        int(movement.kind), movement.amount, movement.currency, movement.occurred_at,
        movement.occurred_at.astimezone(provider.zone).date(), movement.method,
    )  # fmt: skip


def _posted(
    names: Iterable[tuple[str, MovementKind, MovementName]], known: Configured
) -> set[tuple[str, MovementKind, MovementName]]:
    """Those of some names by which the ledger has a movement; one query."""
    asked = list(dict.fromkeys(names))
    columns = {"place": "integer", "provider_id": "bigint", "movement_key": "text", "provider_key": "text",
               "kind": "smallint", "shop_key": "text"}  # fmt: skip
    rows = [
        (place, known.providers[provider].pk, name.movement_key, name.provider_key, int(kind), name.shop_key)
        for place, (provider, kind, name) in enumerate(asked)
    ]
    source, parameters = arrays(columns, rows)
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN.format(source=source), parameters)
        return set(asked) - {asked[place] for (place,) in cursor.fetchall()}


def _post(provider: int, rows: list[tuple[Any, ...]]) -> int:
    batch = MovementBatch.objects.create(provider_id=provider, source=SOURCE, movement_count=len(rows))
    columns = {"batch_id": "bigint", **_COLUMNS}
    return insert(
        "payments_movement", columns, [(batch.pk, *row) for row in rows],
        "ON CONFLICT (provider_id, movement_key) DO NOTHING",
    )  # fmt: skip
