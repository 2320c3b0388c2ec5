"""Reading back: what nobody signed gets into the ledger only by the provider's own answer, whenever that comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.intake.models import InboxDelivery
from payments.intake.services.deliveries import MOST_TRIES
from payments.intake.services.drain import drain
from payments.intake.services.reading_back import NOT_FOUND, PAUSE_SECONDS, read_back
from payments.ledger.models import Movement, Payment, PaymentEvent
from payments.methods.models import Provider, SecretPurpose
from payments.methods.services import secrets
from payments.providers import breaker
from payments.providers.transport import TRIES
from tests.payments.intake.doors import states
from tests.payments.intake.hints import API_SECRET, hint, later
from tests.payments.providers.events.servers import Server
from tests.payments.providers.events.test_toss_client import Toss

pytestmark = pytest.mark.django_db


def pause_of(delivery: InboxDelivery) -> float:
    assert delivery.next_try_at is not None
    return (delivery.next_try_at - timezone.now()).total_seconds()


@pytest.mark.usefixtures("with_key")
def test_a_hint_brings_what_the_provider_says(server: Server) -> None:
    hint()
    result = drain()
    assert (result.deliveries, result.must_read_back, states(), server.asked) == (0, True, ["unverified"], [])
    assert read_back() == 1
    assert states() == ["done"]
    payment = Payment.objects.get()
    assert (payment.merchant_reference, payment.status, payment.captured) == ("order-1", "captured", 10_000)
    assert list(Movement.objects.values_list("provider_key", "amount")) == [("tk1", 10_000)]
    assert drain().must_read_back is False
    assert read_back() == 0


@pytest.mark.usefixtures("with_key")
def test_two_hints_of_one_payment_are_one_effect() -> None:
    hint()
    hint(kind="DEPOSIT_CALLBACK")
    assert read_back() == 2
    assert states() == ["done", "done"]
    assert (Movement.objects.count(), PaymentEvent.objects.count()) == (1, 2)


@pytest.mark.usefixtures("with_key")
def test_a_provider_that_does_not_answer_is_asked_again_and_nobody_is_blamed(fake: Toss, server: Server) -> None:
    fake.trouble = ["500"] * TRIES
    hint("pk1")
    hint("pk1", kind="DEPOSIT_CALLBACK")
    assert read_back() == 2
    found = InboxDelivery.objects.order_by("id")
    assert [(each.state, each.tries, each.error) for each in found] == [
        ("unverified", 0, "the provider's API gave no answer"),
    ] * 2  # fmt: skip
    assert len(server.asked) == TRIES, "one that does not answer is not asked again in the same round"
    assert all(PAUSE_SECONDS - 30 < pause_of(each) <= PAUSE_SECONDS for each in found)
    assert read_back() == 0
    for _ in range(MOST_TRIES + 1):
        later()
        fake.trouble = ["500"] * TRIES
        read_back()
        breaker._BREAKERS.clear()
    assert states() == ["unverified"] * 2
    later()
    fake.trouble = []
    read_back()
    assert states() == ["done"] * 2


@pytest.mark.usefixtures("with_key")
def test_a_payment_that_nobody_knows_is_left_with_a_word() -> None:
    hint("pk404")
    for tries in range(1, MOST_TRIES + 1):
        assert read_back() == 1
        found = InboxDelivery.objects.get()
        assert (found.tries, found.error) == (tries, NOT_FOUND)
        assert found.state == ("ignored" if tries == MOST_TRIES else "unverified")
        later()
    assert read_back() == 0
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("", "the provider has no API secret here: manage.py provider_secret --purpose api"),
        ("wrong_sk", "the provider's API refused to tell: 401"),
    ],
)
def test_without_a_good_key_it_waits_for_one(toss: Provider, secret: str, said: str) -> None:
    if secret:
        secrets.add(toss, SecretPurpose.API, secret, by=None)
    hint()
    assert read_back() == 1
    found = InboxDelivery.objects.get()
    assert (found.state, found.tries, found.error) == ("unverified", 0, said)
    toss.secrets.all().delete()
    secrets.add(toss, SecretPurpose.API, API_SECRET, by=None)
    later()
    read_back()
    assert states() == ["done"]


def test_a_key_that_cannot_be_opened_waits_for_one_that_can(toss: Provider) -> None:
    secrets.add(toss, SecretPurpose.API, API_SECRET, by=None)
    toss.secrets.update(ciphertext=b"closed with a key that was lost")
    hint()
    assert read_back() == 1
    found = InboxDelivery.objects.get()
    assert (found.state, found.tries) == ("unverified", 0)


@pytest.mark.usefixtures("with_key")
def test_an_answer_that_cannot_be_read_is_tried_five_times_and_set_aside(fake: Toss) -> None:
    fake.payment["totalAmount"] = "4111111111111111"
    hint()
    for _ in range(MOST_TRIES):
        read_back()
        later()
    found = InboxDelivery.objects.get()
    assert (found.state, found.tries) == ("set_aside", MOST_TRIES)
    assert "totalAmount" in found.error
    assert "4111" not in found.error


@pytest.mark.usefixtures("with_key")
def test_what_concerns_no_payment_is_not_asked_about(server: Server) -> None:
    hint(kind="moon.landed")
    read_back()
    assert (states(), server.asked) == (["ignored"], [])


@pytest.mark.usefixtures("with_key")
def test_a_claim_keeps_others_away_until_it_runs_out(server: Server) -> None:
    hint()
    InboxDelivery.objects.update(next_try_at=timezone.now() + timedelta(minutes=1))
    assert read_back() == 0
    assert server.asked == []
    InboxDelivery.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert read_back() == 1
    assert states() == ["done"]
