"""What Stripe's events mean: the kind, the money and its key, for API versions old and new."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from payments.facts import AttemptResult, EventKind, Instrument, NeutralEvent
from payments.providers.events import Untranslatable
from tests.payments.providers.events.bodies import (
    ERROR,
    MADE,
    VOUCHER,
    brief,
    charge,
    dispute,
    intent,
    refund,
    stripe,
    warning,
)


def test_a_stripe_charge_whole() -> None:
    authorized, captured = stripe("charge.succeeded", charge())
    assert captured == NeutralEvent(
        source="provider:psp",
        source_event_id="evt_1:captured",
        kind=EventKind.CAPTURED,
        occurred_at=datetime.fromtimestamp(MADE, UTC),
        provider="psp",
        merchant_reference="A-1",
        attempt_reference="pi_1",
        provider_key="ch_1",
        amount=1000,
        currency="EUR",
        method="card",
        instrument=Instrument("visa", "4242", "424242", "Xt5EWLLDS7FJjR1c", 3),
        three_d_secure="authenticated",
        customer="C-9",
        references=("ch_1", "pi_1"),
    )
    assert (authorized.kind, authorized.source_event_id, authorized.provider_key) == (
        EventKind.AUTHORIZED, "evt_1:authorized", "",
    )  # fmt: skip


STRIPE_CASES = [
    ("charge.succeeded", charge(captured=False), [("attempt.authorized", 1000, "", "pi_1")]),
    ("charge.captured", charge(amount_captured=600), [("capture.succeeded", 600, "ch_1", "pi_1")]),
    ("charge.captured", charge(amount_captured=None, amount_refunded=400), [("capture.succeeded", 600, "ch_1", "pi_1")]),
    ("charge.expired", charge(captured=False), [("attempt.expired", 1000, "", "pi_1")]),
    ("charge.failed", charge(status="failed", failure_code="expired_card"), [("attempt.failed", 1000, "", "ch_1")]),
    ("charge.pending", charge(status="pending"), [("attempt.started", 1000, "", "pi_1")]),
    ("charge.succeeded", charge(payment_intent=None),
     [("attempt.authorized", 1000, "", "ch_1"), ("capture.succeeded", 1000, "ch_1", "ch_1")]),
    ("charge.succeeded", charge(payment_intent={"id": "pi_1"}),
     [("attempt.authorized", 1000, "", "pi_1"), ("capture.succeeded", 1000, "ch_1", "pi_1")]),
    ("charge.refunded", charge(), []),
    ("charge.refunded", charge(refunds={"data": [refund(charge=None)]}), [("refund.succeeded", 400, "re_1", "")]),
    ("payment_intent.succeeded", intent(), [("capture.succeeded", 1000, "ch_1", "pi_1")]),
    ("payment_intent.succeeded", intent(latest_charge=None, charges={"data": [charge()]}),
     [("capture.succeeded", 1000, "ch_1", "pi_1")]),
    ("payment_intent.amount_capturable_updated", intent(status="requires_capture", amount_capturable=900),
     [("attempt.authorized", 900, "", "pi_1")]),
    ("payment_intent.processing", intent(status="processing"), [("attempt.started", 1000, "", "pi_1")]),
    ("payment_intent.requires_action", intent(status="requires_action", next_action={"type": "use_stripe_sdk"}), []),
    ("payment_intent.requires_action", intent(status="requires_action", next_action=VOUCHER),
     [("attempt.waiting", 1000, "", "pi_1")]),
    ("payment_intent.payment_failed", intent(status="requires_payment_method", last_payment_error=ERROR),
     [("attempt.failed", 1000, "", "ch_1")]),
    ("payment_intent.payment_failed",
     intent(status="requires_payment_method", latest_charge=None,
            last_payment_error={"code": "payment_intent_authentication_failure"}),
     [("attempt.failed", 1000, "", "pi_1:evt_1")]),
    ("payment_intent.payment_failed",
     intent(status="requires_payment_method", last_payment_error={"code": "payment_intent_payment_attempt_expired"}),
     [("attempt.expired", 1000, "", "pi_1")]),
    ("payment_intent.canceled", intent(status="canceled"), [("attempt.voided", 1000, "", "pi_1")]),
    ("payment_intent.canceled", intent(status="canceled", cancellation_reason="automatic"),
     [("attempt.expired", 1000, "", "pi_1")]),
    ("payment_intent.canceled", intent(status="canceled", latest_charge=None), []),
    ("refund.created", refund(), [("refund.succeeded", 400, "re_1", "")]),
    ("refund.created", refund(status="pending"), [("refund.requested", 400, "", "")]),
    ("refund.updated", refund(status="canceled"), [("refund.failed", 400, "re_1", "")]),
    ("refund.failed", refund(status="failed"), [("refund.failed", 400, "re_1", "")]),
    ("refund.failed", refund(status="failed", failure_balance_transaction="txn_2"),
     [("refund.succeeded", 400, "re_1", ""), ("refund.returned", 400, "re_1", "")]),
    ("charge.refund.updated", refund(), [("refund.succeeded", 400, "re_1", "")]),
    ("radar.early_fraud_warning.created", warning(), [("fraud.warned", None, "", "")]),
    ("charge.dispute.created", dispute(), [("dispute.opened", 1000, "", "")]),
    ("charge.dispute.funds_withdrawn", dispute(), [("dispute.charged_back", 1000, "dp_1", "")]),
    ("charge.dispute.funds_reinstated", dispute(), [("dispute.reversed", 1000, "dp_1", "")]),
    ("charge.dispute.closed", dispute(status="won"), [("dispute.closed", 1000, "", "")]),
    ("checkout.session.completed",
     {"id": "cs_1", "object": "checkout.session", "mode": "payment", "created": MADE, "payment_intent": "pi_1",
      "client_reference_id": "A-1", "amount_total": 1000, "currency": "eur"},
     [("attempt.started", 1000, "", "pi_1")]),
    ("customer.created", {"id": "cus_1"}, []),
    ("checkout.session.expired", {"id": "cs_1"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("event_type", "subject", "expected"), STRIPE_CASES)
def test_stripe_events(event_type: str, subject: dict[str, Any], expected: list[Any]) -> None:
    events = stripe(event_type, subject)
    assert brief(events) == expected
    assert len({event.source_event_id for event in events}) == len(events)


def test_stripe_words_of_failure() -> None:
    (failed,) = stripe(
        "charge.failed",
        charge(
            status="failed", failure_code="card_declined", outcome={"type": "issuer_declined", "reason": "lost_card"}
        ),
    )
    assert (failed.result, failed.decline_code, failed.provider_decline_code) == (
        AttemptResult.DECLINED_HARD, "lost_or_stolen", "lost_card",
    )  # fmt: skip
    (blocked,) = stripe(
        "charge.failed", charge(status="failed", outcome={"type": "blocked", "reason": "highest_risk_level"})
    )
    assert blocked.result is AttemptResult.BLOCKED_PROVIDER
    (unsure,) = stripe(
        "payment_intent.payment_failed",
        intent(
            status="requires_payment_method",
            latest_charge=None,
            last_payment_error={"code": "payment_intent_authentication_failure"},
        ),
    )
    assert (unsure.result, unsure.three_d_secure) == (AttemptResult.AUTHENTICATION_FAILED, "failed")


@pytest.mark.parametrize(
    ("currency", "units", "minor"),
    [("isk", 50000, 500), ("ugx", 50000, 500), ("mga", 500, 50000), ("jpy", 500, 500), ("kwd", 5120, 5120)],
)
def test_stripe_counts_some_currencies_its_own_way(currency: str, units: int, minor: int) -> None:
    (told,) = stripe("refund.created", refund(currency=currency, amount=units))
    assert (told.amount, told.currency) == (minor, currency.upper())


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "xyz"}, {"amount": -1}, {"amount": 10.5}, {"amount": "400"}, {"amount": True}, {"amount": 10**30},
        {"id": None}, {"id": 7}, {"id": "x" * 81}, {"created": "x"}, {"created": 10**15}, {"status": "new"},
        {"currency": "isk", "amount": 50}, {"object": "charge"}, {"charge": "\u0000"}, {"charge": "\ud800"},
        {"metadata": []}, {"charge": "4111-1111-1111-1111"},
    ],
)  # fmt: skip
def test_stripe_refuses_what_it_cannot_mean(changed: dict[str, Any]) -> None:
    with pytest.raises(Untranslatable):
        stripe("refund.created", refund(**changed))


def test_a_warning_is_told_by_itself_so_that_an_update_is_the_same_telling() -> None:
    (made,) = stripe("radar.early_fraud_warning.created", warning())
    (updated,) = stripe("radar.early_fraud_warning.updated", warning(actionable=False))
    assert made == updated
    assert (made.source_event_id, made.object_key, made.reason, made.references, made.occurred_at) == (
        "issfr_1:made_with_stolen_card", "issfr_1", "made_with_stolen_card", ("ch_1", "pi_1"),
        datetime.fromtimestamp(MADE, UTC),
    )  # fmt: skip
    (other,) = stripe("radar.early_fraud_warning.updated", warning(fraud_type="misc"))
    assert (other.source_event_id, other.object_key) == ("issfr_1:misc", "issfr_1")
    with pytest.raises(Untranslatable):
        stripe("radar.early_fraud_warning.created", warning(object="dispute"))
