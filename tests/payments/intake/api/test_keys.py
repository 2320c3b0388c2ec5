"""Keys: shown once, known again, limited in scope, place and time, rotated with an overlap, and asked for not too often."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.staff.roles import Role
from payments.intake.models import ApiKey, ApiKeyMinute, ApiKeyUse
from payments.intake.scopes import Scope
from payments.intake.services import keys
from payments.intake.services.keys import KeyRefused, NewKey
from payments.records.models import AuditEvent
from tests.addresses import all_addresses
from tests.cast import person
from tests.payments.intake.api.asking import Machine, at_once, checkout, endpoint_of

pytestmark = pytest.mark.django_db


def test_a_key_is_shown_once_and_only_its_hash_is_kept() -> None:
    issued = keys.issue(NewKey("shop", ["payments:read"]), by=None)
    prefix, secret = issued.key.prefix, issued.secret
    assert keys.SHAPE.fullmatch(secret)
    assert secret.startswith(f"jsk_{prefix}_")
    kept = json.dumps(list(ApiKey.objects.values()), default=repr) + json.dumps(
        list(AuditEvent.objects.values()), default=repr
    )
    assert secret.removeprefix(f"jsk_{prefix}_") not in kept
    assert AuditEvent.objects.get(verb="api_key.issued").detail["scopes"] == ["payments:read"]


def test_two_keys_differ() -> None:
    secrets = {keys.issue(NewKey("shop", ["payments:read"]), by=None).secret for _ in range(20)}
    assert len(secrets) == 20


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (NewKey("", ["payments:read"]), "name"),
        (NewKey("x" * 81, ["payments:read"]), "name"),
        (NewKey("shop", []), "scopes"),
        (NewKey("shop", ["everything"]), "scopes"),
        (NewKey("shop", ["payments:read"], ["300.1.1.0/24"]), "networks"),
        (NewKey("shop", ["payments:read"], [], timezone.now() - timedelta(days=1)), "expires_at"),
    ],
)
def test_a_key_that_cannot_be_is_refused(wanted: NewKey, field: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        keys.issue(wanted, by=None)
    assert refused.value.field == field
    assert not ApiKey.objects.exists()


def test_who_shows_no_key_or_a_wrong_one_is_refused_alike() -> None:
    machine = Machine("payments:read")
    secret = machine.issued.secret
    assert machine.get("payments").status_code == 200
    for shown in ("", "Bearer", f"Bearer {secret}x", f"Bearer {secret[:-1]}", f"Basic {secret}", "Bearer jsk_a_b",
                  f"Bearer jsk_{'z' * 8}_{secret[13:]}", f"Bearer {secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}"):  # fmt: skip
        response = machine.get("payments", Authorization=shown)
        assert response.status_code == 401, shown
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="jeongsan"'
        assert response.json()["type"] == "client_error"


def test_a_revoked_or_expired_key_holds_no_more() -> None:
    machine = Machine("payments:read")
    keys.revoke(machine.key, by=None)
    keys.revoke(machine.key, by=None)
    assert machine.get("payments").status_code == 401
    assert AuditEvent.objects.filter(verb="api_key.revoked").count() == 1
    expired = Machine("payments:read")
    ApiKey.objects.filter(pk=expired.key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expired.get("payments").status_code == 401


def test_rotation_lets_both_keys_hold_for_a_while() -> None:
    machine = Machine("payments:read", networks=("127.0.0.0/8",))
    issued = keys.rotate(machine.key, overlap=timedelta(hours=1), by=None)
    assert issued.key.replaces_id == machine.key.pk
    assert (issued.key.scopes, issued.key.networks) == (["payments:read"], ["127.0.0.0/8"])
    assert issued.key.expires_at is None
    for secret in (machine.issued.secret, issued.secret):
        assert machine.get("payments", Authorization=f"Bearer {secret}").status_code == 200
    ends_at = ApiKey.objects.get(pk=machine.key.pk).expires_at
    assert ends_at is not None
    assert timedelta(minutes=59) < ends_at - timezone.now() <= timedelta(hours=1)
    keys.rotate(machine.key, overlap=timedelta(0), by=None)
    assert machine.get("payments").status_code == 401
    with pytest.raises(KeyRefused):
        keys.rotate(machine.key, overlap=timedelta(hours=1), by=None)


def test_rotation_never_lengthens_the_life_of_a_key() -> None:
    soon = timezone.now() + timedelta(minutes=5)
    machine = Machine("payments:read", expires_at=soon)
    keys.rotate(machine.key, overlap=timedelta(days=1), by=None)
    assert ApiKey.objects.get(pk=machine.key.pk).expires_at == soon
    with pytest.raises(KeyRefused):
        keys.rotate(machine.key, overlap=timedelta(days=91), by=None)


def test_a_successor_holds_as_long_as_the_key_was_issued_for() -> None:
    machine = Machine("payments:read", expires_at=timezone.now() + timedelta(days=30))
    month, second = timedelta(days=30), timedelta(seconds=5)
    for _ in range(2):  # again, after the overlap has cut the end of the first
        successor = keys.rotate(machine.key, overlap=timedelta(hours=1), by=None).key
        assert successor.expires_at is not None
        assert abs(successor.expires_at - timezone.now() - month) < second
    unlimited = keys.rotate(Machine("payments:read").key, overlap=timedelta(hours=1), by=None).key
    assert keys.rotate(unlimited, overlap=timedelta(0), by=None).key.expires_at is None


def test_each_scope_opens_its_own_doors() -> None:
    reading = Machine("payments:read")
    assert reading.get("payments").status_code == 200
    assert reading.get("customers").status_code == 403
    response = reading.post("checkouts", checkout())
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "permission_denied")
    assert "checkouts:write" in response.json()["errors"][0]["detail"]
    assert Machine("checkouts:write").post("checkouts", checkout()).status_code == 201
    assert Machine("customers:read").get("customers").status_code == 200


@pytest.mark.parametrize(
    ("networks", "address", "is_home"),
    [
        ([], "203.0.113.9", True),
        (["203.0.113.0/24"], "203.0.113.9", True),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", True),
        (["203.0.113.0/24"], "203.0.114.9", False),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], "203.0.113.9", False),
        (["203.0.113.0/24"], "", False),
        (["203.0.113.0/24"], "unix:", False),
    ],
)
def test_a_key_is_at_home_in_its_networks(networks: list[str], address: str, is_home: bool) -> None:
    issued = keys.issue(NewKey("shop", ["payments:read"], networks), by=None)
    assert (keys.recognise(issued.secret, address) is not None) is is_home


def test_the_address_is_the_one_our_own_proxy_wrote(settings: Any) -> None:
    machine = Machine("payments:read", networks=("203.0.113.0/24",))
    assert machine.get_from("203.0.113.9") == 401
    settings.TRUSTED_PROXY_COUNT = 1
    assert machine.get_from("203.0.113.9") == 200
    assert machine.get_from("203.0.113.9, 198.51.100.7") == 401
    assert machine.get("payments").status_code == 401
    settings.TRUSTED_PROXY_COUNT = 2
    assert machine.get_from("203.0.113.9, 198.51.100.7") == 200


def test_the_last_use_is_noted_once_a_minute() -> None:
    machine = Machine("payments:read")
    machine.get("payments")
    first = ApiKeyUse.objects.get(key=machine.key).last_used_at
    machine.get("payments")
    assert ApiKeyUse.objects.get(key=machine.key).last_used_at == first
    ApiKeyUse.objects.update(last_used_at=first - timedelta(seconds=61))
    machine.get("payments")
    assert ApiKeyUse.objects.get(key=machine.key).last_used_at > first - timedelta(seconds=1)


def test_a_key_may_not_ask_too_often(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    machine, other = Machine("payments:read"), Machine("payments:read")
    answers = [machine.get("payments") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 2  # a new minute may begin between them
    assert 0 < int(refused[0].headers["Retry-After"]) <= 60
    assert other.get("payments").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_are_each_counted(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 10
    machine, began = Machine("payments:read"), int(time.time()) // 60
    statuses = [status for each in at_once(8, lambda _: _statuses_of(machine, 5)) for status in each]
    assert set(statuses) == {200, 429}
    is_one_minute = int(time.time()) // 60 == began
    assert statuses.count(200) == 10 if is_one_minute else statuses.count(200) <= 20


def _statuses_of(machine: Machine, count: int) -> list[int]:
    return [machine.get("payments").status_code for _ in range(count)]


def test_counting_a_request_is_one_statement_and_begins_anew_each_minute() -> None:
    key = Machine("payments:read").key
    with CaptureQueriesContext(connection) as seen:
        assert keys.count_request(key) == 1
    assert len(seen) == 1
    ApiKeyMinute.objects.update(requests=2**31 - 1)
    assert keys.count_request(key) in (1, 2**31 - 1)
    ApiKeyMinute.objects.update(minute=F("minute") - 1)
    assert keys.count_request(key) == 1


def test_a_session_is_no_key() -> None:
    machine = Machine("payments:read")
    machine.client.force_login(person(Role.ADMINISTRATOR))
    assert machine.client.get("/api/v1/payments").status_code == 401


def test_the_command_prints_the_key_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("api_key", "--name", "pos", "--scope", "payments:read", "--scope", "payments:write",
                 "--network", "127.0.0.1/32", "--expires-in-days", "30", "--json")  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert told["scopes"] == ["payments:read", "payments:write"]
    found = keys.recognise(told["key"], "127.0.0.1")
    assert found is not None
    assert found.expires_at is not None
    assert timedelta(days=29) < found.expires_at - timezone.now() <= timedelta(days=30)
    call_command("api_key", "--name", "pos", "--scope", "payments:read")
    assert keys.SHAPE.fullmatch(capsys.readouterr().out.strip())
    with pytest.raises(CommandError, match="days are"):
        call_command("api_key", "--name", "pos", "--scope", "payments:read", "--expires-in-days", "0")
    with pytest.raises(CommandError, match="networks"):
        call_command("api_key", "--name", "pos", "--scope", "payments:read", "--network", "here")


def test_every_endpoint_names_its_scope() -> None:
    endpoints = {address.name: endpoint_of(address) for address in all_addresses() if endpoint_of(address)}
    assert len(endpoints) > 15
    for name, endpoint in endpoints.items():
        assert set(endpoint.scopes) == {each.upper() for each in ("get", "post") if hasattr(endpoint, each)}, name
        assert set(endpoint.scopes.values()) <= set(Scope), name
