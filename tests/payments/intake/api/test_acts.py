"""Acts that the shop asks for by the API: once under a key, in the limits, and not what it merely tells."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.acts.models import ActState, PaymentAct
from payments.acts.services import sending
from payments.intake.scopes import Scope
from payments.intake.services import keys
from payments.ledger.models import Payment
from payments.records.models import ApprovalLimit
from tests.payments.acts.stories import FakeClient, captured, stripe
from tests.payments.acts.stories import fake as fake
from tests.payments.intake.api.asking import Machine, refusals

pytestmark = pytest.mark.django_db
PATH = "payments/A-1/acts"
REFUND = {"kind": "refund", "amount": 4_000, "reason": "broken"}


@pytest.fixture
def machine(fake: FakeClient) -> Machine:
    """A shop with a captured payment."""
    stripe()
    captured()
    return Machine()


def test_a_refund_is_asked_for_once_and_read_back(machine: Machine, fake: FakeClient) -> None:
    answers = [machine.post(PATH, REFUND, repeat="refund-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    act = PaymentAct.objects.get()
    assert (act.requested_with, act.requested_by, act.amount) == (machine.key.prefix, None, 4_000)
    told = answers[0].json()
    assert (told["state"], told["kind"], told["merchant_reference"]) == ("queued", "refund", "A-1")
    sending.send_acts()
    read = machine.get(f"acts/{told['id']}").json()
    assert (read["state"], read["provider_reference"]) == ("succeeded", "refunded_1")
    assert Payment.objects.get().refunded == 4_000


def test_what_is_asked_must_be_right(machine: Machine) -> None:
    assert refusals(machine.post(PATH, REFUND)) == [("invalid", "Idempotency-Key")]
    for body, expected in (
        ({"kind": "refund", "amount": 10_001}, ("too_much", "amount")),
        ({"kind": "capture", "amount": 1}, ("too_much", "amount")),
        ({"kind": "void", "amount": 1}, ("wrong_state", None)),
        ({"kind": "gift", "amount": 1}, ("invalid_choice", "kind")),
        ({"kind": "refund", "amount": 0}, ("min_value", "amount")),
        ({"kind": "refund", "amount": 1, "currency": "KRW"}, ("unknown", "currency")),
    ):
        answer = machine.post(PATH, body, repeat="wrong")
        assert (answer.status_code, refusals(answer)) == (422, [expected])
    assert machine.post("payments/nobody/acts", REFUND, repeat="x").status_code == 404
    assert machine.get("acts/00000000-0000-4000-8000-000000000000").status_code == 404
    assert PaymentAct.objects.count() == 0


def test_telling_is_not_asking(machine: Machine) -> None:
    teller = Machine(Scope.PAYMENTS_WRITE)
    assert teller.post(PATH, REFUND, repeat="r").status_code == 403
    assert PaymentAct.objects.count() == 0


def test_above_the_limit_a_person_has_to_approve(machine: Machine) -> None:
    ApprovalLimit.objects.create(verb="refund", currency="KRW", limit_minor=3_999)
    assert machine.post(PATH, REFUND, repeat="r").json()["state"] == ActState.AWAITING_APPROVAL
    assert sending.send_acts() == 0


def test_a_key_that_was_rotated_between_two_tries_asks_once(machine: Machine) -> None:
    first = machine.post(PATH, REFUND, repeat="refund-1")
    for _ in range(2):
        machine.issued = keys.rotate(machine.key, overlap=timedelta(days=1), by=None)
        again = machine.post(PATH, REFUND, repeat="refund-1")
        assert (again.status_code, again.json()) == (202, first.json())
    assert PaymentAct.objects.count() == 1
