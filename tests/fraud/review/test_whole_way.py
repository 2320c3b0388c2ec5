"""From the event of a provider to the act at it: a watched card is held, reviewed by two people and given back, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from fraud.features.models import KeyKind
from fraud.labels.models import Label
from fraud.lists.models import ListName
from fraud.lists.services.entries import NewEntry, add
from fraud.review.models import Case, CaseState, Decision, DecisionState, Queue, Verdict
from fraud.review.selectors.case_page import case_shown
from fraud.review.selectors.queue import queue_page
from fraud.review.services import claiming, deciding
from fraud.review.services.deciding import Choice
from fraud.review.services.leaving import let_leave
from fraud.review.services.raising import raise_alerts
from payments.acts.models import ActState, HoldEffect, PaymentAct, PaymentHold
from payments.acts.services.sending import send_acts
from payments.facts import EventKind, Instrument
from payments.ledger.models import Payment
from tests.fraud.decisions.conftest import STEPS
from tests.fraud.review.cases import analyst, lead
from tests.payments.acts.conftest import fake as fake
from tests.payments.acts.stories import FakeClient, stripe, tell_all
from tests.payments.ledger.telling import tell

pytestmark = pytest.mark.django_db


def paid_with(card: str, order: str) -> Payment:
    """A payment of 10 000 won whose money was taken."""
    named: dict[str, Any] = {
        "attempt_reference": f"pi_{order}", "amount": 10_000, "merchant_reference": order,
        "instrument": Instrument(fingerprint=card),
    }  # fmt: skip
    promised = tell(EventKind.AUTHORIZED, references=(f"ch_{order}",), source_event_id=f"auth-{order}", **named)
    taken = tell(EventKind.CAPTURED, provider_key=f"ch_{order}", source_event_id=f"capture-{order}", **named)
    for event in (promised, taken):
        tell_all([replace(event, occurred_at=timezone.now())])
    return Payment.objects.get(merchant_reference=order)


def test_a_watched_card_is_held_reviewed_and_given_back(settings: Any, fake: FakeClient) -> None:
    settings.LEDGER_PIPELINE = STEPS
    settings.FRAUD_SAMPLE_PPM = 0
    settings.FRAUD_SECOND_ABOVE = {"KRW": 9_999}
    ann, boss = analyst(), lead()
    stripe()
    add(NewEntry(ListName.WATCH, KeyKind.INSTRUMENT, "stolen", "Chargeback of May"), by=ann)
    payment = paid_with("stolen", "A-1")
    paid_with("honest", "A-2")
    hold = PaymentHold.objects.get()
    assert (hold.payment, hold.ended_at) == (payment, None)

    assert (raise_alerts(), raise_alerts()) == (1, 0)
    (shown,) = queue_page(Queue.REVIEW, by=ann).rows
    assert (shown.customer, shown.amounts) == ("A-1", ((10_000, "KRW"),))
    case = claiming.claim_next(Queue.REVIEW, by=ann)
    assert case is not None
    (alert,) = case_shown(case.pk, by=ann).alerts
    assert alert.hold is not None
    assert (alert.hold.effect, [str(each) for each in alert.lists]) == (
        HoldEffect.CAPTURE_POSTPONED, [f"{ListName.WATCH.label}: {KeyKind.INSTRUMENT.label}"],
    )  # fmt: skip

    made = deciding.decide(case, Choice(Verdict.REJECT, "stolen_card", UUID(int=1)), by=ann)
    deciding.second(made, True, by=boss)
    assert let_leave() == 0
    Decision.objects.update(leaves_at=timezone.now() - timedelta(seconds=1))
    assert (let_leave(), let_leave()) == (1, 0)
    act = PaymentAct.objects.get()
    assert (act.kind, act.amount, act.requested_by) == ("refund", 10_000, ann)
    assert (send_acts(), send_acts()) == (1, 0)
    act.refresh_from_db()
    payment.refresh_from_db()
    assert (act.state, payment.refunded, len(fake.done)) == (ActState.SUCCEEDED, 10_000, 1)
    assert PaymentHold.objects.get().ending == "cancelled"
    assert Label.objects.values_list("payment_id", "is_fraud", "told_by").get() == (payment.pk, True, ann.pk)
    made.refresh_from_db()
    assert (made.state, made.second_by, Case.objects.get().state) == (DecisionState.DONE, boss, CaseState.CLOSED)
    assert raise_alerts() == 0
