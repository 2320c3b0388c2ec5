"""Brings the rows of payments in line with the fold of their events."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from payments.facts import MovementKind, NeutralEvent
from payments.ledger.attempts import AttemptState
from payments.ledger.fold import PaymentState, fold
from payments.ledger.hashing import personal_hash
from payments.ledger.history import restore
from payments.ledger.selectors import Configured
from payments.ledger.services.disputes import give_way
from payments.ledger.services.homes import Opened
from payments.ledger.services.tables import array, arrays, insert, upsert
from payments.money import NO_CURRENCY

_PAYMENT: Final = {
    "id": "bigint", "amount": "bigint", "currency": "text", "customer_id": "bigint", "status": "text",
    "authorized": "bigint", "captured": "bigint", "refunded": "bigint", "charged_back": "bigint", "conflicts": "jsonb",
    "is_conflicting": "boolean", "provider_id": "bigint", "method_id": "bigint", "last4": "text",
    "attempt_count": "smallint", "created_at": "timestamptz", "changed_at": "timestamptz",
}  # fmt: skip
_ATTEMPT: Final = {
    "payment_id": "bigint", "attempt_key": "text", "provider_id": "bigint", "method_id": "bigint",
    "method_name": "text", "provider_reference": "text", "shop_reference": "text", "status": "text",
    "amount": "bigint", "requested_at": "timestamptz", "responded_at": "timestamptz", "finished_at": "timestamptz",
    "waiting_for_customer_seconds": "integer", "result": "text", "decline_code": "text",
    "provider_decline_code": "text", "instrument_fingerprint": "bytea", "brand": "text", "bin": "text", "last4": "text",
    "installment_months": "smallint", "ip": "inet", "device": "text", "authorization_expires_at": "timestamptz",
    "voucher_expires_at": "timestamptz", "three_d_secure": "text",
}  # fmt: skip
_REFUND: Final = {
    "payment_id": "bigint", "refund_key": "text", "provider_id": "bigint", "provider_reference": "text",
    "status": "text", "amount": "bigint", "reason": "text", "requested_at": "timestamptz", "finished_at": "timestamptz",
}  # fmt: skip
_DISPUTE: Final = {
    "provider_id": "bigint", "provider_reference": "text", "payment_id": "bigint", "merchant_reference": "text",
    "amount": "bigint", "currency": "text", "status": "text", "reason": "text", "is_from_statement": "boolean",
    "opened_at": "timestamptz", "closed_at": "timestamptz",
}  # fmt: skip

EVENTS: Final = """
SELECT payment_id, source, source_event_id, kind, occurred_at, body FROM payments_paymentevent
 WHERE payment_id = ANY(%s::bigint[])
"""
CONTRADICTIONS: Final = """
SELECT payment_id, coalesce(body->>'code', 'told_differently'), source || ':' || source_event_id
  FROM payments_eventcontradiction WHERE payment_id = ANY(%s::bigint[]) ORDER BY id
"""


def fold_payments(
    homes: Mapping[str, Opened], new: Mapping[int, Sequence[NeutralEvent]], known: Configured
) -> dict[str, PaymentState]:
    """Fold all events of some payments, under their locks; by merchant reference. Payments without events are left.

    `new` are those that this transaction has appended, by payment: only the others are read.
    """
    told = {home.pk: list(new.get(home.pk, ())) for home in homes.values()}
    _add_older(told, [home.pk for home in homes.values() if not home.is_new])
    speaking = known.speaking
    return {
        reference: fold(
            told[home.pk],
            speaking=speaking,
            currency=home.currency if home.is_from_shop else "",
            owed=home.amount if home.is_from_shop else None,
        )
        for reference, home in homes.items()
        if told[home.pk]
    }


def _add_older(told: Mapping[int, list[NeutralEvent]], payments: list[int]) -> None:
    if not payments:
        return
    names = {(event.source, event.source_event_id) for events in told.values() for event in events}
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [array("bigint", payments)])
        for payment, source, event_id, kind, occurred_at, body in cursor.fetchall():
            if (source, event_id) not in names:
                # Django leaves the JSON of raw queries as text.
                told[payment].append(restore(source, event_id, kind, occurred_at, json.loads(body)))


def write(states: Mapping[str, PaymentState], homes: Mapping[str, Opened], known: Configured) -> None:
    """Write what the folds say into payments, attempts, refunds and disputes."""
    _make_payments(states, homes, known)
    if not states:
        return
    _write_payments(states, homes, known)
    _fill_checkouts(states, homes)
    older = [homes[reference].pk for reference in states if not homes[reference].is_new]
    attempts = [
        _attempt_row(homes[reference].pk, attempt, known)
        for reference, state in states.items()
        for attempt in state.attempts
    ]
    _keep_rows("payments_attempt", "attempt_key", older, attempts, _former(states, homes, "attempts"))
    upsert("payments_attempt", _ATTEMPT, ("payment_id", "attempt_key"), attempts)
    refunds = [
        (
            homes[reference].pk, refund.key, _pk(known, refund.provider), refund.provider_reference,
            str(refund.status), refund.amount, refund.reason, refund.requested_at, refund.finished_at,
        )
        for reference, state in states.items()
        for refund in state.refunds
        if refund.amount
    ]  # fmt: skip
    if refunds:
        _keep_rows("payments_refund", "refund_key", older, refunds, _former(states, homes, "refunds"))
        upsert("payments_refund", _REFUND, ("payment_id", "refund_key"), refunds)
    _write_disputes(states, homes, known)


def _make_payments(states: Mapping[str, PaymentState], homes: Mapping[str, Opened], known: Configured) -> None:
    """Insert the payments that this transaction has opened, as their folds say at once."""
    new = {reference: home for reference, home in homes.items() if home.is_new}
    if not new:
        return
    conflicts = _contradictions([home.pk for home in new.values()])
    now = timezone.now()
    rows = [
        (
            home.checkout_id, reference,
            *_payment_row(home, states[reference], conflicts.get(home.pk, []), known), now,
        )
        for reference, home in new.items()
    ]  # fmt: skip
    insert("payments_payment", {"checkout_id": "bigint", "merchant_reference": "text", **_PAYMENT}, rows)


def _write_payments(states: Mapping[str, PaymentState], homes: Mapping[str, Opened], known: Configured) -> None:
    older = {reference: state for reference, state in states.items() if not homes[reference].is_new}
    if not older:
        return
    conflicts = _contradictions([homes[reference].pk for reference in older])
    now = timezone.now()
    rows = [
        (*_payment_row(homes[reference], state, conflicts.get(homes[reference].pk, []), known), now)
        for reference, state in older.items()
    ]
    source, parameters = arrays(_PAYMENT, rows)
    names = ", ".join(_PAYMENT)
    changes = ", ".join(f"{name} = given.{name}" for name in _PAYMENT if name != "id")
    compared = [name for name in _PAYMENT if name not in ("id", "changed_at")]
    old, new = (", ".join(f"{table}.{name}" for name in compared) for table in ("p", "given"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE payments_payment p SET {changes} FROM {source} AS given({names})"  # noqa: S608
            f" WHERE p.id = given.id AND ({old}) IS DISTINCT FROM ({new})",
            parameters,
        )


def _payment_row(
    home: Opened, state: PaymentState, contradictions: list[dict[str, str]], known: Configured
) -> tuple[Any, ...]:
    """The columns of `_PAYMENT` without the last."""
    leading = state.leading
    conflicts = [conflict.to_json() for conflict in state.conflicts] + contradictions
    return (
        home.pk, home.amount if home.is_from_shop else state.amount,
        home.currency if home.is_from_shop else state.currency or NO_CURRENCY, home.customer_id,
        str(state.status), state.authorized, state.captured, state.refunded, state.charged_back,
        json.dumps(conflicts), bool(conflicts), _pk(known, leading.provider) if leading else None,
        known.method_of(leading.provider, leading.method) if leading else None,
        leading.instrument.last4[:4] if leading else "", len(state.attempts), state.created_at,
    )  # fmt: skip


def _fill_checkouts(states: Mapping[str, PaymentState], homes: Mapping[str, Opened]) -> None:
    """A checkout that only a provider has told of costs what its payment does."""
    rows = [
        (homes[reference].checkout_id, state.amount, state.currency or NO_CURRENCY, state.created_at)
        for reference, state in states.items()
        if not homes[reference].is_from_shop
    ]
    if not rows:
        return
    columns = {"id": "bigint", "amount": "bigint", "currency": "text", "started_at": "timestamptz"}
    source, parameters = arrays(columns, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_checkout c SET amount = given.amount, currency = given.currency,"  # noqa: S608
            f" started_at = given.started_at FROM {source} AS given({', '.join(columns)}) WHERE c.id = given.id"
            " AND NOT c.is_from_shop AND (c.amount, c.currency, c.started_at)"
            " IS DISTINCT FROM (given.amount, given.currency, given.started_at)",
            parameters,
        )


def _contradictions(payments: list[int]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CONTRADICTIONS, [array("bigint", payments)])
        for payment, code, event in cursor.fetchall():
            found[payment].append({"code": code, "event": event})
    return found


def _pk(known: Configured, code: str) -> int | None:
    return known.providers[code].pk if code else None


def _attempt_row(payment: int, attempt: AttemptState, known: Configured) -> tuple[Any, ...]:
    instrument = attempt.instrument
    return (
        payment, attempt.key, _pk(known, attempt.provider), known.method_of(attempt.provider, attempt.method),
        attempt.method, attempt.provider_reference, attempt.shop_reference, str(attempt.status), attempt.amount,
        attempt.requested_at, attempt.responded_at, attempt.finished_at, max(attempt.waiting_for_customer_seconds, 0),
        str(attempt.result or ""), attempt.decline_code, attempt.provider_decline_code,
        personal_hash("instrument", instrument.fingerprint), instrument.brand[:30], instrument.bin, instrument.last4,
        instrument.installment_months, attempt.ip or None, attempt.device, attempt.authorization_expires_at,
        attempt.voucher_expires_at, attempt.three_d_secure,
    )  # fmt: skip


def _former(states: Mapping[str, PaymentState], homes: Mapping[str, Opened], name: str) -> list[tuple[int, str, str]]:
    """Of payments that stood before: id, key and each earlier key of their attempts or refunds that is free by now."""
    found = []
    for reference, state in states.items():
        home, parts = homes[reference], getattr(state, name)
        if not home.is_new:
            taken = {part.key for part in parts}
            found += [(home.pk, part.key, key) for part in parts for key in part.former if key not in taken]
    return found


KEEP_ROWS: Final = """
WITH renamed AS (
  UPDATE {table} t SET {key} = chosen.name
    FROM (SELECT DISTINCT ON (f.payment_id, f.name) o.id, f.name
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS f(payment_id, name, former)
            JOIN {table} o ON o.payment_id = f.payment_id AND o.{key} = f.former
           WHERE NOT EXISTS (SELECT FROM {table} k WHERE k.payment_id = f.payment_id AND k.{key} = f.name)
           ORDER BY f.payment_id, f.name, o.id) AS chosen
   WHERE t.id = chosen.id RETURNING t.id)
DELETE FROM {table} t
 WHERE t.payment_id = ANY(%s::bigint[]) AND t.id NOT IN (SELECT id FROM renamed)
   AND NOT EXISTS (SELECT FROM unnest(%s::bigint[], %s::text[]) AS kept(payment_id, name)
                    WHERE kept.payment_id = t.payment_id AND kept.name = t.{key})
"""


def _keep_rows(
    table: str, key: str, payments: list[int], rows: Sequence[Sequence[Any]], former: Sequence[tuple[int, str, str]]
) -> None:
    """What got another name, as more was told of it, keeps its row and so its id; of two that are one, one goes."""
    if not payments:
        return
    kinds = ("bigint", "text", "text")
    earlier = [array(kind, [each[place] for each in former]) for place, kind in enumerate(kinds)]
    kept = [array("bigint", [row[0] for row in rows]), array("text", [row[1] for row in rows])]
    with connection.cursor() as cursor:
        cursor.execute(KEEP_ROWS.format(table=table, key=key), [*earlier, array("bigint", payments), *kept])


def _write_disputes(states: Mapping[str, PaymentState], homes: Mapping[str, Opened], known: Configured) -> None:
    rows = {
        (known.providers[dispute.provider].pk, dispute.key[:120]): (
            known.providers[dispute.provider].pk, dispute.key[:120], homes[reference].pk, reference, dispute.amount,
            state.currency or NO_CURRENCY, str(dispute.status), dispute.reason[:80], False, dispute.opened_at,
            dispute.closed_at,
        )
        for reference, state in states.items()
        for dispute in state.disputes
        if dispute.provider
    }  # fmt: skip
    upsert("payments_dispute", _DISPUTE, ("provider_id", "provider_reference"), [rows[name] for name in sorted(rows)])
    give_way(
        [
            (
                known.providers[movement.provider].pk,
                homes[reference].pk,
                movement.name.provider_key,
                abs(movement.amount),
            )
            for reference, state in states.items()
            for movement in state.movements
            if movement.kind in (MovementKind.CHARGEBACK, MovementKind.CHARGEBACK_REVERSAL)
        ]
    )
