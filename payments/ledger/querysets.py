"""Questions about payments whose answer is rows: found by whatever somebody pasted, narrowed to a period."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet

from payments.ledger.hashing import email_hash
from payments.ledger.models import Attempt, Customer, Dispute, Payment, PaymentReference
from payments.ledger.states import AttemptStatus
from payments.methods.models import Provider

_LARGEST_ID: Final = 2**63 - 1
_MOST: Final = 200
"""Of payments that one id may name; it is one, unless a provider uses an id twice."""


def found_by(payments: QuerySet[Payment], term: str) -> QuerySet[Payment]:
    """Payments that a pasted term names: their id, the order, an id of a provider, the last four digits, an e-mail.

    Each way is an index of its own, asked first for ids: one condition over all of them would read the whole table.
    """
    term = term.strip()
    if "@" in term:
        known = Customer.objects.filter(email_hash=email_hash(term)).values_list("pk", flat=True)
        if ids := list(known[:_MOST]):
            return payments.filter(customer_id__in=ids)
    ids = ids_named(term)
    if _is_last4(term):
        return payments.filter(Q(pk__in=ids + _declined(term)) | Q(last4=term))
    return payments.filter(pk__in=ids)


def _declined(last4: str) -> list[int]:
    """Payments of which an earlier try was declined on a card of these digits, the newest 200; by an index of its own.

    A payment itself bears the digits of its last try, or of the one that succeeded.
    """
    failed = Attempt.objects.filter(last4=last4, status=AttemptStatus.FAILED.value).exclude(last4="")
    return list(failed.order_by("-requested_at").values_list("payment_id", flat=True)[:_MOST])


def ids_named(term: str) -> list[int]:
    """Ids of the payments that a term names exactly; three questions, each by a unique index."""
    # The unique index of the references begins with the provider, of which there are a handful.
    providers = list(Provider.objects.values_list("pk", flat=True))
    own = Q(merchant_reference=term)
    if term.isascii() and term.isdigit() and int(term) <= _LARGEST_ID:
        own |= Q(pk=int(term))
    ids: set[Any] = set(Payment.objects.filter(own).values_list("pk", flat=True))
    named = {"provider_id__in": providers}
    references = PaymentReference.objects.filter(reference=term, **named)
    ids |= set(references.values_list("payment_id", flat=True)[:_MOST])
    disputes = Dispute.objects.filter(provider_reference=term, payment__isnull=False, **named)
    ids |= set(disputes.values_list("payment_id", flat=True)[:_MOST])
    return sorted(ids)


def _is_last4(term: str) -> bool:
    return len(term) == 4 and term.isascii() and term.isdigit()
