"""Signing in, passwords, and the pages around them, as a browser does it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from config.staff.models import User
from config.staff.roles import Role
from tests.cast import PASSWORD, person

pytestmark = pytest.mark.django_db

LOGIN = "/account/login/"
NEW_PASSWORD = "seven ledgers on a table"


@pytest.fixture(autouse=True)
def _fresh_rate_limits() -> None:
    cache.clear()


def test_email_in_any_case_and_password_open_the_house(client: Client) -> None:
    person(Role.FINANCE, email="mina@example.com")
    response = client.post(LOGIN, {"login": "Mina@EXAMPLE.com", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_after_signing_in_one_is_where_one_wanted_to_be(client: Client) -> None:
    person(Role.ADMINISTRATOR, email="boss@example.com")
    turned_away = client.get("/people/?q=kim")
    assert turned_away.headers["Location"] == f"{LOGIN}?next=/people/%3Fq%3Dkim"
    response = client.post(
        turned_away.headers["Location"], {"login": "boss@example.com", "password": PASSWORD, "next": "/people/?q=kim"}
    )
    assert response.headers["Location"] == "/people/?q=kim"


def test_a_wrong_password_says_nothing_about_the_account(client: Client) -> None:
    person(Role.FINANCE, email="mina@example.com")
    known = client.post(LOGIN, {"login": "mina@example.com", "password": "wrong"})
    unknown = client.post(LOGIN, {"login": "nobody@example.org", "password": "wrong"})
    errors = [response.context["form"].errors.as_text() for response in (known, unknown)]
    assert known.status_code == unknown.status_code == 200
    assert errors[0] == errors[1] != ""


def test_guessing_is_stopped_even_when_it_hits_in_the_end(client: Client) -> None:
    person(Role.FINANCE, email="mina@example.com")
    for _ in range(5):
        client.post(LOGIN, {"login": "mina@example.com", "password": "wrong"})
    client.post(LOGIN, {"login": "mina@example.com", "password": PASSWORD})
    assert client.get("/account/").status_code == 302


def test_nobody_can_sign_up(client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert client.get("/account/signup/").status_code == 404


def test_a_forgotten_password_is_set_by_the_link_in_the_mail(client: Client) -> None:
    mina = person(Role.FINANCE, email="mina@example.com")
    client.post(reverse("account_reset_password"), {"email": "MINA@example.com"})
    assert [message.to for message in mail.outbox] == [["mina@example.com"]]
    link = re.search(r"http://testserver(/account/password/set/\S+)", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert User.objects.get(pk=mina.pk).check_password(NEW_PASSWORD)
    used = Client().get(link[1], follow=True)
    assert used.context["token_fail"] is True


def test_an_unknown_address_gets_the_same_answer(client: Client) -> None:
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert response.headers["Location"] == reverse("account_reset_password_done")


def test_short_passwords_are_refused(client: Client) -> None:
    client.force_login(person(Role.FINANCE))
    response = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    )
    assert response.status_code == 200
    assert "password1" in response.context["form"].errors


def test_signing_out_ends_it(client: Client) -> None:
    client.force_login(person(Role.FINANCE))
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


class TestCreateAdministrator:
    def test_makes_one_who_can_sign_in(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._feed(monkeypatch, f"{NEW_PASSWORD}\n")
        call_command("create_administrator", "Boss@Example.com", "--password-from-stdin")
        boss = User.objects.get()
        assert (boss.email, boss.roles) == ("boss@example.com", {Role.ADMINISTRATOR})
        assert Client().login(email="boss@example.com", password=NEW_PASSWORD)
        assert "boss@example.com" in capsys.readouterr().out

    def test_refuses_a_weak_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._feed(monkeypatch, "password\n")
        with pytest.raises(CommandError):
            call_command("create_administrator", "boss@example.com", "--password-from-stdin")
        assert not User.objects.exists()

    def test_refuses_an_address_that_is_taken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        person(Role.FINANCE, email="boss@example.com")
        self._feed(monkeypatch, f"{NEW_PASSWORD}\n")
        with pytest.raises(CommandError):
            call_command("create_administrator", "boss@example.com", "--password-from-stdin")

    def test_without_terminal_or_option_asks_for_the_option(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._feed(monkeypatch, "")
        with pytest.raises(CommandError, match="--password-from-stdin"):
            call_command("create_administrator", "boss@example.com")

    @staticmethod
    def _feed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        import io

        monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.mark.parametrize("count", [1, 25])
def test_signing_in_asks_a_fixed_number_of_questions(
    count: int, client: Client, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        person(Role.FINANCE, email=f"mina{number}@example.com")
    with django_assert_num_queries(0):
        client.get(LOGIN)
    with django_assert_num_queries(QUESTIONS_OF_A_SIGN_IN):
        client.post(LOGIN, {"login": "mina0@example.com", "password": PASSWORD})


QUESTIONS_OF_A_SIGN_IN = 10
"""The limits of tries, the person, the session and its savepoint, and the last sign-in."""
