"""What Adyen's event codes mean: the kind, the money and its key, and when the money moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from payments.facts import AttemptResult, EventKind, Instrument
from payments.providers.events import ProviderTerms
from tests.payments.providers.events.bodies import adyen, brief

ADYEN_CASES = [
    ("AUTHORISATION", {}, [("attempt.authorized", 1130, "", "M1"), ("capture.succeeded", 1130, "M1", "M1")]),
    ("AUTHORISATION", {"amount": {"currency": "EUR", "value": 0}}, [("attempt.authorized", 0, "", "M1")]),
    ("AUTHORISATION", {"success": "false", "reason": "Expired Card"}, [("attempt.failed", 1130, "", "M1")]),
    ("PENDING", {"originalReference": ""}, [("attempt.waiting", 1130, "", "M1")]),
    ("OFFER_CLOSED", {}, [("attempt.expired", 1130, "", "P1")]),
    ("EXPIRE", {}, [("attempt.expired", 1130, "", "P1")]),
    ("CAPTURE", {}, [("capture.succeeded", 1130, "M1", "P1")]),
    ("CAPTURE", {"success": "false"}, [("capture.failed", 1130, "M1", "P1")]),
    ("CAPTURE_FAILED", {}, [("capture.failed", 1130, "M1", "P1")]),
    ("CANCELLATION", {}, [("attempt.voided", 1130, "", "P1")]),
    ("CANCELLATION", {"success": "false"}, []),
    ("TECHNICAL_CANCEL", {}, [("attempt.voided", 1130, "", "P1")]),
    (
        "CANCEL_OR_REFUND",
        {"additionalData": {"modification.action": "refund"}},
        [("refund.succeeded", 1130, "M1", "P1")],
    ),
    ("CANCEL_OR_REFUND", {"additionalData": {"modification.action": "cancel"}}, [("attempt.voided", 1130, "", "P1")]),
    ("VOID_PENDING_REFUND", {}, [("attempt.voided", 1130, "", "P1")]),
    ("REFUND", {}, [("refund.succeeded", 1130, "M1", "P1")]),
    ("REFUND", {"success": "false"}, [("refund.failed", 1130, "M1", "P1")]),
    ("REFUND_FAILED", {}, [("refund.failed", 1130, "M1", "P1")]),
    ("REFUNDED_REVERSED", {}, [("refund.returned", 1130, "M1", "P1")]),
    ("NOTIFICATION_OF_FRAUD", {}, [("fraud.warned", None, "", "P1")]),
    ("NOTIFICATION_OF_CHARGEBACK", {}, [("dispute.opened", 1130, "", "P1")]),
    ("REQUEST_FOR_INFORMATION", {}, [("dispute.opened", 1130, "", "P1")]),
    ("CHARGEBACK", {}, [("dispute.charged_back", 1130, "M1", "P1")]),
    ("SECOND_CHARGEBACK", {}, [("dispute.charged_back", 1130, "M1", "P1")]),
    ("CHARGEBACK_REVERSED", {}, [("dispute.reversed", 1130, "M1", "P1")]),
    ("PREARBITRATION_WON", {}, [("dispute.closed", 1130, "", "P1")]),
    ("PREARBITRATION_LOST", {}, [("dispute.closed", 1130, "", "P1")]),
    ("REPORT_AVAILABLE", {}, []),
    ("SOMETHING_NEW", {}, []),
]


@pytest.mark.parametrize(("code", "changed", "expected"), ADYEN_CASES)
def test_adyen_events(code: str, changed: dict[str, Any], expected: list[Any]) -> None:
    assert brief(adyen(code, **changed)) == expected


def test_adyen_money_moves_with_the_capture_where_it_is_apart() -> None:
    apart = ProviderTerms("psp", "Europe/Amsterdam", captures_apart=True)
    assert [event.kind for event in adyen("AUTHORISATION", apart)] == [EventKind.AUTHORIZED]
    at_once = adyen("AUTHORISATION", apart, operations=["REFUND"])
    assert [event.kind for event in at_once] == [EventKind.AUTHORIZED, EventKind.CAPTURED]
    assert len(adyen("AUTHORISATION", apart, operations=["CANCEL", "CAPTURE", "REFUND"])) == 1


def test_adyen_facts_of_an_authorisation() -> None:
    extra = {"cardSummary": "1111", "cardBin": "411111", "expiryDate": "03/2030", "authCode": "087969",
             "threeDOffered": "true", "threeDAuthenticated": "true", "paymentMethod": "visa",
             "shopperReference": "C-9"}  # fmt: skip
    authorized, captured = adyen("AUTHORISATION", additionalData=extra)
    assert authorized.instrument == Instrument("visa", "1111", "411111")
    assert (authorized.three_d_secure, authorized.customer, authorized.extra) == (
        "authenticated", "C-9", {"auth_code": "087969"},
    )  # fmt: skip
    assert authorized.occurred_at == datetime(2026, 7, 31, 3, tzinfo=UTC)
    assert (authorized.source_event_id, captured.source_event_id) == (
        "AUTHORISATION:M1:true", "AUTHORISATION:M1:true:captured",
    )  # fmt: skip
    (naive, _) = adyen("AUTHORISATION", eventDate="2026-01-31T04:00:00")
    assert naive.occurred_at == datetime(2026, 1, 31, 3, tzinfo=UTC)


def test_adyen_modifications_do_not_claim_the_reference_of_a_payment() -> None:
    (captured,) = adyen("CAPTURE", merchantReference="shipment-7")
    assert (captured.merchant_reference, captured.references) == ("", ("M1", "P1"))
    assert captured.extra == {"modification_reference": "shipment-7"}
    assert adyen("CHARGEBACK")[0].merchant_reference == "A-1"
    assert adyen("TECHNICAL_CANCEL", originalReference="")[0].merchant_reference == "A-1"


@pytest.mark.parametrize(
    ("reason", "raw", "result", "code"),
    [
        ("Refused", "51 : Insufficient funds", AttemptResult.DECLINED_SOFT, "insufficient_funds"),
        ("Expired Card", "", AttemptResult.DECLINED_HARD, "expired_card"),
        ("3D Not Authenticated", "", AttemptResult.AUTHENTICATION_FAILED, "authentication_failed"),
        ("FRAUD", "", AttemptResult.BLOCKED_PROVIDER, "provider_risk"),
        ("A word of tomorrow", "", AttemptResult.DECLINED_SOFT, "other"),
    ],
)
def test_adyen_words_of_failure(reason: str, raw: str, result: AttemptResult, code: str) -> None:
    (failed,) = adyen("AUTHORISATION", success="false", reason=reason, additionalData={"refusalReasonRaw": raw})
    assert (failed.result, failed.decline_code, failed.provider_decline_code) == (result, code, raw or reason)


@pytest.mark.parametrize(("currency", "units", "minor"), [("CLP", 50000, 500), ("IDR", 500, 50000), ("JPY", 500, 500)])
def test_adyen_counts_some_currencies_its_own_way(currency: str, units: int, minor: int) -> None:
    assert adyen("REFUND", amount={"currency": currency, "value": units})[0].amount == minor


def test_adyen_says_the_code_of_the_network_before_its_words() -> None:
    said: dict[str, Any] = {"reason": "No Cardholder Authorization", "additionalData": {"chargebackReasonCode": "4837"}}
    (disputed,) = adyen("CHARGEBACK", **said)
    (warned,) = adyen("NOTIFICATION_OF_FRAUD", reason="", additionalData={"nofReasonCode": "6"})
    (plain,) = adyen("NOTIFICATION_OF_CHARGEBACK", reason="10.4 Fraud", additionalData={"chargebackReasonCode": "10.4"})
    assert (disputed.reason, warned.reason, plain.reason) == ("4837 No Cardholder Authorization", "6", "10.4 Fraud")
    assert (warned.object_key, warned.currency) == ("M1", "")
