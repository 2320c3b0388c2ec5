"""What a rule would have done to what was decided, by currency and by what became of it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from fraud.assessments.models import Assessment, Basis, Outcome
from fraud.labels.models import Label
from fraud.rules import backtesting
from fraud.rules.backtesting import Backtest, Hits, Overlap, backtest
from fraud.rules.models import Rule, RuleAction, RuleVersion
from fraud.rules.parsing import parse
from payments.models import Payment
from tests.fraud.rules.conditions import VOCABULARY, both, compare, field
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
NOW = timezone.now()
OLD = NOW - timedelta(days=settings.FRAUD_LABEL_MATURITY_DAYS + 5)
YOUNG = NOW - timedelta(days=3)
SINCE = NOW - timedelta(days=365)
VISA = parse(compare("brand", "=", "visa"), VOCABULARY)

CASES = {
    "allowed": (Outcome.ALLOW, Basis.NOTHING),
    "by rule": (Outcome.ALLOW, Basis.RULE),
    "by list": (Outcome.ALLOW, Basis.LIST),
    "asked": (Outcome.STEP_UP, Basis.RULE),
    "reviewed": (Outcome.REVIEW, Basis.RULE),
    "by score": (Outcome.REVIEW, Basis.SCORE),
    "blocked": (Outcome.BLOCK, Basis.RULE),
    "by policy": (Outcome.REVIEW, Basis.POLICY),
    "scored high": (Outcome.BLOCK, Basis.SCORE),
}


def decided(amount: int = 100, as_of: datetime = OLD, **changes: Any) -> Payment:
    """A payment with its decision: a Visa card in won, captured, allowed because nothing spoke against it."""
    status, refunded = changes.pop("status", "captured"), changes.pop("refunded", 0)
    payment = row(Payment, amount=amount, status=status, refunded=refunded)
    facts = {"amount": amount, "currency": "KRW", "brand": "visa", "as_of": as_of, "features": [5, 3]}
    row(Assessment, payment_id=payment.pk, attempt_id=payment.pk, **facts | changes)
    return payment  # type: ignore[no-any-return]


def labelled(payment: Payment, is_fraud: bool | None, source: int = 1) -> Payment:
    row(Label, payment_id=payment.pk, is_fraud=is_fraud, source=source, observed_at=NOW)
    return payment


def tried(action: RuleAction = RuleAction.BLOCK, node: Any = VISA) -> Backtest:
    return backtest(node, action, SINCE, NOW)


def test_every_payment_is_counted_under_what_became_of_it(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    labelled(decided(1), True)
    labelled(decided(2, as_of=YOUNG), True, source=4)
    labelled(decided(4), None)
    labelled(labelled(decided(8), True, source=4), False)
    decided(16, outcome=Outcome.BLOCK)
    decided(32, status="failed")
    decided(64, refunded=64)
    decided(128, as_of=YOUNG)
    decided(256)
    decided(512, brand="jcb")
    decided(1024, as_of=SINCE - timedelta(seconds=1))
    labelled(decided(3, currency="USD"), True)
    with django_assert_num_queries(5):  # its time, its memory, and the savepoint around all
        found = tried()
    assert found.currencies == (
        Hits("KRW", 9, 511, fraud=2, disputed=2, refunded=1, blocked=2, good=1, immature=1, changed=8,
             fraud_value=3, good_value=256),
        Hits("USD", 1, 3, fraud=1, disputed=0, refunded=0, blocked=0, good=0, immature=0, changed=1,
             fraud_value=3, good_value=0),
    )  # fmt: skip
    assert (found.considered, found.hits, found.changed, found.immature, found.days) == (11, 10, 9, 1, 123)


def test_nothing_decided_is_nothing_found() -> None:
    found = tried(RuleAction.REVIEW)
    assert (found.considered, found.days, found.currencies, found.overlaps, found.reviews_in_ten_days) == (
        0, 0, (), (), 0,
    )  # fmt: skip


def test_a_payment_decided_twice_counts_once_as_it_was_decided_last() -> None:
    payment = decided(100)
    row(
        Assessment, payment_id=payment.pk, attempt_id=payment.pk + 10**9, amount=100, currency="KRW", brand="visa",
        as_of=OLD + timedelta(hours=1), outcome=Outcome.BLOCK,
    )  # fmt: skip
    for order in ("A-1", "A-2", "A-2"):
        row(
            Assessment, payment_id=None, attempt_id=None, amount=7, currency="KRW", brand="visa", as_of=OLD,
            merchant_reference=order,
        )  # fmt: skip
    found = tried()
    assert (found.considered, found.hits, found.currencies[0].value, found.changed) == (5, 3, 114, 2)


@pytest.mark.parametrize(("as_of", "fate"), [(OLD, "blocked"), (YOUNG, "immature")])
def test_what_was_never_paid_is_not_good(as_of: datetime, fate: str) -> None:
    """A shop that asked and did not sell, and a voucher nobody paid."""
    row(Assessment, payment_id=None, attempt_id=None, amount=7, currency="KRW", brand="visa", as_of=as_of)
    decided(5, as_of=as_of, status="pending")
    (hits,) = tried().currencies
    assert (hits.hits, hits.good, getattr(hits, fate), hits.good_value) == (2, 0, 2, 0)


def test_what_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    decided()
    monkeypatch.setattr(backtesting, "LONGEST_SECONDS", 1)
    monkeypatch.setattr(backtesting, "to_sql", lambda *_: ("pg_sleep(5) IS NOT NULL", []))
    started = time.monotonic()
    with pytest.raises(backtesting.TookTooLong):
        tried()
    assert time.monotonic() - started < 4
    assert Assessment.objects.count() == 1  # the connection goes on


def test_other_errors_of_the_database_are_no_matter_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "to_sql", lambda *_: ("1 / 0 = 1", []))
    decided()
    with pytest.raises(DataError):
        tried()


@pytest.mark.parametrize(
    ("action", "changed"),
    [
        (RuleAction.STEP_UP, set(CASES) - {"asked"}),
        (RuleAction.ALLOW, {"reviewed", "by score", "blocked", "by policy", "scored high"}),
        (RuleAction.BLOCK, {"allowed", "reviewed", "by score", "by policy"}),
        (RuleAction.REVIEW, {"allowed", "scored high"}),
    ],
)
def test_a_rule_changes_what_nothing_higher_decided(action: RuleAction, changed: set[str]) -> None:
    places = {name: 2**n for n, name in enumerate(CASES)}
    for name, (outcome, basis) in CASES.items():
        labelled(decided(places[name], outcome=outcome, basis=basis, down_reason="x"), True)
    found = tried(action)
    assert {name for name, bit in places.items() if found.currencies[0].fraud_value & bit} == changed
    assert found.currencies[0].changed == found.currencies[0].fraud_value.bit_count()


def test_reviews_come_on_top_of_those_there_were() -> None:
    for day in range(8):
        decided(as_of=OLD + timedelta(days=day))
    decided(as_of=OLD, outcome=Outcome.REVIEW, basis=Basis.RULE)
    found = tried(RuleAction.REVIEW)
    assert (found.hits, found.changed, found.days, found.reviews_in_ten_days) == (9, 8, 8, 10)
    assert tried(RuleAction.BLOCK).reviews_in_ten_days == 0


def test_hits_of_other_rules_are_told_by_rule() -> None:
    first, other = row(Rule, name="First"), row(Rule, name="Other")
    one = row(RuleVersion, rule=first, number=1, state=4, retired_at=NOW).pk
    two = row(RuleVersion, rule=first, number=2).pk
    three = row(RuleVersion, rule=other).pk
    for ids in ([one], [two, three], [three], [], [three]):
        decided(rule_ids=ids)
    decided(rule_ids=[one], brand="jcb")
    assert tried().overlaps == (Overlap(other.pk, "Other", 3), Overlap(first.pk, "First", 2))


def test_features_are_those_of_then_and_missing_ones_are_missing() -> None:
    decided(1, features=[0, 9])
    decided(2, features=[0])
    decided(4, features=[0, None])
    many = both(compare("customer_count_1h", ">=", 9), compare("currency", "=", "KRW"), compare("amount", "<", 5))
    assert tried(node=parse(many, VOCABULARY)).currencies[0].value == 1
    missing = parse({"op": "missing", "left": field("customer_count_1h")}, VOCABULARY)
    assert tried(node=missing).currencies[0].value == 6
