"""Two people publish at the same moment: what is in force is written down whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from config.staff.models import User
from fraud.rules.models import RuleAction, RuleSet, RuleVersion
from fraud.rules.parsing import parse
from fraud.rules.selectors import VOCABULARY, in_force
from fraud.rules.services import drafting, publishing
from fraud.rules.services.drafting import Draft
from fraud.rules.services.refusals import NotInState
from tests.fraud.rules.conditions import compare
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db(transaction=True)
VISA = parse(compare("brand", "=", "visa"), VOCABULARY)


@pytest.fixture
def people() -> tuple[User, User]:
    return row(User), row(User)


def submitted(author: User, name: str) -> RuleVersion:
    return drafting.submit(drafting.create(name, Draft(RuleAction.REVIEW, VISA), by=author), by=author)


def published_together(versions: list[RuleVersion], second: User) -> list[str]:
    """Publish each in a thread of its own, all at once."""
    start = Barrier(len(versions))

    def publish(version: RuleVersion) -> str:
        try:
            start.wait()
            publishing.publish(version, by=second)
        except NotInState:
            return "too late"
        finally:
            connection.close()
        return "published"

    with ThreadPoolExecutor(len(versions)) as threads:
        return sorted(threads.map(publish, versions))


def test_the_combination_of_rules_published_together_is_written_down(people: tuple[User, User]) -> None:
    author, second = people
    versions = [submitted(author, f"Rule {n}") for n in range(4)]
    assert published_together(versions, second) == ["published"] * 4
    found = in_force(timezone.now())
    assert [each.version_id for each in found.live] == [each.pk for each in versions]
    assert found.ruleset_id == RuleSet.objects.get(live_ids=[each.pk for each in versions]).pk


def test_one_version_is_published_once(people: tuple[User, User]) -> None:
    author, second = people
    version = submitted(author, "Rule")
    assert published_together([version] * 3, second) == ["published", "too late", "too late"]
    assert [each.version_id for each in in_force(timezone.now()).live] == [version.pk]
