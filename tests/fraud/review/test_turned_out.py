"""What the payments of a case turned out to be: with who says so, and nothing of it in a blind case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fraud.labels.models import Label, LabelSource
from fraud.labels.selectors import Truth
from fraud.review.models import Queue
from fraud.review.selectors.case_page import case_shown
from fraud.review.timeline import parts_of
from tests.fraud.review.cases import NOON, analyst, case_of, payment
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_what_a_payment_turned_out_to_be_stands_with_who_says_so() -> None:
    one, other = payment("A-1"), payment("A-2")
    row(Label, payment_id=one.pk, source=LabelSource.REVIEWER, is_fraud=False, reference="decision/1", observed_at=NOON)
    row(Label, payment_id=one.pk, source=LabelSource.ISSUER_WARNING, is_fraud=True, observed_at=NOON + DAY)
    shown = case_shown(case_of(one, other).pk, by=analyst()).alerts
    assert {each.payment_id: each.truth for each in shown} == {
        one.pk: Truth(True, LabelSource.ISSUER_WARNING, NOON + DAY), other.pk: None,
    }  # fmt: skip
    assert {each.created_at for each in shown} == {NOON}


def test_it_says_whether_that_may_still_change(settings: Any) -> None:
    row(Label, payment_id=(one := payment()).pk, source=LabelSource.CHARGEBACK, is_fraud=True, observed_at=NOON)
    case, ann = case_of(one), analyst()
    for days, is_mature in ((1, True), (36_500, False)):
        settings.FRAUD_LABEL_MATURITY_DAYS = days
        (part,) = parts_of(case_shown(case.pk, by=ann))
        assert part.turned_out is not None
        assert (part.turned_out.source, part.turned_out.is_mature) == ("Chargeback", is_mature)


def test_a_blind_case_says_nothing_of_it() -> None:
    row(Label, payment_id=(one := payment()).pk, source=LabelSource.CHARGEBACK, is_fraud=True, observed_at=NOON)
    shown = case_shown(case_of(one, queue=Queue.SAMPLE).pk, by=analyst())
    assert [part.turned_out for part in parts_of(shown)] == [None]
