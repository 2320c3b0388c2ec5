"""The inbox: what was delivered and refused, one delivery with its body behind a fold, and trying again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.staff.roles import Role
from payments.facts import EventKind
from payments.intake.models import DeliveryRefusal, DeliveryState, InboxDelivery
from payments.ledger.services.record import record
from payments.methods.models import Provider
from payments.records.models import AuditEvent
from tests.cast import person
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    """The payment admin, who looks and tries again."""
    client.force_login(person(Role.PAYMENT_ADMIN))
    return client


def deliver(provider: Provider, name: str, state: str = "done", **fields: Any) -> InboxDelivery:
    """A row of the inbox."""
    values: dict[str, Any] = {"event_type": "charge.succeeded", "body": b'{"id": "x"}'} | fields
    return InboxDelivery.objects.create(provider=provider, event_id=name, state=state, **values)


def shown(client: Client, query: str = "") -> list[str]:
    """Events of the page, from the top."""
    page = client.get(f"{reverse('inbox:deliveries')}?{query}")
    assert page.status_code == 200
    return [row.record.event_id for row in page.context["table"].rows]


def test_deliveries_are_narrowed_by_every_filter(admin: Client) -> None:
    stripe, toss = make_provider(), make_provider("toss", "toss")
    now = timezone.now()
    deliver(stripe, "evt_1", received_at=now - timedelta(minutes=3))
    deliver(stripe, "evt_2", "set_aside", received_at=now - timedelta(days=90), error="no merchant reference")
    deliver(toss, "evt_3", "unverified", is_verified=False, needs_read_back=True, event_type="PAYMENT_STATUS_CHANGED",
            received_at=now - timedelta(minutes=1))  # fmt: skip
    deliver(toss, "evt_4", received_at=now - timedelta(days=90))
    assert shown(admin) == ["evt_3", "evt_1"]
    assert shown(admin, "state=set_aside") == ["evt_2"]
    assert shown(admin, "provider=toss") == ["evt_3"]
    assert shown(admin, "q=evt_4") == ["evt_4"]
    assert shown(admin, "q=evt") == []
    assert shown(admin, "type=charge.succeeded") == ["evt_1"]
    assert shown(admin, "verified=False") == ["evt_3"]
    assert shown(
        admin, f"received_from={now.date() - timedelta(days=100)}&received_to={now.date() - timedelta(days=80)}"
    ) == ["evt_4", "evt_2"]


def test_a_delivery_shows_its_verdict_its_payment_and_its_body(admin: Client) -> None:
    provider = make_provider()
    row = deliver(
        provider, "evt_1", body='{"name": "김하늘 <b>"}'.encode(), headers={"stripe-signature": "t=1"}, is_masked=True
    )
    with transaction.atomic():
        record(
            [
                tell(
                    EventKind.CAPTURED,
                    provider_key="ch_1",
                    amount=500,
                    source_event_id="evt_1",
                    attempt_reference="pi_1",
                )
            ]
        )
    text = admin.get(reverse("inbox:delivery", args=[row.pk])).content.decode()
    assert "김하늘 &lt;b&gt;" in text
    assert "/payments/A-1/" in text
    assert "t=1" in text
    assert "Digits that look like a card number are covered." in text
    assert reverse("inbox:replay", args=[row.pk]) not in text, "what was done is not tried again"
    page = admin.get("/payments/A-1/").content.decode()
    assert "As it was delivered" in page
    assert reverse("inbox:delivery", args=[row.pk]) in page


def test_a_body_that_is_no_text_and_a_long_one_are_shown_as_far_as_they_go(admin: Client) -> None:
    provider = make_provider()
    odd = deliver(provider, "odd", body=b"\xff\xfe{not json")
    long = deliver(provider, "long", body=b"x" * 100_000)
    assert "{not json" in admin.get(reverse("inbox:delivery", args=[odd.pk])).content.decode()
    text = admin.get(reverse("inbox:delivery", args=[long.pk])).content.decode()
    assert text.count("x" * 64 * 1024) == 1
    assert "x" * (64 * 1024 + 1) not in text
    assert "Only the beginning of this record is shown." in text


def test_chosen_deliveries_wait_again_and_the_act_is_on_record(admin: Client) -> None:
    provider = make_provider()
    aside = deliver(provider, "evt_1", "set_aside", tries=5, error="why")
    ignored = deliver(provider, "evt_2", "ignored")
    done = deliver(provider, "evt_3", "done")
    answer = admin.post(
        reverse("inbox:replay_chosen"), {"delivery": [aside.pk, done.pk, "x"], "query": "state=set_aside"}
    )
    assert answer.headers["Location"] == "/inbox/?state=set_aside"
    aside.refresh_from_db()
    assert (aside.state, aside.tries, aside.error) == (DeliveryState.WAITING, 0, "")
    assert {row.event_id: row.state for row in InboxDelivery.objects.exclude(pk=aside.pk)} == {
        "evt_2": "ignored", "evt_3": "done",
    }  # fmt: skip
    admin.post(reverse("inbox:replay", args=[ignored.pk]))
    ignored.refresh_from_db()
    assert ignored.state == DeliveryState.WAITING
    assert AuditEvent.objects.filter(verb="delivery.replayed", actor__isnull=False).count() == 2
    admin.post(reverse("inbox:replay_chosen"), {})
    done.refresh_from_db()
    assert done.state == DeliveryState.DONE


def test_only_the_payment_admin_tries_again_and_only_they_see_the_boxes(admin: Client) -> None:
    provider = make_provider()
    row = deliver(provider, "evt_1", "set_aside")
    assert f'name="delivery" value="{row.pk}"' in admin.get("/inbox/").content.decode()
    auditor = Client()
    auditor.force_login(person(Role.AUDITOR))
    assert 'name="delivery"' not in auditor.get("/inbox/").content.decode()
    assert auditor.post(reverse("inbox:replay", args=[row.pk])).status_code == 403
    row.refresh_from_db()
    assert row.state == DeliveryState.SET_ASIDE


def test_refusals_of_the_last_day_are_counted_by_hour(admin: Client) -> None:
    hour = datetime.now(tz=UTC).replace(minute=0, second=0, microsecond=0)
    for ago, reason, count in ((0, "bad_signature", 3), (2, "stale", 4), (48, "too_large", 9)):
        DeliveryRefusal.objects.create(
            provider_code="toss", reason=reason, hour_at=hour - timedelta(hours=ago), count=count, sample=b""
        )
    page = admin.get("/inbox/")
    assert page.context["refused_count"] == 7
    assert [(each.count, str(words)) for each, words in page.context["refused"]] == [
        (3, "Signature does not fit"),
        (4, "Too old"),
    ]


@pytest.mark.parametrize("count", [3, 60])
def test_the_inbox_asks_a_fixed_number_of_questions(
    count: int, admin: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    provider = make_provider()
    for number in range(count):
        deliver(provider, f"evt_{number}", "set_aside")
    with django_assert_num_queries(10 if count > 50 else 9):
        assert len(shown(admin)) == min(count, 50)
    row = InboxDelivery.objects.latest("pk")
    with django_assert_num_queries(5):
        assert admin.get(reverse("inbox:delivery", args=[row.pk])).status_code == 200
