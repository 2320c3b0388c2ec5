"""Every address × every role: who may enter is declared at the view, holds, and a refused act changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from config.staff.models import User
from config.staff.roles import CAPABILITIES, Role, capability
from tests.addresses import Address, all_addresses
from tests.cast import person, whole_cast

ADDRESSES = all_addresses()
SIGN_IN = "/account/login/"
ENTERED = {200, 204, 302, 400, 404, 405, 422, 503}
"""What a person who may enter can get: the page, a redirect, a refusal of the method or of the content."""


@pytest.fixture(scope="module")
def sessions(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[tuple[Role | None, str], str]]:
    """One person for each role, signed in once for each method; each test takes back what it does to the sessions."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield {(role, method): _session(each) for role, each in whole_cast().items() for method in ("get", "post")}
        transaction.set_rollback(True)


def _session(somebody: User) -> str:
    client = Client()
    client.force_login(somebody)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_every_address_says_who_may_enter() -> None:
    assert [address.name for address in ADDRESSES if address.access is None] == []


def test_every_capability_named_at_a_view_is_in_the_table() -> None:
    known = {each.name for each in CAPABILITIES}
    named = {address.access.capability for address in ADDRESSES if address.access and address.access.capability}
    assert named - known == set()


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    assert {each.name for each in CAPABILITIES if Role.AUDITOR in each.roles} == {
        each.name for each in CAPABILITIES if each.is_reading
    }


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_each_role_enters_as_declared(address: Address, sessions: dict[tuple[Role | None, str], str], db: None) -> None:
    assert address.access is not None
    for (role, method), session in sessions.items():
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        before = {} if _may_enter(address, role) else _written()
        response = getattr(client, method)(address.url())
        if _may_enter(address, role):
            assert response.status_code in ENTERED, f"{method} as {role}"
            assert not response.headers.get("Location", "").startswith(SIGN_IN) or "logout" in address.name
        elif address.access.kind == "api_key":
            assert response.status_code == 401, f"{method} as {role}: a session is no key"
            assert _written() == before, f"a refused {method} as {role} changed something"
        else:
            assert response.status_code == 403, f"{method} as {role}"
            assert _written() == before, f"a refused {method} as {role} changed something"


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_strangers_enter_public_pages_only(address: Address, client: Client, db: None) -> None:
    assert address.access is not None
    for method in ("get", "post"):
        before = _written()
        response = getattr(client, method)(address.url())
        if address.access.kind == "public":
            assert response.status_code in ENTERED
        elif address.access.kind == "api_key":
            assert response.status_code == 401
            assert _written() == before
        else:
            assert response.status_code == 302
            assert response.headers["Location"].startswith(f"{SIGN_IN}?next=")
            assert _written() == before


def test_what_changes_no_number_of_rows_is_seen_too(db: None) -> None:
    somebody = person(email="somebody@example.com")
    before = _written()
    assert _written() == before
    User.objects.filter(pk=somebody.pk).update(language="ja")
    assert _written() != before


def _may_enter(address: Address, role: Role | None) -> bool:
    assert address.access is not None
    if address.access.kind == "api_key":
        return False
    if address.access.kind != "capability":
        return True
    return role in capability(address.access.capability).roles


def _written() -> dict[str, int]:
    """Rows inserted, changed and deleted so far in the test's transaction, by table; but sessions, as signing in does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname <> 'django_session'"
        )
        return dict(cursor.fetchall())
