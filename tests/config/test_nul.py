"""A NUL, which PostgreSQL keeps in no text, is refused in one place: no address of the site answers it with a failure."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch

from config.staff.models import User
from config.staff.roles import Role
from payments.records.models import AuditEvent
from tests.addresses import Address, all_addresses
from tests.cast import person

PAGES: Final = [
    each
    for each in all_addresses()
    if each.access and each.access.kind != "api_key" and each.name != "webhook"  # answered before any page
]


@pytest.fixture
def client(db: None) -> Client:
    """Somebody who may enter everywhere; a failure is an answer, as for a browser."""
    client = Client(raise_request_exception=False)
    client.force_login(person(*Role, email="everybody@example.com"))
    return client


@pytest.mark.parametrize("address", PAGES, ids=lambda address: address.name)
def test_no_address_takes_a_nul_in_its_query_form_or_path(address: Address, client: Client) -> None:
    for answer in _answers(address, client):
        assert answer.status_code in {400, 404}, address.name


def _answers(address: Address, client: Client) -> list[Any]:
    damaged = {"q": "before\0after"}
    answers = [client.get(address.url(), damaged), client.post(address.url(), damaged)]
    texts = {name: "no\0thing" for name, value in address.fillers.items() if value == "nothing"}
    try:
        path = address.url(**texts)
    except NoReverseMatch:  # its parameters are of letters and digits
        return answers
    return [*answers, client.get(path), client.post(path)] if texts else answers


def test_the_answer_names_the_field_in_the_persons_language(client: Client) -> None:
    answer = client.get("/payments/", {"q": "a\0b"})
    assert answer.status_code == 400
    assert "The field “q” holds a NUL" in answer.content.decode()
    User.objects.update(language="ko")
    assert "“q”" in (korean := client.get("/payments/", {"q": "a\0b"}).content.decode())
    assert "holds a NUL" not in korean


def test_the_name_of_a_field_may_hold_none_either(client: Client) -> None:
    answer = client.get("/payments/", {"q\0": "a"})
    assert answer.status_code == 400
    assert "The address holds a NUL" in answer.content.decode()


def test_what_only_looks_like_one_passes(client: Client) -> None:
    assert client.get("/payments/", {"q": "%00"}).status_code == 200


def test_a_refused_form_changes_nothing(client: Client) -> None:
    before = AuditEvent.objects.count()
    assert client.post("/account/", {"language": "ko", "zone": "Asia/Seoul\0"}).status_code == 400
    assert (User.objects.get().language, AuditEvent.objects.count()) == ("en", before)


def test_a_stranger_is_asked_to_sign_in_first(db: None) -> None:
    answer = Client(raise_request_exception=False).post("/payments/", {"q": "a\0b"})
    assert answer.status_code == 302


def test_a_cookie_with_a_nul_is_no_session(db: None) -> None:
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "abcdefgh\0ijkl"
    answer: HttpResponse = client.get("/payments/")  # type: ignore[assignment]
    assert answer.status_code == 302
