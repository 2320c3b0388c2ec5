"""Deliveries that name a payment only by an id of the provider: parked until somebody tells whose id it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import connection

from payments.intake.services.deliveries import ADOPTED_AFTER
from payments.ledger.services.tables import array

_AGAIN: Final = "state = CASE WHEN needs_read_back THEN 'unverified' ELSE 'waiting' END, next_try_at = NULL"
_RELEASE: Final = f"""
UPDATE payments_inboxdelivery AS d SET {_AGAIN}
 WHERE d.state = 'parked' AND d.parked_references && %s::varchar[]
   AND EXISTS (SELECT FROM unnest(%s::text[], %s::text[]) AS told(code, reference) JOIN payments_provider p USING (code)
                WHERE p.id = d.provider_id AND told.reference = ANY (d.parked_references))
"""  # noqa: S608
_RELEASE_KNOWN: Final = f"""
UPDATE payments_inboxdelivery AS d SET {_AGAIN}
 WHERE d.state = 'parked'
   AND EXISTS (SELECT FROM payments_paymentreference r
                WHERE r.provider_id = d.provider_id AND r.reference = ANY (d.parked_references))
"""  # noqa: S608
_RELEASE_UNREAD_ORPHANS: Final = f"""
UPDATE payments_inboxdelivery AS d SET {_AGAIN}
 WHERE d.state = 'parked' AND d.needs_read_back AND d.received_at < now() - make_interval(secs => %s)
"""  # noqa: S608


def release(learned: Collection[tuple[str, str]]) -> int:
    """Let what waits for these (provider's code, its id) pairs be drained; in the transaction that learned them."""
    if not learned:
        return 0
    pairs = sorted(learned)
    with connection.cursor() as cursor:
        references = array("text", [reference for _, reference in pairs])
        cursor.execute(_RELEASE, [references, array("text", [code for code, _ in pairs]), references])
        return int(cursor.rowcount)


def release_known() -> int:
    """Release what was parked while another transaction, or another way in, learned its id."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE_KNOWN)
        return int(cursor.rowcount)


def release_unread_orphans() -> None:
    """What was read back and nobody claimed for a day is read once more, and then stands by the provider's id."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE_UNREAD_ORPHANS, [ADOPTED_AFTER.total_seconds()])
