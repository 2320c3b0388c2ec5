"""A whole life of a payment, as a provider tells it, folds to one truth in any order, without a conflict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from payments.facts import NeutralEvent
from payments.ledger.fold import fold
from payments.ledger.states import PaymentStatus
from tests.payments.providers.events.bodies import ERROR, MADE, adyen, charge, dispute, intent, refund, stripe

LIFE: list[tuple[str, dict[str, Any]]] = [
    ("charge.failed", charge(id="ch_0", status="failed", failure_code="card_declined", created=MADE - 60)),
    (
        "payment_intent.payment_failed",
        intent(status="requires_payment_method", latest_charge="ch_0", last_payment_error={**ERROR, "charge": "ch_0"}),
    ),
    ("charge.succeeded", charge(captured=False)),
    ("payment_intent.amount_capturable_updated", intent(status="requires_capture", amount_capturable=1000)),
    ("charge.captured", charge()),
    ("payment_intent.succeeded", intent()),
    ("refund.created", refund(status="pending")),
    ("refund.updated", refund()),
    ("refund.failed", refund(status="failed", failure_balance_transaction="txn_2")),
    ("charge.dispute.created", dispute()),
    ("charge.dispute.funds_withdrawn", dispute()),
    ("charge.dispute.funds_reinstated", dispute()),
    ("charge.dispute.closed", dispute(status="won")),
]
STRIPE = [
    replace(event, source_event_id=f"{place}:{event.source_event_id}")
    for place, (name, subject) in enumerate(LIFE)
    for event in stripe(name, subject)
]
ADYEN = [
    event
    for code, changed in (
        ("AUTHORISATION", {"pspReference": "P1"}),
        ("REFUND", {"pspReference": "R1", "amount": {"currency": "EUR", "value": 130}}),
        ("NOTIFICATION_OF_CHARGEBACK", {"pspReference": "D1"}),
        ("CHARGEBACK", {"pspReference": "D1"}),
    )
    for event in adyen(code, **changed)
]


def movements(events: list[NeutralEvent]) -> list[tuple[str, str, int]]:
    state = fold(events, speaking=frozenset({"psp"}))
    assert state.conflicts == ()
    return [(each.kind.name, each.name.provider_key, each.amount) for each in state.movements]


@given(st.permutations(STRIPE))
def test_stripe(events: list[NeutralEvent]) -> None:
    assert sorted(movements([*events, *events[:5]])) == [
        ("CAPTURE", "ch_1", 1000),
        ("CHARGEBACK", "dp_1", -1000),
        ("CHARGEBACK_REVERSAL", "dp_1", 1000),
        ("REFUND", "re_1", -400),
        ("REFUND_FAILURE", "re_1", 400),
    ]
    state = fold(events, speaking=frozenset({"psp"}))
    assert (state.status, state.captured, state.refunded) == (PaymentStatus.CAPTURED, 1000, 0)
    assert sorted(str(attempt.status) for attempt in state.attempts) == ["captured", "failed"]


@given(st.permutations(ADYEN))
def test_adyen(events: list[NeutralEvent]) -> None:
    assert sorted(movements(events)) == [
        ("CAPTURE", "P1", 1130),
        ("CHARGEBACK", "D1", -1130),
        ("REFUND", "R1", -130),
    ]
    assert len(fold(events, speaking=frozenset({"psp"})).attempts) == 1
