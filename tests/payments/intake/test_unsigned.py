"""Who sends what nobody signs: so many a minute from one address, and never to the harm of what is signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.intake import callers
from payments.intake.callers import PerMinute
from payments.intake.models import DeliveryRefusal, InboxDelivery
from payments.intake.services import door
from tests.payments.intake.doors import as_bytes, charge, deliver, forget_doors, provider_with_door, signature

ONE, ANOTHER = "203.0.113.7", "203.0.113.8"


@pytest.fixture(autouse=True)
def counts(monkeypatch: pytest.MonkeyPatch) -> PerMinute:
    """A count of its own for each test, and a minute that does not end."""
    found = PerMinute()
    monkeypatch.setattr(door, "unsigned", found)
    monkeypatch.setattr("payments.intake.callers.time.monotonic", lambda: 600.0)
    return found


@pytest.fixture
def toss(settings: Any) -> Iterator[None]:
    settings.UNSIGNED_DELIVERIES_PER_MINUTE = 2
    provider_with_door("toss", "toss", secret="", currencies=["KRW"])
    yield
    forget_doors()


def hint(number: int, address: str, **headers: str) -> Any:
    facts = {"paymentKey": f"pk{number}", "orderId": f"order-{number}", "status": "DONE"}
    body = as_bytes({"eventType": "PAYMENT_STATUS_CHANGED", "createdAt": "2026-07-31T12:00:01", "data": facts})
    return deliver(body, "toss", header="", REMOTE_ADDR=address, **headers)


@pytest.mark.django_db
@pytest.mark.usefixtures("toss")
def test_more_than_the_bound_is_refused_and_counted() -> None:
    answers = [hint(number, ONE) for number in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 429, 429]
    assert (answers[3]["Retry-After"], answers[3].json()) == ("60", {"error": "too_many"})
    assert InboxDelivery.objects.count() == 2
    assert list(DeliveryRefusal.objects.values_list("provider_code", "reason", "count")) == [("toss", "too_many", 2)]
    assert hint(9, ANOTHER).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("toss")
def test_what_is_signed_is_not_counted() -> None:
    provider_with_door("stripe", "stripe")
    for number in range(4):
        body = as_bytes(charge(number))
        assert deliver(body, header=signature(body), REMOTE_ADDR=ONE).status_code == 200
    assert hint(1, ONE).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("toss")
def test_behind_a_proxy_its_word_is_the_address(settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    made_up = [hint(number, "10.0.0.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, {ONE}") for number in range(3)]
    assert [each.status_code for each in made_up] == [200, 200, 429]
    assert hint(3, "10.0.0.1", HTTP_X_FORWARDED_FOR=ANOTHER).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("toss")
def test_an_unsigned_delivery_is_still_one_statement() -> None:
    hint(1, ONE)
    with (
        CaptureQueriesContext(connection) as seen,
        mock.patch.object(door, "_inserted", wraps=door._inserted) as insert,
    ):
        assert hint(2, ONE).status_code == 200
    assert (len(seen), insert.call_count) == (0, 1)  # the insert goes past Django's cursors, and so past its log


@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        (ONE, ONE, True),
        (ONE, ANOTHER, False),
        (ONE, f"::ffff:{ONE}", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("", "unix:", True),
    ],
    ids=["the same", "another", "mapped", "one network", "another network", "none at all"],
)
def test_who_is_counted_as_one(counts: PerMinute, first: str, second: str, are_one: bool) -> None:
    assert counts.is_within(first, 1)
    assert counts.is_within(second, 1) is not are_one


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_stands_for_everybody(counts: PerMinute, address: str) -> None:
    assert [counts.is_within(address, 1) for _ in range(3)] == [True] * 3


def test_no_limit_and_a_new_minute(counts: PerMinute, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [counts.is_within(ONE, 0) for _ in range(3)] == [True] * 3
    assert [counts.is_within(ONE, 1) for _ in range(2)] == [True, False]
    monkeypatch.setattr("payments.intake.callers.time.monotonic", lambda: 660.0)
    assert [counts.is_within(ONE, 1) for _ in range(2)] == [True, False]


def test_many_addresses_take_no_more_memory(counts: PerMinute, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "MOST_ADDRESSES", 3)
    assert [counts.is_within(f"198.51.100.{number}", 1) for number in range(6)] == [True] * 4 + [False] * 2
    assert len(counts._calls) == 4
    assert counts.is_within("198.51.100.1", 2)
