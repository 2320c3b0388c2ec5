"""Writes under one Idempotency-Key: one effect and one answer, however often and however much at once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments.intake.models import ApiKey, IdempotentWrite
from payments.intake.services import idempotency, keys
from payments.ledger.models import Checkout, PaymentEvent
from tests.addresses import all_addresses
from tests.payments.intake.api.asking import Machine, at_once, captured, checkout, endpoint_of, refusals
from tests.payments.ledger.telling import make_provider


@pytest.mark.django_db
def test_the_first_answer_is_replayed() -> None:
    make_provider("local", event_adapter="")
    shop = Machine()
    first = shop.post("events", captured(), repeat="k-1")
    assert (first.status_code, "Idempotent-Replayed" in first.headers) == (201, False)
    again = shop.post("events", captured(), repeat="k-1")
    assert (again.status_code, again.content, again.headers["Idempotent-Replayed"]) == (201, first.content, "true")
    assert again.headers["Content-Type"] == "application/json"
    assert shop.post("events", captured(), repeat="k-2").status_code == 200
    other = shop.post("events", captured(amount=1), repeat="k-1")
    assert (other.status_code, refusals(other)) == (422, [("another_request", "Idempotency-Key")])
    elsewhere = shop.post("checkouts", captured(), repeat="k-1")
    assert elsewhere.status_code == 422
    assert Machine().post("events", captured(), repeat="k-1").status_code == 200  # another key of ours: its own names


@pytest.mark.django_db
def test_a_contradiction_is_replayed_and_a_refusal_is_not() -> None:
    make_provider("local", event_adapter="")
    shop = Machine()
    shop.post("events", captured())
    for is_replayed in (False, True):
        response = shop.post("events", captured(amount=1), repeat="k-1")
        assert (response.status_code, refusals(response)) == (409, [("contradicted", None)])
        assert ("Idempotent-Replayed" in response.headers) is is_replayed
    assert shop.post("events", captured(id=""), repeat="k-2").status_code == 422
    assert shop.post("events", captured(id="e-2", merchant_reference="A-2"), repeat="k-2").status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize(("rotations", "queries"), [(0, 3), (1, 4), (7, 4)])
def test_a_claim_asks_once_for_the_first_key_of_the_line(rotations: int, queries: int) -> None:
    first = latest = Machine().key
    for _ in range(rotations):
        latest = keys.rotate(latest, overlap=timedelta(days=1), by=None).key
    latest = ApiKey.objects.get(pk=latest.pk)
    with CaptureQueriesContext(connection) as seen:
        assert isinstance(idempotency.claim(latest, "k-1", b"\x00" * 32), idempotency.Claim)
    assert len(seen) == queries
    assert IdempotentWrite.objects.get().api_key_id == first.pk
    with CaptureQueriesContext(connection) as seen:
        assert isinstance(idempotency.claim(first, "k-1", b"\x00" * 32), idempotency.Answer)
    assert len(seen) == 4


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 256, "schlüssel"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    response = Machine().post("checkouts", checkout(), repeat=key)
    assert (response.status_code, refusals(response)) == (422, [("invalid", "Idempotency-Key")])
    assert not Checkout.objects.exists()


@pytest.mark.django_db
def test_old_keys_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "_SWEPT_AT_ONCE", 2)
    shop = Machine()
    for number in range(6):
        shop.post("checkouts", checkout(merchant_reference=f"A-{number}"), repeat=f"k-{number}")
    IdempotentWrite.objects.exclude(key="k-5").update(created_at=timezone.now() - timedelta(days=7, seconds=1))
    assert idempotency.sweep() == 5
    assert [each.key for each in IdempotentWrite.objects.all()] == ["k-5"]


def test_every_write_can_be_repeated() -> None:
    views = [endpoint_of(address) for address in all_addresses() if endpoint_of(address)]
    writes = [view for view in views if hasattr(view, "post") and view.__name__ != "UnknownAddress"]
    assert len(writes) >= 6
    assert [view.__name__ for view in writes if not getattr(view.post, "is_once", False)] == []


@pytest.mark.django_db(transaction=True)
def test_ten_equal_writes_at_once_have_one_effect_and_one_answer() -> None:
    make_provider("local", event_adapter="")
    shop = Machine()
    answers = at_once(10, lambda _: shop.post("events", captured(), repeat="k-1"))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    done = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in done}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in done) == 1
    assert PaymentEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_equal_writes_at_once_without_a_key_have_one_effect_too() -> None:
    make_provider("local", event_adapter="")
    shop = Machine()
    answers = at_once(10, lambda _: shop.post("events", captured()))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 9}
    assert PaymentEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_checkout_told_ten_times_at_once_is_new_once() -> None:
    shop = Machine()
    answers = at_once(10, lambda _: shop.post("checkouts", checkout()))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 9}


@pytest.mark.django_db(transaction=True)
def test_a_second_caller_waits_two_seconds_and_is_told_so() -> None:
    shop = Machine()
    with transaction.atomic():
        idempotency.claim(shop.key, "k-1", b"\x00" * 32)
        (answer,) = at_once(1, lambda _: shop.post("checkouts", checkout(), repeat="k-1"))
    assert (answer.status_code, refusals(answer)) == (409, [("in_progress", None)])
    assert not Checkout.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_claim_dies_with_its_worker() -> None:
    shop = Machine()
    with transaction.atomic():
        idempotency.claim(shop.key, "k-1", b"\x00" * 32)
        transaction.set_rollback(True)
    assert shop.post("checkouts", checkout(), repeat="k-1").status_code == 201
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
