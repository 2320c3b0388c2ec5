"""How far decisions hold, in figures: shares with their ends, second looks, the sample, and the precision of rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from config.staff.roles import Role
from fraud.assessments.models import Assessment
from fraud.labels.models import LabelSource
from fraud.labels.services.telling import Told, tell
from fraud.review.models import Alert, Case, CaseState, Decision, DecisionState, Queue
from fraud.review.selectors.performance import precision_of_rules, sample_of
from fraud.review.shares import Share
from fraud.review.views.performance import FEWEST
from fraud.rules.models import Rule, RuleVersion
from tests.cast import person
from tests.fraud.review.cases import NOON, analyst, assessed, case_of, lead, payment
from tests.payments.valid_rows import row

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("share", "words", "ends"),
    [
        (Share(0, 0), "", None),
        (Share(1, 10), "10.0 %", ("1.8 %", "40.4 %")),
        (Share(5, 10), "50.0 %", ("23.7 %", "76.3 %")),
        (Share(0, 30), "0.0 %", ("0.0 %", "11.4 %")),
        (Share(30, 30), "100.0 %", ("88.7 %", "100.0 %")),
    ],
)
def test_a_share_and_its_ends(share: Share, words: str, ends: tuple[str, str] | None) -> None:
    """As in the tables of the score interval."""
    assert (share.words, share.ends) == (words, ends)


@given(st.integers(1, 10_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_share_lies_between_its_ends(seen: tuple[int, int]) -> None:
    share = Share(*seen)
    assert share.interval is not None
    assert share.basis_points is not None
    assert 0 <= share.interval[0] <= share.basis_points <= share.interval[1] <= 10_000


def looked_at_again(number: int, first: User, second: User, *, is_same: bool) -> None:
    """A case that one person approved, decided again by another."""
    one = payment(f"A-{number}", of=f"c-{number}")
    case = case_of(one, state=CaseState.CLOSED, closed_at=NOON)
    again = case_of(one, queue=Queue.QUALITY, looks_again_at=case, state=CaseState.CLOSED, closed_at=NOON)
    for of, by, verdict in ((case, first, 1), (again, second, 1 if is_same else 2)):
        made = row(
            Decision, case=of, decided_by=by, verdict=verdict, state=DecisionState.DONE, is_blind=of == again,
            settled_at=timezone.now() - DAY,
        )  # fmt: skip
        of.alerts.update(settled_by=made)


@pytest.mark.django_db
def test_a_single_persons_figure_needs_thirty_second_looks(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ann, ben, lee = analyst(), analyst("ben"), lead()
    for number in range(FEWEST):
        looked_at_again(number, ann, lee, is_same=number > 2)
    for number in range(FEWEST, 2 * FEWEST - 1):
        looked_at_again(number, ben, lee, is_same=True)
    client = Client()
    client.force_login(lee)
    address = reverse("review:performance")
    client.get(address)
    with django_assert_num_queries(7):
        page = client.get(address).content.decode()
    assert (str(ann), page.count(f"<td>{ann}</td>")) == (str(ben), 1)
    assert "<strong>90.0 %</strong>" in page  # 27 of 30
    assert "<strong>94.9 %</strong>" in page  # 56 of 59
    client.force_login(ann)
    assert f"<td>{ann}</td>" not in client.get(address).content.decode()


@pytest.mark.django_db
def test_the_random_sample_says_what_nothing_objected_to() -> None:
    now = timezone.now()
    for number in range(4):
        case = case_of(payment(f"A-{number}", of=f"c-{number}"), queue=Queue.SAMPLE)
        if number < 3:
            made = row(Decision, case=case, state=DecisionState.DONE, settled_at=now)
            case.alerts.update(settled_by=made)
    oldest = Alert.objects.order_by("pk").values_list("assessment_id", flat=True)[0]
    Assessment.objects.filter(pk=oldest).update(as_of=now - 121 * DAY)
    drawn = Case.objects.order_by("pk").values_list("alerts__payment_id", flat=True)
    tell([Told(drawn[0], LabelSource.CHARGEBACK, True, now, "dispute/1")], by=None)
    tell([Told(drawn[1], LabelSource.REVIEWER, False, now, "decision/1")], by=None)
    found = sample_of(now - DAY, now + DAY)
    assert (found.drawn, found.decided, found.frauds, found.mature) == (4, 3, Share(1, 4), 1)
    assert sample_of(now + DAY, now + 2 * DAY).frauds == Share(0, 0)


@pytest.mark.django_db
def test_a_rule_is_right_as_often_as_what_it_found_is_known_as_fraud() -> None:
    now = timezone.now()
    rule = row(Rule, name="Many cards")
    retired = {"state": 4, "retired_at": now}
    versions = [row(RuleVersion, rule=rule, number=number, **more).pk for number, more in ((1, retired), (2, {}))]
    other = row(RuleVersion, rule=row(Rule, name="Very large first purchase")).pk
    payments = [payment(f"A-{number}", of=f"c-{number}") for number in range(4)]
    for number, one in enumerate(payments):
        assessed(one, as_of=now - DAY, rule_ids=[versions[number % 2], other] if number else versions)
    tell([Told(payments[0].pk, LabelSource.CHARGEBACK, True, now, "dispute/1")], by=None)
    tell([Told(payments[1].pk, LabelSource.REVIEWER, False, now, "decision/1")], by=None)
    found = [(each.name, each.hits, each.frauds) for each in precision_of_rules(now - 2 * DAY, now)]
    assert found == [("Many cards", 4, Share(1, 2)), ("Very large first purchase", 3, Share(0, 1))]
    assert precision_of_rules(now, now + DAY) == []
    Assessment.objects.filter(payment_id=payments[0].pk).update(as_of=now - 121 * DAY)
    assert [each.mature for each in precision_of_rules(now - 122 * DAY, now)] == [1, 0]


@pytest.mark.django_db
def test_who_may_see_no_cases_sees_no_figures() -> None:
    client = Client()
    client.force_login(person(Role.FINANCE))
    assert client.get(reverse("review:performance")).status_code == 403
