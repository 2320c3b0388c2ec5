"""The breaks queue and its acts: found by filters, taken, commented, explained; each act leaves its trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.staff.models import User
from config.staff.roles import Role
from payments.records.models import AuditEvent
from payments.settlement.models import Break, BreakEvent
from payments.settlement.selectors.breaks import CurrencyRisk, break_detail, risk_by_currency
from payments.settlement.services import breaks
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
QUEUE = "/settlement/breaks/"


@pytest.fixture
def kim() -> User:
    """Works on breaks."""
    return person(Role.FINANCE)


@pytest.fixture
def worker(client: Client, kim: User) -> Client:
    """Kim, signed in."""
    client.force_login(kim)
    return client


def lost(count: int = 1, **line: Any) -> Merchant:
    """A merchant with so many lines that our ledger does not know."""
    merchant = Merchant(**({"currency": line.pop("currency")} if "currency" in line else {}))
    merchant.statement("s1", *({"provider_key": f"p{n}", "amount": 100 + n, **line} for n in range(count)))
    reconcile_everything(as_of=AS_OF)
    Break.objects.update(due_at=timezone.now() + timedelta(days=2))
    return merchant


def keys(client: Client, query: str = "") -> list[str]:
    page = client.get(f"{QUEUE}?{query}")
    return [row.record.natural_key.rsplit("/", 1)[-1] for row in page.context["table"].rows]


def verbs(broken: Break) -> list[str]:
    return list(BreakEvent.objects.filter(on_break=broken).order_by("id").values_list("verb", flat=True))


def test_money_at_risk_is_summed_per_currency_and_follows_the_filters(worker: Client) -> None:
    merchant = Merchant()
    merchant.statement("s1", {"provider_key": "a", "amount": 700}, {"provider_key": "b", "amount": 300})
    merchant.statement("s2", {"provider_key": "c", "amount": 50, "currency": "USD"})
    reconcile_everything(as_of=AS_OF)
    Break.objects.update(due_at=timezone.now() + timedelta(days=2))

    def shown(query: str) -> tuple[CurrencyRisk, ...]:
        risks: tuple[CurrencyRisk, ...] = worker.get(f"{QUEUE}?{query}").context["risks"]
        return risks

    assert shown("") == (CurrencyRisk("KRW", 1_000, 2, 0), CurrencyRisk("USD", 50, 1, 0))
    assert shown("currency=usd") == (CurrencyRisk("USD", 50, 1, 0),)
    assert shown("provider=toss&at_least=500") == (CurrencyRisk("KRW", 700, 1, 0),)
    Break.objects.filter(currency="USD").update(due_at=timezone.now() - timedelta(days=2))
    assert risk_by_currency(Break.objects.all())[1] == CurrencyRisk("USD", 50, 1, 1)


def test_an_amount_filter_means_major_units_in_every_currency(worker: Client) -> None:
    lost(2, currency="USD")

    assert keys(worker, "at_least=1.01") == ["p1"]
    assert sorted(keys(worker, "at_least=1")) == ["p0", "p1"]


def test_filters_find_by_owner_state_due_and_reference(worker: Client, kim: User) -> None:
    lost(3, reference="order-7")
    first, second, third = Break.objects.order_by("natural_key")
    breaks.assign(first, to=kim, by=kim)
    breaks.resolve(second, "our_error", "ours", by=kim)
    Break.objects.filter(pk=third.pk).update(due_at=timezone.now() - timedelta(hours=1))

    assert sorted(keys(worker)) == ["p0", "p2"]
    assert keys(worker, "owner=me") == ["p0"]
    assert keys(worker, f"owner={kim.pk}") == ["p0"]
    assert keys(worker, "owner=nobody") == ["p2"]
    assert keys(worker, "state=resolved") == ["p1"]
    assert len(keys(worker, "state=all")) == 3
    assert keys(worker, "due=overdue") == ["p2"]
    assert keys(worker, "due=later") == ["p0"]
    assert len(keys(worker, "q=order")) == 2
    assert keys(worker, "q=rder") == []
    assert keys(worker, "kind=fee") == []
    assert sorted(keys(worker, "day_from=2026-07-01&day_to=2026-07-01&layer=transaction")) == ["p0", "p2"]
    assert keys(worker, "day_from=2026-07-02") == []


def test_a_row_is_worked_on_in_place_with_htmx_and_without(worker: Client, kim: User) -> None:
    lost()
    broken = Break.objects.get()
    address = reverse("settlement:break_row", args=[broken.pk])
    htmx = {"HX-Request": "true"}

    form = worker.get(address, headers=htmx).content.decode()
    assert f'hx-post="{address}"' in form
    row = worker.post(address, {"owner": kim.pk, "comment": "asked Toss"}, headers=htmx)
    assert (row.status_code, "김하늘" in row.content.decode()) == (200, True)
    assert f'id="break-{broken.pk}"' in worker.get(f"{address}?plain", headers=htmx).content.decode()
    plain = worker.post(address, {"owner": "", "comment": "", "next": QUEUE})
    assert (plain.status_code, plain.headers["Location"]) == (302, QUEUE)
    away = worker.post(address, {"owner": "", "comment": "", "next": "https://example.com/"})
    assert away.headers["Location"] == reverse("settlement:break", args=[broken.pk])
    assert verbs(broken) == ["opened", "assigned", "commented", "assigned"]


def test_only_people_who_work_on_breaks_can_own_one(worker: Client) -> None:
    lost()
    broken = Break.objects.get()
    auditor = person(Role.AUDITOR)

    refused = worker.post(
        reverse("settlement:break_row", args=[broken.pk]), {"owner": auditor.pk}, headers={"HX-Request": "true"}
    )

    assert refused.status_code == 422
    broken.refresh_from_db()
    assert (broken.owner_id, verbs(broken)) == (None, ["opened"])


def test_the_chosen_rows_get_one_owner(worker: Client, kim: User) -> None:
    lost(3)
    first, second, _ = Break.objects.order_by("id")

    done = worker.post(
        reverse("settlement:breaks_assign"),
        {"break": [first.pk, second.pk], "owner": kim.pk, "query": "layer=transaction"},
    )

    assert done.headers["Location"] == f"{QUEUE}?layer=transaction"
    assert Break.objects.filter(owner=kim).count() == 2


def test_all_rows_that_fit_the_filters_get_one_owner(worker: Client, kim: User) -> None:
    lost(3)
    worker.post(
        reverse("settlement:breaks_assign"), {"scope": "all", "owner": kim.pk, "query": "currency=KRW&at_least=101"}
    )

    assert sorted(Break.objects.filter(owner=kim).values_list("amount_at_risk", flat=True)) == [101, 102]


def test_a_bulk_act_without_rows_or_person_changes_nothing(worker: Client) -> None:
    lost()
    for sent in (
        {"owner": ""},
        {"break": [Break.objects.get().pk], "owner": "999999"},
        {"scope": "all", "query": "day=x"},
    ):
        assert worker.post(reverse("settlement:breaks_assign"), sent).status_code == 302
    assert BreakEvent.objects.exclude(verb="opened").count() == 0


def test_a_break_is_taken_explained_and_reopened_with_its_history(worker: Client, kim: User) -> None:
    lost()
    broken = Break.objects.get()

    def act(name: str, **sent: str) -> Break:
        assert worker.post(reverse(f"settlement:break_{name}", args=[broken.pk]), sent).status_code == 302
        broken.refresh_from_db()
        return broken

    assert (act("investigate").state, broken.owner) == ("investigating", kim)
    act("assign", owner=str(kim.pk), comment="they look into it")
    act("resolve", reason="provider_error", explanation="claimed, ticket 12")
    assert (broken.state, broken.reason, broken.resolved_at is not None) == ("resolved", "provider_error", True)
    act("reopen", explanation="")
    assert broken.state == "resolved"
    act("reopen", explanation="the claim was refused")
    assert (broken.state, broken.reason, broken.resolved_at) == ("open", "", None)
    assert verbs(broken) == ["opened", "assigned", "changed", "commented", "resolved", "reopened"]
    assert [event.comment for event in break_detail(broken.pk).events][:2] == [
        "the claim was refused",
        "claimed, ticket 12",
    ]
    assert set(AuditEvent.objects.filter(subject_type="break").values_list("verb", flat=True)) == {
        "break.assigned",
        "break.changed",
        "break.commented",
        "break.resolved",
        "break.reopened",
    }


def test_what_a_person_resolved_stays_resolved_until_the_figures_change(kim: User) -> None:
    merchant = lost()
    breaks.resolve(Break.objects.get(), "our_error", "booked by hand", by=kim)

    reconcile_everything(as_of=AS_OF + timedelta(days=1))
    assert Break.objects.get().state == "resolved"
    merchant.statement("s1", {"provider_key": "p0", "amount": 999}, sequence="2")
    reconcile_everything(as_of=AS_OF + timedelta(days=1))
    assert (Break.objects.get().state, Break.objects.get().amount_at_risk) == ("open", 999)


@pytest.mark.parametrize("reason", ["written_off", "timing", "matched_by_hand", "fee_agreed", "nonsense"])
def test_a_single_person_gives_no_reason_that_needs_two_or_a_machine(reason: str, worker: Client, kim: User) -> None:
    lost()
    broken = Break.objects.get()

    page = worker.post(
        reverse("settlement:break_resolve", args=[broken.pk]), {"reason": reason, "explanation": "because"}
    )

    assert page.status_code == 422
    assert "because" in page.content.decode()
    with pytest.raises(breaks.ReasonNotAllowed):
        breaks.resolve(broken, reason, "because", by=kim)
    assert verbs(broken) == ["opened"]


def test_an_agreed_fee_is_a_reason_for_fees_only() -> None:
    assert [reason.value for reason in breaks.allowed_reasons("fee")] == ["provider_error", "our_error", "fee_agreed"]
    assert [reason.value for reason in breaks.allowed_reasons("residual")] == ["provider_error", "our_error"]


def test_a_resolved_break_is_not_worked_on(kim: User) -> None:
    lost()
    broken = breaks.resolve(Break.objects.get(), "our_error", "ours", by=kim)

    with pytest.raises(breaks.BreakIsResolved):
        breaks.assign(broken, to=kim, by=kim)
    with pytest.raises(breaks.BreakIsResolved):
        breaks.investigate(broken, by=kim)
    with pytest.raises(breaks.BreakIsResolved):
        breaks.resolve(broken, "our_error", "again", by=kim)
    assert breaks.assign_many([broken], to=kim, by=kim) == 0
    breaks.comment(broken, "for the record", by=kim)
    with pytest.raises(breaks.CommentMissing):
        breaks.comment(broken, "  ", by=kim)


def test_no_words_about_a_break_hold_card_data(worker: Client, kim: User) -> None:
    lost()
    broken = Break.objects.get()
    told = "the card was 4111 1111 1111 1111"
    for write in (
        lambda: breaks.comment(broken, told, by=kim),
        lambda: breaks.resolve(broken, "our_error", told, by=kim),
    ):
        with pytest.raises(breaks.CardDataTold):
            write()
    answer = worker.post(reverse("settlement:break_assign", args=[broken.pk]), {"comment": told}, follow=True)
    assert "Never write one here; nothing was kept." in answer.content.decode()
    assert not BreakEvent.objects.filter(comment__contains="4111").exists()


def test_history_of_a_break_cannot_be_rewritten() -> None:
    lost()
    with connection.cursor() as cursor, pytest.raises(Exception, match="append_only"):
        cursor.execute("UPDATE payments_breakevent SET comment = 'nothing happened'")


def test_people_who_may_only_look_are_offered_no_act(client: Client) -> None:
    lost()
    client.force_login(person(Role.AUDITOR))

    queue = client.get(QUEUE).content.decode()
    page = client.get(reverse("settlement:break", args=[Break.objects.get().pk])).content.decode()

    assert 'form="bulk"' not in queue
    assert "hx-get" not in queue.split("<tbody>")[1].split("</tbody>")[0]
    assert reverse("settlement:break_resolve", args=[Break.objects.get().pk]) not in page


@pytest.mark.parametrize("count", [3, 30])
def test_the_queue_asks_a_fixed_number_of_questions(
    count: int, worker: Client, kim: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    lost(count)
    breaks.assign_many(list(Break.objects.all()), to=kim, by=kim)
    for _ in range(count):
        breaks.comment(Break.objects.order_by("pk")[0], "again", by=kim)

    with django_assert_num_queries(12):
        assert len(keys(worker)) == count
    with django_assert_num_queries(9):
        page = worker.get(reverse("settlement:break", args=[Break.objects.order_by("pk")[0].pk]))
    assert len(page.context["broken"].events) == count + 2
