"""Files for machines: sent raw or as a form, once however often, and asked about later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import Settings

from payments.intake.models import FileImport
from payments.intake.scopes import Scope
from payments.records.models import AuditEvent
from payments.settlement.models import Statement
from payments.settlement.services import imports
from tests.payments.intake.api.asking import BASE, Machine
from tests.payments.settlement.arrivals import adyen, bank_account, batch

pytestmark = pytest.mark.django_db
GOOD = batch(1000, 2000).encode()
MINE = {"kind": "statement", "owner": "adyen"}


@pytest.fixture
def machine(tmp_path: Path, settings: Settings) -> Machine:
    """A machine that may send files to an installation with one provider."""
    settings.MEDIA_ROOT = tmp_path / "vault"
    adyen()
    return Machine(Scope.FILES_WRITE)


def raw(machine: Machine, content: bytes, repeat: str = "", **query: str) -> Any:
    """Send a raw body."""
    headers = machine.headers(**({"Idempotency-Key": repeat} if repeat else {}))
    return machine.client.post(
        f"{BASE}files", content, content_type="application/octet-stream", headers=headers, query_params=query
    )


def form(machine: Machine, *files: tuple[str, bytes], repeat: str = "", **query: str) -> Any:
    """Send a form."""
    headers = machine.headers(**({"Idempotency-Key": repeat} if repeat else {}))
    parts = {f"file{number}": SimpleUploadedFile(name, content) for number, (name, content) in enumerate(files)}
    return machine.client.post(f"{BASE}files", parts, headers=headers, query_params=query)


def test_a_raw_file_is_kept_posted_by_a_worker_and_told_of(machine: Machine) -> None:
    sent = raw(machine, GOOD, name="july.csv", **MINE)
    assert sent.status_code == 201
    told = sent.json()
    assert (told["state"], told["is_finished"], told["owner"], told["name"]) == ("reading", False, "adyen", "july.csv")
    assert machine.get(f"files/{told['id']}").json() == told
    imports.resume_all()
    found = machine.get(f"files/{told['id']}").json()
    assert (found["state"], found["is_finished"], found["line_count"], found["problems"]) == ("posted", True, 3, [])
    assert found["statements"] == [{"statement_key": "Shop/7", "version": 1, "is_current": True}]
    assert AuditEvent.objects.get(verb="import.sent").detail == {"api_key": machine.key.prefix}


def test_a_form_without_an_owner_is_known_by_name_and_content(machine: Machine) -> None:
    told = form(machine, ("adyen_july.csv", GOOD)).json()
    assert (told["kind"], told["owner"], told["format"]) == ("statement", "adyen", "adyen")


def test_a_bank_file_goes_to_its_account(machine: Machine) -> None:
    bank_account("ing")
    told = raw(machine, b":20:1\n:25:NL01\n", name="a.sta", kind="bank", owner="ing").json()
    assert (told["kind"], told["owner"]) == ("bank", "ing")


def test_the_same_request_under_one_key_is_done_once(machine: Machine) -> None:
    first, second = (form(machine, ("july.csv", GOOD), repeat="k1", **MINE) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert FileImport.objects.count() == 1
    other = form(machine, ("july.csv", GOOD + b"\n"), repeat="k1", **MINE)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "another_request")


def test_the_same_bytes_are_posted_once_without_a_key_too(machine: Machine) -> None:
    for state in ("reading", "reading"):
        assert raw(machine, GOOD, name="a.csv", **MINE).json()["state"] == state
    assert FileImport.objects.count() == 1
    imports.resume_all()
    assert raw(machine, GOOD, name="b.csv", **MINE).json()["state"] == "duplicate"
    assert Statement.objects.count() == 1


def test_a_bad_file_is_told_with_line_and_field(machine: Machine) -> None:
    sent = raw(machine, GOOD.replace(b"10.00", b"ten", 1), name="a.csv", **MINE).json()
    imports.resume_all()
    told = machine.get(f"files/{sent['id']}").json()
    assert (told["state"], told["problem_count"]) == ("rejected", 1)
    assert (told["problems"][0]["line"], told["problems"][0]["field"]) == (2, "Gross Credit (GC)")
    assert told["problems"][0]["message"] == "“ten” is not an amount."
    address = f"{BASE}files/{sent['id']}"
    in_korean = machine.client.get(address, headers=machine.headers(**{"Accept-Language": "ko-KR,ko;q=0.9"})).json()
    assert in_korean["problems"][0]["message"] == "“ten”은(는) 금액이 아닙니다."


@pytest.mark.parametrize(
    ("query", "content", "status", "code"),
    [
        ({**MINE}, GOOD, 422, "required"),
        ({"name": "a.csv", "kind": "letter", "owner": "adyen"}, GOOD, 422, "invalid"),
        ({"name": "a.csv", "kind": "bank", "owner": "adyen"}, GOOD, 422, "unknown"),
        ({"name": "a.csv", "colour": "red"}, GOOD, 422, "unknown"),
        ({"name": "a.csv"}, b"nothing, known\n1,2\n", 422, "refused"),
        ({"name": "4111111111111111.csv", **MINE}, GOOD, 422, "card_number"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_not_kept(
    machine: Machine, query: dict[str, str], content: bytes, status: int, code: str
) -> None:
    sent = raw(machine, content, **query)
    assert (sent.status_code, sent.json()["errors"][0]["code"]) == (status, code)
    assert FileImport.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("..", "file"),
        (".", "file"),
        ("../../etc/passwd", "passwd"),
        ("two\nlines.csv", "twolines.csv"),
        ("adyen_." + "x" * 300, ("adyen_." + "x" * 300)[:255]),
        ("adyen_" + "가" * 200 + ".csv", "adyen_" + "가" * 200 + ".csv"),
    ],
)
@pytest.mark.parametrize("query", [MINE, {}])
def test_no_name_leads_out_or_is_too_long(machine: Machine, name: str, shown: str, query: dict[str, str]) -> None:
    sent = raw(machine, GOOD, name=name, **query)
    assert (sent.status_code, sent.json()["name"], sent.json()["owner"]) == (201, shown, "adyen")


def test_forms_that_are_none(machine: Machine) -> None:
    assert form(machine, **MINE).status_code == 422
    assert form(machine, ("a.csv", b""), **MINE).json()["errors"][0]["code"] == "refused"
    assert form(machine, ("a.csv", GOOD), ("b.csv", GOOD), **MINE).status_code == 422
    broken = machine.client.post(
        f"{BASE}files", b"no form", content_type="multipart/form-data", headers=machine.headers()
    )
    assert broken.status_code == 400
    assert machine.post("files", {"file": "x"}).status_code == 415
    assert FileImport.objects.count() == 0


def test_what_is_too_large_is_refused(machine: Machine, settings: Settings) -> None:
    settings.IMPORT_BYTES_LIMIT = 100
    assert raw(machine, GOOD, name="a.csv", **MINE).status_code == 413
    assert form(machine, ("a.csv", GOOD), **MINE).status_code == 413
    assert raw(machine, b"x" * 100_000, name="a.csv", **MINE).status_code == 413


def test_without_the_scope_there_is_no_way_in(machine: Machine) -> None:
    other = Machine(Scope.PAYMENTS_WRITE)
    assert raw(other, GOOD, name="a.csv", **MINE).status_code == 403
    assert other.get("files/1").status_code == 403
    assert machine.get("files/1").status_code == 404
    assert machine.get("files").status_code == 405
