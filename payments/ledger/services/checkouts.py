"""Keeps what the shop says of checkouts: who, what, and how far they came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from payments.facts import CheckoutFact
from payments.ledger.hashing import address_hash, email_hash, phone_hash
from payments.ledger.services.tables import array, arrays, insert

_CUSTOMER = {
    "merchant_customer_id": "text", "email_hash": "bytea", "phone_hash": "bytea", "segments": "text",
    "first_seen_at": "timestamptz",
}  # fmt: skip
_FILL_CUSTOMER = """
ON CONFLICT (merchant_customer_id) DO UPDATE
   SET email_hash = coalesce(excluded.email_hash, payments_customer.email_hash),
       phone_hash = coalesce(excluded.phone_hash, payments_customer.phone_hash),
       segments = CASE WHEN cardinality(excluded.segments) > 0 THEN excluded.segments
                       ELSE payments_customer.segments END,
       first_seen_at = least(excluded.first_seen_at, payments_customer.first_seen_at)
"""
_CHECKOUT = {
    "merchant_reference": "text", "amount": "bigint", "currency": "text", "country": "text", "device": "text",
    "channel": "text", "campaign": "text", "shipping_address_hash": "bytea", "promised_ship_at": "timestamptz",
    "started_at": "timestamptz", "is_from_shop": "boolean", "customer_id": "bigint",
}  # fmt: skip
_FILL_CHECKOUT = """
ON CONFLICT (merchant_reference) DO UPDATE
   SET amount = CASE WHEN payments_checkout.is_from_shop THEN payments_checkout.amount ELSE excluded.amount END,
       currency = CASE WHEN payments_checkout.is_from_shop THEN payments_checkout.currency ELSE excluded.currency END,
       started_at = CASE WHEN payments_checkout.is_from_shop THEN payments_checkout.started_at
                         ELSE excluded.started_at END,
       country = coalesce(nullif(payments_checkout.country, ''), excluded.country),
       device = coalesce(nullif(payments_checkout.device, ''), excluded.device),
       channel = coalesce(nullif(payments_checkout.channel, ''), excluded.channel),
       campaign = coalesce(nullif(payments_checkout.campaign, ''), excluded.campaign),
       shipping_address_hash = coalesce(payments_checkout.shipping_address_hash, excluded.shipping_address_hash),
       promised_ship_at = coalesce(payments_checkout.promised_ship_at, excluded.promised_ship_at),
       customer_id = coalesce(payments_checkout.customer_id, excluded.customer_id),
       is_from_shop = true
"""
"""The first word of the shop stands; a later one fills in what was missing, and replaces what a provider guessed."""


def keep_checkouts(facts: Sequence[CheckoutFact]) -> dict[str, int]:
    """Keep checkouts with their customers, lines and steps; ids by merchant reference. Telling twice adds nothing."""
    if not facts:
        return {}
    unique = {fact.merchant_reference: fact for fact in facts}
    ordered = [unique[reference] for reference in sorted(unique)]
    customers = _keep_customers(ordered)
    rows = [_checkout_row(fact, customers) for fact in ordered]
    insert("payments_checkout", _CHECKOUT, rows, _FILL_CHECKOUT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merchant_reference, id FROM payments_checkout WHERE merchant_reference = ANY(%s::text[])",
            [array("text", unique)],
        )
        ids: dict[str, int] = dict(cursor.fetchall())
    _keep_parts(facts, ids)
    return ids


def _checkout_row(fact: CheckoutFact, customers: dict[str, int]) -> tuple[Any, ...]:
    return (
        fact.merchant_reference, fact.amount, fact.currency, fact.country, fact.device, fact.channel, fact.campaign,
        address_hash(fact.shipping_address), fact.promised_ship_at, fact.started_at, True,
        customers[fact.customer.merchant_customer_id] if fact.customer else None,
    )  # fmt: skip


def _keep_customers(facts: Sequence[CheckoutFact]) -> dict[str, int]:
    told = {fact.customer.merchant_customer_id: (fact.customer, fact.started_at) for fact in facts if fact.customer}
    if not told:
        return {}
    rows = [
        (key, email_hash(customer.email), phone_hash(customer.phone), array("text", customer.segments), first_seen_at)
        for key, (customer, first_seen_at) in sorted(told.items())
    ]
    _insert_customers(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merchant_customer_id, id FROM payments_customer WHERE merchant_customer_id = ANY(%s::text[])",
            [array("text", told)],
        )
        return dict(cursor.fetchall())


def _insert_customers(rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert customers, filling in what was missing of known ones."""
    names = ", ".join(_CUSTOMER)
    source, parameters = arrays(_CUSTOMER, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO payments_customer ({names})"  # noqa: S608
            " SELECT merchant_customer_id, email_hash, phone_hash, segments::varchar[], first_seen_at"
            f" FROM {source} AS given({names}) {_FILL_CUSTOMER}",
            parameters,
        )


def _keep_parts(facts: Sequence[CheckoutFact], ids: dict[str, int]) -> None:
    lines = sorted(
        (ids[fact.merchant_reference], position, line.sku, line.name, line.quantity, line.amount)
        for fact in facts
        for position, line in enumerate(fact.lines, start=1)
    )
    insert(
        "payments_orderline",
        {"checkout_id": "bigint", "position": "smallint", "sku": "text", "name": "text", "quantity": "integer",
         "amount": "bigint"},
        lines,
        "ON CONFLICT (checkout_id, position) DO NOTHING",
    )  # fmt: skip
    steps = sorted(
        (ids[fact.merchant_reference], step.step, step.method, step.occurred_at)
        for fact in facts
        for step in fact.steps
    )
    insert(
        "payments_checkoutstep",
        {"checkout_id": "bigint", "step": "text", "method": "text", "occurred_at": "timestamptz"},
        steps,
        "ON CONFLICT (checkout_id, step, occurred_at) DO NOTHING",
    )
