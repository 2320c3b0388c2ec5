"""Cases for the pages of review: one with everything to show, and many that are quickly decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from config.staff.models import User
from fraud.review.models import Alert, Case, CaseEvent, CaseState, Decision, DecisionState, Verdict
from payments.ledger.models import Payment
from tests.fraud.review.cases import assessed, case_of, held, payment, seen
from tests.payments.valid_rows import row

RICH: Final = "심사-001"
_CARD: Final = 0x3FA9_51C2_77D0_4E18
_DEVICE: Final = -0x1B02_9E44_8CC1_0753
_REASONS: Final = [
    {"feature": "customer_amount_ratio_30d", "value": 31_000, "weight_ppm": 310_000},
    {"feature": "is_new_device", "value": 1, "weight_ppm": 220_000},
    {"feature": "instrument_customers", "value": 4, "weight_ppm": 140_000},
    {"feature": "customer_age", "value": 63_072_000, "weight_ppm": -60_000},
]


def a_case(analyst: User) -> Case:
    """Two held payments of one customer, linked to others by card and device, with a decision of before."""
    found = Payment.objects.filter(merchant_reference=RICH).first()
    if found is not None:
        return Alert.objects.get(payment_id=found.pk).case
    first = payment(RICH, of="심사-고객", amount=1_280_000, status="authorized", captured=0)
    second = payment("심사-002", of="심사-고객", amount=64_900)
    other = payment("심사-003", of="다른-고객")
    for number, each in enumerate((first, second, other), 900_001):
        seen(each, attempt_id=number, instrument=_CARD, device=_DEVICE if each is not second else None)
    held(first, at_deadline="cancelled")
    assessed(first, score_ppm=620_000, reasons=_REASONS)
    assessed(second, score_ppm=120_000, reasons=_REASONS[2:])
    before = case_of(payment("심사-000", of="심사-고객"), state=CaseState.CLOSED, closed_at=timezone.now())
    made = _decided(before, analyst)
    Alert.objects.filter(case=before).update(settled_by=made)
    case = case_of(first, second, due_at=timezone.now() + timedelta(minutes=40), rank=0)
    row(CaseEvent, case=case, verb="noted", by=analyst, note="가게에 전화함: 주소는 무인 택배함")
    return case


def _decided(case: Case, by: User) -> Decision:
    made: Decision = row(
        Decision, case=case, verdict=Verdict.APPROVE, reason_code="known_customer", decided_by=by,
        state=DecisionState.DONE, settled_at=timezone.now(),
    )  # fmt: skip
    return made


def plain_cases(count: int, prefix: str) -> list[Case]:
    """Cases of one small payment each, the most urgent first."""
    return [
        case_of(payment(f"{prefix}-{number}", of=f"{prefix}-{number}"), rank=10_000 - number)
        for number in range(1, count + 1)
    ]
