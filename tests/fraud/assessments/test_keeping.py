"""Keeping assessments: a batch in one statement, an attempt once, and what a shop asked meets its payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from fraud.assessments import selectors
from fraud.assessments.models import Assessment, Basis, Origin, Outcome
from fraud.assessments.services.keeping import Judged, explain, keep, link
from fraud.assessments.verdicts import Facts, Verdict
from fraud.features.subjects import FeatureRow, Subject
from payments.facts import EventKind
from payments.ledger.models import Attempt, Payment
from tests.payments.acts.stories import authorized, tell_all
from tests.payments.ledger.telling import make_provider, tell

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_decides(settings: Settings) -> None:
    settings.LEDGER_PIPELINE = []


def judged(attempt: int = 0, payment: int = 0, **changes: object) -> Judged:
    """One decision of an order of 10 000 won."""
    subject = Subject(NOON, 10_000, "KRW", attempt_id=attempt, payment_id=payment)
    whole = Judged(
        merchant_reference="A-1", origin=Origin.LEDGER, row=FeatureRow(subject, (1, None, 3)),
        facts=Facts(10_000, "KRW", country="KR", provider="stripe"),
        verdict=Verdict(Outcome.REVIEW, Basis.RULE, rule_ids=(7, 8), list_hits=(33,), list_ids=(5, 6)),
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def test_a_batch_is_one_statement_and_its_ids_stand_in_its_order() -> None:
    (first,) = keep([judged(20, 2)])
    with CaptureQueriesContext(connection) as queries:
        ids = keep([judged(30, 3), judged(20, 2), judged(10, 1), judged()])
    assert len(queries) == 1
    assert ids[1] is None
    attempts = dict(Assessment.objects.values_list("pk", "attempt_id"))
    found = [attempts[pk] for pk in (ids[0], ids[2], ids[3]) if pk]
    assert found == [30, 10, None]
    assert Assessment.objects.count() == 4
    assert first is not None
    row = Assessment.objects.get(pk=first)
    assert (row.features, row.rule_ids, row.list_hits, row.list_ids, row.shadow_ids) == (
        [1, None, 3],
        [7, 8],
        [33],
        [5, 6],
        [],
    )
    assert (row.outcome, row.basis, row.country, row.provider, row.score_ppm) == (1, 1, "KR", "stripe", None)


def test_what_a_shop_asked_counts_for_the_payment_when_it_was_about_its_amount() -> None:
    make_provider()
    old, new = keep([judged(), judged(row=FeatureRow(Subject(NOON + timedelta(1), 10_000, "KRW"), ()))])
    payment = authorized()
    attempt = Attempt.objects.get()
    (linked,) = link({payment.pk: attempt.pk})
    assert (linked.assessment_id, linked.attempt_id, linked.outcome) == (new, attempt.pk, Outcome.REVIEW)
    assert link({payment.pk: attempt.pk}) == []
    assert old is not None
    kept = Assessment.objects.get(pk=old)
    assert (kept.payment_id, kept.attempt_id) == (payment.pk, None)
    detail = selectors.current(payment.pk)
    assert detail is not None
    assert (detail.row.pk, detail.count, detail.is_down) == (new, 2, False)


def test_an_answer_about_another_amount_decides_nothing() -> None:
    make_provider()
    keep([judged(facts=Facts(9_999, "KRW"))])
    payment = authorized()
    assert link({payment.pk: Attempt.objects.get().pk}) == []
    assert Assessment.objects.get().payment_id == payment.pk


def test_an_attempt_that_was_assessed_keeps_its_assessment_and_that_counts() -> None:
    make_provider()
    payment = authorized()
    attempt = Attempt.objects.get()
    first, _ = keep(
        [judged(attempt.pk, payment.pk), judged(row=FeatureRow(Subject(NOON + timedelta(1), 1, "KRW"), ()))]
    )
    assert link({payment.pk: attempt.pk}) == []
    assert sorted(Assessment.objects.values_list("attempt_id", flat=True), key=str) == [attempt.pk, None]
    detail = selectors.current(payment.pk)
    assert detail is not None
    assert (detail.row.pk, detail.count) == (first, 2)


def test_reasons_are_written_once() -> None:
    (pk,) = keep([judged(1, 1)])
    assert pk is not None
    explain(pk, [{"feature": "amount", "value": 3, "weight_ppm": 5}])
    explain(pk, [])
    assert Assessment.objects.get().reasons == [{"feature": "amount", "value": 3, "weight_ppm": 5}]


def test_facts_are_those_of_the_attempt_and_the_first_that_was_told() -> None:
    make_provider()
    tell_all([
        tell(EventKind.AUTHORIZED, 1, attempt_reference="pi_1", amount=900,
             extra={"card_country": "JP", "shop": "north", "ip_country": "Korea"}),
        tell(EventKind.CAPTURED, 2, attempt_reference="pi_1", provider_key="ch_1", amount=900,
             extra={"card_country": "KR"}),
    ])  # fmt: skip
    attempt = Attempt.objects.get()
    with CaptureQueriesContext(connection) as queries:
        found = selectors.facts_of_attempts([attempt.pk, attempt.pk + 1])
    assert len(queries) == 1
    assert found == {
        attempt.pk: ("A-1", Facts(900, "KRW", card_country="JP", provider="stripe", shop="north")),
    }
    assert Payment.objects.count() == 1
