"""Delivering side by side: many at once, fair to every endpoint, and nothing lost, doubled or left running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments.notices import wire
from payments.notices.models import WebhookDelivery, WebhookEndpoint, WebhookMessage
from payments.notices.services import claims, delivering, endpoints
from payments.notices.services.delivering import deliver
from tests.payments.notices.shop import endpoint_at, send, taken
from tests.payments.providers.events.servers import serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_to_this_machine")]


def names(count: int) -> list[str]:
    """References of payments."""
    return [f"A-{number}" for number in range(count)]


class Shop:
    """Answers in the place of the wire, after some seconds, and counts how many it is told at the same time."""

    def __init__(self, seconds: float = 0.0, status: int | None = 204) -> None:
        self.seconds, self.status = seconds, status
        self.told, self.now, self.most = 0, 0, 0
        self._lock = threading.Lock()

    def __call__(self, message: wire.Post) -> wire.Outcome:
        with self._lock:
            self.told += 1
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self._lock:
            self.now -= 1
        return wire.Outcome(self.status)


@contextmanager
def shops(monkeypatch: pytest.MonkeyPatch, **by_host: Shop) -> Iterator[None]:
    """Endpoints of shops that answer as told: `a=Shop()` is at https://a.example.com/."""
    for host in by_host:
        endpoints.create(f"https://{host}.example.com/", by=None)
    with monkeypatch.context() as patch:
        patch.setattr(wire.Line, "post", lambda _, message: by_host[message.url[8:].partition(".")[0]](message))
        yield


def test_a_shop_that_is_down_is_asked_once_and_holds_up_nobody_else() -> None:
    with serving(lambda _: (503, b"", {})) as down, serving(taken) as up:
        endpoint_at(down.address)
        endpoint_at(up.address)
        send("A-1", "A-2", "A-3")
        before = dict(WebhookDelivery.objects.values_list("pk", "next_try_at"))
        assert deliver() == 4
    assert (len(down.asked), len(up.asked)) == (1, 3)
    waiting = WebhookDelivery.objects.filter(taken_at=None, next_try_at__isnull=False)
    assert sorted(waiting.values_list("tries", flat=True)) == [0, 0, 1]
    # What was claimed for it and not sent is as it was.
    assert all(row.next_try_at == before[row.pk] for row in waiting.filter(tries=0))


def test_many_are_on_their_way_to_one_endpoint_but_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(seconds=0.02)
    with shops(monkeypatch, a=shop):
        send(*names(300))
        assert deliver() == 300
    assert (shop.told, shop.most) == (300, delivering.AT_ONCE)
    assert WebhookDelivery.objects.filter(taken_at__isnull=False, tries=1, next_try_at=None).count() == 300


def test_a_slow_shop_does_not_delay_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = Shop(seconds=1.0), Shop()
    with shops(monkeypatch, a=slow, b=quick):
        send(*names(60))
        assert deliver(budget_seconds=0.5) < 80
    assert quick.told == 60  # of what was to go to the slow one first, most waits
    assert slow.told < 20
    assert WebhookDelivery.objects.filter(taken_at=None, tries=0, next_try_at__lte=timezone.now()).count() == (
        60 - slow.told
    )


def test_a_shop_that_stops_taking_messages_is_left_alone_for_the_rest_of_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stops(Shop):
        def __call__(self, message: wire.Post) -> wire.Outcome:
            outcome = super().__call__(message)
            return outcome if self.told <= 100 else wire.Outcome(None, "no answer in time")

    shop = Stops(seconds=0.01)
    with shops(monkeypatch, a=shop):
        send(*names(500))
        count = deliver()
    assert count == shop.told < 100 + 2 * delivering.AT_ONCE
    assert WebhookDelivery.objects.filter(tries=0, next_try_at__lte=timezone.now()).count() == 500 - count
    failed = WebhookDelivery.objects.filter(tries=1, taken_at=None, error="no answer in time")
    assert failed.count() == count - WebhookDelivery.objects.filter(taken_at__isnull=False).count()
    assert failed.filter(next_try_at__gt=timezone.now()).count() == failed.count()


def test_more_messages_take_hardly_more_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    with shops(monkeypatch, a=Shop()):
        for count in (40, 400):
            WebhookDelivery.objects.all().delete()
            send(*(f"{count}-{name}" for name in names(count)))
            with CaptureQueriesContext(
                connection,
            ) as context:
                assert deliver() == count
            asked.append(len(context))
    assert asked[1] <= asked[0] + 20, asked


def test_no_thread_touches_the_database_or_outlives_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    where: set[str] = set()

    def noted(execute: object, *arguments: object) -> object:
        where.add(threading.current_thread().name)
        return execute(*arguments)  # type: ignore[operator]

    with shops(monkeypatch, a=Shop(seconds=0.01)):
        send(*names(50))
        with connection.execute_wrapper(noted):
            assert deliver() == 50
    assert where == {threading.current_thread().name}
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("notices")] == []


def test_a_message_that_cannot_be_made_holds_up_no_other_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Shop()
    with shops(monkeypatch, a=Shop(), b=good):
        WebhookEndpoint.objects.filter(url__contains="//a.").update(secret=b"closed by a key that is lost")
        send("A-1")
        assert deliver() == 2
    errors = WebhookDelivery.objects.order_by("endpoint__url").values_list("error", flat=True)
    assert list(errors) == ["no key of ENCRYPTION_KEYS, nor SECRET_KEY, opens this secret", ""]


def test_a_worker_taken_for_dead_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with shops(monkeypatch, a=Shop(status=200)):
        send("A-1")
        [late] = claims.claim(1)
        assert claims.claim(1) == []
        WebhookDelivery.objects.update(next_try_at=timezone.now())
        assert deliver() == 1
    row = WebhookDelivery.objects.get()
    was = (row.tries, row.taken_at)
    claims.keep([(late, wire.Outcome(500))])
    claims.give_back([late])
    row.refresh_from_db()
    assert (row.status_code, row.next_try_at, row.tries, row.taken_at) == (200, None, *was)
    assert row.taken_at is not None


def test_what_a_killed_worker_held_is_sent_when_its_lease_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    with shops(monkeypatch, a=shop):
        send(*names(5))
        assert len(claims.claim(3)) == 3  # and then nothing more is heard of it
        assert (deliver(), shop.told) == (2, 2)
        held = WebhookDelivery.objects.filter(next_try_at__isnull=False)
        assert held.filter(next_try_at__gt=timezone.now() + claims.LEASE - timedelta(minutes=1)).count() == 3
        held.update(next_try_at=timezone.now())
        assert (deliver(), shop.told) == (3, 5)


def test_a_lease_outlasts_a_run_and_its_last_message() -> None:
    assert timedelta(seconds=delivering.BUDGET_SECONDS + 2 * wire.SECONDS) < claims.LEASE


def test_every_endpoint_gets_its_share_of_a_claim() -> None:
    for host in ("a", "b", "c"):
        endpoints.create(f"https://{host}.example.com/", by=None)
    first, second, third = WebhookEndpoint.objects.order_by("pk")
    send(*names(10))
    WebhookDelivery.objects.filter(endpoint=first).update(next_try_at=timezone.now() - timedelta(hours=1))
    held = claims.claim(3, but=[third.pk])
    assert [each.delivery.endpoint_id for each in held] == [first.pk] * 3 + [second.pk] * 3
    claims.give_back(held)
    assert claims.claim(3, but=[third.pk]) == held


def test_what_a_person_sends_again_meanwhile_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with shops(monkeypatch, a=Shop()):
        [delivery] = send("A-1")
        [held] = claims.claim(1)
        endpoints.replay(delivery, by=None)
        claims.keep([(held, wire.Outcome(204))])
        assert deliver() == 1
    delivery.refresh_from_db()
    assert (delivery.tries, delivery.taken_at is not None) == (1, True)


def test_one_run_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    other = connection.copy()
    try:
        with shops(monkeypatch, a=Shop()), other.cursor() as cursor:
            send("A-1")
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('jeongsan.notices', 0))")
            assert deliver() == 0
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('jeongsan.notices', 0))")
            assert (deliver(), deliver()) == (1, 0)
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('jeongsan.notices', 0))")
            assert cursor.fetchone() == (True,)  # given back
    finally:
        other.close()


def test_what_waits_for_one_endpoint_is_not_read_to_find_what_is_due_to_another() -> None:
    for host in ("a", "b"):
        endpoints.create(f"https://{host}.example.com/", by=None)
    first, second = WebhookEndpoint.objects.order_by("pk")
    send(*names(3_000))
    due = WebhookMessage.objects.get(payload__reference="A-7")
    WebhookDelivery.objects.filter(endpoint=second).exclude(message=due).update(next_try_at=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE payments_webhookdelivery")
        given: dict[str, Any] = {
            "each": 400,
            "but": [first.pk],
            "now": str(timezone.now()),
            "until": str(timezone.now()),
        }
        cursor.execute(f"EXPLAIN (ANALYZE) {claims._CLAIM}", given)
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "notice_due_by_endpoint" in plan
    assert "Sort" not in plan
    assert WebhookDelivery.objects.filter(endpoint=second, tries=1).count() == 1  # EXPLAIN ANALYZE has claimed it


def test_a_run_that_breaks_leaves_no_thread_and_no_lock_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(seconds=0.01)
    with shops(monkeypatch, a=shop):
        send(*names(30))
        with monkeypatch.context() as patch:
            patch.setattr(delivering, "keep", Mock(side_effect=RuntimeError("gone")))
            with pytest.raises(RuntimeError, match="gone"):
                deliver()
        assert [thread.name for thread in threading.enumerate() if thread.name.startswith("notices")] == []
        assert WebhookDelivery.objects.filter(tries=1, taken_at=None, next_try_at__gt=timezone.now()).count() == 30
        WebhookDelivery.objects.update(next_try_at=timezone.now())  # the lease is over
        assert deliver() == 30
    assert WebhookDelivery.objects.filter(tries=2, taken_at__isnull=False).count() == 30


def test_an_error_of_our_own_is_kept_as_that_messages_error(monkeypatch: pytest.MonkeyPatch) -> None:
    document = delivering.document

    def breaks_for_one(message: WebhookMessage) -> bytes:
        if message.payload["reference"] == "A-1":
            raise ValueError("our own mistake")
        return document(message)

    monkeypatch.setattr(delivering, "document", breaks_for_one)
    with shops(monkeypatch, a=Shop()):
        send("A-1")
        deliver()
        send("A-2")
        deliver()
    found = WebhookDelivery.objects.order_by("message__payload__reference")
    assert list(found.values_list("error", "tries", "status_code")) == [("ValueError", 1, None), ("", 1, 204)]
