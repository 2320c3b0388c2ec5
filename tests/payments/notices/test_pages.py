"""Pages of outgoing webhooks: an address with its secret shown once, its deliveries, and their replay."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from standardwebhooks import Webhook

from config.staff.roles import Role
from payments.notices import labels
from payments.notices.models import WebhookDelivery, WebhookEndpoint
from payments.notices.services import endpoints
from payments.notices.services.messages import KINDS
from tests.cast import person
from tests.payments.notices.shop import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    """A payment admin's browser."""
    client = Client()
    client.force_login(person(Role.PAYMENT_ADMIN))
    return client


def test_an_address_is_added_and_its_secret_shown_once(admin: Client) -> None:
    given = {"url": "https://shop.example.com/told", "description": "Shop", "kinds": ["payment.changed"]}
    shown = admin.post(reverse("notices:create"), given).content.decode()
    secret = re.search(r'value="(whsec_[^"]+)"', shown)
    assert secret is not None
    Webhook(secret.group(1))
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.url, endpoint.description, endpoint.kinds) == (given["url"], "Shop", ["payment.changed"])
    page = admin.get(reverse("notices:endpoint", args=[endpoint.pk])).content.decode()
    assert "whsec_" not in page
    assert "A payment changed" in page
    again = admin.post(reverse("notices:create"), given)
    assert (again.status_code, "This address is there already." in again.content.decode()) == (422, True)
    inner = admin.post(reverse("notices:create"), {"url": "https://10.0.0.1/"})
    assert (inner.status_code, "Messages can’t go there" in inner.content.decode()) == (422, True)


def test_secrets_change_over_and_addresses_rest(admin: Client) -> None:
    endpoint = endpoints.create("https://shop.example.com/told", by=None).endpoint
    url = reverse("notices:endpoint", args=[endpoint.pk])
    assert "whsec_" in admin.post(reverse("notices:rotate", args=[endpoint.pk])).content.decode()
    assert "Stop signing with the secret before" in admin.get(url).content.decode()
    shown = admin.post(reverse("notices:drop_previous", args=[endpoint.pk]), follow=True).content.decode()
    assert "Only the newest secret signs now." in shown
    assert "Stop signing with the secret before" not in shown
    assert "Disabled" in admin.post(reverse("notices:disable", args=[endpoint.pk]), follow=True).content.decode()
    assert "Enabled" in admin.post(reverse("notices:enable", args=[endpoint.pk]), follow=True).content.decode()


def test_one_and_all_are_sent_again(admin: Client) -> None:
    endpoint = endpoints.create("https://shop.example.com/told", by=None).endpoint
    first, *_ = send("A-1", "A-2", "A-3")
    WebhookDelivery.objects.update(next_try_at=None, taken_at=timezone.now(), status_code=200)
    shown = admin.get(reverse("notices:delivery", args=[first.pk])).content.decode()
    assert "A-1" in shown or "A-2" in shown or "A-3" in shown
    admin.post(reverse("notices:replay", args=[first.pk]))
    assert WebhookDelivery.objects.filter(next_try_at__isnull=False).count() == 1
    url = reverse("notices:replay_since", args=[endpoint.pk])
    assert "Say since when." in admin.post(url, {"since": "?"}, follow=True).content.decode()
    shown = admin.post(url, {"since": "2020-01-01T00:00"}, follow=True).content.decode()
    assert "3 messages are sent again." in shown
    assert WebhookDelivery.objects.filter(next_try_at__isnull=False, taken_at=None).count() == 3


@pytest.mark.parametrize("count", [2, 12])
def test_the_lists_ask_as_much_for_many_rows_as_for_few(
    admin: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    endpoint = endpoints.create("https://shop.example.com/told", by=None).endpoint
    send(*(f"A-{number}" for number in range(count)))
    url = reverse("notices:endpoint", args=[endpoint.pk])
    admin.get(url)  # what a process asks once
    with django_assert_num_queries(6):
        shown = admin.get(url).content.decode()
    assert shown.count("A payment changed") >= count
    assert admin.get(url, {"state": "given_up"}).content.decode().count("<td") == 0
    with django_assert_num_queries(5):
        admin.get(reverse("notices:endpoints"))


def test_every_kind_of_message_has_words() -> None:
    assert tuple(labels.KINDS) == KINDS
