"""The page of a payment says what was decided, on what, and what is held since; to those who may know."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from config.staff.models import User
from config.staff.roles import Role
from fraud.assessments.models import Assessment
from fraud.features.models import KeyKind
from fraud.labels.models import LabelSource
from fraud.labels.services.telling import Told, tell
from fraud.lists.hits import code_of
from fraud.lists.models import ListName
from fraud.rules.models import RuleVersion
from payments.acts.models import PaymentHold
from payments.acts.services import holds
from payments.facts import EventKind
from payments.ledger.models import Payment
from tests.cast import person
from tests.fraud.decisions.conftest import Score
from tests.fraud.decisions.test_assessing import told
from tests.payments.acts.stories import tell_all
from tests.payments.ledger.telling import make_provider
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _held(scoring: Callable[[Score], None]) -> None:
    make_provider()
    scoring(lambda values: 456_789)
    tell_all([told(EventKind.AUTHORIZED)])


def page(user: User) -> str:
    """What somebody sees."""
    client = Client()
    client.force_login(user)
    return client.get("/payments/A-1/").content.decode()


def test_it_says_what_was_decided_and_what_is_held_until_when() -> None:
    analyst = person(Role.FRAUD_ANALYST)
    version = row(RuleVersion)
    Assessment.objects.update(rule_ids=[version.pk], list_hits=[code_of(ListName.WATCH, KeyKind.IP)])
    shown = page(analyst)
    for words in ("Risk assessment", "probability of fraud 45 %", version.rule.name, "Watch list", "Held",
                  "No money can be taken", "then the clock releases it", "The reasons are being worked out",
                  "Everything that was known", "Amount in the reference currency"):  # fmt: skip
        assert words in shown, words
    assert "Not everybody could be asked" not in shown
    holds.release(PaymentHold.objects.get(), by=analyst)
    reasons = [{"feature": "customer_amount_ratio_30d", "value": 31_000, "weight_ppm": 5}]
    Assessment.objects.update(reasons=reasons, down_reason="score: ScorerBroken")
    shown = page(analyst)
    for words in ("3.1 times this customer&#x27;s usual amount", "Hold released", str(analyst), "score: ScorerBroken"):
        assert words in shown, words


def test_it_says_what_the_payment_turned_out_to_be_and_whether_that_may_change(settings: Settings) -> None:
    analyst = person(Role.FRAUD_ANALYST)
    created = Payment.objects.get().created_at
    settings.FRAUD_LABEL_MATURITY_DAYS = (timezone.now() - created).days + 3
    shown = page(analyst)
    assert "Nobody says yet whether it was fraud." in shown
    assert re.search(r'may be disputed until <time datetime="20\d\d-\d\d-\d\d">', shown)
    settings.FRAUD_LABEL_MATURITY_DAYS = (timezone.now() - created).days
    tell([Told(Payment.objects.get().pk, LabelSource.ISSUER_WARNING, True, created, "warning/1")], by=None)
    shown = page(analyst)
    for words in ("Warning of the issuer", "a dispute would have come by"):
        assert words in shown, words
    assert "Nobody says yet" not in shown


def test_who_may_not_see_assessments_sees_none() -> None:
    shown = page(person(Role.FINANCE))
    assert "A-1" in shown
    assert "Risk assessment" not in shown


@pytest.mark.parametrize("count", [1, 30])
def test_it_asks_as_much_whatever_was_decided(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = Client()
    client.force_login(person(Role.FRAUD_ANALYST))
    first = Assessment.objects.get()
    for number in range(1, count):
        row(Assessment, payment_id=first.payment_id, attempt_id=10_000 + number, rule_ids=[row(RuleVersion).pk])
    Assessment.objects.update(rule_ids=[row(RuleVersion).pk])
    client.get("/payments/A-1/")
    with django_assert_num_queries(23):
        client.get("/payments/A-1/")
