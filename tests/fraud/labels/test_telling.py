"""Labels: told once, the most believable says what a payment is, and some say nothing of fraud."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum

from config.staff.roles import Role
from fraud.features.models import KeyHour, KeyKind, Sighting
from fraud.labels.codes import is_about_fraud
from fraud.labels.models import Label, LabelSource
from fraud.labels.selectors import Truth, is_mature, truth_of
from fraud.labels.services.telling import Told, tell
from payments.records.models import AuditEvent
from tests.cast import person
from tests.payments.valid_rows import row

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
REVIEWED = Told(1, LabelSource.REVIEWER, False, NOON, "decision/1")


@pytest.mark.django_db
def test_a_telling_is_kept_once_and_what_a_person_says_is_in_the_trail() -> None:
    who = person(Role.FRAUD_ANALYST)
    assert tell([REVIEWED], by=who) == 1
    assert tell([REVIEWED, replace(REVIEWED, payment_id=2)], by=who) == 1
    assert tell([], by=who) == 0
    assert list(Label.objects.values_list("payment_id", "told_by")) == [(1, who.pk), (2, who.pk)]
    trail = AuditEvent.objects.filter(verb="label.told").order_by("pk").values_list("subject_id", "detail__is_fraud")
    assert list(trail) == [("1", False), ("2", False)]


@pytest.mark.django_db
def test_what_is_told_counts_for_every_key_of_the_payment() -> None:
    row(Sighting, payment_id=1, customer_id=5, device=6)
    tell([Told(1, LabelSource.CHARGEBACK, None, NOON, "dispute/1")], by=None)
    tell([Told(1, LabelSource.CHARGEBACK, True, NOON, "dispute/1/later")], by=None)
    tell(
        [
            Told(1, LabelSource.CHARGEBACK, False, NOON, "dispute/1/won"),
            Told(1, LabelSource.REVIEWER, True, NOON, "d/9"),
        ],
        by=None,
    )
    sums = KeyHour.objects.values_list("kind", "key").annotate(Sum("frauds"), Sum("disputes")).order_by("kind")
    assert list(sums) == [(KeyKind.CUSTOMER, 5, 1, 1), (KeyKind.DEVICE, 6, 1, 1)]


@pytest.mark.django_db
def test_the_most_believable_source_says_what_a_payment_is_and_of_it_the_last() -> None:
    chargeback = Told(1, LabelSource.CHARGEBACK, True, NOON, "dispute/1")
    tell(
        [REVIEWED, chargeback, replace(REVIEWED, payment_id=2), Told(3, LabelSource.CHARGEBACK, None, NOON, "d/3")],
        by=None,
    )
    assert truth_of([1, 2, 3]) == {
        1: Truth(True, LabelSource.CHARGEBACK, NOON),
        2: Truth(False, LabelSource.REVIEWER, NOON),
    }
    later = NOON + timedelta(days=9)
    tell([replace(chargeback, is_fraud=False, observed_at=later, reference="dispute/1/won")], by=None)
    assert truth_of([1]) == {1: Truth(False, LabelSource.CHARGEBACK, later)}


def test_a_payment_is_mature_when_its_dispute_would_have_come() -> None:
    assert is_mature(NOON, NOON + timedelta(days=120))
    assert not is_mature(NOON, NOON + timedelta(days=119, hours=23))


@pytest.mark.parametrize(
    ("reason", "speaks"),
    [
        ("fraudulent", True), ("10.4", True), ("4837", True), ("4837 No cardholder authorization", True), ("UA01", True),
        ("Fraud: card not present", True), ("13.1", False), ("4853", False), ("product_not_received", False),
        ("No Cardholder Authorization", True), ("debit_not_authorized", True), ("11.3 No Authorization", False),
        ("", False), ("100", False), ("duplicate", False),
    ],
)  # fmt: skip
def test_which_reasons_speak_of_fraud(reason: str, speaks: bool) -> None:
    assert is_about_fraud(reason) is speaks
