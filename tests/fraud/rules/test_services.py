"""How rules come into force: written, submitted, published by another person, replaced, expired."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.staff.models import User
from fraud.assessments.models import Assessment
from fraud.assessments.verdicts import Facts
from fraud.rules.firing import fire
from fraud.rules.given import Fired, Given, InForce
from fraud.rules.models import RuleAction, RuleSet, RuleState, RuleVersion
from fraud.rules.parsing import parse
from fraud.rules.selectors import VOCABULARY, hits_on_trial, in_force
from fraud.rules.services import drafting, publishing
from fraud.rules.services.drafting import Draft
from fraud.rules.services.refusals import (
    AlreadyOver,
    DraftStands,
    MustExpire,
    NameTaken,
    NotInState,
    NotYours,
    OwnRule,
)
from fraud.rules.writing import dump
from payments.records.models import AuditEvent
from tests.fraud.rules.conditions import compare
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
VISA = parse(compare("brand", "=", "visa"), VOCABULARY)
JCB = parse(compare("brand", "=", "jcb"), VOCABULARY)
BLOCKS_VISA = Draft(RuleAction.BLOCK, VISA)
OF_VISA = Given((), Facts(1, "KRW", brand="visa"))


@pytest.fixture
def author() -> User:
    return row(User)  # type: ignore[no-any-return]


@pytest.fixture
def second() -> User:
    return row(User)  # type: ignore[no-any-return]


def written(author: User, draft: Draft = BLOCKS_VISA, name: str = "Cards of Visa") -> RuleVersion:
    return drafting.create(name, draft, by=author)


def published(author: User, second: User, draft: Draft, name: str) -> RuleVersion:
    return publishing.publish(drafting.submit(written(author, draft, name), by=author), by=second)


def seen(at: datetime | None = None) -> tuple[list[int], list[int]]:
    """Versions in force."""
    found = in_force(at or timezone.now())
    return [each.version_id for each in found.live], [each.version_id for each in found.shadow]


def test_a_rule_comes_into_force_when_a_second_person_publishes_it(author: User, second: User) -> None:
    assert in_force(timezone.now()) == InForce()
    version = written(author)
    assert (version.number, version.condition, seen()) == (1, dump(VISA), ([], []))
    with pytest.raises(NotInState):
        publishing.publish(version, by=second)
    drafting.submit(version, by=author)
    with pytest.raises(OwnRule):
        publishing.publish(version, by=author)
    assert seen() == ([], [])
    publishing.publish(version, by=second)
    found = in_force(timezone.now())
    assert [(each.version_id, each.rule_name, each.action, each.until) for each in found.live] == [
        (version.pk, "Cards of Visa", 3, None)
    ]
    assert found.ruleset_id == RuleSet.objects.get(live_ids=[version.pk], shadow_ids=[]).pk
    assert fire(OF_VISA, found) == Fired(3, (version.pk,))
    trail = list(AuditEvent.objects.filter(subject_type="rule_version").order_by("pk").values_list("verb", "actor_id"))
    assert trail == [("rule.drafted", author.pk), ("rule.submitted", author.pk), ("rule.published", second.pk)]


def test_the_next_version_replaces_the_one_before(author: User, second: User) -> None:
    first = published(author, second, Draft(RuleAction.BLOCK, VISA), "Brand")
    draft = drafting.revise(first.rule, Draft(RuleAction.REVIEW, JCB), by=second)
    with pytest.raises(DraftStands):
        drafting.revise(first.rule, Draft(RuleAction.REVIEW, JCB), by=author)
    assert (draft.number, seen()) == (2, ([first.pk], []))
    publishing.publish(drafting.submit(draft, by=second), by=author)
    first.refresh_from_db()
    assert (first.state, seen()) == (RuleState.RETIRED, ([draft.pk], []))
    assert first.retired_at is not None
    publishing.retire(draft, by=second, reason="no longer needed")
    assert seen() == ([], [])
    with pytest.raises(NotInState):
        publishing.retire(draft, by=second)


def test_only_its_author_changes_a_draft_and_nobody_what_was_submitted(author: User, second: User) -> None:
    version = written(author)
    with pytest.raises(NotYours):
        drafting.change(version, Draft(RuleAction.REVIEW, JCB), by=second)
    with pytest.raises(NotYours):
        drafting.submit(version, by=second)
    changed = drafting.change(version, Draft(RuleAction.REVIEW, JCB, "why"), by=author)
    assert (changed.action, changed.condition, changed.description) == (4, dump(JCB), "why")
    drafting.submit(version, by=author)
    with pytest.raises(NotInState):
        drafting.change(version, Draft(RuleAction.REVIEW, VISA), by=author)
    drafting.discard(version, by=second, reason="too wide")
    version.refresh_from_db()
    assert (version.state, version.published_at) == (RuleState.RETIRED, None)
    assert drafting.revise(version.rule, Draft(RuleAction.REVIEW, VISA), by=author).number == 2


def test_names_are_taken_once(author: User) -> None:
    written(author)
    with pytest.raises(NameTaken):
        written(author)


def test_a_rule_that_allows_ends(author: User, second: User) -> None:
    for end in (None, timezone.now() - DAY):
        with pytest.raises(MustExpire):
            written(author, Draft(RuleAction.ALLOW, VISA, expires_at=end))
    end = timezone.now() + DAY
    version = published(author, second, Draft(RuleAction.ALLOW, VISA, expires_at=end), "Trusted")
    assert seen(end - timedelta(seconds=1)) == ([version.pk], [])
    assert seen(end) == ([], [])
    assert publishing.expire() == 0
    RuleVersion.objects.filter(pk=version.pk).update(expires_at=timezone.now())
    assert seen() == ([], [])
    assert [publishing.expire(), publishing.expire()] == [1, 0]
    version.refresh_from_db()
    assert version.state == RuleState.RETIRED
    assert in_force(timezone.now()) == InForce()


def test_what_ended_while_it_waited_is_not_published(author: User, second: User) -> None:
    version = drafting.submit(
        written(author, Draft(RuleAction.ALLOW, VISA, expires_at=timezone.now() + DAY)), by=author
    )
    RuleVersion.objects.filter(pk=version.pk).update(expires_at=timezone.now())
    with pytest.raises(MustExpire):
        publishing.publish(version, by=second)


def test_a_draft_runs_beside_the_live_rules_and_decides_nothing(author: User, second: User) -> None:
    live = published(author, second, Draft(RuleAction.REVIEW, VISA), "Live")
    trial = written(author, Draft(RuleAction.BLOCK, VISA), "Trial")
    for end in (timezone.now(), timezone.now() + timedelta(days=91)):
        with pytest.raises(AlreadyOver):
            publishing.start_trial(trial, end, by=author)
    end = timezone.now() + DAY
    publishing.start_trial(trial, end, by=author)
    assert seen() == ([live.pk], [trial.pk])
    found = in_force(timezone.now())
    assert fire(OF_VISA, found) == Fired(4, (live.pk,), (trial.pk,))
    assert found.ruleset_id == RuleSet.objects.get(live_ids=[live.pk], shadow_ids=[trial.pk]).pk
    assert seen(end) == ([live.pk], [])
    publishing.end_trial(trial, by=author)
    publishing.end_trial(trial, by=author)
    assert seen() == ([live.pk], [])
    assert AuditEvent.objects.filter(verb="rule.trial_ended").count() == 1


def test_a_changed_draft_is_on_trial_no_more_and_is_asked_as_it_now_reads(author: User) -> None:
    trial = written(author)
    began = timezone.now()
    publishing.start_trial(trial, began + DAY, by=author)
    assert fire(OF_VISA, in_force(timezone.now())).shadow_ids == (trial.pk,)
    row(Assessment, as_of=timezone.now(), shadow_ids=[trial.pk])
    publishing.end_trial(trial, by=author)
    assert hits_on_trial(publishing.start_trial(trial, began + DAY, by=author), began) == 1
    drafting.change(trial, Draft(RuleAction.BLOCK, JCB), by=author)
    assert seen() == ([], [])
    trial = publishing.start_trial(trial, timezone.now() + DAY, by=author)
    assert fire(OF_VISA, in_force(timezone.now())).shadow_ids == ()
    assert hits_on_trial(trial, began) == 0


def test_rules_are_read_once_and_then_asked_for_by_one_query(
    author: User, second: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(5):
        published(author, second, Draft(RuleAction.REVIEW, VISA), f"Rule {n}")
    in_force(timezone.now())
    with django_assert_num_queries(1):
        assert len(in_force(timezone.now()).live) == 5
