"""The way around the house: nobody sees a door that is closed to them, and no link is dead."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.home.navigation import AREAS
from config.staff.models import User
from config.staff.roles import Role, capability
from tests.addresses import all_addresses
from tests.cast import whole_cast

pytestmark = pytest.mark.django_db

LINK = re.compile(r'href="(/[^"#?]*)"')


@pytest.fixture
def cast() -> dict[Role | None, User]:
    """One person for each role."""
    return whole_cast()


@pytest.mark.parametrize("role", [*Role, None])
def test_every_link_of_the_frame_leads_to_a_page_one_may_enter(
    role: Role | None, cast: dict[Role | None, User], client: Client
) -> None:
    client.force_login(cast[role])
    body = client.get("/").content.decode()
    links = {link for link in LINK.findall(body) if not link.startswith("/static/")}
    assert "/account/" in links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_each_page_asks_for_what_its_view_asks_for() -> None:
    doors = {address.name: address.access for address in all_addresses()}
    for area in AREAS:
        for page in area.pages:
            access = doors[page.url_name]
            assert access is not None
            assert access.capability == page.capability
            assert not page.capability or capability(page.capability).is_reading


def test_the_current_page_is_marked_once(cast: dict[Role | None, User], client: Client) -> None:
    client.force_login(cast[Role.ADMINISTRATOR])
    for path in ("/people/", "/people/invite/", "/", "/account/"):
        wide = client.get(path).content.decode().split('<details class="narrow-menu">')[0]
        assert wide.count('aria-current="page"') == 1, path


def test_a_stranger_sees_no_navigation(client: Client) -> None:
    assert "<nav" not in client.get("/account/login/").content.decode()


def test_the_front_page_costs_three_queries(
    cast: dict[Role | None, User], client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(cast[None])
    with django_assert_num_queries(3):  # session, person, roles
        client.get("/")
