"""Features as they were answered when it happened equal those of all of history afterwards: so nothing leaks.

History is told in the order of time: each attempt is asked about before anything later is known, and what failed, was
refunded or turned out as fraud is told when it was known. Then everything is asked for at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fraud.features.catalogue import BY_NAME, CATALOGUE, LABEL_DELAY
from fraud.features.models import KeyHour, Sighting
from fraud.features.selectors import bulk_features, features_of_attempts
from fraud.features.services.sightings import keep_payments
from fraud.features.subjects import FeatureRow
from fraud.labels.models import LabelSource
from fraud.labels.services.telling import Told
from fraud.labels.services.telling import tell as tell_labels
from payments.facts import AttemptResult, CheckoutFact, CustomerFact, EventKind, Instrument, NeutralEvent
from payments.ledger.models import Attempt, Payment
from payments.ledger.services.record import record
from tests.fraud.features.histories import START, Size, kept, labelled, sighted
from tests.fraud.features.naive import World
from tests.payments.ledger.telling import make_provider

pytestmark = pytest.mark.django_db
FOREVER = (START - timedelta(days=365), START + timedelta(days=3650))


def everything(zone: str = "") -> dict[int, tuple[int | None, ...]]:
    """Values of all attempts by id, of all history at once."""
    return {row.subject.attempt_id: row.values for row in bulk_features(*FOREVER, zone=zone)}


def different(one: tuple[int | None, ...], other: tuple[int | None, ...]) -> dict[str, Any]:
    """Values that differ, by name."""
    pairs = zip(CATALOGUE, one, other, strict=True)
    return {feature.name: (a, b) for feature, a, b in pairs if a != b}


@dataclass(frozen=True)
class Paid:
    """One payment of a history: whose, with what, and what becomes of it how many hours later."""

    at: datetime
    who: int
    card: int
    device: int
    ip: int
    amount: int
    is_failed: bool
    refunded_after: int | None
    fraud_after: int | None
    is_told_again: bool


PAID = st.builds(
    Paid,
    at=st.integers(0, 40 * 24 * 6).map(lambda tens: START + timedelta(minutes=10 * tens)),
    who=st.integers(0, 2), card=st.integers(0, 2), device=st.integers(0, 2), ip=st.integers(0, 1),
    amount=st.integers(1, 50_000), is_failed=st.booleans(), refunded_after=st.none() | st.integers(0, 300),
    fraud_after=st.none() | st.integers(0, 300), is_told_again=st.booleans(),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Something becomes known."""

    at: datetime
    number: int
    kind: str
    paid: Paid


def steps(history: Sequence[Paid]) -> Iterator[Step]:
    """Everything that becomes known, in the order of time."""
    found = []
    for number, paid in enumerate(history):
        found.append(Step(paid.at, number, "tried", paid))
        if paid.is_failed:
            found.append(Step(paid.at + timedelta(minutes=7), number, "failed", paid))
            found.append(Step(paid.at + timedelta(minutes=25), number, "again", paid))
        found.append(Step(paid.at + timedelta(minutes=40), number, "captured", paid))
        if paid.refunded_after is not None:
            found.append(Step(paid.at + timedelta(hours=1 + paid.refunded_after), number, "refunded", paid))
        if paid.fraud_after is not None:
            told = paid.at + timedelta(hours=paid.fraud_after)
            found.append(Step(told, number, "fraud", paid))
            if paid.is_told_again:
                found.append(Step(told + timedelta(hours=30), number, "fraud again", paid))
    return iter(sorted(found, key=lambda step: (step.at, step.number)))


def event_of(step: Step) -> NeutralEvent:
    """What the shop tells of a step."""
    paid, again = step.paid, "" if step.kind in ("tried", "failed") or not step.paid.is_failed else "-again"
    told: dict[str, Any] = {
        "source": "shop", "source_event_id": f"{step.number}/{step.kind}", "occurred_at": step.at, "provider": "stripe",
        "merchant_reference": f"A-{step.number}", "amount": paid.amount, "currency": "KRW",
    }  # fmt: skip
    if step.kind == "refunded":
        return NeutralEvent(kind=EventKind.REFUNDED, provider_key=f"re-{step.number}", **told)
    told["shop_attempt"] = f"try{again}"
    if step.kind == "captured":
        return NeutralEvent(kind=EventKind.CAPTURED, provider_key=f"ch-{step.number}", **told)
    if step.kind == "failed":
        return NeutralEvent(kind=EventKind.FAILED, result=AttemptResult.DECLINED_SOFT, **told)
    card = Instrument(brand="visa", last4="1111", bin=f"41111{paid.card}", fingerprint=f"card-{paid.card}")
    extra = {"card_country": "KR", "ip_country": ["KR", "US"][paid.ip]}
    return NeutralEvent(
        kind=EventKind.ATTEMPT_STARTED, instrument=card, device=f"device-{paid.device}" if paid.device else "",
        ip=f"203.0.{paid.ip}.7", extra=extra, **told,
    )  # fmt: skip


def live_through(history: Sequence[Paid]) -> dict[int, FeatureRow]:
    """What was answered of each attempt when it was tried."""
    answered: dict[int, FeatureRow] = {}
    for step in steps(history):
        if step.kind.startswith("fraud"):
            payment = Payment.objects.get(merchant_reference=f"A-{step.number}").pk
            source = LabelSource.CUSTOMER if step.kind == "fraud" else LabelSource.CHARGEBACK
            tell_labels([Told(payment, source, True, step.at, f"dispute/{step.number}")], by=None)
            continue
        told = [checkout_of(step)] if step.kind == "tried" else []
        record([event_of(step)], checkouts=told)
        if step.kind in ("tried", "again"):
            attempt = Attempt.objects.filter(payment__merchant_reference=f"A-{step.number}").latest("requested_at").pk
            answered[attempt] = features_of_attempts([attempt])[0]
    return answered


def checkout_of(step: Step) -> CheckoutFact:
    """What the shop says of who buys."""
    paid = step.paid
    return CheckoutFact(
        f"A-{step.number}", paid.amount, "KRW", paid.at, customer=CustomerFact(f"c-{paid.who}", f"c{paid.who}@a.com"),
        country="KR", channel=["app", "web"][paid.card % 2], shipping_address=f"Street {paid.who}",
    )  # fmt: skip


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(PAID, min_size=2, max_size=7, unique_by=lambda paid: paid.at))
def test_what_was_answered_then_is_what_history_says(history: list[Paid]) -> None:
    with transaction.atomic():
        make_provider()
        answered = live_through(history)
        afterwards = everything()
        assert afterwards.keys() == answered.keys()
        for attempt, row in answered.items():
            assert different(row.values, afterwards[attempt]) == {}
        transaction.set_rollback(True)


@pytest.mark.parametrize("seed", [11, 12])
def test_all_of_history_is_what_its_words_say(seed: int) -> None:
    seen = sighted(seed, Size(payments=120, days=40, keys=2))
    labels = labelled(seed, seen)
    kept(seen, labels)
    world = World(seen, labels, "UTC")
    found = everything(zone="UTC")
    assert found.keys() == {each.attempt_id for each in seen}
    for row in bulk_features(*FOREVER, zone="UTC"):
        named = {feature.name: row.values[feature.position - 1] for feature in CATALOGUE}
        assert named == world.features(row.subject)


def test_kept_sums_and_those_made_anew_give_the_same_features() -> None:
    seen = sighted(13, Size(payments=200, days=50, keys=2))
    kept(seen, labelled(13, seen))
    afterwards = everything()
    for row in features_of_attempts([each.attempt_id for each in seen]):
        assert different(row.values, afterwards[row.subject.attempt_id]) == {}


def test_labels_of_the_last_seven_days_change_nothing() -> None:
    seen = sighted(14, Size(payments=200, days=50, keys=2))
    labels = labelled(14, seen)
    kept(seen, labels)
    last = max(each.at for each in seen)
    attempt = next(each.attempt_id for each in seen if each.at == last)
    before, bulk = features_of_attempts([attempt])[0].values, everything()[attempt]
    assert before == bulk
    assert before[BY_NAME["ip_frauds"].position - 1] or before[BY_NAME["shop_frauds_30d"].position - 1]
    told = (last - timedelta(seconds=LABEL_DELAY)).replace(minute=0, second=0, microsecond=0)
    unsaid = sorted({each.payment_id for each in seen} - {label.payment_id for label in labels})
    is_fraud(unsaid[::2], told)
    assert features_of_attempts([attempt])[0].values == before
    assert everything()[attempt] == bulk

    is_fraud(unsaid[1::2], told - timedelta(seconds=1))
    changed = different(before, features_of_attempts([attempt])[0].values)
    assert changed
    assert changed == different(bulk, everything()[attempt])
    assert all("frauds" in name or "disputes" in name for name in changed)


def is_fraud(payments: Sequence[int], at: datetime) -> None:
    """A network takes their money back."""
    tell_labels([Told(each, LabelSource.CHARGEBACK, True, at, f"dispute/{each}") for each in payments], by=None)


@pytest.mark.django_db(transaction=True)
def test_rows_are_handed_out_over_transactions_of_others() -> None:
    seen = sighted(15, Size(payments=30))
    kept(seen, [])
    asked = sorted((each.at, each.attempt_id) for each in seen if seen[5].at <= each.at < seen[25].at)
    rows = bulk_features(seen[5].at, seen[25].at)
    first = next(rows)
    with transaction.atomic():
        Sighting.objects.all().delete()
    assert [(row.subject.as_of, row.subject.attempt_id) for row in (first, *rows)] == asked


def test_relations_of_a_connection_alone_are_read_instead() -> None:
    seen = sighted(16, Size(payments=20))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE fraud_sighting (LIKE public.fraud_sighting INCLUDING DEFAULTS)")
        cursor.execute("CREATE TEMPORARY TABLE fraud_label (LIKE public.fraud_label INCLUDING DEFAULTS)")
    Sighting.objects.bulk_create(seen)
    assert everything().keys() == {each.attempt_id for each in seen}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.fraud_sighting")
        assert cursor.fetchone() == (0,)


def test_sums_are_the_same_kept_in_any_order() -> None:
    make_provider()
    history = [Paid(START + timedelta(hours=n), n % 2, 1, 1, n % 2, 100, n % 3 == 0, 5, None, False) for n in range(6)]
    live_through(history)
    before = everything()
    KeyHour.objects.all().delete()
    Sighting.objects.all().delete()
    payments = list(Payment.objects.values_list("pk", flat=True))
    assert keep_payments(payments) == len(before)
    for row in features_of_attempts(sorted(before)):
        assert different(row.values, before[row.subject.attempt_id]) == {}
