"""What the shop tells through the merchant API: checkouts, steps and events, each event with its own verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from payments.facts import CheckoutFact, NeutralEvent
from payments.intake.services import parking
from payments.ledger.history import EventRefused, check, keep
from payments.ledger.models import Checkout, PaymentEvent
from payments.ledger.selectors import configured
from payments.ledger.services.record import record

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


class CheckoutContradicted(Exception):
    """The shop said another amount or currency of this checkout before; that stands, and nothing changed."""


@transaction.atomic
def tell_checkout(fact: CheckoutFact) -> bool:
    """Keep a checkout; whether it was new. Telling it again fills in what was missing.

    Raises:
        CheckoutContradicted: the shop's earlier word has another amount or currency.
    """
    known = Checkout.objects.filter(merchant_reference=fact.merchant_reference, is_from_shop=True).exists()
    record([], checkouts=[fact])
    stands = Checkout.objects.get(merchant_reference=fact.merchant_reference)
    if (stands.amount, stands.currency) != (fact.amount, fact.currency):
        raise CheckoutContradicted
    return not known


@transaction.atomic
def tell_events(events: Sequence[NeutralEvent]) -> list[Outcome]:
    """Record events of the shop; one verdict for each, in their order. A refused one keeps no other from its place."""
    refused = _refused(events)
    accepted = [event for place, event in enumerate(events) if place not in refused]
    known = set(_digests(accepted))
    if accepted:
        parking.release(record(accepted).learned)
    stored = _digests(accepted)
    outcomes = []
    for place, event in enumerate(events):
        if place in refused:
            outcomes.append(refused[place])
            continue
        is_same = stored[event.source_event_id] == keep(event).digest
        is_new = event.source_event_id not in known
        known.add(event.source_event_id)
        repeated = Verdict.RECORDED if is_new else Verdict.REPEATED
        outcomes.append(Outcome(repeated if is_same else Verdict.CONTRADICTED))
    return outcomes


def _refused(events: Sequence[NeutralEvent]) -> dict[int, Outcome]:
    """What `record` would refuse a whole batch for, found event by event."""
    providers = configured().providers
    refused = {}
    for place, event in enumerate(events):
        try:
            check(event)
            if event.provider and event.provider not in providers:
                raise EventRefused("provider", "is not configured")
        except EventRefused as refusal:
            refused[place] = Outcome(Verdict.REFUSED, refusal.field, refusal.reason)
    return refused


def _digests(events: Sequence[NeutralEvent]) -> dict[str, bytes]:
    ids = [event.source_event_id for event in events]
    stored = PaymentEvent.objects.filter(source=SHOP, source_event_id__in=ids)
    return {name: bytes(digest) for name, digest in stored.values_list("source_event_id", "digest")}
