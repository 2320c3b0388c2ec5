"""A step of the pipeline: tells the shop by signed message which payments and disputes changed."""

from __future__ import annotations

from payments.ledger.models import Dispute, Payment
from payments.ledger.pipeline import Changed
from payments.notices.models import WebhookEndpoint
from payments.notices.services.messages import Told, write


def tell(changed: Changed) -> None:
    """Write one message for each payment and dispute that is not as it was last told; none without an endpoint."""
    if not WebhookEndpoint.objects.filter(is_enabled=True).exists():
        return
    payments = Payment.objects.filter(pk__in=changed.payments).order_by("pk")
    disputes = Dispute.objects.filter(pk__in=changed.disputes).select_related("provider").order_by("pk")
    write([_payment(each) for each in payments] + [_dispute(each) for each in disputes])


def _payment(payment: Payment) -> Told:
    # The fold touches `changed_at` only when something differs: it is the version.
    changed_at = payment.changed_at.isoformat()
    amounts = {name: getattr(payment, name) for name in _AMOUNTS}
    facts = {"reference": payment.merchant_reference, "status": payment.status, "currency": payment.currency}
    told = {**facts, **amounts, "is_conflicting": payment.is_conflicting, "changed_at": changed_at}
    return Told("payment.changed", (payment.merchant_reference, changed_at), told)


_AMOUNTS = ("amount", "authorized", "captured", "refunded", "charged_back")


def _dispute(dispute: Dispute) -> Told:
    told = {
        "provider": dispute.provider.code, "provider_reference": dispute.provider_reference,
        "reference": dispute.merchant_reference, "status": dispute.status, "amount": dispute.amount,
        "currency": dispute.currency, "reason": dispute.reason,
    }  # fmt: skip
    return Told("dispute.changed", tuple(map(str, told.values())), told)
