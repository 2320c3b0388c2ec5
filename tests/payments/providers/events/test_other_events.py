"""What the generic body says, and what payments of PortOne and Toss say once they are read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from payments.facts import AttemptResult, EventKind, Instrument, NeutralEvent
from payments.providers.event_fields import EventFields
from payments.providers.events import Untranslatable
from payments.providers.portone.payments import payment_events as portone_events
from payments.providers.toss.payments import payment_events as toss_events
from tests.payments.providers.events.bodies import TERMS, TOSS, brief, portone, standard


def test_the_generic_body() -> None:
    (event,) = standard()
    assert event == NeutralEvent(
        source="provider:psp", source_event_id="e1", kind=EventKind.CAPTURED, provider="psp", merchant_reference="A-1",
        occurred_at=datetime(2026, 7, 31, 3, tzinfo=UTC), provider_key="k1", amount=1000, currency="KRW",
    )  # fmt: skip
    data = {"result": "declined.soft", "amount": 5, "currency": "EUR", "ip": "2001:DB8::1", "references": ["r1"],
            "instrument": {"brand": "VISA", "last4": "1111", "bin": "41111111", "fingerprint": "ab", "installment_months": 6},
            "expires_at": "2026-08-01T00:00:00Z", "note": "kept", "number": 4111111111111111}  # fmt: skip
    (failed,) = standard(type="attempt.failed", data=data)
    assert failed.instrument == Instrument("visa", "1111", "41111111", "ab", 6)
    assert (failed.result, failed.ip, failed.references, failed.extra) == (
        AttemptResult.DECLINED_SOFT, "2001:db8::1", ("r1",), {"note": "kept"},
    )  # fmt: skip
    assert standard(type="customer.created") == ()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("capture.succeeded", {"currency": "EUR"}),
        ("capture.succeeded", {"amount": 1.5, "currency": "EUR"}),
        ("capture.succeeded", {"amount": 1}),
        ("attempt.failed", {}),
        ("attempt.failed", {"result": "perhaps"}),
        ("dispute.closed", {"outcome": "draw"}),
        ("fraud.warned", {"reason": "stolen"}),
        ("attempt.started", {"references": "r1"}),
        ("attempt.started", {"expires_at": "tomorrow"}),
        ("attempt.started", {"merchant_reference": "4111 1111 1111 1111"}),
    ],
)
def test_the_generic_body_refuses(kind: str, data: dict[str, Any]) -> None:
    with pytest.raises(Untranslatable):
        standard(type=kind, data=data)


def test_portone_payments() -> None:
    def read(**changed: Any) -> list[tuple[str, int | None, str, str]]:
        return brief(portone_events(EventFields(portone(**changed)), TERMS))

    paid = [("attempt.authorized", 10000, "", "tx1"), ("capture.succeeded", 10000, "pg1", "tx1")]
    assert read() == paid
    cancelled = [
        {"status": "SUCCEEDED", "id": "c1", "pgCancellationId": "pgc1", "totalAmount": 3000, "reason": "x",
         "requestedAt": "2026-08-01T00:00:00Z", "cancelledAt": "2026-08-01T00:00:01Z"},
        {"status": "REQUESTED", "id": "c2", "totalAmount": 1000, "reason": "x", "requestedAt": "2026-08-01T00:00:00Z"},
        {"status": "FAILED", "id": "c3", "totalAmount": 500, "reason": "x", "requestedAt": "2026-08-01T00:00:00Z"},
    ]  # fmt: skip
    assert read(status="PARTIAL_CANCELLED", cancellations=cancelled) == [
        *paid,
        ("refund.succeeded", 3000, "pgc1", "tx1"),
        ("refund.requested", 1000, "", "tx1"),
        ("refund.failed", 500, "c3", "tx1"),
    ]
    assert read(status="READY") == []
    assert read(status="PAY_PENDING") == [("attempt.started", 10000, "", "tx1")]
    assert read(status="FAILED", paidAt=None, failedAt="2026-07-31T03:00:00Z") == [("attempt.failed", 10000, "", "tx1")]
    account = {"type": "PaymentMethodVirtualAccount", "expiredAt": "2026-08-07T14:59:59Z"}
    assert read(status="VIRTUAL_ACCOUNT_ISSUED", method=account) == [("attempt.waiting", 10000, "", "tx1")]
    captured = portone_events(EventFields(portone()), TERMS)[1]
    assert captured.instrument == Instrument("master", "1234", "55210012", "", 2)
    with pytest.raises(Untranslatable):
        read(status="TOMORROW")


def test_toss_amounts_with_decimals_are_exact() -> None:
    events = toss_events(EventFields.of(json.dumps(TOSS).encode()), TERMS, "t1")
    assert brief(events) == [
        ("attempt.authorized", 1050, "", "pk"), ("capture.succeeded", 1050, "t1", "pk"), ("refund.succeeded", 125, "t2", "pk"),
    ]  # fmt: skip
