"""The door: what is signed is kept once and masked, what is not is refused with the right word and counted."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterator
from concurrent import futures
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payments.intake import doors
from payments.intake.models import DeliveryRefusal, InboxDelivery
from payments.intake.services import door
from payments.intake.webhooks import webhook
from payments.methods.models import ProviderSecret, SecretPurpose
from payments.methods.services import secrets
from tests.payments.intake.doors import (
    OTHER_SECRET,
    SECRET,
    as_bytes,
    charge,
    deliver,
    event,
    forget_doors,
    provider_with_door,
    signature,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stripe() -> Iterator[Any]:
    """The door of one provider; nothing of it is remembered for the next test."""
    yield provider_with_door("stripe", "stripe")
    forget_doors()


def refusals() -> list[tuple[str, str, int]]:
    return list(DeliveryRefusal.objects.order_by("reason").values_list("provider_code", "reason", "count"))


def test_a_signed_delivery_is_kept_and_acknowledged() -> None:
    body = as_bytes(charge())
    answer = deliver(body)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"{}", "application/json")
    kept = InboxDelivery.objects.get()
    assert bytes(kept.body) == body
    assert (kept.event_id, kept.event_type) == (charge()["id"], "charge.succeeded")
    assert (kept.state, kept.is_verified, kept.needs_read_back, kept.is_masked) == ("waiting", True, False, False)
    assert set(kept.headers) == {"content-type", "stripe-signature"}
    assert refusals() == []


def test_it_is_kept_once_however_often_it_comes() -> None:
    body = as_bytes(charge())
    assert [deliver(body).status_code for _ in range(5)] == [200] * 5
    assert InboxDelivery.objects.count() == 1


def test_an_id_with_another_body_is_kept_beside_the_first_and_each_body_once() -> None:
    bodies = [as_bytes(charge()), as_bytes(charge(amount=7000)), as_bytes(charge(amount=7000)), as_bytes(charge())]
    assert [deliver(body).status_code for body in bodies] == [200] * 4
    first, other = InboxDelivery.objects.order_by("id")
    assert (bytes(first.body), bytes(other.body)) == tuple(bodies[:2])
    assert first.event_id == charge()["id"]
    assert other.event_id == f"{first.event_id}#{hashlib.sha256(bodies[1]).hexdigest()[:16]}"
    assert (other.state, other.is_verified, other.event_type) == ("waiting", True, "charge.succeeded")


@pytest.mark.django_db(transaction=True)
def test_two_bodies_of_one_id_that_arrive_at_once_are_both_kept() -> None:
    """The second waits for the first to commit, and its snapshot does not show it."""
    deliver(as_bytes(charge(2)))
    other = as_bytes(charge(amount=7000))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert deliver(as_bytes(charge())).status_code == 200
            answer = pool.submit(_delivered_apart, other)
            assert not futures.wait([answer], timeout=0.5).done
        assert answer.result(10) == 200
    assert [bytes(each.body) for each in InboxDelivery.objects.order_by("id")[1:]] == [as_bytes(charge()), other]


def _delivered_apart(body: bytes) -> int:
    try:
        status: int = deliver(body).status_code
        return status
    finally:
        connection.close()


def test_an_unknown_type_is_kept_and_acknowledged() -> None:
    assert deliver(as_bytes(event("moon.landed", {"object": "moon"}, 1))).status_code == 200
    assert InboxDelivery.objects.get().event_type == "moon.landed"


def test_a_door_that_is_remembered_takes_one_statement() -> None:
    deliver(as_bytes(charge(1)))
    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        mock.patch.object(door, "_inserted", wraps=door._inserted) as insert,
    ):
        deliver(as_bytes(charge(2)))
    assert (len(seen), insert.call_count) == (0, 1)  # the insert goes past Django's cursors, and so past its log


@pytest.mark.parametrize(
    ("header", "status", "reason"),
    [
        ("", 401, "bad_signature"),
        ("t=1,v1=zz", 401, "bad_signature"),
        ("nonsense", 401, "bad_signature"),
        (signature(as_bytes(charge()), OTHER_SECRET), 401, "bad_signature"),
        (signature(as_bytes(charge(2))), 401, "bad_signature"),
        (signature(as_bytes(charge()), at=time.time() - 7200), 400, "stale"),
        (signature(as_bytes(charge()), at=time.time() + 7200), 400, "stale"),
    ],
    ids=["no header", "no signature", "nonsense", "another secret", "another body", "two hours old", "two hours early"],
)
def test_what_is_forged_or_old_is_refused_and_counted(header: str, status: int, reason: str) -> None:
    assert [deliver(as_bytes(charge()), header=header).status_code for _ in range(2)] == [status] * 2
    assert refusals() == [("stripe", reason, 2)]
    assert not InboxDelivery.objects.exists()


def test_the_secret_of_another_provider_opens_nothing() -> None:
    provider_with_door("other", "stripe", OTHER_SECRET)
    body = as_bytes(charge())
    assert deliver(body, "other").status_code == 401
    assert deliver(body, "other", signature(body, OTHER_SECRET)).status_code == 200


def test_a_body_written_anew_is_another_body() -> None:
    body = as_bytes(charge())
    rewritten = json.dumps(json.loads(body), separators=(",", ":")).encode()
    assert deliver(rewritten, header=signature(body)).status_code == 401


def test_a_second_signature_header_does_not_help_a_forger() -> None:
    body = as_bytes(charge())
    forged = f"{signature(body, OTHER_SECRET)},{signature(as_bytes(charge(2)))}"  # as a server joins two of one name
    assert deliver(body, header=forged).status_code == 401


def test_secrets_overlap_while_one_replaces_the_other(stripe: Any) -> None:
    secrets.add(stripe, SecretPurpose.WEBHOOK, OTHER_SECRET, expire_others_in=timedelta(hours=1), by=None)
    forget_doors()
    body = as_bytes(charge())
    assert [deliver(body, header=signature(body, key)).status_code for key in (SECRET, OTHER_SECRET)] == [200, 200]
    ProviderSecret.objects.filter(expires_at__isnull=False).update(expires_at=timezone.now())
    forget_doors()
    assert [deliver(body, header=signature(body, key)).status_code for key in (SECRET, OTHER_SECRET)] == [401, 200]


def test_a_provider_without_a_secret_is_told_apart() -> None:
    provider_with_door("bare", "stripe", secret="")
    assert deliver(as_bytes(charge()), "bare").status_code == 401
    assert refusals() == [("bare", "no_secret", 1)]


def test_nobody_is_not_found_and_cannot_fill_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "UNKNOWN_CODES_PER_HOUR", 3)
    for number in range(6):
        assert deliver(b"{}", f"nobody-{number}").status_code == 404
    assert deliver(b"{}", "nobody-1").status_code == 404
    counted = DeliveryRefusal.objects.order_by("id").values_list("provider_code", "count")
    assert list(counted) == [("nobody-0", 1), ("nobody-1", 2), ("nobody-2", 1), ("*", 3)]


@pytest.mark.parametrize("path", ["/webhooks/stripe/", "/webhooks/stripe"])
def test_only_a_post_is_taken_with_and_without_the_last_slash(path: str) -> None:
    refused = Client().get(path)
    assert (refused.status_code, refused["Allow"]) == (405, "POST")
    body = as_bytes(charge())
    taken = Client().post(path, body, "application/json", headers={"stripe-signature": signature(body)})
    assert taken.status_code == 200


def test_neither_session_nor_cookie_is_made_and_the_headers_are_safe() -> None:
    answer = deliver(as_bytes(charge()))
    assert answer.cookies == {}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Length"] == "2"


def test_more_than_a_megabyte_is_refused_unread() -> None:
    source = mock.Mock()
    environ = RequestFactory().post("/webhooks/stripe/").environ | {
        "CONTENT_LENGTH": str(door.LARGEST_BYTES + 1), "wsgi.input": source,
    }  # fmt: skip
    request = RequestFactory().post("/webhooks/stripe/")
    request.environ.update(environ)
    assert webhook(request, code="stripe").status_code == 413
    assert source.read.call_count == 0
    assert refusals() == [("stripe", "too_large", 1)]


@pytest.mark.parametrize(("size", "status"), [(door.LARGEST_BYTES + 1, 413), (100, 401)])
def test_chunks_without_a_length_are_counted_too(size: int, status: int) -> None:
    source = io.BytesIO(b"x" * (size + 1_000_000))
    request = RequestFactory().post("/webhooks/stripe/")
    del request.environ["CONTENT_LENGTH"]
    request.environ |= {"wsgi.input": io.BytesIO(source.getvalue()[:size]), "wsgi.input_terminated": True}
    assert webhook(request, code="stripe").status_code == status


def test_a_signed_body_in_chunks_is_taken() -> None:
    body = as_bytes(charge())
    request = RequestFactory().post("/webhooks/stripe/", headers={"stripe-signature": signature(body)})
    del request.environ["CONTENT_LENGTH"]
    request.environ |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    assert webhook(request, code="stripe").status_code == 200


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"id": 5}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_signed_and_unreadable_is_refused(body: bytes) -> None:
    assert deliver(body).status_code == 400
    assert refusals() == [("stripe", "unreadable", 1)]


def test_an_id_that_no_row_can_hold_is_kept_by_its_hash() -> None:
    body = as_bytes(charge() | {"id": "evt_\0_1"})
    assert deliver(body).status_code in (200, 400)
    assert not InboxDelivery.objects.filter(event_id__contains="\\0").exists()


def test_the_evidence_is_small_and_masked() -> None:
    body = b'{"card": "4111 1111 1111 1111"}' + b"x" * 5000
    deliver(body, header="")
    kept = DeliveryRefusal.objects.get()
    assert bytes(kept.sample).startswith(b'{"card": "[card \xe2\x80\xa61111]"}')
    assert len(kept.sample) == 4096


@pytest.mark.parametrize("place", range(4060, 4100))
def test_a_card_number_at_the_cut_of_the_evidence_does_not_stay(place: int) -> None:
    deliver(b"x" * place + b" 4111111111111111 " + b"x" * 9000, header="")
    assert b"4111" not in bytes(DeliveryRefusal.objects.get().sample)


def test_a_database_that_is_away_is_never_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_values: object) -> int:
        raise OperationalError("gone")

    monkeypatch.setattr(door, "_inserted", away)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test itself lives in this connection
    answer = deliver(as_bytes(charge()))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert json.loads(answer.content) == {"error": "unavailable"}


def test_a_connection_that_died_since_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = door._inserted
    failed: list[bool] = []

    def dead_once(values: Any) -> int:
        if not failed:
            failed.append(True)
            raise OperationalError("server closed the connection")
        return plain(values)

    monkeypatch.setattr(door, "_inserted", dead_once)
    monkeypatch.setattr(connection, "close", lambda: None)
    assert deliver(as_bytes(charge())).status_code == 200
    assert InboxDelivery.objects.count() == 1


def test_an_error_of_ours_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "masked", mock.Mock(side_effect=KeyError("4111111111111111")))
    answer = deliver(as_bytes(charge()))
    assert (answer.status_code, json.loads(answer.content)) == (500, {"error": "internal"})


def test_doors_are_looked_up_again_after_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doors.door_of("late") is None
    ProviderSecret.objects.all().delete()
    later = time.monotonic() + doors.REMEMBERED_SECONDS + 1
    assert doors.door_of("stripe").secrets == (SECRET,)  # type: ignore[union-attr]
    monkeypatch.setattr("payments.intake.doors.time.monotonic", lambda: later)
    assert doors.door_of("stripe").secrets == ()  # type: ignore[union-attr]
