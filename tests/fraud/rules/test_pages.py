"""Pages of rules: written in sentences, tried, submitted, published by somebody else, retired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.staff.roles import Role
from fraud.assessments.models import Assessment
from fraud.rules import backtesting
from fraud.rules.models import RuleState, RuleVersion
from fraud.rules.parsing import parse
from fraud.rules.selectors import VOCABULARY
from fraud.rules.services import drafting
from fraud.rules.services.drafting import Draft
from tests.cast import person
from tests.fraud.rules.conditions import compare
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db


def browser(role: Role) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.fixture
def analyst() -> Client:
    return browser(Role.FRAUD_ANALYST)


@pytest.fixture
def lead() -> Client:
    return browser(Role.FRAUD_LEAD)


def filled(*groups: tuple[str, list[tuple[str, str, str]]], **rule: Any) -> dict[str, Any]:
    """What a browser sends of the form."""
    data: dict[str, Any] = {"name": "Night", "action": "4", "joint": "all", "groups": len(groups), **rule}
    for g, (joint, rows) in enumerate(groups):
        data |= {f"g{g}-joint": joint, f"g{g}-rows": len(rows)}
        for r, row_of in enumerate(rows):
            data |= {f"g{g}-r{r}-{name}": value for name, value in zip(("field", "op", "value"), row_of, strict=True)}
    return data


AMOUNT = ("amount", ">=", "50,000 KRW")
NIGHT = ("is_night", "yes", "")


def test_a_rule_goes_its_way_through_the_pages(analyst: Client, lead: Client) -> None:
    shown = analyst.get(reverse("rules:create")).content.decode()
    assert shown.count('<select name="g0-r') == 9
    data = filled(("all", [AMOUNT, ("", "", "")]), ("any", [NIGHT, ("list:2:4", "yes", "")]), description="at night")
    response = analyst.post(reverse("rules:create"), data, follow=True)
    version = RuleVersion.objects.get()
    page = response.content.decode()
    assert response.redirect_chain[-1][0] == reverse("rules:version", args=[version.pk])
    for words in (
        "Have a payment reviewed when",
        "Amount is at least 50,000 KRW",
        "at least one of these:",
        "at night",
    ):
        assert words in page
    assert "IP address stands on: Block list" in page
    for verb in ("submit", "publish"):
        lead.post(reverse(f"rules:{verb}", args=[version.pk]))
    version.refresh_from_db()
    assert version.state == RuleState.DRAFT
    analyst.post(reverse("rules:submit", args=[version.pk]))
    assert (
        "Nobody publishes their own rule." in analyst.get(reverse("rules:version", args=[version.pk])).content.decode()
    )
    published = lead.post(reverse("rules:publish", args=[version.pk]), follow=True).content.decode()
    assert "The rule is live." in published
    assert "Say why." in lead.post(reverse("rules:retire", args=[version.pk]), {}, follow=True).content.decode()
    lead.post(reverse("rules:retire", args=[version.pk]), {"reason": "over"})
    version.refresh_from_db()
    assert version.state == RuleState.RETIRED


def test_two_figures_are_compared_in_one_row(analyst: Client) -> None:
    data = filled(("all", [("ip_country", "!=", "")])) | {"g0-r0-other": "card_country"}
    page = analyst.post(reverse("rules:create"), data, follow=True).content.decode()
    assert "Country of the IP address differs from Country of the card" in page
    version = RuleVersion.objects.get()
    assert version.condition == {"left": ["field", "ip_country"], "op": "!=", "right": ["field", "card_country"]}
    again = analyst.get(reverse("rules:edit", args=[version.pk])).content.decode()
    assert again.count('<option value="card_country" selected>') == 1
    more = analyst.post(reverse("rules:create"), data | {"more": "rows"}).content.decode()
    assert more.count('<option value="card_country" selected>') == 1
    both = analyst.post(reverse("rules:create"), data | {"name": "b", "g0-r0-value": "KR"})
    assert (both.status_code, "not both" in both.content.decode()) == (422, True)


def test_the_next_version_begins_with_what_the_last_one_says(analyst: Client, lead: Client) -> None:
    analyst.post(reverse("rules:create"), filled(("all", [AMOUNT]), ("any", [NIGHT, ("brand", "=", "visa")])))
    first = RuleVersion.objects.get()
    drafting.discard(first, by=first.written_by)
    shown = lead.get(reverse("rules:edit", args=[first.pk])).content.decode()
    assert 'value="50000 KRW"' in shown
    assert shown.count('<option value="is_night" selected>') == 1
    lead.post(reverse("rules:edit", args=[first.pk]), filled(("all", [("brand", "=", "jcb")])))
    second = RuleVersion.objects.get(number=2)
    assert second.condition["right"] == "jcb"
    lead.post(reverse("rules:edit", args=[second.pk]), filled(("all", [("brand", "=", "amex")])))
    second.refresh_from_db()
    assert second.condition["right"] == "amex"
    refused = analyst.post(reverse("rules:edit", args=[second.pk]), filled(("all", [NIGHT])))
    assert (refused.status_code, "Only who began a draft changes it." in refused.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (filled(("all", [("amount", ">=", "50,000")])), "Write the amount with its currency, like 50,000 KRW."),
        (filled(("all", [("brand", ">=", "visa")])), "This comparison does not go with what is asked about."),
        (filled(("all", [("", "", "")])), "Say at least one thing that must be true."),
        (filled(("all", [NIGHT]), action="2"), "A rule that allows must end."),
        (filled(("all", [NIGHT]), ends_on="2020-01-01"), "This day is over."),
        (filled(("all", [("nothing", "=", "1")])), "Select a valid choice."),
        (filled(("all", [("brand", "=", "4242 4242 4242 4242")])), "This looks like a card number"),
        ({"name": "x"}, "This field is required."),
        (filled(("all", [NIGHT])) | {"groups": "999999999999"}, "Ensure this value is less than or equal to 5."),
    ],
)
def test_what_cannot_be_read_says_so_where_it_stands(analyst: Client, data: dict[str, Any], words: str) -> None:
    response = analyst.post(reverse("rules:create"), data)
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert not RuleVersion.objects.exists()


def test_there_is_room_for_more(analyst: Client) -> None:
    data = filled(("any", [NIGHT, AMOUNT, ("brand", "=", "visa")]))
    more = analyst.post(reverse("rules:create"), data | {"more": "rows"}).content.decode()
    assert (more.count('<select name="g0-r'), "This field is required." in more) == (4 * 3, False)
    assert '<option value="any" selected>' in more
    group = analyst.post(reverse("rules:create"), data | {"more": "group"}).content.decode()
    assert "Group 2" in group
    assert not RuleVersion.objects.exists()


def test_a_name_is_taken_once(analyst: Client) -> None:
    for _ in range(2):
        response = analyst.post(reverse("rules:create"), filled(("all", [NIGHT])))
    assert (response.status_code, "There is a rule of this name already." in response.content.decode()) == (422, True)


def test_a_draft_is_tried_on_what_was_decided_and_beside_the_live_rules(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst.post(reverse("rules:create"), filled(("all", [("brand", "=", "visa")])))
    version = RuleVersion.objects.get()
    url = reverse("rules:version", args=[version.pk])
    assert "True of" not in analyst.get(url).content.decode()
    for n in range(3):
        row(Assessment, brand="visa", amount=1000, as_of=timezone.now() - timedelta(days=n))
    with CaptureQueriesContext(connection) as asked:
        shown = analyst.get(url, {"days": "30"}).content.decode()
    limits = [each["sql"] for each in asked if "statement_timeout" in each["sql"]]
    assert len(limits) == 1  # one limit around what is asked, none inside another
    assert "True of 3 payments among 3 decisions; 3 would have been decided otherwise." in shown
    assert "That is 10 more reviews in ten days." in shown
    assert "3 of them are too young to have been disputed." in shown
    assert "Good sales delayed" in shown
    last = timezone.localdate() + timedelta(days=7)
    trial = analyst.post(reverse("rules:start_trial", args=[version.pk]), {"until": str(last)}, follow=True)
    assert "It runs beside the live rules and decides nothing." in trial.content.decode()
    row(Assessment, brand="visa", as_of=timezone.now(), shadow_ids=[version.pk])
    row(Assessment, brand="jcb", as_of=timezone.now(), shadow_ids=[version.pk + 1])
    assert "On trial it was true of 1 decisions of this time." in analyst.get(url, {"days": "7"}).content.decode()
    monkeypatch.setattr(backtesting, "to_sql", lambda *_: ("pg_sleep(3) IS NOT NULL", []))
    monkeypatch.setattr(backtesting, "LONGEST_SECONDS", 1)
    stopped = analyst.get(url, {"days": "180"}).content.decode()
    assert "and nothing was counted. Try fewer days." in stopped
    assert '<option value="180" selected>' in stopped
    assert "True of" not in stopped
    far = {"until": str(last + timedelta(days=365))}
    refused = analyst.post(reverse("rules:start_trial", args=[version.pk]), far, follow=True)
    assert "A trial ends on a day to come, within 90 days." in refused.content.decode()
    assert (
        "Say until when."
        in analyst.post(reverse("rules:start_trial", args=[version.pk]), {}, follow=True).content.decode()
    )
    assert (
        "The trial is over."
        in analyst.post(reverse("rules:end_trial", args=[version.pk]), follow=True).content.decode()
    )


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_asks_as_much_for_many_rules_as_for_few(
    lead: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    author = person(Role.FRAUD_ANALYST)
    night = parse(compare("is_night", "=", 1), VOCABULARY)
    for n in range(count):
        drafting.create(f"Rule {n}", Draft(4, night), by=author)  # type: ignore[arg-type]
    lead.get(reverse("rules:rules"))  # what a process asks once
    with django_assert_num_queries(5):
        shown = lead.get(reverse("rules:rules")).content.decode()
    assert shown.count("At night, before 7:00 is yes") == count
    assert lead.get(reverse("rules:rules"), {"state": "3"}).content.decode().count("<td") == 0
    exported = b"".join(lead.get(reverse("rules:rules"), {"format": "csv"})).decode()
    assert exported.count("draft") == count
