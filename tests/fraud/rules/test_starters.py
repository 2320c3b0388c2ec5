"""Rules to start with: canonical, sayable by the form, and brought in once by two people."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from config.staff.roles import Role
from fraud.rules.composing import from_node, to_json
from fraud.rules.models import Rule, RuleAction, RuleState, RuleVersion
from fraud.rules.parsing import parse
from fraud.rules.selectors import VOCABULARY, in_force
from fraud.rules.services.publishing import retire
from fraud.rules.services.refusals import OwnRule
from fraud.rules.services.starting import write_starters
from fraud.rules.starters import STARTERS, Starter, words_of
from fraud.rules.writing import dump
from tests.cast import person


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.name)
def test_each_is_canonical_and_can_be_changed_in_the_form(starter: Starter) -> None:
    node = parse(starter.condition, VOCABULARY)
    assert dump(node) == starter.condition
    composed = from_node(node)
    assert composed is not None
    assert parse(to_json(composed, VOCABULARY), VOCABULARY) == node


@pytest.mark.parametrize("language", ["ko", "ja"])
def test_names_and_descriptions_are_read_in_ones_own_language(language: str) -> None:
    texts = [text for starter in STARTERS for text in (starter.name, starter.description)]
    assert len(set(texts)) == 2 * len(STARTERS)
    with translation.override(language):
        assert [text for text in texts if words_of(text) == text] == []
        assert words_of("Cards of Visa") == "Cards of Visa"


@pytest.mark.django_db
def test_two_people_bring_them_in_once_and_what_was_changed_stays() -> None:
    author, lead = person(Role.FRAUD_ANALYST), person(Role.FRAUD_LEAD)
    first = write_starters(by=author, publisher=lead)
    assert (first.written, first.published) == (len(STARTERS), len(STARTERS))
    assert len(in_force(timezone.now()).live) == len(STARTERS)
    gone = RuleVersion.objects.get(rule__name=STARTERS[1].name)
    retire(gone, by=lead)
    again = write_starters(by=author, publisher=lead)
    assert (again.written, again.published) == (0, 0)
    assert RuleVersion.objects.get(rule__name=STARTERS[1].name).state == RuleState.RETIRED
    assert Rule.objects.count() == len(STARTERS)


@pytest.mark.django_db
def test_without_a_second_person_they_wait_and_nobody_is_both() -> None:
    author = person(Role.FRAUD_LEAD)
    with pytest.raises(OwnRule):
        write_starters(by=author, publisher=author)
    assert not Rule.objects.exists()
    assert write_starters(by=author).published == 0
    assert set(RuleVersion.objects.values_list("state", flat=True)) == {RuleState.SUBMITTED}
    allows = RuleVersion.objects.get(action=RuleAction.ALLOW)
    assert allows.expires_at is not None


@pytest.mark.django_db
def test_the_command_names_people_who_may() -> None:
    analyst = person(Role.FRAUD_ANALYST, email="ann@example.com")
    person(Role.FRAUD_LEAD, email="lee@example.com")
    for arguments, words in (
        (["--author", "nobody@example.com"], "nobody active"),
        (["--author", "lee@example.com", "--publisher", "ann@example.com"], "lacks the capability rules.publish"),
        (["--author", "lee@example.com", "--publisher", "lee@example.com"], "Nobody publishes their own"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("fraud_starter_rules", *arguments)
    assert not Rule.objects.exists()
    output = StringIO()
    call_command("fraud_starter_rules", "--author", analyst.email, "--publisher", "lee@example.com", stdout=output)
    assert output.getvalue() == f"{len(STARTERS)} rules written, {len(STARTERS)} published\n"
