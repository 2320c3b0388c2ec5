"""Finds the payment of each event, by the merchant's reference or by an id of the provider, and opens new ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from payments.facts import NeutralEvent
from payments.ledger.selectors import Configured
from payments.ledger.services.tables import array, insert
from payments.money import NO_CURRENCY

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


def place(events: Sequence[NeutralEvent], stored: Mapping[Alias, str]) -> Placed:
    """Find the payment of each event by what is `stored` of their names: as many passes as ids lead to ids."""
    aliases = dict(stored)
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


def names_of(events: Sequence[NeutralEvent]) -> set[Alias]:
    """Every id by which some events call their payments."""
    return {name for event in events for name in _names(event)}


def stored(given: Collection[Alias], known: Configured) -> dict[Alias, str]:
    """Which payments the ids of providers lead to, by the merchant's reference; one query."""
    if not given:
        return {}
    names = sorted(given)
    code_of = {provider.pk: code for code, provider in known.providers.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.provider_id, r.reference, p.merchant_reference"
            " FROM unnest(%s::bigint[], %s::text[]) AS asked(provider_id, reference)"
            " JOIN payments_paymentreference r USING (provider_id, reference)"
            " JOIN payments_payment p ON p.id = r.payment_id",
            [
                array("bigint", [known.providers[code].pk for code, _ in names]),
                array("text", [reference for _, reference in names]),
            ],
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
    born_at: datetime | None = None
    """The first instant told of a payment that this transaction has opened; None for those that stood before."""

    @property
    def is_new(self) -> bool:
        """Whether its row is yet to be written, and nobody else has told anything of it."""
        return self.born_at is not None


class First(NamedTuple):
    """What the first tellings of a payment say of its checkout: mostly what the fold will say too."""

    at: datetime
    amount: int
    currency: str


CHECKOUT_BORN = {
    "merchant_reference": "text", "amount": "bigint", "currency": "text", "country": "text", "device": "text",
    "channel": "text", "campaign": "text", "started_at": "timestamptz", "is_from_shop": "boolean",
}  # fmt: skip

LOCK = """
SELECT p.merchant_reference, p.id, c.currency, c.is_from_shop, c.id, c.amount, c.customer_id
  FROM payments_payment p JOIN payments_checkout c ON c.id = p.checkout_id
 WHERE c.merchant_reference = ANY(%s::text[]) ORDER BY c.merchant_reference FOR UPDATE OF c, p
"""
"""Always a checkout before its payment and in this order, so that batches wait for each other, never in a circle."""
LOCK_CHECKOUTS = """
SELECT merchant_reference, currency, is_from_shop, id, amount, customer_id FROM payments_checkout
 WHERE merchant_reference = ANY(%s::text[]) ORDER BY merchant_reference FOR UPDATE
"""
NEW_IDS = "SELECT nextval(pg_get_serial_sequence('payments_payment', 'id')) FROM generate_series(1, %s)"


def first_of(events: Sequence[NeutralEvent]) -> First:
    """What some events of one payment, at least one, say of its checkout before they are folded."""
    priced = next((event for event in events if event.amount), events[0])
    return First(
        at=min(at for event in events for at in (event.occurred_at, event.requested_at) if at),
        amount=priced.amount or 0,
        currency=priced.currency or NO_CURRENCY,
    )


def open_payments(firsts: Mapping[str, First]) -> dict[str, Opened]:
    """Lock the payments of some merchant references, and reserve ids for those that are new; by reference.

    The lock of a checkout keeps everybody else from opening its payment until the transaction ends. The rows of new
    payments are written once they are folded; until then keys that lead to them are checked by nobody.
    """
    known = lock_payments(list(firsts))
    new = sorted(set(firsts) - set(known))
    if not new:
        return known
    rows = [
        (reference, first.amount, first.currency, "", "", "", "", first.at, False)
        for reference, first in ((reference, firsts[reference]) for reference in new)
    ]
    insert("payments_checkout", CHECKOUT_BORN, rows, "ON CONFLICT (merchant_reference) DO NOTHING")
    with connection.cursor() as cursor:
        cursor.execute(LOCK_CHECKOUTS, [array("text", new)])
        checkouts = cursor.fetchall()
        known |= lock_payments(new)  # by now somebody else may have opened them
        cursor.execute(NEW_IDS, [len(checkouts)])
        ids = [row[0] for row in cursor.fetchall()]
    return known | {
        row[0]: Opened(pk, *row[1:])._replace(born_at=firsts[row[0]].at)
        for pk, row in zip(ids, checkouts, strict=True)
        if row[0] not in known
    }


def lock_payments(references: list[str]) -> dict[str, Opened]:
    """Lock those payments of some merchant references that there are; by reference."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [array("text", references)])
        return {row[0]: Opened(*row[1:]) for row in cursor.fetchall()}


def learn(aliases: Mapping[Alias, str], homes: Mapping[str, Opened], known: Configured) -> dict[Alias, str]:
    """Keep the ids by which providers call payments; the first payment that is called by one keeps it.

    Returns those that somebody else has told of another payment since they were looked up, and where they lead.
    """
    rows: list[tuple[Any, ...]] = sorted(
        (known.providers[code].pk, reference, homes[home].pk) for (code, reference), home in aliases.items()
    )
    columns = {"provider_id": "bigint", "reference": "text", "payment_id": "bigint"}
    kept = insert("payments_paymentreference", columns, rows, "ON CONFLICT (provider_id, reference) DO NOTHING")
    if kept == len(rows):
        return {}
    return {name: home for name, home in stored(aliases, known).items() if home != aliases[name]}


def close(homes: Collection[Opened]) -> None:
    """Forget payments that this transaction opened for events that others had told of other payments; two queries.

    A checkout stays that the shop has told of.
    """
    if not homes:
        return
    with connection.cursor() as cursor:
        pks = array("bigint", sorted(home.pk for home in homes))
        cursor.execute("DELETE FROM payments_paymentreference WHERE payment_id = ANY(%s::bigint[])", [pks])
        checkouts = array("bigint", sorted(home.checkout_id for home in homes))
        cursor.execute(
            "DELETE FROM payments_checkout WHERE id = ANY(%s::bigint[]) AND NOT is_from_shop",
            [checkouts],
        )
