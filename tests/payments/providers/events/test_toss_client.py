"""Toss's client against a small fake of its documented API: what it does when answers fail, are late or lie."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from payments.facts import AttemptResult, EventKind
from payments.providers.breaker import FAILURES, REST, Breaker
from payments.providers.client import ActState, CallFailed, CallRefused, PaymentNotFound
from payments.providers.deliveries import ProviderTerms, Untranslatable
from payments.providers.toss.client import TossClient
from payments.providers.transport import LARGEST_ANSWER, TRIES, Pace, Transport
from tests.payments.providers.events.servers import Asked, Server, serving

TERMS = ProviderTerms("toss", "Asia/Seoul", ("KRW",))
Said = tuple[int, bytes, dict[str, str]] | None


class Toss:
    """One payment of 10 000 won, its transactions, and the keys it has seen."""

    def __init__(self) -> None:
        self.payment: dict[str, Any] = {
            "mId": "shop",
            "version": "2022-11-16",
            "paymentKey": "pk1",
            "orderId": "order-1",
            "status": "DONE",
            "currency": "KRW",
            "totalAmount": 10000,
            "balanceAmount": 10000,
            "method": "카드",
            "lastTransactionKey": "tk1",
            "requestedAt": "2026-07-31T11:59:30+09:00",
            "approvedAt": "2026-07-31T12:00:00+09:00",
            "card": {
                "number": "43301234****123*",
                "issuerCode": "33",
                "acquirerCode": "31",
                "approveNo": "00000000",
                "installmentPlanMonths": 3,
            },
            "virtualAccount": None,
            "cancels": None,
        }
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.trouble: list[str] = []

    def __call__(self, asked: Asked) -> Said:
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "before":
            return None
        status, body = self._answer(asked)
        if trouble == "after":
            return None
        if trouble:
            return int(trouble), b'{"code":"TROUBLE","message":"x"}', {}
        return status, body, {}

    def _answer(self, asked: Asked) -> tuple[int, bytes]:
        path = urlsplit(asked.path).path
        if asked.headers["authorization"] != "Basic dGVzdF9zazo=":
            return 401, b'{"code":"UNAUTHORIZED_KEY","message":"x"}'
        if asked.method == "GET" and path in ("/v1/payments/pk1", "/v1/payments/orders/order-1"):
            return 200, json.dumps(self.payment).encode()
        if path == "/v1/transactions":
            start = parse_qs(urlsplit(asked.path).query)["startDate"][0]
            rows = [
                {"transactionKey": "other", "paymentKey": "pk9", "status": "DONE"},
                {"transactionKey": "tk1", "paymentKey": "pk1", "status": "DONE"},
            ]
            return 200, json.dumps(rows if start == "2026-07-31T11:59:59" else []).encode()
        if path == "/v1/payments/pk1/cancel":
            key = asked.headers["idempotency-key"]
            if key not in self.answers:
                self.answers[key] = self._cancel(json.loads(asked.body))
            return self.answers[key]
        return 404, b'{"code":"NOT_FOUND_PAYMENT","message":"x"}'

    def _cancel(self, wanted: dict[str, Any]) -> tuple[int, bytes]:
        amount = wanted.get("cancelAmount", self.payment["balanceAmount"])
        if amount > self.payment["balanceAmount"]:
            return 403, b'{"code":"NOT_CANCELABLE_AMOUNT","message":"x"}'
        cancels = self.payment["cancels"] or []
        made = {
            "transactionKey": f"cancel{len(cancels) + 1}",
            "cancelAmount": amount,
            "cancelReason": wanted["cancelReason"],
            "canceledAt": "2026-08-01T09:00:00+09:00",
            "cancelStatus": "DONE",
        }
        self.payment["cancels"] = [*cancels, made]
        self.payment["balanceAmount"] -= amount
        self.payment["status"] = "PARTIAL_CANCELED" if self.payment["balanceAmount"] else "CANCELED"
        self.payment["lastTransactionKey"] = made["transactionKey"]
        return 200, json.dumps(self.payment).encode()


def client_of(server: Server, secret: str = "test_sk", breaker: Breaker | None = None) -> TossClient:
    pace = Pace(sleep=lambda seconds: None, share=lambda: 1.0)
    transport = Transport(server.address, TossClient.headers(secret), pace=pace, breaker=breaker or Breaker())
    return TossClient(transport, TERMS)


def test_a_payment_is_read_back_by_either_name() -> None:
    with serving(Toss()) as server:
        client = client_of(server)
        events = client.read_payment("pk1")
        assert client.read_payment("order:order-1") == events
        with pytest.raises(PaymentNotFound):
            client.read_payment("pk2")
        with pytest.raises(CallRefused):
            client_of(server, "wrong").read_payment("pk1")
        for dots in (".", "..", "order:..", ""):
            with pytest.raises(Untranslatable):
                client.read_payment(dots)
    authorized, captured = events
    assert (authorized.kind, captured.kind) == (EventKind.AUTHORIZED, EventKind.CAPTURED)
    assert (captured.amount, captured.currency, captured.provider_key, captured.source_event_id) == (
        10000, "KRW", "tk1", "tk1",
    )  # fmt: skip
    assert (captured.merchant_reference, captured.attempt_reference, captured.method) == ("order-1", "pk1", "카드")
    assert captured.instrument is not None
    assert (captured.instrument.bin, captured.instrument.last4, captured.instrument.installment_months) == (
        "43301234", "", 3,
    )  # fmt: skip
    assert captured.occurred_at.isoformat() == "2026-07-31T03:00:00+00:00"


def test_a_refund_and_what_is_read_back_after_it() -> None:
    with serving(Toss()) as server:
        client = client_of(server)
        before = client.read_payment("pk1")
        result = client.refund("pk1", 3000, "KRW", "act-1", "변심")
        after = client.read_payment("pk1")
    assert (result.state, result.provider_reference) == (ActState.DONE, "cancel1")
    (refunded,) = result.events
    assert (refunded.kind, refunded.amount, refunded.provider_key, refunded.reason) == (
        EventKind.REFUNDED, 3000, "cancel1", "변심",
    )  # fmt: skip
    assert after == (*before, refunded)


def test_a_refusal_is_a_failure() -> None:
    with serving(Toss()) as server:
        result = client_of(server).refund("pk1", 10001, "KRW", "act-1", "")
        assert (result.state, result.error, result.events) == (ActState.FAILED, "NOT_CANCELABLE_AMOUNT", ())
        assert client_of(server).capture("pk1", 1, "KRW", "act-2").error == "not_supported"


@pytest.mark.parametrize("trouble", ["before", "after", "500", "409", "429"])
def test_trouble_that_passes_is_one_refund(trouble: str) -> None:
    toss = Toss()
    toss.trouble = [trouble, trouble]
    with serving(toss) as server:
        result = client_of(server).refund("pk1", 4000, "KRW", "act-1", "x")
    assert (result.state, result.provider_reference) == (ActState.DONE, "cancel1")
    assert toss.payment["balanceAmount"] == 6000
    assert {asked.headers["idempotency-key"] for asked in server.asked} == {"act-1"}
    assert len(server.asked) == TRIES


@pytest.mark.parametrize("trouble", ["before", "after", "500", "409"])
def test_trouble_that_stays_is_unknown_and_settled_by_reading(trouble: str) -> None:
    toss = Toss()
    toss.trouble = [trouble] * TRIES
    with serving(toss) as server:
        client = client_of(server)
        result = client.refund("pk1", 4000, "KRW", "act-1", "x")
        assert (result.state, result.events, result.was_sent) == (ActState.UNKNOWN, (), True)
        acted = [event for event in client.read_payment("pk1") if event.kind is EventKind.REFUNDED]
        again = client.refund("pk1", 4000, "KRW", "act-1", "x")
    assert len(acted) == (trouble != "before")
    assert (again.state, again.provider_reference, toss.payment["balanceAmount"]) == (ActState.DONE, "cancel1", 6000)


@pytest.mark.parametrize(("troubles", "was_sent"), [(["429"] * TRIES, False), (["after", *["429"] * TRIES], True)])
def test_too_many_calls_after_a_lost_answer_do_not_mean_that_nothing_was_sent(
    troubles: list[str], was_sent: bool
) -> None:
    toss = Toss()
    toss.trouble = troubles
    with serving(toss) as server:
        result = client_of(server).refund("pk1", 4000, "KRW", "act-1", "x")
    assert (result.state, result.was_sent) == (ActState.UNKNOWN, was_sent)


@pytest.mark.parametrize("trouble", ["", "before", "429"])
def test_a_refusal_says_whether_an_earlier_try_may_have_been_acted_upon(trouble: str) -> None:
    toss = Toss()
    toss.trouble = [trouble]
    with serving(toss) as server:
        result = client_of(server).refund("pk1", 10001, "KRW", "act-1", "")
    assert (result.state, result.is_after_doubt) == (ActState.FAILED, trouble == "before")


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b"{}"), (200, b"[1]"), (302, b""), (503, b""), (400, b"<html>a proxy</html>"),
     (400, b'{"code":"PROVIDER_ERROR","message":"x"}')],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_unknown(status: int, body: bytes) -> None:
    with serving(lambda asked: (status, body, {"Location": "http://127.0.0.1:1/"})) as server:
        result = client_of(server).refund("pk1", 4000, "KRW", "act-1", "x")
        assert result.state is ActState.UNKNOWN
        with pytest.raises((CallFailed, CallRefused, Untranslatable)):
            client_of(server).read_payment("pk1")


def test_an_answer_without_end_is_cut_off() -> None:
    with serving(lambda asked: (200, b" " * (LARGEST_ANSWER + 1), {})) as server:
        result = client_of(server).refund("pk1", 4000, "KRW", "act-1", "x")
    assert (result.state, result.error) == (ActState.UNKNOWN, "an answer that is too large")


def test_what_was_never_sent_says_so() -> None:
    with serving(Toss()) as server:
        client = client_of(server)
    result = client.refund("pk1", 4000, "KRW", "act-1", "x")
    assert (result.state, result.was_sent) == (ActState.UNKNOWN, False)


def test_a_failing_address_is_left_alone_and_then_tried_once() -> None:
    now = [0.0]
    toss = Toss()
    toss.trouble = ["500"] * 100
    breaker = Breaker(clock=lambda: now[0])
    with serving(toss) as server:
        client = client_of(server, breaker=breaker)
        for _ in range(3):
            with pytest.raises(CallFailed):
                client.read_payment("pk1")
        assert len(server.asked) == FAILURES
        now[0] += REST
        with pytest.raises(CallFailed):
            client.read_payment("pk1")
        assert len(server.asked) == FAILURES + 1
        toss.trouble = []
        now[0] += REST
        assert client.read_payment("pk1")
        assert client.read_payment("pk1")


def test_an_answer_about_another_payment_is_not_taken() -> None:
    toss = Toss()
    toss.payment["paymentKey"] = toss.payment["orderId"] = "another"
    with serving(toss) as server:
        for reference in ("pk1", "order:order-1"):
            with pytest.raises(Untranslatable):
                client_of(server).read_payment(reference)


def test_statuses_of_payments_that_took_nothing() -> None:
    toss = Toss()
    base = {**toss.payment, "approvedAt": None, "lastTransactionKey": None}
    account = {"dueDate": "2026-08-07T23:59:59+09:00"}
    with serving(toss) as server:
        client = client_of(server)

        def read(**changed: Any) -> list[tuple[EventKind, str, str]]:
            toss.payment = {**base, **changed}
            return [
                (event.kind, event.source_event_id, event.expires_at.isoformat() if event.expires_at else "")
                for event in client.read_payment("pk1")
            ]

        assert read(status="READY") == []
        assert read(status="IN_PROGRESS") == [(EventKind.ATTEMPT_STARTED, "pk1:in_progress", "")]
        until = "2026-08-07T14:59:59+00:00"
        issued = (EventKind.ATTEMPT_WAITING, "pk1:issued", until)
        assert read(status="WAITING_FOR_DEPOSIT", virtualAccount=account, card=None) == [issued]
        assert read(status="EXPIRED", virtualAccount=account, card=None) == [
            issued,
            (EventKind.EXPIRED, "pk1:expired", ""),
        ]
        assert read(status="EXPIRED") == [(EventKind.EXPIRED, "pk1:expired", "")]
        assert read(status="CANCELED", virtualAccount=account) == [issued, (EventKind.VOIDED, "pk1:voided", "")]
        toss.payment = {**base, "status": "ABORTED", "failure": {"code": "REJECT_CARD_COMPANY", "message": "거절"}}
        (failed,) = client.read_payment("pk1")
        assert (failed.kind, failed.result, failed.decline_code, failed.provider_decline_code) == (
            EventKind.FAILED, AttemptResult.DECLINED_SOFT, "do_not_honor", "REJECT_CARD_COMPANY",
        )  # fmt: skip
        toss.payment = {**base, "status": "NEW_STATUS"}
        with pytest.raises(Untranslatable):
            client.read_payment("pk1")


def test_a_late_deposit_after_expiry_is_a_capture() -> None:
    toss = Toss()
    toss.payment |= {"virtualAccount": {"dueDate": "2026-07-30T23:59:59"}, "card": None, "method": "가상계좌"}
    with serving(toss) as server:
        kinds = [event.kind for event in client_of(server).read_payment("pk1")]
    assert kinds == [EventKind.ATTEMPT_WAITING, EventKind.AUTHORIZED, EventKind.CAPTURED]
