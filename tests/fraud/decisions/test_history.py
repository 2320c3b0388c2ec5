"""History is assessed as it would have been: once, with what was known then, and without outcomes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from pytest_django import Settings

from fraud.assessments.models import Assessment, Basis, Origin, Outcome
from fraud.features.models import Sighting
from fraud.labels.models import Label
from fraud.management.commands.fraud_backfill import months
from payments.acts.models import PaymentHold
from payments.facts import EventKind
from payments.ledger.models import Attempt
from tests.fraud.decisions.test_assessing import START, told
from tests.payments.acts.stories import tell_all
from tests.payments.ledger.telling import make_provider

pytestmark = pytest.mark.django_db


def test_history_is_what_would_have_been_seen_and_is_kept_once(settings: Settings) -> None:
    make_provider()
    tell_all([told(EventKind.AUTHORIZED, order="A-0")])
    live = Assessment.objects.get()
    settings.LEDGER_PIPELINE = []
    tell_all([
        told(EventKind.FAILED, 1, attempt_reference="pi_1"), told(EventKind.AUTHORIZED, 2, attempt_reference="pi_2"),
        told(EventKind.ATTEMPT_STARTED, 3, order="A-2"),
        told(EventKind.DISPUTE_OPENED, 4, attempt_reference="pi_2", object_key="dp_1", reason="fraudulent"),
    ])  # fmt: skip
    for _ in range(2):
        call_command("fraud_backfill", verbosity=0)
    old = Assessment.objects.exclude(pk=live.pk).get()
    paid = Attempt.objects.get(provider_reference="pi_2")
    assert (old.attempt_id, old.origin, old.outcome, old.basis, old.as_of) == (
        paid.pk, Origin.HISTORY, Outcome.ALLOW, Basis.NOTHING, paid.requested_at,
    )  # fmt: skip
    assert (Sighting.objects.count(), Label.objects.get().is_fraud, PaymentHold.objects.count()) == (4, True, 0)


def test_features_of_history_are_those_of_the_moment() -> None:
    make_provider()
    orders = [told(EventKind.AUTHORIZED, minute, order=f"A-{minute}") for minute in range(4)]
    for order in orders:
        tell_all([order])
    live = dict(Assessment.objects.values_list("merchant_reference", "features"))
    Assessment.objects.update(payment_id=None, attempt_id=None)
    call_command("fraud_backfill", verbosity=0)
    again = dict(Assessment.objects.filter(origin=Origin.HISTORY).values_list("merchant_reference", "features"))
    assert again == live
    assert len({tuple(values) for values in live.values()}) == 4


def test_a_month_follows_the_other_without_a_gap() -> None:
    spans = months(START, START + timedelta(days=60))
    assert [begin for begin, _ in spans[1:]] == [end for _, end in spans[:-1]]
    assert spans[0][0] == START
    assert spans[-1][1] > START + timedelta(days=60)
