"""Labels from the provider's own events: late, twice, before their payment, and one label all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from fraud.features.models import KeyHour, KeyKind
from fraud.labels.models import Label, LabelSource
from fraud.labels.selectors import truth_of
from fraud.labels.services import disputes, warnings
from payments.facts import EventKind
from payments.intake.services.drain import drain
from payments.ledger.models import Payment, PaymentEvent
from payments.ledger.pipeline import Changed
from tests.payments.acts.stories import captured, tell_all
from tests.payments.intake.doors import charge, dispute, event, forget_doors, give, provider_with_door, states
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db
WARNED_AT = datetime(2026, 7, 9, 12, tzinfo=UTC)


@pytest.fixture
def _door() -> Iterator[None]:
    provider_with_door("stripe", "stripe", currencies=["KRW"])
    yield
    forget_doors()


def warning(number: int, kind: str = "created", **changed: Any) -> dict[str, Any]:
    """A warning about the charge `number`, as Stripe delivers it."""
    subject = {
        "id": f"issfr_{number}", "object": "radar.early_fraud_warning", "actionable": True, "charge": f"ch_{number:024}",
        "created": int(WARNED_AT.timestamp()), "fraud_type": "made_with_stolen_card", **changed,
    }  # fmt: skip
    return event(f"radar.early_fraud_warning.{kind}", subject, number)


def kept() -> list[tuple[Any, ...]]:
    return list(Label.objects.values_list("source", "is_fraud", "observed_at", "reference"))


ONE = [(LabelSource.ISSUER_WARNING, True, WARNED_AT, "warning/stripe/issfr_1")]


@pytest.mark.usefixtures("_door")
def test_a_warning_by_webhook_is_one_label_however_often_it_comes() -> None:
    give(charge(1))
    drain()
    give(warning(1), warning(1), warning(1, "updated", actionable=False))
    drain()
    give(warning(1, "updated", fraud_type="unauthorized_use_of_card"))
    drain()
    assert states() == ["done"] * len(states())
    payment = Payment.objects.get()
    assert kept() == ONE
    assert (truth_of([payment.pk])[payment.pk].source, payment.is_conflicting) == (LabelSource.ISSUER_WARNING, False)
    hour = KeyHour.objects.get(kind=KeyKind.SHOP, frauds__gt=0)
    assert (hour.frauds, hour.disputes, hour.hour_at) == (1, 0, WARNED_AT)
    told = PaymentEvent.objects.filter(kind=EventKind.FRAUD_WARNED).order_by("pk").values_list("body__reason")
    assert list(told) == [("made_with_stolen_card",), ("unauthorized_use_of_card",)]


@pytest.mark.usefixtures("_door")
def test_a_warning_before_its_payment_waits_for_it() -> None:
    give(warning(1))
    drain()
    assert (states(), kept()) == (["parked"], [])
    give(charge(1))
    drain()
    assert (states(), kept()) == (["done", "done"], ONE)


@pytest.mark.usefixtures("_door")
def test_a_dispute_about_fraud_by_webhook_is_believed_before_the_warning() -> None:
    give(dispute(1), warning(1), charge(1))
    drain()
    payment = Payment.objects.get()
    assert truth_of([payment.pk])[payment.pk].source == LabelSource.CHARGEBACK
    assert sorted(name.partition("/")[0] for *_, name in kept()) == ["dispute", "warning"]
    sums = KeyHour.objects.filter(kind=KeyKind.SHOP).aggregate(frauds=Sum("frauds"), disputes=Sum("disputes"))
    assert sums == {"frauds": 1, "disputes": 1}


def test_what_a_warning_says_changes_no_money() -> None:
    make_provider()
    before = captured()
    warned = tell(EventKind.FRAUD_WARNED, 90, object_key="issfr_1", merchant_reference="", references=("ch_A-1",))
    tell_all([warned])
    after = Payment.objects.get()
    assert (after.status, after.captured, after.charged_back, after.is_conflicting) == ("captured", 10_000, 0, False)
    assert (after.changed_at, warnings.backfill()) == (before.changed_at, 0)


def test_what_brings_neither_dispute_nor_warning_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        disputes.note(Changed(payments=(1, 2, 3)))
    assert len(queries) == 0
