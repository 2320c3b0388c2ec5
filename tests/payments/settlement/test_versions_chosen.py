"""A person says which version of a statement counts: of every form, once, with a reason, and never of a closed day."""

from __future__ import annotations

import threading
from datetime import date
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.staff.models import User
from config.staff.roles import Role
from payments.methods.models import Provider
from payments.records.models import AuditEvent
from payments.settlement.models import (
    BankLine,
    BankStatement,
    Deposit,
    Match,
    OpenLine,
    Payout,
    SettlementDay,
    Statement,
)
from payments.settlement.services import versions as services
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, batch
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.test_posting_bank import COFFEE, HISTORY, PAYOUT, booked, interim
from tests.payments.settlement.test_posting_parts import page, toss

pytestmark = pytest.mark.django_db

WHY = "Support of the provider confirmed by phone that this is the corrected one."


@pytest.fixture
def finance() -> User:
    return person(Role.FINANCE)


def tied(desk: Desk) -> tuple[Statement, Statement]:
    """Two versions of which nothing says which is newer: the one that lost by its hash, and the one that counts."""
    provider = adyen()
    for content in (batch(2000, 1000), batch(2000, 1100)):
        desk.take(provider, content)
    reconcile_everything()
    return Statement.objects.get(is_current=False), Statement.objects.get(is_current=True)


def choose(chosen: Statement | BankStatement, by: User, *, instead_of: Statement | BankStatement) -> None:
    services.make_count(chosen, seen=[instead_of.pk], reason=WHY, by=by)
    chosen.refresh_from_db()


def test_the_version_that_lost_by_its_hash_counts_and_is_reconciled(desk: Desk, finance: User) -> None:
    loser, winner = tied(desk)
    choose(loser, finance, instead_of=winner)
    winner.refresh_from_db()
    assert (loser.is_current, loser.version, loser.choice, loser.reconciled_at) == (True, 2, 1, None)
    assert (winner.is_current, winner.version) == (False, 1)
    event = AuditEvent.objects.get(verb="statement.chosen")
    assert (event.actor, event.subject_type, event.subject_id, event.reason) == (
        finance, "statement", str(loser.pk), WHY,
    )  # fmt: skip
    assert event.detail["instead_of"] == [winner.pk]
    reconcile_everything()
    assert set(OpenLine.objects.values_list("line__statement", flat=True)) == {loser.pk}


def test_it_reopens_what_a_newer_version_would_reopen(desk: Desk, finance: User) -> None:
    provider = toss()
    desk.take(
        provider,
        "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
        + "".join(f"m-{key},tx-{key},,o-{key},capture,10000,KRW,2026-07-01T10:00:00+09:00,card\n" for key in "abc"),
        "ledger.csv",
        kind="movements",
    )
    desk.take(provider, page("a", "b"), "s.json")
    desk.take(provider, page("a", "c"), "s_v2.json")
    reconcile_everything()
    assert matched() == {"m-a", "m-c"}
    old, new = Statement.objects.order_by("version")
    choose(old, finance, instead_of=new)
    assert matched() == {"m-a"}
    old.file_import.refresh_from_db()
    assert old.file_import.summary["posted"]["reopened_count"] == 1
    reconcile_everything()
    assert matched() == {"m-a", "m-b"}
    # And back, as often as it takes.
    choose(new, finance, instead_of=old)
    reconcile_everything()
    assert matched() == {"m-a", "m-c"}


def matched() -> set[str]:
    return set(Match.objects.values_list("movement__movement_key", flat=True))


@pytest.mark.parametrize(("name", "counts"), [("report_v2.csv", 1300), ("report.csv", 1000)])
def test_only_a_later_sequence_counts_after_a_persons_word(desk: Desk, finance: User, name: str, counts: int) -> None:
    provider = adyen()
    for content in (batch(2000, 1000), batch(2000, 1100)):
        desk.take(provider, content)
    chosen = Statement.objects.get(sha256=sha256(batch(2000, 1000).encode()).hexdigest())
    if not chosen.is_current:
        choose(chosen, finance, instead_of=Statement.objects.get(is_current=True))
    else:  # by its hash; once more by a person's word
        other = Statement.objects.get(is_current=False)
        choose(other, finance, instead_of=chosen)
        choose(chosen, finance, instead_of=other)
    desk.take(provider, batch(2000, 1300), name)
    current = Statement.objects.get(is_current=True)
    assert [line.gross for line in current.lines.filter(line_number=3)] == [counts]


def test_a_version_of_a_bank_statement_counts_and_its_deposits_follow(desk: Desk, finance: User) -> None:
    merchant = Merchant()
    paid_on = date(2026, 7, 3)
    payout = {"key": "P-1", "amount": 1000, "on": paid_on}
    merchant.statement("s", {"amount": 1000, "provider_key": "p", "payout": "P-1"}, payout=payout, on=paid_on)
    for amount in (1000, 2000):
        content = f"day,amount,text\n2026-07-03,{amount},P-1 toss\n"
        assert desk.take(merchant.account, content, "day.csv", mapping=HISTORY).state == "posted"
    paying, other = (BankLine.objects.get(amount=amount).bank_statement for amount in (1000, 2000))
    if other.is_current:
        choose(paying, finance, instead_of=other)
    assert BankStatement.objects.get(is_current=True) == paying
    reconcile_everything()
    assert deposited() == [1000]

    close(merchant.provider, Payout.objects.get().booked_on, finance, "submitted")
    with pytest.raises(services.DayIsClosed):
        services.make_count(other, seen=[paying.pk], reason=WHY, by=finance)
    assert (deposited(), BankStatement.objects.get(is_current=True)) == ([1000], paying)

    SettlementDay.objects.update(state="open", submitted_by=None, submitted_at=None)
    choose(other, finance, instead_of=paying)
    assert deposited() == []
    assert AuditEvent.objects.filter(verb="statement.chosen").latest("pk").subject_type == "bank_statement"
    reconcile_everything()
    choose(paying, finance, instead_of=other)
    reconcile_everything()
    assert deposited() == [1000]


def deposited() -> list[int]:
    return list(Deposit.objects.values_list("received", flat=True))


def test_an_interim_report_whose_day_a_statement_holds_cannot_count(desk: Desk, finance: User) -> None:
    account = bank_account()
    desk.take(account, interim(COFFEE, number="1/1", time="0900"), "i.sta")
    desk.take(account, booked(COFFEE, PAYOUT, closing="130,00"), "b.sta")
    report = BankStatement.objects.get(is_interim=True)
    assert not report.is_current
    with pytest.raises(services.HeldByStatement):
        services.make_count(report, seen=[], reason=WHY, by=finance)
    report.refresh_from_db()
    assert (report.is_current, report.choice) == (False, 0)
    assert BankLine.objects.count() == 3


@pytest.mark.parametrize("state", ["submitted", "signed_off"])
def test_the_statements_of_a_closed_day_stay(desk: Desk, finance: User, state: str) -> None:
    loser, winner = tied(desk)
    close(Provider.objects.get(), loser.booked_on, finance, state)
    with pytest.raises(services.DayIsClosed):
        services.make_count(loser, seen=[winner.pk], reason=WHY, by=finance)
    assert_unchanged(loser, winner)


def close(provider: Provider, day: date, by: User, state: str) -> None:
    signed = (
        {"signed_by": person(Role.FINANCE_LEAD), "signed_at": timezone.now(), "signed_sha256": "0" * 64}
        if state == "signed_off"
        else {}
    )
    values = {"state": state, "submitted_by": by, "submitted_at": timezone.now(), **signed}
    SettlementDay.objects.update_or_create(provider=provider, booked_on=day, defaults=values)


def assert_unchanged(loser: Statement, winner: Statement) -> None:
    assert Statement.objects.get(is_current=True) == winner
    loser.refresh_from_db()
    assert (loser.choice, loser.chosen_over) == (0, "")
    assert not AuditEvent.objects.filter(verb="statement.chosen").exists()


def test_no_reason_card_data_or_another_state_than_the_person_saw_changes_nothing(desk: Desk, finance: User) -> None:
    loser, winner = tied(desk)
    for reason, seen, error in (
        ("  ", [winner.pk], services.ReasonMissing),
        ("4111 1111 1111 1111 said so", [winner.pk], services.CardDataTold),
        (WHY, [], services.OthersCountMeanwhile),
        (WHY, [loser.pk], services.OthersCountMeanwhile),
    ):
        with pytest.raises(error):
            services.make_count(loser, seen=seen, reason=reason, by=finance)
    with pytest.raises(services.CountsAlready):
        services.make_count(winner, seen=[winner.pk], reason=WHY, by=finance)
    assert_unchanged(loser, winner)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_is_told_that_it_counts_already(desk: Desk) -> None:
    loser, winner = tied(desk)
    people = [person(Role.FINANCE), person(Role.FINANCE_LEAD)]
    told: list[str] = []

    def press(by: User) -> None:
        try:
            services.make_count(loser, seen=[winner.pk], reason=WHY, by=by)
            told.append("done")
        except services.CountsAlready:
            told.append("already")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(each,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["already", "done"]
    assert AuditEvent.objects.filter(verb="statement.chosen").count() == 1


def test_the_page_offers_it_to_those_who_import_and_tells_who_said_so(
    client: Client, desk: Desk, finance: User
) -> None:
    loser, winner = tied(desk)
    client.force_login(finance)
    address, press = (
        reverse("settlement:versions", args=[winner.pk]),
        reverse("settlement:version_count", args=[loser.pk]),
    )
    assert press in client.get(address).content.decode()
    answer = client.post(press, {"seen": str(winner.pk), "reason": ""}, follow=True)
    assert "Say why in words." in answer.content.decode()
    assert_unchanged(loser, winner)
    answer = client.post(press, {"seen": str(winner.pk), "reason": WHY}, follow=True)
    assert "This version counts now" in answer.content.decode()
    assert WHY in answer.content.decode()
    assert str(finance) in answer.content.decode()
    answer = client.post(press, {"seen": str(winner.pk), "reason": WHY}, follow=True)
    assert "This version counts already." in answer.content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.FRAUD_ANALYST, Role.PAYMENT_ADMIN])
def test_nobody_else_may(client: Client, desk: Desk, role: Role) -> None:
    loser, winner = tied(desk)
    client.force_login(person(role))
    press = reverse("settlement:version_count", args=[loser.pk])
    if role == Role.AUDITOR:
        assert press not in client.get(reverse("settlement:versions", args=[winner.pk])).content.decode()
    assert client.post(press, {"seen": str(winner.pk), "reason": WHY}).status_code == 403
    assert_unchanged(loser, winner)


def test_a_closed_day_is_named_on_the_page(client: Client, desk: Desk, finance: User) -> None:
    loser, winner = tied(desk)
    close(Provider.objects.get(), loser.booked_on, finance, "submitted")
    client.force_login(finance)
    press = reverse("settlement:version_count", args=[loser.pk])
    answer = client.post(press, {"seen": str(winner.pk), "reason": WHY}, follow=True)
    told = answer.content.decode()
    assert f"The day {loser.booked_on} of adyen is submitted or signed off" in told
    # There is no page to reopen a day: nobody is sent to look for one.
    assert "Book what this version says differently as a correction on a later day." in told


def test_the_page_of_a_bank_statement(client: Client, desk: Desk, finance: User) -> None:
    account = bank_account()
    for content in ("day,amount,text\n2026-07-01,10.00,tea\n", "day,amount,text\n2026-07-01,20.00,coffee\n"):
        taken = desk.take(account, content, "day.csv", mapping=HISTORY)
    loser, winner = BankStatement.objects.get(is_current=False), BankStatement.objects.get(is_current=True)
    client.force_login(finance)
    address = reverse("settlement:bank_versions", args=[winner.pk])
    assert address in client.get(reverse("settlement:import", args=[winner.file_import_id])).content.decode()
    assert taken.state == "posted"
    press = reverse("settlement:bank_version_count", args=[loser.pk])
    assert press in client.get(address).content.decode()
    answer = client.post(press, {"seen": str(winner.pk), "reason": WHY}, follow=True)
    assert WHY in answer.content.decode()
    assert BankStatement.objects.get(is_current=True) == loser
    assert client.get(reverse("settlement:bank_versions", args=[999_999_999])).status_code == 404
