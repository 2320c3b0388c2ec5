"""A shop passes on what issuers warn of and customers say: once, of payments there are, believed in their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.dateparse import parse_datetime

from fraud.features.models import KeyHour, KeyKind
from fraud.labels.models import Label, LabelSource
from fraud.labels.selectors import truth_of
from payments.intake.scopes import Scope
from payments.ledger.models import Payment
from payments.records.models import AuditEvent
from tests.payments.acts.stories import authorized
from tests.payments.intake.api.asking import NOON, Machine, refusals
from tests.payments.ledger.telling import make_provider

pytestmark = pytest.mark.django_db
WARNED: dict[str, Any] = {
    "merchant_reference": "A-1", "source": "issuer_warning", "is_fraud": True, "observed_at": NOON, "reference": "w-1",
}  # fmt: skip
SAID = WARNED | {"source": "customer", "is_fraud": False, "reference": "call 7"}


@pytest.fixture
def machine() -> Machine:
    """A shop that has told of a payment."""
    make_provider()
    authorized()
    return Machine(Scope.PAYMENTS_WRITE)


def test_what_is_passed_on_is_kept_once_counted_and_believed_in_its_order(machine: Machine) -> None:
    answers = [machine.post("labels", body) for body in (SAID, WARNED, WARNED)]
    assert [answer.status_code for answer in answers] == [201, 201, 200]
    assert answers[2].json() == answers[1].json() == WARNED | {"observed_at": "2026-07-01T03:00:00Z"}
    payment = Payment.objects.get().pk
    kept = Label.objects.order_by("pk").values_list("payment_id", "source", "is_fraud", "observed_at", "reference")
    at = parse_datetime(NOON)
    assert list(kept) == [
        (payment, LabelSource.CUSTOMER, False, at, "shop/call 7"),
        (payment, LabelSource.ISSUER_WARNING, True, at, "shop/w-1"),
    ]
    assert (truth_of([payment])[payment].is_fraud, truth_of([payment])[payment].source) == (True, 2)
    counted = KeyHour.objects.filter(kind=KeyKind.SHOP, frauds__gt=0).values_list("frauds", "disputes", "hour_at")
    assert list(counted) == [(1, 0, at)]
    trail = AuditEvent.objects.filter(verb="label.told").values_list("detail__key", flat=True)
    assert list(trail) == [machine.key.prefix] * 2


def test_what_is_passed_on_must_be_right_and_of_a_payment_there_is(machine: Machine) -> None:
    for body, expected in (
        (WARNED | {"merchant_reference": "A-2"}, ("unknown", "merchant_reference")),
        (WARNED | {"source": "reviewer"}, ("invalid_choice", "source")),
        (WARNED | {"source": "chargeback"}, ("invalid_choice", "source")),
        (WARNED | {"is_fraud": "yes"}, ("invalid", "is_fraud")),
        (WARNED | {"observed_at": "2099-01-01T00:00:00Z"}, ("future", "observed_at")),
        (WARNED | {"reference": "4242 4242 4242 4242"}, ("card_number", "reference")),
        (WARNED | {"colour": "red"}, ("unknown", "colour")),
    ):
        answer = machine.post("labels", body)
        assert (answer.status_code, refusals(answer)) == (422, [expected])
    assert Machine(Scope.ASSESSMENTS_WRITE).post("labels", WARNED).status_code == 403
    assert Label.objects.count() == 0
