"""Cases to work on: payments of customers with an assessment each, and people who may decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from config.staff.models import User
from config.staff.roles import Role
from fraud.assessments.models import Assessment
from fraud.features.models import Sighting
from fraud.review.models import Alert, AlertKind, Case, Queue
from payments.acts.models import PaymentHold
from payments.ledger.models import Checkout, Customer, Payment
from tests.cast import person
from tests.payments.valid_rows import row

NOON: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
SOON: Final = timedelta(hours=5)
KINDS: Final[dict[int, AlertKind]] = {Queue.SAMPLE: AlertKind.SAMPLE, Queue.QUALITY: AlertKind.SECOND_LOOK}


def analyst(name: str = "ann") -> User:
    """Somebody who decides cases."""
    return person(Role.FRAUD_ANALYST, email=f"{name}@example.com")


def lead(name: str = "lee") -> User:
    """Somebody who takes second decisions."""
    return person(Role.FRAUD_LEAD, email=f"{name}@example.com")


def customer(name: str = "c-1") -> Customer:
    """One customer, the same for the same name."""
    found = Customer.objects.filter(merchant_customer_id=name).first()
    return found or row(Customer, merchant_customer_id=name)


def payment(reference: str = "A-1", *, of: str = "c-1", amount: int = 10_000, **values: Any) -> Payment:
    """A captured payment of a customer; '' is nobody."""
    buyer = customer(of) if of else None
    checkout = row(Checkout, merchant_reference=reference, amount=amount, currency="KRW", customer=buyer)
    given: dict[str, Any] = {
        "checkout": checkout, "merchant_reference": reference, "amount": amount, "currency": "KRW", "customer": buyer,
        "status": "captured", "authorized": amount, "captured": amount, "created_at": NOON, "changed_at": NOON,
    }  # fmt: skip
    made: Payment = row(Payment, **given | values)
    return made


def assessed(of: Payment, *, score_ppm: int | None = 500_000, **values: Any) -> Assessment:
    """The assessment of a payment: for review, unless said otherwise."""
    given: dict[str, Any] = {
        "payment_id": of.pk, "attempt_id": of.pk, "merchant_reference": of.merchant_reference, "amount": of.amount,
        "currency": of.currency, "outcome": 1, "basis": 3, "score_ppm": score_ppm,
        "model_id": None if score_ppm is None else 1, "as_of": datetime.now(tz=UTC),
    }  # fmt: skip
    made: Assessment = row(Assessment, **given | values)
    return made


def case_of(*payments: Payment, **values: Any) -> Case:
    """A case with an alert for each payment, which is assessed; about the customer of the first."""
    first = payments[0]
    group = (1, first.customer_id) if first.customer_id else (None, first.pk)
    case: Case = row(Case, **{"group_kind": group[0], "group_key": group[1], "due_at": NOON} | values)
    for each in payments:
        made = Assessment.objects.filter(payment_id=each.pk).first() or assessed(each)
        kind = KINDS.get(case.queue, AlertKind.ASSESSMENT)
        row(
            Alert, case=case, kind=kind, payment_id=each.pk, assessment_id=made.pk, amount=each.amount,
            currency=each.currency, expected_loss=each.amount // 2,
        )  # fmt: skip
    return case


def held(of: Payment, **values: Any) -> PaymentHold:
    """An open hold of a payment."""
    made: PaymentHold = row(PaymentHold, **{"payment": of, "until": datetime.now(tz=UTC) + SOON} | values)
    return made


def seen(of: Payment, **keys: Any) -> Sighting:
    """How velocities saw the payment."""
    given = {"payment_id": of.pk, "at": NOON, "customer_id": of.customer_id, "amount": of.amount, "currency": "KRW"}
    made: Sighting = row(Sighting, **given | keys)
    return made
