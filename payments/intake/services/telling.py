"""What the shop tells through the merchant API: checkouts, steps and events, each event with its own verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction

from payments.facts import CheckoutFact, NeutralEvent
from payments.intake.services import parking
from payments.ledger.hashing import address_hash
from payments.ledger.history import EventRefused
from payments.ledger.models import Checkout, OrderLine
from payments.ledger.selectors import Configured, configured
from payments.ledger.services.record import check_recordable, record

SHOP = "shop"
"""`NeutralEvent.source` of what the shop says."""


class Verdict(StrEnum):
    """What became of one event."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"
    """The id is known with another content: the first telling stands, this one is kept for people."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one event; a refused one says which field, and why."""

    verdict: Verdict
    field: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutKept:
    """What became of a checkout that was told."""

    is_new: bool
    contradicted: tuple[str, ...] = ()
    """Fields that were told before with another value, which stands."""


class CheckoutContradicted(Exception):
    """The shop said another amount or currency of this checkout before; that stands, and nothing changed."""


@transaction.atomic
def tell_checkout(fact: CheckoutFact) -> CheckoutKept:
    """Keep a checkout. Telling it again fills in what was missing, and changes nothing that was told.

    Raises:
        CheckoutContradicted: the shop's earlier word has another amount or currency.
    """
    with connection.cursor() as cursor:  # who tells of it at the same time waits, and then sees that it is known
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"checkout:{fact.merchant_reference}"])
    known = Checkout.objects.filter(merchant_reference=fact.merchant_reference, is_from_shop=True).exists()
    record([], checkouts=[fact])
    stands = Checkout.objects.select_related("customer").get(merchant_reference=fact.merchant_reference)
    if (stands.amount, stands.currency) != (fact.amount, fact.currency):
        raise CheckoutContradicted
    return CheckoutKept(is_new=not known, contradicted=_contradicted(fact, stands) if known else ())


def _contradicted(fact: CheckoutFact, stands: Checkout) -> tuple[str, ...]:
    names = ("started_at", "country", "device", "channel", "campaign", "promised_ship_at")
    found = [name for name in names if getattr(fact, name) not in ("", None, getattr(stands, name))]
    address = address_hash(fact.shipping_address)
    if address is not None and address != bytes(stands.shipping_address_hash or b""):
        found.append("shipping_address")
    if fact.customer and stands.customer and fact.customer.merchant_customer_id != stands.customer.merchant_customer_id:
        found.append("customer")
    lines = (
        OrderLine.objects.filter(checkout=stands).order_by("position").values_list("sku", "name", "quantity", "amount")
    )
    if fact.lines and list(lines) != [(each.sku, each.name, each.quantity, each.amount) for each in fact.lines]:
        found.append("lines")
    return tuple(found)


@transaction.atomic
def tell_events(events: Sequence[NeutralEvent]) -> list[Outcome]:
    """Record events of the shop; one verdict for each, in their order. A refused one keeps no other from its place."""
    known = configured()
    outcomes = _refused(events, known)
    places = [place for place in range(len(events)) if place not in outcomes]
    if places:
        recorded = record([events[place] for place in places], known=known)
        parking.release(recorded.learned)
        for at, place in enumerate(places):
            told_before = Verdict.CONTRADICTED if at in recorded.differing else Verdict.REPEATED
            outcomes[place] = Outcome(Verdict.RECORDED if at in recorded.written else told_before)
    return [outcomes[place] for place in range(len(events))]


def _refused(events: Sequence[NeutralEvent], known: Configured) -> dict[int, Outcome]:
    """What `record` would refuse a whole batch for, found event by event."""
    refused = {}
    for place, event in enumerate(events):
        try:
            check_recordable(event, known)
        except EventRefused as refusal:
            refused[place] = Outcome(Verdict.REFUSED, refusal.field, refusal.reason)
    return refused
