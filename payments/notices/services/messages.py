"""Writes what the shop is told, in the transaction that changed it: one message, one delivery for each endpoint."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from payments.notices.models import WebhookEndpoint
from payments.notices.signals import messages_written

_NAMES: Final = uuid.UUID("6d1f5a0e-3c1b-5a53-9a34-8f6f0c1f2b77")
KINDS: Final = (
    "payment.changed", "dispute.changed", "act.changed", "payment.held", "payment.released", "assessment.step_up",
    "case.question", "case.late", "file.missing",
)  # fmt: skip
"""What can be told."""

# A delivery is made only beside a message that is new, so that telling again makes nothing.
_WRITE: Final = """
WITH given AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::jsonb[]) AS g(id, kind, payload)
), written AS (
    INSERT INTO payments_webhookmessage (id, kind, payload, created_at)
    SELECT id, kind, payload, now() FROM given ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id, kind
)
INSERT INTO payments_webhookdelivery (message_id, endpoint_id, tries, next_try_at, error)
SELECT w.id, e.id, 0, now(), '' FROM written w
  JOIN payments_webhookendpoint e ON e.is_enabled AND (e.kinds = '{}' OR w.kind = ANY(e.kinds))
"""


class Told(NamedTuple):
    """One thing that changed."""

    kind: str
    name: tuple[str, ...]
    """What and in which version: the same name again is the same message, and is not sent twice."""
    payload: dict[str, Any]


def write(told: Sequence[Told]) -> None:
    """Keep messages in the caller's transaction and wake the sender after its commit; nothing without an endpoint."""
    if not told or not WebhookEndpoint.objects.filter(is_enabled=True).exists():
        return
    rows = {uuid.uuid5(_NAMES, json.dumps([each.kind, *each.name])): each for each in told}
    with connection.cursor() as cursor:
        payloads = [json.dumps(each.payload) for each in rows.values()]
        cursor.execute(_WRITE, [list(rows), [each.kind for each in rows.values()], payloads])
        if cursor.rowcount:
            transaction.on_commit(partial(messages_written.send_robust, sender=WebhookEndpoint))
