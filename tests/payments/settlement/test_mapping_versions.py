"""Versions of mappings: one for every change, never changed, brought and downloaded as JSON, numbered by owner."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from config.staff.roles import Role
from payments.facts import FileRefused
from payments.intake.adapters import kept_mapping
from payments.intake.models import FileImport, MappingVersion
from payments.intake.services.mappings import keep_mapping, version_in_use
from payments.methods.models import Provider
from payments.settlement.selectors.imports import import_detail
from payments.settlement.services import imports
from tests.cast import person
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch

pytestmark = pytest.mark.django_db
MAPPING: dict[str, Any] = {"columns": {"merchant_reference": "order", "booked_on": "day", "gross": "amount"}}
FILE = "order,day,amount\nA-1,2026-07-01,12.50\n"


@pytest.fixture
def kim() -> User:
    """Imports files."""
    return person(Role.FINANCE)


def mapped(**values: Any) -> Provider:
    """A provider of mapped files."""
    defaults: dict[str, Any] = {"adapter": "mapped", "zone": "Asia/Seoul", "country": "KR", "currencies": ["EUR"]}
    return Provider.objects.create(code="nanum", name="Nanum", **(defaults | values))


def test_the_same_mapping_twice_is_one_version(kim: User) -> None:
    provider = mapped()
    first = keep_mapping(provider, MAPPING, by=kim)
    assert keep_mapping(provider, dict(MAPPING), by=kim) == first
    second = keep_mapping(provider, MAPPING | {"units": "minor"}, by=kim, note="cents")
    assert [(each.number, each.note) for each in MappingVersion.objects.order_by("number")] == [(1, ""), (2, "cents")]
    provider.refresh_from_db()
    assert (provider.mapping, version_in_use(provider)) == (second.mapping, second)


def test_a_wrong_mapping_is_refused_by_key_and_changes_nothing(kim: User) -> None:
    provider = mapped()
    with pytest.raises(FileRefused) as refusal:
        keep_mapping(provider, MAPPING | {"unit": "minor"}, by=kim)
    assert refusal.value.problem.field == "unit"
    assert MappingVersion.objects.count() == 0


def test_what_the_configuration_says_gets_its_number_with_the_first_file(desk: Desk, kim: User) -> None:
    provider = mapped(mapping=MAPPING)
    taken = desk.take(provider, FILE)
    assert taken.mapping_version is not None
    assert (taken.mapping_version.number, taken.mapping_version.origin, taken.mapping_version.created_by) == (
        1,
        "configuration",
        None,
    )
    Provider.objects.filter(pk=provider.pk).update(mapping=MAPPING | {"units": "minor"})
    provider.refresh_from_db()
    later = desk.take(provider, FILE.replace("12.50", "1300").replace("07-01", "07-02"), "b.csv")
    assert later.mapping_version is not None
    assert (later.mapping_version.number, later.state, later.problems) == (2, "posted", [])
    taken.refresh_from_db()
    assert taken.mapping_version_id != later.mapping_version_id


def test_a_file_that_is_being_read_keeps_its_version_while_another_is_kept(desk: Desk, kim: User) -> None:
    provider = mapped(mapping=MAPPING)
    waiting = desk.receive(provider, FILE, "a.csv")
    keep_mapping(provider, MAPPING | {"units": "minor"}, by=kim)
    read = imports.advance(waiting.pk)
    assert (read.state, read.summary["totals"][0]["gross"]) == ("previewed", 1_250)


def test_the_database_holds_owner_number_origin_and_history(kim: User) -> None:
    version = keep_mapping(mapped(), MAPPING, by=kim)
    account = bank_account()
    wrong: list[dict[str, Any]] = [
        {"bank_account": account},
        {"provider": None},
        {"number": 1},
        {"number": 0},
        {"number": 2, "origin": "guess"},
    ]
    for change in wrong:
        values = {"provider": version.provider, "number": 2, "mapping": {}, "origin": "screen"} | change
        with pytest.raises(IntegrityError), transaction.atomic():
            MappingVersion.objects.create(**values)
    for statement in ("UPDATE payments_mappingversion SET note = 'x'", "DELETE FROM payments_mappingversion"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_json_goes_out_and_comes_in(client: Client, kim: User) -> None:
    provider = mapped()
    version = keep_mapping(provider, MAPPING, by=kim)
    client.force_login(kim)
    page = reverse("settlement:mapping_version", args=[version.pk])
    out = client.get(f"{page}?json")
    assert json.loads(out.content) == MAPPING
    assert out.headers["Content-Disposition"] == 'attachment; filename="nanum-mapping-1.json"'

    bring = reverse("settlement:mapping_bring", args=["provider", "nanum"])
    changed = json.dumps(MAPPING | {"zone": "UTC"}).encode()
    client.post(bring, {"file": SimpleUploadedFile("m.json", b"\xef\xbb\xbf" + changed), "note": "from the old system"})
    newest = MappingVersion.objects.get(number=2)
    assert (newest.mapping["zone"], newest.origin, newest.note) == ("UTC", "json", "from the old system")

    wrong = client.post(bring, {"mapping": '{"columns": {"gros": "x"}}', "note": "typed"})
    html = wrong.content.decode()
    assert wrong.status_code == 422
    assert "columns.gros" in html
    assert "{&quot;gros&quot;: &quot;x&quot;}" in html
    assert 'value="typed"' in html

    client.post(reverse("settlement:mapping_restore", args=[version.pk]))
    assert (kept_mapping(Provider.objects.get()), MappingVersion.objects.count()) == (MAPPING, 3)


@pytest.mark.parametrize(
    ("brought", "note"),
    [
        (MAPPING | {"_by": "\0"}, ""),
        (MAPPING | {"_by": "\ud800"}, ""),
        (MAPPING | {"_by": float("nan")}, ""),
        (MAPPING | {"_by": "4111 1111 1111 1111"}, ""),
        (MAPPING, "card 4111 1111 1111 1111"),
        (MAPPING, "n" * 201),
    ],
)
def test_what_cannot_or_must_not_be_kept_is_refused_and_said(
    client: Client, kim: User, brought: dict[str, Any], note: str
) -> None:
    mapped()
    client.force_login(kim)
    bring = reverse("settlement:mapping_bring", args=["provider", "nanum"])
    answer = client.post(bring, {"mapping": json.dumps(brought), "note": note})
    assert (answer.status_code, bool(answer.context["refusal"])) == (422, True)
    assert MappingVersion.objects.count() == 0


def test_a_note_with_card_data_is_refused_by_the_service_too(kim: User) -> None:
    with pytest.raises(FileRefused):
        keep_mapping(mapped(), MAPPING, by=kim, note="card 4111 1111 1111 1111")


def test_what_a_mapping_says_is_shown_as_text(client: Client, kim: User) -> None:
    script = "<script>alert(1)</script>"
    version = keep_mapping(
        mapped(), {"columns": {"booked_on": script, "gross": "=1+1"}, "_note": script}, by=kim, note=script
    )
    client.force_login(kim)
    for page in ("/settlement/mappings/provider/nanum/", reverse("settlement:mapping_version", args=[version.pk])):
        html = client.get(page).content.decode()
        assert script not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize("count", [1, 6])
def test_the_history_asks_as_much_of_few_versions_as_of_many(
    client: Client, kim: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    provider = mapped()
    for skipped in range(count):
        keep_mapping(provider, MAPPING | {"skip_lines": skipped + 1}, by=kim)
    client.force_login(kim)
    client.get("/settlement/mappings/")
    with django_assert_num_queries(6):
        assert len(client.get("/settlement/mappings/provider/nanum/").context["versions"]) == count


def test_every_format_a_file_may_be_of_is_shown_with_its_columns(client: Client, kim: User, desk: Desk) -> None:
    row = desk.receive(adyen(), batch(1000).replace("Gross Currency", "Gross Curency"), "r.csv")
    (found, *_) = import_detail(row.pk).formats
    assert (found.code, found.is_chosen, found.missing) == ("adyen", True, ("Gross Currency",))
    assert "Psp Reference" in found.found
    assert 80 < found.confidence < 95
    client.force_login(kim)
    html = client.get(reverse("settlement:import", args=[row.pk])).content.decode()
    assert "1 is missing: Gross Currency" in html


def test_another_format_can_be_chosen_until_it_is_posted(client: Client, kim: User, desk: Desk) -> None:
    provider = mapped(mapping=MAPPING)
    client.force_login(kim)
    first = imports.advance(desk.receive(provider, FILE, "a.csv").pk)
    client.post(reverse("settlement:import_format", args=[first.pk]), {"adapter": "adyen"})
    first.refresh_from_db()
    second = imports.advance(FileImport.objects.latest("pk").pk)
    assert (first.state, second.adapter, second.state) == ("discarded", "adyen", "rejected")
    client.post(reverse("settlement:import_format", args=[second.pk]), {"adapter": "mapped"})
    third = imports.advance(FileImport.objects.latest("pk").pk, must_wait=True)
    assert (third.adapter, third.state) == ("mapped", "previewed")
    imports.commit(third, by=kim)
    client.post(reverse("settlement:import_format", args=[third.pk]), {"adapter": "adyen"})
    assert FileImport.objects.count() == 3


def test_a_format_nobody_knows_is_refused(client: Client, kim: User, desk: Desk) -> None:
    row = imports.advance(desk.receive(mapped(mapping=MAPPING), FILE, "a.csv").pk)
    client.force_login(kim)
    client.post(reverse("settlement:import_format", args=[row.pk]), {"adapter": "nothing"})
    newest = FileImport.objects.latest("pk")
    assert (newest.state, newest.problems[0]["values"]["name"]) == ("rejected", "nothing")
