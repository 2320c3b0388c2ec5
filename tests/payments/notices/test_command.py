"""`manage.py webhook_endpoint`: adds, lists, changes over and replays."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from standardwebhooks import Webhook

from payments.notices.models import WebhookDelivery, WebhookEndpoint
from tests.payments.notices.shop import send

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("webhook_endpoint", *arguments, stdout=out)
    return out.getvalue().strip()


def test_an_address_through_its_life() -> None:
    number, secret = run(
        "add", "https://shop.example.com/told", "--description", "Shop", "--kind", "act.changed"
    ).split()
    Webhook(secret)
    row = WebhookEndpoint.objects.get()
    assert (str(row.pk), row.kinds) == (number, ["act.changed"])
    assert run("list") == f"{number} enabled https://shop.example.com/told Shop"
    assert run("rotate", number).startswith("whsec_")
    assert WebhookEndpoint.objects.filter(previous_secret__isnull=False).count() == 1
    run("drop-previous", number)
    run("disable", number)
    assert WebhookEndpoint.objects.filter(previous_secret=None, is_enabled=False).count() == 1
    run("enable", number)
    WebhookEndpoint.objects.update(kinds=[])
    send("A-1")
    WebhookDelivery.objects.update(next_try_at=None)
    assert run("replay", number, "--since", "2020-01-01T00:00") == "1 messages"
    assert WebhookDelivery.objects.get().next_try_at is not None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "https://127.0.0.1/"), 1),
        (("add", "http://shop.example.com/"), 1),
        (("rotate", "999"), 2),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], code: int) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert refused.value.returncode == code


def test_an_address_is_there_once() -> None:
    number = run("add", "https://shop.example.com/told").split()[0]
    with pytest.raises(CommandError, match="there already"):
        run("add", "https://shop.example.com/told")
    with pytest.raises(CommandError, match="is no instant"):
        run("replay", number, "--since", "yesterday")
