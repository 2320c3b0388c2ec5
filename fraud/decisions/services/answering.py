"""Answers a shop before it takes the money: the same judgement as of a payment that has arrived, kept like one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils import timezone

from fraud.assessments.models import Assessment, Origin
from fraud.assessments.selectors import current
from fraud.assessments.services.keeping import Judged, keep
from fraud.assessments.verdicts import Facts
from fraud.decisions.judging import Asked, judge
from fraud.features.keys import key_of, network_of
from fraud.features.models import KeyKind
from fraud.features.selectors import features_at
from fraud.features.subjects import Subject
from payments.ledger.models import Payment
from payments.ledger.states import PaymentStatus
from payments.methods.models import PaymentMethod

_DECIDED: tuple[PaymentStatus, ...] = (
    PaymentStatus.AUTHORIZED, PaymentStatus.PARTIALLY_CAPTURED, PaymentStatus.CAPTURED,
)  # fmt: skip
"""Where a payment stands that has been decided about as it arrived."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a shop says of an order that it is about to take the money of; '' is not told."""

    merchant_reference: str
    facts: Facts
    customer: str = ""
    """The shop's own id."""
    email: str = ""
    fingerprint: str = ""
    last4: str = ""
    ip: str = ""
    device: str = ""
    shipping_address: str = ""
    installment_months: int = 0


def ask(question: Question) -> tuple[Assessment, bool]:
    """Decide about an order, and whether this made a new assessment.

    A payment that has arrived and was decided about keeps its answer, so that two doors never say two things.
    """
    payment = Payment.objects.filter(merchant_reference=question.merchant_reference).first()
    if payment is not None and payment.status in _DECIDED:
        detail = current(payment.pk)
        facts = question.facts
        if detail is not None and (detail.row.amount, detail.row.currency) == (facts.amount, facts.currency):
            return detail.row, False
    subject = _subject(question, payment)
    rows = features_at([subject])
    (verdict,) = judge([Asked(subject, question.facts, question.merchant_reference)], rows, subject.as_of)
    # The payment, if there is one, is linked by the step that sees it next, with its attempt.
    unlinked = replace(rows[0], subject=replace(subject, payment_id=0))
    (pk,) = keep([Judged(question.merchant_reference, Origin.SHOP, unlinked, question.facts, verdict)])
    return Assessment.objects.get(pk=pk or 0), True


def _subject(question: Question, payment: Payment | None) -> Subject:
    facts = question.facts
    method = PaymentMethod.objects.filter(code=facts.method).first() if facts.method else None
    weak = "|".join((facts.brand, facts.bin, question.last4))
    return Subject(
        as_of=timezone.now(),
        amount=facts.amount,
        currency=facts.currency,
        payment_id=payment.pk if payment is not None else 0,
        customer_id=key_of(KeyKind.CUSTOMER, question.customer),
        instrument=key_of(KeyKind.INSTRUMENT, question.fingerprint or (weak if facts.bin and question.last4 else "")),
        device=key_of(KeyKind.DEVICE, question.device),
        ip=key_of(KeyKind.IP, question.ip),
        network=network_of(question.ip),
        email=key_of(KeyKind.EMAIL, question.email),
        address=key_of(KeyKind.ADDRESS, question.shipping_address),
        shop=key_of(KeyKind.SHOP, facts.shop),
        bin=facts.bin,
        country=facts.country,
        card_country=facts.card_country,
        ip_country=facts.ip_country,
        method_family=method.family if method is not None else "",
        installment_months=question.installment_months,
    )
