"""kill -9 on a worker between sending and recording: the refund is neither lost nor doubled, at a provider that counts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.utils import timezone

from payments.acts.models import ActKind, ActState, PaymentAct
from payments.acts.services import wishes
from payments.acts.services.wishes import Author, Wish
from payments.ledger.models import Movement, Payment, Refund
from payments.methods.models import Provider
from tests.payments.acts.stories import captured, stripe
from tests.payments.providers.events.servers import Asked, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.worker]
WORKER = Path(__file__).with_name("provider_process.py")


@dataclass
class CountingProvider:
    """Stripe's refunds, by key; it can be slow to answer."""

    refunds: dict[str, dict[str, object]] = field(default_factory=dict)
    made: threading.Event = field(default_factory=threading.Event)
    """A refund was made, and its answer is held back."""
    may_answer: threading.Event = field(default_factory=threading.Event)

    def answer(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        if (asked.method, asked.path) != ("POST", "/v1/refunds"):
            return 404, b'{"error": {"code": "resource_missing"}}', {}
        form = parse_qs(asked.body.decode())
        number = len(self.refunds) + 1
        fresh: dict[str, object] = {
            "id": f"re_{number}", "object": "refund", "amount": int(form["amount"][0]), "currency": "krw",
            "payment_intent": form["payment_intent"][0], "charge": "ch_A-1", "status": "succeeded",
            "created": int(timezone.now().timestamp()),
        }  # fmt: skip
        refund = self.refunds.setdefault(asked.headers["idempotency-key"], fresh)
        self.made.set()
        self.may_answer.wait(30)
        return 200, json.dumps(refund).encode(), {"Content-Type": "application/json"}


@pytest.fixture
def counting() -> Iterator[CountingProvider]:
    """The provider, and a payment of 10,000 there."""
    found = CountingProvider()
    with serving(found.answer) as server:
        stripe(api_address=server.address)
        captured()
        yield found
        found.may_answer.set()


def worker(manner: str) -> subprocess.Popen[str]:
    """A process that sends, past its start."""
    arguments = [sys.executable, str(WORKER), str(connection.settings_dict["NAME"]), manner]
    started = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def sent_by_two_workers(counting: CountingProvider, manner: str) -> PaymentAct:
    """The first worker is killed after the provider has acted, the second finds what it left; the act as it ends."""
    assert Provider.objects.count() == 1
    act = wishes.request(Payment.objects.get(), ActKind.REFUND, Wish(4_000), by=Author(key_prefix="jk_shop"))
    with worker(manner) as first:
        assert counting.made.wait(30)
        first.send_signal(signal.SIGKILL)
    left = PaymentAct.objects.get(pk=act.pk)
    assert (left.state, left.tries, Payment.objects.get().refunded) == (ActState.SENDING, 1, 0)
    counting.may_answer.set()
    PaymentAct.objects.filter(pk=act.pk).update(next_try_at=timezone.now())  # ten minutes later
    with worker(manner) as second:
        assert second.wait(60) == 0
    return PaymentAct.objects.get(pk=act.pk)


def test_a_worker_killed_before_the_answer_neither_loses_nor_doubles_the_refund(counting: CountingProvider) -> None:
    act = sent_by_two_workers(counting, "honest")
    assert list(counting.refunds) == [str(act.idempotency_key)]
    assert (act.state, act.provider_reference, act.tries) == (ActState.SUCCEEDED, "re_1", 2)
    payment = Payment.objects.get()
    assert (payment.refunded, payment.conflicts) == (4_000, [])
    assert list(Refund.objects.values_list("status", "amount", "provider_reference")) == [("succeeded", 4_000, "re_1")]
    assert list(Movement.objects.filter(amount__lt=0).values_list("provider_key", "amount")) == [("re_1", -4_000)]


def test_the_drill_sees_a_retry_with_a_new_key(counting: CountingProvider) -> None:
    sent_by_two_workers(counting, "new-key")
    assert len(counting.refunds) == 2
