"""Questions about lists: whose keys stand on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from fraud.lists.hits import Hits, Keys, code_of

_FIND: Final = """
SELECT e.id, e.list_name, e.kind, e.key
FROM unnest(%s::smallint[], %s::bigint[]) AS asked (kind, key)
JOIN fraud_listentry e ON e.kind = asked.kind AND e.key = asked.key AND e.removed_at IS NULL
WHERE (e.expires_at IS NULL OR e.expires_at > %s) AND (e.list_name <> 1 OR e.approved_at IS NOT NULL)
ORDER BY e.id
"""


def hits(asked: Sequence[Keys], at: datetime) -> list[Hits]:
    """The entries in force at an instant that the keys of each stand on, in the order asked; one query for all.

    In force: not removed, not expired, and of the allow list approved.
    """
    pairs = sorted({pair for keys in asked for pair in keys.items()})
    if not pairs:
        return [Hits()] * len(asked)
    found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [[kind for kind, _ in pairs], [key for _, key in pairs], at])
        for entry_id, list_name, kind, key in cursor.fetchall():
            found[kind, key].append((code_of(list_name, kind), entry_id))
    return [_of(keys, found) for keys in asked] if found else [Hits()] * len(asked)


def _of(keys: Keys, found: dict[tuple[int, int], list[tuple[int, int]]]) -> Hits:
    its = [each for pair in keys.items() for each in found.get(pair, ())]
    return Hits(tuple(sorted({code for code, _ in its})), tuple(sorted(entry_id for _, entry_id in its)))
