"""The schema: valid, complete, with examples that work, and held against the answers by schemathesis."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.staff.roles import Role
from payments.methods.models import PaymentMethod
from tests.cast import person
from tests.payments.intake.api.asking import Machine, captured, checkout
from tests.payments.ledger.telling import make_provider

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "20"))
"""Requests of each operation; some twenty operations stay well under a minute."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


def document() -> dict[str, Any]:
    """The schema as it is served."""
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.loads(json.dumps(generated, default=str))  # type: ignore[no-any-return]


def operations(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """(method, path) of every operation."""
    return sorted((method.upper(), path) for path, methods in schema["paths"].items() for method in methods)


@pytest.mark.django_db
def test_the_schema_is_valid_and_generated_without_a_warning() -> None:
    GENERATOR_STATS.reset()
    schema = document()
    assert not GENERATOR_STATS
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert len(operations(schema)) == 27
    for method, path in operations(schema):
        operation = schema["paths"][path][method.lower()]
        assert "Scope: `" in operation["description"], path
        assert {"401", "403", "422", "429"} <= set(operation["responses"]), path
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) is (method == "POST"), path
        content = operation["requestBody"]["content"] if method == "POST" else {}
        assert "examples" in content.get("application/json", {"examples"}), path
        assert content.keys() <= {"application/json", "multipart/form-data", "application/octet-stream"}, path


@pytest.mark.django_db
def test_the_schema_is_served_to_people(client: Client) -> None:
    client.force_login(person(Role.PAYMENT_ADMIN))
    response = client.get("/api/v1/schema/?format=json")
    assert response.status_code == 200
    assert response.json()["info"]["title"] == "Jeongsan merchant API"


@pytest.mark.django_db
def test_the_examples_work() -> None:
    make_provider("toss", event_adapter="toss")
    machine, schema = Machine(), document()
    statuses = {}
    for path in ("/api/v1/checkouts", "/api/v1/checkouts/{reference}/steps", "/api/v1/events", "/api/v1/events:batch",
                 "/api/v1/payments/{reference}/attempts", "/api/v1/payments/{reference}/refunds"):  # fmt: skip
        examples = schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
        for example in examples.values():
            real = path.removeprefix("/api/v1/").replace("{reference}", "order-2026-1121-0007")
            statuses[real] = machine.post(real, example["value"]).status_code
    assert statuses == {
        "checkouts": 201,
        "checkouts/order-2026-1121-0007/steps": 200,
        "events": 201,
        "events:batch": 200,
        "payments/order-2026-1121-0007/attempts": 200,
        "payments/order-2026-1121-0007/refunds": 201,
    }  # fmt: skip  (the attempt tells the event of before once more)


@pytest.mark.django_db(transaction=True)  # the real application closes its connections
def test_no_request_of_the_schema_breaks_it(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    settings.ALLOWED_HOSTS = ["*"]
    make_provider("local", event_adapter="")
    PaymentMethod.objects.create(code="card", family="card", name_ko="카드", name_ja="カード", name_en="Card")
    machine = Machine()
    machine.post("checkouts", checkout(customer={"id": "c-1"}))
    machine.post("events", captured())
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    seen: list[tuple[str, int]] = []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        _attack(found.ok(), machine.headers(), seen)
    assert len(seen) > 200
    assert {("get", 200), ("post", 200), ("post", 201), ("get", 404), ("get", 422), ("post", 422)} <= set(seen)


def _attack(operation: Any, headers: dict[str, str], seen: list[tuple[str, int]]) -> None:
    valid, broken = (
        operation.as_strategy(generation_mode=mode)
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    )
    # The schema's own examples come first: chance alone seldom writes a checkout that is accepted.
    for written in operation.get_strategies_from_examples():
        _hold(written, 1, headers, seen)
    _hold(st.one_of(valid, broken), EXAMPLES, headers, seen)


def _hold(cases: st.SearchStrategy[Any], count: int, headers: dict[str, str], seen: list[tuple[str, int]]) -> None:
    """Ask `count` of the cases and hold each answer against the schema."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        answer = case.call_and_validate(headers=headers, checks=list(CHECKS))
        seen.append((case.operation.method, answer.status_code))

    ask()
