"""Finds the payment of each event, by the merchant's reference or by an id of the provider, and opens new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from payments.facts import NeutralEvent
from payments.ledger.selectors import Configured
from payments.ledger.services.tables import insert

NO_CURRENCY = "XXX"
"""ISO 4217 for a transaction without currency: until an event or the shop names one."""

Alias = tuple[str, str]
"""(provider's code, its id of a payment)."""


class Parked(NamedTuple):
    """An event whose payment nobody has named yet."""

    place: int
    """Among the events given."""
    provider: str
    reference: str
    """The provider's id that will lead to it."""


@dataclass(slots=True)
class Placed:
    """Which event belongs to which payment, by the merchant's reference."""

    references: list[str]
    """One for each event; '' for a parked one."""
    parked: list[Parked]
    aliases: dict[Alias, str]
    """What these events teach: by which ids the providers call their payments."""
    strangers: list[int]
    """Events that call their payment by an id of another."""


def place(events: Sequence[NeutralEvent], known: Configured) -> Placed:
    """Find the payment of each event: one query, and as many passes as ids lead to ids."""
    aliases = _stored_aliases(events, known)
    learned: dict[Alias, str] = {}
    strangers: list[int] = []
    references = [event.merchant_reference for event in events]
    waiting = list(range(len(events)))
    while waiting:
        left = []
        for index in waiting:
            names = _names(events[index])
            reference = references[index] or next((aliases[name] for name in names if name in aliases), "")
            if not reference:
                left.append(index)
                continue
            references[index] = reference
            for name in names:
                if name not in aliases:
                    learned[name] = reference
                if aliases.setdefault(name, reference) != reference:
                    strangers.append(index)
        if len(left) == len(waiting):
            break
        waiting = left
    parked = [Parked(index, events[index].provider, _names(events[index])[0][1]) for index in waiting]
    return Placed(references, parked, learned, strangers)


def _names(event: NeutralEvent) -> list[Alias]:
    if not event.provider:
        return []
    ids = dict.fromkeys((event.attempt_reference, *event.references))
    return [(event.provider, reference) for reference in ids if reference]


def can_be_placed(event: NeutralEvent) -> bool:
    """Whether an event names its payment by anything at all."""
    return bool(event.merchant_reference or _names(event))


def _stored_aliases(events: Sequence[NeutralEvent], known: Configured) -> dict[Alias, str]:
    names = sorted({name for event in events for name in _names(event)})
    if not names:
        return {}
    code_of = {provider.pk: code for code, provider in known.providers.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.provider_id, r.reference, p.merchant_reference"
            " FROM unnest(%s::bigint[], %s::text[]) AS asked(provider_id, reference)"
            " JOIN payments_paymentreference r USING (provider_id, reference)"
            " JOIN payments_payment p ON p.id = r.payment_id",
            [[known.providers[code].pk for code, _ in names], [reference for _, reference in names]],
        )
        return {(code_of[provider], reference): home for provider, reference, home in cursor.fetchall()}


class Opened(NamedTuple):
    """A payment under this transaction's lock."""

    pk: int
    currency: str
    """`XXX` while nobody has named one."""
    is_from_shop: bool
    """Whether amount and currency are the shop's word."""
    checkout_id: int
    amount: int
    customer_id: int | None


PAYMENT_BORN = {
    "checkout_id": "bigint", "merchant_reference": "text", "amount": "bigint", "currency": "text", "status": "text",
    "authorized": "bigint", "captured": "bigint", "refunded": "bigint", "charged_back": "bigint",
    "conflicts": "jsonb", "is_conflicting": "boolean", "last4": "text", "attempt_count": "smallint",
    "created_at": "timestamptz", "changed_at": "timestamptz",
}  # fmt: skip
CHECKOUT_BORN = {
    "merchant_reference": "text", "amount": "bigint", "currency": "text", "country": "text", "device": "text",
    "channel": "text", "campaign": "text", "started_at": "timestamptz", "is_from_shop": "boolean",
}  # fmt: skip

LOCK = """
SELECT p.merchant_reference, p.id, c.currency, c.is_from_shop, c.id, c.amount, c.customer_id
  FROM payments_payment p JOIN payments_checkout c ON c.id = p.checkout_id
 WHERE c.merchant_reference = ANY(%s) ORDER BY c.merchant_reference FOR UPDATE OF c, p
"""
"""Always a checkout before its payment and in this order, so that batches wait for each other, never in a circle."""


def open_payments(firsts: dict[str, datetime]) -> dict[str, Opened]:
    """Lock the payments of some merchant references, making those that are new; by reference.

    `firsts` are the earliest instants told of each, aware.
    """
    known = lock_payments(list(firsts))
    new = sorted(set(firsts) - set(known))
    if new:
        now = timezone.now()
        _make_checkouts([(reference, firsts[reference]) for reference in new])
        ids = _checkout_ids(new)
        rows = [
            (
                ids[reference],
                reference,
                0,
                NO_CURRENCY,
                "created",
                0,
                0,
                0,
                0,
                "[]",
                False,
                "",
                0,
                firsts[reference],
                now,
            )
            for reference in new
        ]
        insert("payments_payment", PAYMENT_BORN, rows, "ON CONFLICT (merchant_reference) DO NOTHING")
        known |= lock_payments(new)
    return known


def lock_payments(references: list[str]) -> dict[str, Opened]:
    """Lock those payments of some merchant references that there are; by reference."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [references])
        return {row[0]: Opened(*row[1:]) for row in cursor.fetchall()}


def _make_checkouts(born: list[tuple[str, datetime]]) -> None:
    rows = [(reference, 0, NO_CURRENCY, "", "", "", "", started_at, False) for reference, started_at in born]
    insert("payments_checkout", CHECKOUT_BORN, rows, "ON CONFLICT (merchant_reference) DO NOTHING")


def _checkout_ids(references: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merchant_reference, id FROM payments_checkout WHERE merchant_reference = ANY(%s)", [references]
        )
        return dict(cursor.fetchall())


def learn(aliases: dict[Alias, str], homes: dict[str, Opened], known: Configured) -> None:
    """Keep the ids by which providers call payments; the first payment that is called by one keeps it."""
    rows: list[tuple[Any, ...]] = sorted(
        (known.providers[code].pk, reference, homes[home].pk) for (code, reference), home in aliases.items()
    )
    columns = {"provider_id": "bigint", "reference": "text", "payment_id": "bigint"}
    insert("payments_paymentreference", columns, rows, "ON CONFLICT (provider_id, reference) DO NOTHING")
