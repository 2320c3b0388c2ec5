"""Matching by hand: what the machine only suggests, a person confirms, and the machine never takes it back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.staff.models import User
from config.staff.roles import Role
from payments.ledger.models import Movement
from payments.records.models import AuditEvent
from payments.settlement.models import Break, BreakEvent, Match, MatchSuggestion, OpenLine, OpenMovement, StatementLine
from payments.settlement.services.matches import NotSuggested, confirm
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

AS_OF = date(2026, 7, 31)


def ambiguous() -> tuple[StatementLine, Movement, Movement]:
    """One line that two movements of our ledger fit."""
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order"}, {"key": "m2", "reference": "order"})
    merchant.statement("s1", {"reference": "order"})
    reconcile_everything(as_of=AS_OF)
    first, second = Movement.objects.order_by("movement_key")
    return StatementLine.objects.get(), first, second


@pytest.fixture
def kim() -> User:
    """Works on breaks."""
    return person(Role.FINANCE)


@pytest.mark.django_db
def test_a_confirmed_pair_is_a_match_and_resolves_the_break(kim: User) -> None:
    line, first, _ = ambiguous()

    match = confirm(line_id=line.pk, movement_id=first.pk, by=kim)

    assert (match.rule, match.is_equal, match.matched_by_id) == (3, True, kim.pk)
    broken = Break.objects.get(kind="ambiguous")
    assert (broken.state, broken.reason) == ("resolved", "matched_by_hand")
    assert BreakEvent.objects.filter(on_break=broken, verb="resolved", by=kim).count() == 1
    assert MatchSuggestion.objects.count() == OpenLine.objects.count() == 0
    assert list(OpenMovement.objects.values_list("movement__movement_key", flat=True)) == ["m2"]
    assert AuditEvent.objects.filter(verb="match.confirmed", actor=kim).count() == 1


@pytest.mark.django_db
def test_later_runs_keep_it_and_settle_the_rest(kim: User) -> None:
    line, _, second = ambiguous()
    confirm(line_id=line.pk, movement_id=second.pk, by=kim)

    reconcile_everything(as_of=AS_OF + timedelta(days=1))

    assert list(Match.objects.values_list("movement__movement_key", "rule")) == [("m2", 3)]
    assert set(Break.objects.values_list("kind", "state")) == {
        ("ambiguous", "resolved"),
        ("missing_on_statement", "open"),
    }


@pytest.mark.django_db
def test_what_is_not_suggested_cannot_be_confirmed(kim: User) -> None:
    line, first, second = ambiguous()
    confirm(line_id=line.pk, movement_id=first.pk, by=kim)

    with pytest.raises(NotSuggested):
        confirm(line_id=line.pk, movement_id=second.pk, by=kim)
    assert Match.objects.count() == 1


@pytest.mark.django_db
def test_the_line_offers_each_candidate_to_people_who_may(client: Client, kim: User) -> None:
    line, first, _ = ambiguous()
    address, act = reverse("settlement:line", args=[line.pk]), reverse("settlement:line_confirm", args=[line.pk])
    client.force_login(person(Role.AUDITOR))
    assert act not in client.get(address).content.decode()
    assert client.post(act, {"movement": first.pk}).status_code == 403

    client.force_login(kim)
    assert client.get(address).content.decode().count(act) == 2
    done = client.post(act, {"movement": first.pk}, follow=True)
    assert done.context["match"].movement_key == "m1"
    again = client.post(act, {"movement": "x"}, follow=True)
    assert [str(each) for each in again.context["messages"]] == [
        "This pair is no longer suggested: it was settled meanwhile."
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("is_matched", [True, False])
def test_a_line_and_its_break_read_the_match_once(client: Client, kim: User, is_matched: bool) -> None:
    line, first, _ = ambiguous()
    if is_matched:
        confirm(line_id=line.pk, movement_id=first.pk, by=kim)
    client.force_login(kim)
    for address in (
        reverse("settlement:line", args=[line.pk]),
        reverse("settlement:break", args=[Break.objects.get(kind="ambiguous").pk]),
    ):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address)
        assert page.status_code == 200
        assert (
            sum('JOIN "payments_match"' in each["sql"] or 'FROM "payments_match"' in each["sql"] for each in asked) == 1
        )
