"""The pages of keys and of the documentation, as the administrator and a visitor see them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from config.staff.roles import Role
from payments.intake.models import ApiKey
from payments.intake.services import keys
from payments.intake.services.keys import NewKey, issue
from payments.records.models import AuditEvent
from tests.cast import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    """A signed-in administrator."""
    client.force_login(person(Role.ADMINISTRATOR))
    return client


def shown_key(response: Any) -> str:
    """The whole key on the page that shows it once."""
    found = keys.SHAPE.search(response.content.decode())
    assert found
    assert "no-store" in response.headers["Cache-Control"]
    return found[0]


def test_a_key_is_made_shown_once_rotated_and_revoked(administrator: Client) -> None:
    made = administrator.post(
        "/keys/new/", {"name": "shop", "scopes": ["payments:read"], "days": "30", "networks": "203.0.113.0/24\n::1/128"}
    )
    secret = shown_key(made)
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.networks) == ("shop", ["payments:read"], ["203.0.113.0/24", "::1/128"])
    assert keys.recognise(secret, "203.0.113.7") == key
    detail = administrator.get(f"/keys/{key.pk}/").content.decode()
    assert f"jsk_{key.prefix}_…" in detail
    assert secret not in detail
    second = shown_key(administrator.post(f"/keys/{key.pk}/rotate/", {"hours": "24"}))
    assert second != secret
    assert ApiKey.objects.count() == 2
    administrator.post(f"/keys/{key.pk}/revoke/")
    assert keys.recognise(secret, "203.0.113.7") is None
    assert keys.recognise(second, "203.0.113.7") is not None
    assert administrator.post(f"/keys/{key.pk}/rotate/", {"hours": "24"}).status_code == 302
    assert list(AuditEvent.objects.filter(subject_type="api_key").order_by("id").values_list("verb", flat=True)) == [
        "api_key.issued", "api_key.issued", "api_key.rotated", "api_key.revoked",
    ]  # fmt: skip
    listed = administrator.get("/keys/").content.decode()
    assert listed.count(f"jsk_{key.prefix}_") == 1
    assert "In force" in listed
    assert "Revoked" in listed


@pytest.mark.parametrize(
    "values",
    [
        {"name": "", "scopes": ["payments:read"]},
        {"name": "shop"},
        {"name": "shop\u3000floor", "scopes": ["payments:read"]},
        {"name": "shop", "scopes": ["all"]},
        {"name": "shop", "scopes": ["payments:read"], "days": "0"},
        {"name": "shop", "scopes": ["payments:read"], "networks": "everywhere"},
        {"name": "shop", "scopes": ["payments:read"], "networks": "\n".join(f"10.0.{n}.0/24" for n in range(51))},
    ],
)
def test_a_key_that_cannot_be_is_not_made(administrator: Client, values: dict[str, Any]) -> None:
    assert administrator.post("/keys/new/", values).status_code == 422
    assert not ApiKey.objects.exists()


def test_an_overlap_that_cannot_be_is_refused(administrator: Client) -> None:
    key = issue(NewKey("shop", ["payments:read"]), by=None).key
    assert administrator.post(f"/keys/{key.pk}/rotate/", {"hours": "2161"}).status_code == 422
    assert ApiKey.objects.count() == 1


def test_keys_are_found_by_name_beginning_and_state(administrator: Client) -> None:
    first = issue(NewKey("shop", ["payments:read"]), by=None)
    second = issue(NewKey("till", ["payments:read"]), by=None).key
    keys.rotate(second, overlap=timedelta(0), by=None)
    for query, found in (
        ({"q": "sho"}, [first.key]), ({"q": first.secret}, [first.key]), ({"state": "ended"}, [second]),
    ):  # fmt: skip
        page = administrator.get("/keys/", query).content.decode()
        assert re.findall(r"jsk_([a-z0-9]{8})_…", page) == [each.prefix for each in found]


def test_the_list_costs_the_same_for_many_keys(administrator: Client, django_assert_max_num_queries: Any) -> None:
    for count in (1, 40):
        for _ in range(count):
            issue(NewKey("shop", ["payments:read"]), by=None)
        with django_assert_max_num_queries(9):
            assert administrator.get("/keys/").status_code == 200


@pytest.mark.parametrize("language", ["ko", "ja", "en"])
def test_the_documentation_comes_from_our_own_files(client: Client, language: str) -> None:
    client.force_login(person(Role.FINANCE, language=language))
    response = client.get("/api/v1/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert 'id="swagger-ui"' in page
    assert 'href="/account/logout/"' in page or 'action="/account/logout/"' in page  # the frame knows who reads
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [each for each in addresses if re.match(r"(?:https?:)?//", each)] == []
    assert "<style" not in page
    assert re.findall(r"<script(?![^>]* src=)[^>]*>", page) == []
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    (script,) = [each for each in addresses if "script=" in each]
    started = client.get(script.replace("&amp;", "&"))
    assert started.headers["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in started.content.decode()


def test_who_may_not_see_payments_sees_no_documentation(client: Client) -> None:
    client.force_login(person(Role.ADMINISTRATOR))
    for path in ("/api/v1/docs/", "/api/v1/schema/"):
        assert client.get(path).status_code == 403
