"""The customer of a case before the case, and what was decided about them and theirs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Count, Q, Sum

from fraud.features.models import KeyKind
from fraud.labels.selectors import truth_of
from fraud.review.models import Alert, Case, Decision, DecisionState
from fraud.review.pictures import CustomerShown, EarlierDecision
from fraud.review.reasons import words_of
from payments.ledger.models import Customer, Dispute, Payment, Refund
from payments.ledger.states import RefundStatus

MOST_EARLIER: Final = 10
MOST_PAYMENTS: Final = 2_000
"""Of one customer whose labels are looked at, the newest; more are a machine's."""


def customer_of(customer_id: int | None, besides: Collection[int]) -> CustomerShown | None:
    """What is known of a customer, not counting some payments; None for a stranger. Six queries."""
    customer = Customer.objects.filter(pk=customer_id).first() if customer_id else None
    if customer is None:
        return None
    before = Payment.objects.filter(customer=customer).exclude(pk__in=besides)
    by_currency = list(
        before.order_by().values_list("currency").annotate(count=Count("pk"), paid=Sum("captured")).order_by("currency")
    )
    refunds = Refund.objects.filter(payment__in=before, status=RefundStatus.SUCCEEDED)
    ids = list(before.order_by("-created_at").values_list("pk", flat=True)[:MOST_PAYMENTS])
    return CustomerShown(
        merchant_customer_id=customer.merchant_customer_id,
        first_seen_at=customer.first_seen_at,
        segments=tuple(customer.segments),
        payment_count=sum(count for _currency, count, _paid in by_currency),
        paid=tuple((paid, currency) for currency, _count, paid in by_currency if paid),
        refund_count=refunds.count(),
        dispute_count=Dispute.objects.filter(payment__in=before).count(),
        fraud_count=sum(truth.is_fraud for truth in truth_of(ids).values()),
    )


def earlier_decisions(payment_ids: Collection[int], customer_id: int | None) -> tuple[EarlierDecision, ...]:
    """What was decided about some payments, or others of a customer; the newest first, 10. Three queries."""
    alerts = Alert.objects.filter(payment_id__in=payment_ids, settled_by__isnull=False)
    about = Q(pk__in=list(alerts.values_list("settled_by_id", flat=True).distinct()))
    if customer_id:
        cases = Case.objects.filter(group_kind=KeyKind.CUSTOMER, group_key=customer_id)
        about |= Q(case__in=list(cases.values_list("pk", flat=True)))
    found = Decision.objects.filter(about, state=DecisionState.DONE, is_blind=False)
    return tuple(
        EarlierDecision(row.case_id, row.verdict, words_of(row.reason_code), str(row.decided_by), row.decided_at)
        for row in found.select_related("decided_by").order_by("-decided_at", "-pk")[:MOST_EARLIER]
    )
