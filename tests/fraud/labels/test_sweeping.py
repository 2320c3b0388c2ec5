"""A label whose step of the pipeline failed is found by the sweep, and counts for the keys as if it had not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import OperationalError

from fraud.features.models import KeyHour, KeyKind
from fraud.labels.models import Label
from fraud.labels.services import disputes, sweeping, warnings
from fraud.labels.tasks import sweep_labels
from payments.facts import EventKind
from payments.ledger.models import Dispute
from tests.payments.acts.stories import captured, tell_all
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db
OPENED = tell(EventKind.DISPUTE_OPENED, 90, attempt_reference="pi_A-1", object_key="dp_1", amount=10_000, reason="10.4")
WON = tell(EventKind.DISPUTE_CLOSED, 99, attempt_reference="pi_A-1", object_key="dp_1", outcome="won")
WARNED = tell(EventKind.FRAUD_WARNED, 80, attempt_reference="pi_A-1", object_key="issfr_1")


def lost(*_: Any, **__: Any) -> int:
    raise OperationalError("the connection is gone")


def known() -> list[tuple[str, bool | None]]:
    rows = Label.objects.order_by("source", "reference").values_list("reference", "is_fraud")
    return [(name.replace(f"dispute/{Dispute.objects.get().pk}", "dispute/dp_1"), is_fraud) for name, is_fraud in rows]


@pytest.fixture
def _failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that fail with the database, as when its connection is lost in the middle."""
    make_provider()
    captured()
    with monkeypatch.context() as broken:
        broken.setattr(disputes, "tell", lost)
        broken.setattr(warnings, "tell", lost)
        tell_all([WARNED])
        tell_all([OPENED])
        tell_all([WON])
    assert Dispute.objects.get().status == "won"
    assert Label.objects.count() == 0


@pytest.mark.usefixtures("_failing")
def test_what_a_step_left_out_is_told_and_counted_by_the_sweep_once() -> None:
    sweep_labels()
    assert known() == [("dispute/dp_1", True), ("dispute/dp_1/won", False), ("warning/stripe/issfr_1", True)]
    counted = KeyHour.objects.filter(kind=KeyKind.SHOP)
    assert (sum(row.frauds for row in counted), sum(row.disputes for row in counted)) == (1, 1)
    assert sweeping.sweep() == 0


@pytest.mark.usefixtures("_failing")
def test_one_that_cannot_be_labelled_keeps_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    captured(reference="A-2")
    with monkeypatch.context() as broken:
        broken.setattr(warnings, "tell", lost)
        tell_all(
            [tell(EventKind.FRAUD_WARNED, 81, attempt_reference="pi_A-2", object_key="i_2", merchant_reference="A-2")]
        )
    real = disputes.tell_of
    with monkeypatch.context() as broken:
        broken.setattr(
            disputes, "tell_of", lambda pks: lost() if Dispute.objects.get().payment_id in pks else real(pks)
        )
        assert sweeping.sweep() == 1
    assert list(Label.objects.values_list("reference", flat=True)) == ["warning/stripe/i_2"]
    assert sweeping.sweep() == 3


def test_the_end_and_the_reason_of_a_dispute_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    make_provider()
    captured()
    tell_all([replace(OPENED, reason="")])
    assert known() == [("dispute/dp_1", None)]
    assert sweeping.sweep() == 0
    Dispute.objects.update(reason="10.4")
    assert sweeping.sweep() == 1
    assert known() == [("dispute/dp_1", None), ("dispute/dp_1/later", True)]
    with monkeypatch.context() as broken:
        broken.setattr(disputes, "tell", lost)
        tell_all([WON])
    Dispute.objects.update(reason="10.4")
    assert (sweeping.sweep(), sweeping.sweep()) == (1, 0)
    assert known()[-1] == ("dispute/dp_1/won", False)
