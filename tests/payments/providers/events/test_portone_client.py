"""PortOne's client reads a payment back and does nothing else."""

from __future__ import annotations

import json

import pytest

from payments.facts import EventKind
from payments.providers.client import PaymentNotFound, client_for
from tests.payments.providers.events.bodies import TERMS, portone
from tests.payments.providers.events.servers import Asked, serving


def test_a_payment_is_read_back() -> None:
    def answer(asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        if asked.headers["authorization"] != "PortOne secret":
            return 401, b'{"type":"UNAUTHORIZED"}', {}
        if asked.path != "/payments/order-1":
            return 404, b'{"type":"PAYMENT_NOT_FOUND"}', {}
        return 200, json.dumps(portone()).encode(), {}

    with serving(answer) as server:
        client = client_for(
            "portone", secret="secret", api_address=server.address, provider=TERMS, is_loopback_allowed=True
        )
        assert client is not None
        kinds = [event.kind for event in client.read_payment("order-1")]
        with pytest.raises(PaymentNotFound) as refusal:
            client.read_payment("order/2")
    assert kinds == [EventKind.AUTHORIZED, EventKind.CAPTURED]
    assert refusal.value.code == "PAYMENT_NOT_FOUND"
    assert server.asked[-1].path == "/payments/order%2F2"
    acts = [
        client.capture("order-1", 1, "KRW", "k"),
        client.void("order-1", "k"),
        client.refund("order-1", 1, "KRW", "k", ""),
    ]
    assert {(act.state.value, act.error) for act in acts} == {("failed", "not_supported")}
