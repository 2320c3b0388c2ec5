"""Delivering: signed as the official library checks it, tried for three days, replayed, and told by the ledger."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from payments.facts import EventKind
from payments.ledger.models import Payment
from payments.notices.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from payments.notices.services import endpoints, messages
from payments.notices.services.claims import PAUSES
from payments.notices.services.delivering import deliver, prune
from payments.notices.signals import messages_written
from payments.records.models import AuditEvent
from tests.payments.acts.stories import captured, tell_all
from tests.payments.ledger.telling import make_provider, tell
from tests.payments.notices.shop import endpoint_at, send, taken, told
from tests.payments.providers.events.servers import serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_to_this_machine")]


def test_the_official_library_accepts_what_arrives() -> None:
    with serving(taken) as shop:
        made = endpoint_at(shop.address)
        [delivery] = send("A-1")
        assert (deliver(), deliver()) == (1, 0)
    [asked] = shop.asked
    assert (asked.method, asked.path, asked.headers["content-type"]) == ("POST", "/told?shop=1", "application/json")
    read = Webhook(made.secret).verify(asked.body, asked.headers)
    message = delivery.message
    assert read == {
        "type": "payment.changed", "timestamp": message.created_at.isoformat(),
        "data": {"reference": "A-1", "status": "captured", "amount": 1_000},
    }  # fmt: skip
    assert asked.headers["webhook-id"] == f"msg_{message.pk.hex}"
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(asked.body.replace(b"1000", b"9000"), asked.headers)
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.status_code, delivery.next_try_at, delivery.error) == (1, 204, None, "")
    assert delivery.taken_at is not None


def test_both_secrets_sign_while_one_replaces_the_other() -> None:
    with serving(taken) as shop:
        old = endpoint_at(shop.address)
        new = endpoints.rotate(old.endpoint, by=None)
        send("A-1")
        deliver()
        endpoints.drop_previous(old.endpoint, by=None)
        send("A-2")
        deliver()
    first, second = shop.asked
    for secret in (old.secret, new.secret):
        Webhook(secret).verify(first.body, first.headers)
    Webhook(new.secret).verify(second.body, second.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old.secret).verify(second.body, second.headers)


def test_the_secret_is_not_kept_in_the_open() -> None:
    made = endpoints.create("https://shop.example.com/told", by=None)
    row = WebhookEndpoint.objects.get()
    assert made.secret.startswith("whsec_")
    assert made.secret.encode() not in bytes(row.secret)
    assert made.secret.removeprefix("whsec_") not in json.dumps(
        list(AuditEvent.objects.values_list("detail", flat=True))
    )


def test_a_message_is_written_once_for_each_endpoint_that_wants_it() -> None:
    endpoints.create("https://a.example.com/", by=None)
    endpoints.create("https://b.example.com/", kinds=["dispute.changed"], by=None)
    off = endpoints.create("https://c.example.com/", by=None)
    endpoints.set_enabled(off.endpoint, False, by=None)
    messages.write([told("A-1"), told("A-2", "dispute.changed")])
    messages.write([told("A-1")])
    found = WebhookDelivery.objects.values_list("endpoint__url", "message__kind").order_by(
        "endpoint__url", "message__kind"
    )
    assert list(found) == [
        ("https://a.example.com/", "dispute.changed"), ("https://a.example.com/", "payment.changed"),
        ("https://b.example.com/", "dispute.changed"),
    ]  # fmt: skip


def test_nothing_is_written_where_nobody_listens() -> None:
    messages.write([told("A-1")])
    assert WebhookMessage.objects.count() == 0


def test_a_shop_that_does_not_take_it_is_asked_for_three_days() -> None:
    with serving(lambda _: (500, b"broken", {})) as shop:
        endpoint_at(shop.address)
        [delivery] = send("A-1")
        total = timedelta()
        for pause in PAUSES:
            before = timezone.now()
            assert deliver() == 1
            delivery.refresh_from_db()
            assert delivery.next_try_at is not None
            wait = delivery.next_try_at - before
            assert pause <= wait <= pause * 1.2 + timedelta(seconds=5)
            total += pause
            assert WebhookEndpoint.objects.filter(failing_since_at=None).count() == 1
            WebhookDelivery.objects.update(next_try_at=timezone.now())
        assert timedelta(days=3) < total < timedelta(days=3, hours=8)
        assert deliver() == 1
        delivery.refresh_from_db()
        assert (delivery.next_try_at, delivery.taken_at, delivery.status_code) == (None, None, 500)
        assert (delivery.error, delivery.tries) == ("it answers 500", len(PAUSES) + 1)
        assert WebhookEndpoint.objects.filter(failing_since_at__isnull=False).count() == 1
        assert (deliver(), len(shop.asked)) == (0, len(PAUSES) + 1)
        shop.answer = taken
        endpoints.replay(delivery, by=None)
        assert deliver() == 1
    assert WebhookEndpoint.objects.filter(failing_since_at=None).count() == 1
    assert {asked.headers["webhook-id"] for asked in shop.asked} == {f"msg_{delivery.message_id.hex}"}


def test_replaying_since_sends_everything_again_and_is_audited() -> None:
    with serving(taken) as shop:
        made = endpoint_at(shop.address)
        send("A-1", "A-2", "A-3")
        deliver()
        WebhookMessage.objects.filter(payload__reference="A-1").update(created_at=timezone.now() - timedelta(days=2))
        assert endpoints.replay_since(made.endpoint, timezone.now() - timedelta(days=1), by=None) == 2
        assert deliver() == 2
    assert len(shop.asked) == 5
    assert AuditEvent.objects.get(verb="webhook_endpoint.messages_replayed").detail["count"] == 2


def test_a_disabled_endpoint_gets_what_waits_once_it_is_enabled_again() -> None:
    with serving(taken) as shop:
        made = endpoint_at(shop.address)
        send("A-1")
        endpoints.set_enabled(made.endpoint, False, by=None)
        assert deliver() == 0
        endpoints.set_enabled(made.endpoint, True, by=None)
        assert deliver() == 1
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert [verb.partition(".")[2] for verb in verbs] == ["created", "disabled", "enabled"]


def test_old_messages_are_forgotten_but_not_those_that_wait() -> None:
    endpoints.create("https://shop.example.com/told", by=None)
    waiting, done = send("A-1", "A-2")
    WebhookDelivery.objects.filter(pk=done.pk).update(taken_at=timezone.now(), next_try_at=None)
    WebhookDelivery.objects.filter(pk=waiting.pk).update(next_try_at=timezone.now() + timedelta(days=1))
    WebhookMessage.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert (prune(), prune()) == (1, 0)
    assert list(WebhookMessage.objects.values_list("pk", flat=True)) == [waiting.message_id]


def test_a_changed_payment_is_told_once_in_the_transaction_that_changed_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_provider()
    endpoints.create("https://shop.example.com/told", by=None)
    woken: list[object] = []
    messages_written.connect(lambda **_: woken.append(1), weak=False, dispatch_uid="test")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            captured()
    finally:
        messages_written.disconnect(dispatch_uid="test")
    payment = Payment.objects.get()
    assert len(woken) >= 1
    last = WebhookMessage.objects.get(payload__status="captured")
    assert last.payload == {
        "reference": "A-1", "status": "captured", "currency": "KRW", "amount": 10_000, "authorized": 10_000,
        "captured": 10_000, "refunded": 0, "charged_back": 0, "is_conflicting": False,
        "changed_at": payment.changed_at.isoformat(),
    }  # fmt: skip
    count = WebhookMessage.objects.count()
    tell_all([tell(EventKind.ATTEMPT_STARTED, 5, attempt_reference="pi_A-1")])  # changes nothing of the payment
    assert WebhookMessage.objects.count() == count
    tell_all([tell(EventKind.DISPUTE_OPENED, 9, provider_key="dp_1", attempt_reference="pi_A-1", amount=500)])
    dispute = WebhookMessage.objects.get(kind="dispute.changed").payload
    assert (dispute["provider_reference"], dispute["status"], dispute["amount"]) == ("dp_1", "open", 500)


def test_a_message_is_gone_with_the_transaction_that_wrote_it() -> None:
    endpoints.create("https://shop.example.com/told", by=None)
    with transaction.atomic():
        messages.write([told("A-1")])
        assert WebhookMessage.objects.count() == 1
        transaction.set_rollback(True)
    assert WebhookMessage.objects.count() == 0
