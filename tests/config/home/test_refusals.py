"""Error pages: in the reader's language, without traceback, and even when nothing else works."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import translation

from config.home.refusals import server_error
from config.staff.roles import Role
from config.urls import urlpatterns as house
from payments.web import public_page
from tests.cast import person


def _explode(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the inside")


urlpatterns = [*house, path("explode/", public_page(_explode), name="explode")]
handler403 = "config.home.refusals.permission_denied"
handler500 = "config.home.refusals.server_error"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("language", "words"),
    [("ko", "오류가 발생했습니다"), ("ja", "エラーが発生しました"), ("en", "Something went wrong")],
)
def test_an_error_is_told_in_the_readers_language_and_without_details(language: str, words: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["django_language"] = language
    response = client.get("/explode/")
    body = response.content.decode()
    assert response.status_code == 500
    assert words in body
    assert "secret" not in body
    assert "Traceback" not in body


def test_an_error_while_telling_the_error_is_told_in_three_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(template_name: str) -> str:
        raise RuntimeError("the templates are gone")

    monkeypatch.setattr("config.home.refusals.render_to_string", broken)
    response = server_error(RequestFactory().get("/"))
    body = response.content.decode()
    assert response.status_code == 500
    assert all(f'lang="{language}"' in body for language in ("ko", "ja", "en"))


@pytest.mark.parametrize(("language", "words"), [("ko", "찾을 수 없음"), ("ja", "見つかりません"), ("en", "Not found")])
def test_a_wrong_address_is_told_so(language: str, words: str, client: Client) -> None:
    client.cookies["django_language"] = language
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert words in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_kindly() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(Role.FINANCE))
    response = client.post("/account/", {"name": "x"})
    assert response.status_code == 403
    assert "The page was open too long" in response.content.decode()


def test_a_damaged_request_is_told_so(client: Client) -> None:
    with translation.override("en"):
        response = client.post("/language/", {"language": "xx"})
    assert response.status_code == 400
    assert "The request could not be understood" in response.content.decode()
