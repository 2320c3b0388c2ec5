"""Today: what waits for finance, and nothing for people whose work is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.staff.roles import Role
from fraud.lists.models import ListEntry
from fraud.rules.models import Rule, RuleVersion
from payments.acts.models import PaymentAct
from payments.intake.models import FileImport, ImportState, InboxDelivery, StoredFile
from payments.methods.models import PayoutSchedule
from payments.settlement.models import Break
from payments.settlement.selectors.day_layers import Risk
from payments.settlement.selectors.today import tasks_of
from payments.settlement.services import breaks
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.acts.stories import captured, stripe
from tests.payments.settlement.facts import Merchant
from tests.payments.valid_rows import row

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)


def test_days_to_explain_come_oldest_first_with_money_per_currency() -> None:
    merchant = Merchant()
    for day, amount in ((8, 300), (2, 100), (6, 200)):
        merchant.statement(f"s{day}", {"provider_key": f"p{day}", "amount": amount}, on=date(2026, 7, day))
    merchant.movements({"key": "m9", "provider_key": "p9", "on": date(2026, 7, 9)})
    merchant.statement("s9", {"provider_key": "p9"}, on=date(2026, 7, 9))
    reconcile_everything(as_of=AS_OF)

    tasks = tasks_of(0)

    assert [(each.day.day, each.risks) for each in tasks.days] == [
        (2, (Risk("KRW", 100, 1),)),
        (6, (Risk("KRW", 200, 1),)),
        (8, (Risk("KRW", 300, 1),)),
    ]
    assert (tasks.day_count, tasks.more_days, tasks.ready_count, tasks.break_count) == (3, 0, 1, 3)
    assert [(each.day, str(each.status)) for each in tasks.latest] == [(date(2026, 7, 9), "ready")]
    assert tasks.reconciled_at is not None


def test_a_provider_is_silent_when_its_own_cycle_has_passed() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"provider_key": "p1"}, on=date(2026, 7, 20))

    reconcile_everything(as_of=date(2026, 7, 24))
    assert not tasks_of(0).latest[0].is_silent
    reconcile_everything(as_of=date(2026, 7, 27))
    assert tasks_of(0).latest[0].is_silent
    PayoutSchedule.objects.update(cycle="weekly", weekday=0)
    assert not tasks_of(0).latest[0].is_silent


def test_mine_overdue_and_missing_deposits_are_counted() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    merchant.statement(
        "s1",
        {"provider_key": "p1", "payout": "pay-1"},
        {"provider_key": "p2", "payout": "pay-1", "amount": 40},
        payout={"key": "pay-1", "amount": 10_040},
    )
    reconcile_everything(as_of=AS_OF)
    kim = person(Role.FINANCE)
    Break.objects.update(due_at=timezone.now() + timedelta(days=1))
    lost = Break.objects.get(kind="missing_in_ledger")
    breaks.assign(lost, to=kim, by=kim)
    Break.objects.filter(pk=lost.pk).update(due_at=timezone.now() - timedelta(days=1))

    tasks = tasks_of(kim.pk)

    assert (tasks.mine_count, tasks.overdue_count) == (1, 1)
    assert [(each.currency, each.at_risk, each.count) for each in tasks.missing_deposits] == [("KRW", 10_040, 1)]
    assert tasks.urgent[0].pk == lost.pk


def test_the_tile_of_imports_opens_as_many_rows_as_it_says(client: Client) -> None:
    merchant = Merchant()
    states = [ImportState.PREVIEWED] * 8 + [ImportState.REJECTED] * 7 + [ImportState.POSTED]
    for number, state in enumerate(states):
        stored = StoredFile.objects.create(sha256=f"{number:064x}", size=1, name="f.csv")
        FileImport.objects.create(
            stored_file=stored, file_name="f.csv", kind="statement", provider=merchant.provider, state=state
        )
    old = FileImport.objects.filter(state=ImportState.REJECTED).first()
    FileImport.objects.filter(pk=old.pk if old else 0).update(created_at=timezone.now() - timedelta(days=3))
    client.force_login(person(Role.FINANCE))

    tasks = client.get("/").context["settlement"]

    waiting = client.get("/settlement/imports/?state=previewed").context["page"].count
    refused = (
        client.get(f"/settlement/imports/?state=rejected&received_from={tasks.refused_since}").context["page"].count
    )
    assert (tasks.waiting_import_count, tasks.refused_import_count) == (waiting, refused) == (8, 6)


def test_the_money_of_the_newest_day_opens_its_rows(client: Client) -> None:
    merchant = Merchant()
    merchant.statement("s1", {"provider_key": "p1", "amount": 300}, on=date(2026, 7, 8))
    merchant.statement("s2", {"provider_key": "p2", "amount": 100}, on=date(2026, 7, 9))
    reconcile_everything(as_of=AS_OF)
    client.force_login(person(Role.FINANCE))

    text = unescape(client.get("/").content.decode())
    lines = "/settlement/days/toss/2026-07-09/lines/?part=net&currency=KRW"
    queue = "/settlement/breaks/?provider=toss&day_from=2026-07-09&day_to=2026-07-09&currency=KRW"
    assert f'href="{lines}"' in text
    assert f'href="{queue}"' in text
    assert client.get(lines).context["sums"][0].net == 100
    assert client.get(queue).context["risks"][0].at_risk == 100


@pytest.mark.parametrize("count", [3, 30])
def test_the_page_asks_a_fixed_number_of_questions(
    count: int, client: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    merchant = Merchant()
    for number in range(count):
        day = date(2026, 6, 1) + timedelta(days=number)
        merchant.statement(f"s{number}", {"provider_key": f"p{number}"}, on=day)
    reconcile_everything(as_of=AS_OF)
    client.force_login(person(Role.FINANCE))

    with django_assert_num_queries(
        18 + 4 + 12
    ):  # four of files; of the five figures two periods each, of one both measures and times
        page = client.get("/")
    assert page.context["settlement"].day_count == count
    assert page.context["tiles"] == []  # nothing is counted: nobody looks at five dashes


def test_each_person_sees_what_waits_for_them_and_its_rows(client: Client) -> None:
    provider, payment = stripe(), captured()
    for state in ("awaiting_approval", "awaiting_approval", "queued"):
        PaymentAct.objects.create(
            payment=payment, provider=provider, attempt_reference="pi_1", kind="refund", amount=1,
            currency="KRW", requested_with="jsk_1", state=state,
        )  # fmt: skip
    for number, state in enumerate(("set_aside", "done")):
        InboxDelivery.objects.create(
            provider=provider, event_id=f"e{number}", event_type="t", body=b"{}", headers={}, state=state,
            received_at=timezone.now() - timedelta(days=90),
        )  # fmt: skip
    seen = {}
    for role in (Role.FINANCE_LEAD, Role.PAYMENT_ADMIN, Role.FINANCE, Role.FRAUD_ANALYST):
        client.force_login(person(role))
        waiting = client.get("/").context["waiting"]
        seen[role] = [(str(each.label), each.count) for each in waiting]
        for each in waiting:
            assert client.get(each.url).context["page"].count == each.count
    assert seen == {
        Role.FINANCE_LEAD: [("Acts that await approval", 2)],
        Role.PAYMENT_ADMIN: [("Deliveries set aside", 1)],
        Role.FINANCE: [],
        Role.FRAUD_ANALYST: [],
    }


def test_who_may_publish_rules_and_approve_entries_sees_those_of_others(client: Client) -> None:
    lead, other = person(Role.FRAUD_LEAD), person(Role.FRAUD_ANALYST)
    for number, (by, state) in enumerate(((other, 2), (other, 1), (lead, 2))):
        row(RuleVersion, rule=row(Rule, name=f"r{number}"), written_by=by, state=state)
    for number, (by, name, days) in enumerate(((other, 1, 9), (other, 1, -1), (other, 2, 9), (lead, 1, 9))):
        expires_at = timezone.now() + timedelta(days=days)
        row(ListEntry, list_name=name, key=number, added_by=by, expires_at=expires_at)
    client.force_login(lead)
    waiting = client.get("/").context["waiting"]
    assert [(str(each.label), each.count) for each in waiting] == [
        ("Rules to publish", 1), ("Allow entries to approve", 1),
    ]  # fmt: skip
    for each in waiting:
        assert client.get(each.url).context["page"].count == 1
    client.force_login(other)
    assert not client.get("/").context["waiting"]


@pytest.mark.parametrize("role", [Role.FRAUD_ANALYST, Role.ADMINISTRATOR])
def test_other_people_are_not_shown_the_morning_of_finance(role: Role, client: Client) -> None:
    Merchant()
    client.force_login(person(role))

    page = client.get("/")

    assert "settlement" not in page.context
    assert "Nothing waits for you" in page.content.decode()
