"""A shop asks before it takes the money: answered like a payment that has arrived, once, and linked when it comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from fraud.assessments.models import Assessment, Origin, Outcome
from fraud.features.keys import key_of
from fraud.features.models import KeyKind, Sighting
from fraud.lists.models import ListEntry, ListName
from fraud.rules.models import RuleVersion
from payments.acts.models import PaymentHold
from payments.facts import EventKind
from payments.intake.scopes import Scope
from payments.ledger.models import Attempt
from tests.fraud.decisions.conftest import Score
from tests.payments.acts.stories import tell_all
from tests.payments.intake.api.asking import Machine, refusals
from tests.payments.ledger.telling import make_provider, tell
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
ORDER: dict[str, Any] = {"merchant_reference": "A-1", "amount": 10_000, "currency": "KRW"}


def authorized(**values: Any) -> None:
    """The order's payment comes."""
    events = [tell(EventKind.AUTHORIZED, attempt_reference="pi_1", **({"amount": 10_000} | values))]
    tell_all(events)


@pytest.fixture
def machine() -> Machine:
    """A shop."""
    make_provider()
    return Machine(Scope.ASSESSMENTS_WRITE)


def test_an_order_is_answered_once_and_read_back_with_reasons(
    machine: Machine, scoring: Callable[[Score], None]
) -> None:
    scoring(lambda values: 400_000)
    answers = [machine.post("assessments", ORDER, repeat="order-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    told = answers[0].json()
    kept = Assessment.objects.get()
    assert {name: value for name, value in told.items() if name != "as_of"} == {
        "id": kept.pk, "merchant_reference": "A-1", "outcome": "review", "basis": "score", "score_ppm": 400_000,
        "rules": [], "lists": [], "is_down": False,
    }  # fmt: skip
    assert (kept.origin, kept.payment_id, kept.attempt_id) == (Origin.SHOP, None, None)
    assert machine.get(f"assessments/{kept.pk}").json() == told | {"reasons": None}
    reason = {"feature": "customer_amount_ratio_30d", "value": 31_000, "weight_ppm": 9}
    Assessment.objects.update(reasons=[reason])
    said = {"sentence": "3.1 times this customer's usual amount"}
    assert machine.get(f"assessments/{kept.pk}").json()["reasons"] == [reason | said]
    assert machine.get("assessments/0").status_code == 404


def test_every_key_and_fact_that_is_told_is_asked_about(machine: Machine) -> None:
    listed = row(ListEntry, list_name=ListName.BLOCK, kind=KeyKind.EMAIL, key=key_of(KeyKind.EMAIL, "Hana@example.com"))
    version = row(RuleVersion)
    seen = timezone.now() - timedelta(minutes=5)
    row(Sighting, device=key_of(KeyKind.DEVICE, "d-1"), at=seen, customer_id=None)
    body = ORDER | {
        "email": "hana@example.com", "device": "d-1", "ip": "203.0.113.7", "customer": "nobody",
        "instrument": {"brand": "visa", "bin": "457973", "last4": "4242"}, "country": "KR", "card_country": "JP",
        "shop": "north", "method": "card", "shipping_address": "Jongno 1", "installment_months": 3,
    }  # fmt: skip
    told = machine.post("assessments", body).json()
    assert (told["outcome"], told["basis"], told["lists"]) == ("block", "list", ["block"])
    kept = Assessment.objects.get()
    assert (kept.list_ids, kept.country, kept.card_country, kept.shop, kept.brand, kept.bin, kept.method) == (
        [listed.pk], "KR", "JP", "north", "visa", "457973", "card",
    )  # fmt: skip
    assert sum(1 for value in kept.features if value == 1) >= 1
    Assessment.objects.update(rule_ids=[version.pk])
    assert machine.get(f"assessments/{kept.pk}").json()["rules"] == [version.rule.name]


def test_the_answer_counts_for_the_payment_when_it_comes_and_holds_it(
    machine: Machine, scoring: Callable[[Score], None]
) -> None:
    scoring(lambda values: 400_000)
    machine.post("assessments", ORDER)
    scoring(lambda values: 0)
    authorized()
    kept = Assessment.objects.get()
    attempt = Attempt.objects.get()
    assert (kept.payment_id, kept.attempt_id, kept.outcome) == (attempt.payment_id, attempt.pk, Outcome.REVIEW)
    assert PaymentHold.objects.get().payment_id == attempt.payment_id


@pytest.mark.parametrize(("score", "drawn"), [(0, 1_000_000), (400_000, None)])
def test_what_was_asked_about_and_allowed_is_drawn_like_everything_else(
    machine: Machine, scoring: Callable[[Score], None], settings: Settings, score: int, drawn: int | None
) -> None:
    settings.FRAUD_SAMPLE_PPM = 1_000_000
    scoring(lambda values: score)
    machine.post("assessments", ORDER)
    assert Assessment.objects.get().sampled_ppm is None
    authorized()
    assert Assessment.objects.get().sampled_ppm == drawn


def test_an_answer_about_another_amount_counts_for_nothing(machine: Machine) -> None:
    machine.post("assessments", ORDER | {"amount": 1})
    authorized()
    assert sorted(Assessment.objects.values_list("origin", flat=True)) == [Origin.LEDGER, Origin.SHOP]


def test_a_payment_that_has_arrived_keeps_its_answer(machine: Machine, scoring: Callable[[Score], None]) -> None:
    scoring(lambda values: 400_000)
    authorized()
    scoring(lambda values: 0)
    answer = machine.post("assessments", ORDER)
    assert (answer.status_code, answer.json()["outcome"], Assessment.objects.count()) == (200, "review", 1)
    other = machine.post("assessments", ORDER | {"amount": 20_000})
    assert (other.status_code, other.json()["outcome"], Assessment.objects.count()) == (201, "allow", 2)


def test_what_is_asked_must_be_right_and_no_card(machine: Machine) -> None:
    for body, expected in (
        (ORDER | {"amount": -1}, ("min_value", "amount")),
        (ORDER | {"currency": "krw"}, ("currency", "currency")),
        (ORDER | {"country": "Korea"}, ("invalid", "country")),
        (ORDER | {"colour": "red"}, ("unknown", "colour")),
        (ORDER | {"ip": "300.1.1.1"}, ("invalid", "ip")),
        (ORDER | {"device": "4242 4242 4242 4242"}, ("card_number", "device")),
        (ORDER | {"instrument": {"last4": "42424"}}, ("invalid", "instrument.last4")),
    ):
        answer = machine.post("assessments", body)
        assert (answer.status_code, refusals(answer)) == (422, [expected])
    assert Machine(Scope.PAYMENTS_WRITE).post("assessments", ORDER).status_code == 403
    assert Assessment.objects.count() == 0
