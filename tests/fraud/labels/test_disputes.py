"""Disputes become labels: as they are told, in whatever order, and once."""

from __future__ import annotations

import pytest

from fraud.labels.models import Label, LabelSource
from fraud.labels.selectors import truth_of
from fraud.labels.services import disputes
from payments.facts import EventKind
from payments.ledger.models import Dispute, Payment
from payments.ledger.pipeline import Changed
from tests.payments.acts.stories import captured, tell_all
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db


def disputed(reason: str) -> Payment:
    """A payment that its buyer disputes."""
    make_provider()
    payment = captured()
    tell_all([
        tell(EventKind.DISPUTE_OPENED, 90, attempt_reference="pi_A-1", object_key="dp_1", amount=10_000, reason=reason),
    ])  # fmt: skip
    noted()
    return payment


def noted() -> None:
    """What the step of the pipeline makes of every dispute."""
    disputes.note(Changed(disputes=tuple(Dispute.objects.values_list("pk", flat=True))))


def labels() -> list[tuple[str, bool | None]]:
    """By reference, without the number of the dispute."""
    rows = Label.objects.order_by("reference").values_list("reference", "is_fraud")
    return [(reference.partition("/")[2].partition("/")[2], is_fraud) for reference, is_fraud in rows]


def test_a_dispute_about_fraud_says_so_once_as_of_when_it_was_opened() -> None:
    payment = disputed("fraudulent")
    noted()
    assert labels() == [("", True)]
    truth = truth_of([payment.pk])[payment.pk]
    assert (truth.is_fraud, truth.source, truth.observed_at) == (
        True, LabelSource.CHARGEBACK, tell(EventKind.FAILED, 90).occurred_at,
    )  # fmt: skip


def test_one_that_was_won_was_no_fraud() -> None:
    payment = disputed("10.4")
    tell_all([tell(EventKind.DISPUTE_CLOSED, 99, attempt_reference="pi_A-1", object_key="dp_1", outcome="won")])
    noted()
    assert labels() == [("", True), ("won", False)]
    assert truth_of([payment.pk])[payment.pk].is_fraud is False


def test_one_about_the_goods_says_nothing_of_fraud_whoever_wins() -> None:
    payment = disputed("product_not_received")
    tell_all([tell(EventKind.DISPUTE_CLOSED, 99, attempt_reference="pi_A-1", object_key="dp_1", outcome="won")])
    noted()
    assert labels() == [("", None)]
    assert truth_of([payment.pk]) == {}


def test_a_reason_may_become_known_later() -> None:
    payment = disputed("")
    Dispute.objects.update(reason="fraudulent")
    noted()
    noted()
    assert labels() == [("", None), ("later", True)]
    assert truth_of([payment.pk])[payment.pk].is_fraud is True


def test_all_of_history_at_once_is_the_same_and_once() -> None:
    disputed("fraudulent")
    before = labels()
    assert disputes.backfill() == 0
    assert labels() == before
