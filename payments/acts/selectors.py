"""Questions about acts: how much of a payment can still be taken, given back or released, and at which attempt."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from payments.acts.models import OPEN_STATES, ActKind, ActState, PaymentAct, PaymentHold
from payments.ledger.models import Attempt, Payment, Refund
from payments.ledger.states import AttemptStatus, RefundStatus


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a payment, minor units of its currency; acts under way are spoken for."""

    capture: int
    void: int
    """All that is authorized; 0 once anything was captured, or is about to be."""
    refund: int

    def of(self, kind: ActKind) -> int:
        """The room for one kind of act."""
        return {ActKind.CAPTURE: self.capture, ActKind.VOID: self.void, ActKind.REFUND: self.refund}[kind]


def awaiting_approval() -> QuerySet[PaymentAct]:
    """Acts that wait for the word of a second person."""
    return PaymentAct.objects.filter(state=ActState.AWAITING_APPROVAL)


def is_held(payment: Payment) -> bool:
    """Whether a hold keeps a payment's money from being taken."""
    return PaymentHold.objects.filter(payment=payment, ended_at=None).exists()


def room_of(payment: Payment, *, besides: int | None = None) -> Room:
    """How much room a payment has, not counting the act `besides`; two queries.

    Under the payment's lock the answer holds until the transaction ends.
    """
    acts = PaymentAct.objects.filter(payment=payment, state__in=OPEN_STATES).exclude(pk=besides or 0)
    spoken: dict[str, int] = {kind.value: 0 for kind in ActKind}
    keys = set()
    for kind, amount, key in acts.values_list("kind", "amount", "idempotency_key"):
        spoken[kind] += amount
        keys.add(str(key))
    capture = payment.authorized - payment.captured - spoken[ActKind.CAPTURE] - spoken[ActKind.VOID]
    is_untouched = payment.captured == 0 and not spoken[ActKind.CAPTURE]
    back = payment.captured - payment.refunded - payment.charged_back - _pending(payment, keys)
    return Room(
        capture=max(capture, 0),
        void=max(capture, 0) if is_untouched else 0,
        refund=max(back - spoken[ActKind.REFUND], 0),
    )


def _pending(payment: Payment, ours: set[str]) -> int:
    """Refunds that the provider has taken on and not done yet. The shop's mere wishes are not among them."""
    pending = Refund.objects.filter(payment=payment, status=RefundStatus.REQUESTED).exclude(provider_reference="")
    total: int = pending.exclude(provider_reference__in=ours).aggregate(total=Coalesce(Sum("amount"), 0))["total"]
    return total


_ACTED_ON = {
    ActKind.CAPTURE: (AttemptStatus.AUTHORIZED, AttemptStatus.CAPTURED),
    ActKind.VOID: (AttemptStatus.AUTHORIZED,),
    ActKind.REFUND: (AttemptStatus.CAPTURED,),
}


def attempts_for(payment: Payment, kind: ActKind) -> QuerySet[Attempt]:
    """The attempts of a payment that such an act can be about, oldest first."""
    return (
        Attempt.objects.filter(payment=payment, status__in=_ACTED_ON[kind], provider__isnull=False)
        .exclude(provider_reference="")
        .select_related("provider")
        .order_by("requested_at", "pk")
    )
