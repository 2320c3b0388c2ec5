"""Posts the movements that follow from events: each once, whoever told of it first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from payments.ledger.due import Name, due, names_of
from payments.ledger.fold import PaymentState
from payments.ledger.models import MovementBatch
from payments.ledger.money import FoldedMovement
from payments.ledger.selectors import Configured
from payments.ledger.services.homes import Opened
from payments.ledger.services.tables import arrays, insert
from payments.ledger.states import Conflict, ConflictCode

SOURCE: Final = "events"
"""`MovementBatch.source` of what came by events."""

_COLUMNS: Final = {
    "provider_id": "bigint", "payment_id": "bigint", "movement_key": "text", "provider_key": "text",
    "payment_reference": "text", "merchant_reference": "text", "kind": "smallint", "amount": "bigint",
    "currency": "text", "occurred_at": "timestamptz", "occurred_on": "date", "method": "text",
}  # fmt: skip

POSTED: Final = """
WITH given AS MATERIALIZED (
  SELECT * FROM {source} AS given(place, provider_id, movement_key, provider_key, kind, shop_key))
SELECT place, m.payment_id FROM given JOIN payments_movement m USING (provider_id, movement_key)
UNION ALL
SELECT place, m.payment_id FROM given JOIN payments_movement m
    ON m.provider_id = given.provider_id AND m.movement_key = given.shop_key AND m.kind = given.kind
 WHERE given.shop_key <> ''
UNION ALL
SELECT place, m.payment_id FROM given JOIN payments_movement m
    ON m.match_key = hashtextextended(given.provider_key, given.provider_id * 64 + given.kind)
   AND m.provider_id = given.provider_id AND m.kind = given.kind AND m.provider_key = given.provider_key
 WHERE given.provider_key <> ''
"""
"""Names by which an event or an export of our ledger has posted: our own key, the shop's, or the provider's."""

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


class Posted(NamedTuple):
    """What became of the movements of some folds."""

    movement_count: int
    """New ones."""
    conflicts: Mapping[str, tuple[Conflict, ...]]
    """By merchant reference: money whose key of the provider is posted for another payment."""


def post_movements(states: Mapping[str, PaymentState], homes: Mapping[str, Opened], known: Configured) -> Posted:
    """Post what the folds tell of and the ledger does not have.

    A movement is posted once and never changed: when two tellings differ, or two payments claim it, the one that came
    first stands, and the payment shows the conflict.
    """
    told = {reference: state.movements for reference, state in states.items() if state.movements}
    if not told:
        return Posted(0, {})
    providers = known.providers
    hold_posting((providers[each.provider].pk for moved in told.values() for each in moved), is_alone=False)
    names = list(dict.fromkeys(name for moved in told.values() for each in moved for name in names_of(each)))
    posted = _posted(names, known)
    new = [
        _row(reference, homes[reference], movement, known)
        for reference, moved in told.items()
        for movement in due(moved, posted)
    ]
    by_provider: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in sorted(new, key=lambda row: (row[0], row[2])):
        by_provider[row[0]].append(row)
    count = sum(_post(provider, rows) for provider, rows in by_provider.items())
    if count < len(new):
        posted = _posted(names, known)  # another payment was faster: in this moment, or further in front in this batch
    return Posted(count, _claimed_by_others(told, homes, posted))


def _claimed_by_others(
    told: Mapping[str, Sequence[FoldedMovement]], homes: Mapping[str, Opened], posted: Mapping[Name, int | None]
) -> dict[str, tuple[Conflict, ...]]:
    """Movements whose key is posted for another payment; an export posts for none."""
    found: dict[str, list[Conflict]] = defaultdict(list)
    for reference, moved in told.items():
        for each in moved:
            home = posted.get((each.provider, each.kind, each.name)) if each.name.provider_key else None
            if home not in (None, homes[reference].pk):
                found[reference].append(Conflict(ConflictCode.REFERENCE_OF_ANOTHER, each.told_by))
    return {reference: tuple(conflicts) for reference, conflicts in found.items()}


def _row(reference: str, home: Opened, movement: FoldedMovement, known: Configured) -> tuple[Any, ...]:
    provider = known.providers[movement.provider]
    return (
        provider.pk, home.pk, movement.name.movement_key, movement.name.provider_key, movement.payment_reference,
        reference,
        int(movement.kind), movement.amount, movement.currency, movement.occurred_at,
        movement.occurred_at.astimezone(provider.zone).date(), movement.method,
    )  # fmt: skip


def _posted(asked: Sequence[Name], known: Configured) -> dict[Name, int | None]:
    """Those of some names by which the ledger has a movement, with its payment, None for none; one query."""
    columns = {"place": "integer", "provider_id": "bigint", "movement_key": "text", "provider_key": "text",
               "kind": "smallint", "shop_key": "text"}  # fmt: skip
    rows = [
        (place, known.providers[provider].pk, name.movement_key, name.provider_key, int(kind), name.shop_key)
        for place, (provider, kind, name) in enumerate(asked)
    ]
    source, parameters = arrays(columns, rows)
    with connection.cursor() as cursor:
        cursor.execute(POSTED.format(source=source), parameters)
        found: dict[Name, int | None] = {}
        for place, payment in cursor.fetchall():
            found[asked[place]] = found.get(asked[place]) or payment
        return found


def _post(provider: int, rows: list[tuple[Any, ...]]) -> int:
    batch = MovementBatch.objects.create(provider_id=provider, source=SOURCE, movement_count=len(rows))
    columns = {"batch_id": "bigint", **_COLUMNS}
    return insert(
        "payments_movement", columns, [(batch.pk, *row) for row in rows],
        "ON CONFLICT (provider_id, movement_key) DO NOTHING",
    )  # fmt: skip
