"""Language, zone and appearance: for a stranger by cookie, for a person for good."""

from __future__ import annotations

import pytest
from django.test import Client

from config.staff.models import User
from config.staff.roles import Role
from tests.cast import person

pytestmark = pytest.mark.django_db


def test_a_strangers_language_is_kept_by_the_browser(client: Client) -> None:
    response = client.post("/language/", {"language": "ja", "next": "/account/login/?next=/people/"})
    assert response.headers["Location"] == "/account/login/?next=/people/"
    assert '<html lang="ja"' in client.get("/account/login/").content.decode()


def test_a_persons_language_follows_to_the_next_browser(client: Client) -> None:
    mina = person(Role.FINANCE)
    client.force_login(mina)
    client.post("/language/", {"language": "ja"})
    other = Client()
    other.force_login(mina)
    assert '<html lang="ja"' in other.get("/").content.decode()


def test_a_persons_theme_follows_to_the_next_browser(client: Client) -> None:
    mina = person(Role.FINANCE)
    client.force_login(mina)
    client.post("/theme/", {"theme": "dark"})
    other = Client()
    other.force_login(mina)
    assert 'data-theme="dark" data-bs-theme="dark"' in other.get("/").content.decode()


@pytest.mark.parametrize(
    ("path", "values"), [("/language/", {"language": "xx"}), ("/theme/", {"theme": "neon"}), ("/theme/", {})]
)
def test_what_does_not_exist_is_refused(client: Client, path: str, values: dict[str, str]) -> None:
    mina = person(Role.FINANCE)
    client.force_login(mina)
    assert client.post(path, values).status_code == 400
    assert (User.objects.get().language, User.objects.get().theme) == ("en", "auto")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_the_switch_never_leads_away(client: Client, target: str) -> None:
    assert client.post("/language/", {"language": "ko", "next": target}).headers["Location"] == "/"


def test_a_forged_theme_cookie_is_ignored(client: Client) -> None:
    client.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get("/account/login/").content.decode()


def test_times_are_shown_in_the_persons_zone(client: Client) -> None:
    boss = person(Role.ADMINISTRATOR)
    client.force_login(boss)
    User.objects.filter(pk=boss.pk).update(joined_at="2026-11-21T15:30:00Z")
    assert "2026-11-22 00:30 KST" in client.get(f"/people/{boss.pk}/").content.decode()
    client.post("/account/", {"name": "최유진", "language": "en", "zone": "America/New_York", "theme": "light"})
    assert "2026-11-21 10:30 EST" in client.get(f"/people/{boss.pk}/").content.decode()


def test_a_profile_with_an_unknown_zone_is_refused(client: Client) -> None:
    client.force_login(person(Role.FINANCE))
    values = {"name": "A", "language": "en", "zone": "Mars/Olympus", "theme": "light"}
    assert client.post("/account/", values).status_code == 422
    assert User.objects.get().zone == "Asia/Seoul"
