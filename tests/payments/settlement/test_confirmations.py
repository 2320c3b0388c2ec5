"""What a person confirmed, and then a corrected statement: kept where it still holds, asked again where it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.staff.models import User
from config.staff.roles import Role
from payments.ledger.models import Movement
from payments.settlement.models import (
    Break,
    BreakEvent,
    Confirmation,
    Match,
    MatchSuggestion,
    OpenLine,
    StatementLine,
)
from payments.settlement.selectors import snapshot
from payments.settlement.services.matches import confirm
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
EARLY = date(2026, 7, 2)
LINE: dict[str, Any] = {"reference": "order", "line_key": "a", "amount": 10_000}


@pytest.fixture
def kim() -> User:
    """Works on breaks."""
    return person(Role.FINANCE)


def confirmed(by: User, *others: dict[str, Any], as_of: date = AS_OF) -> Merchant:
    """Two movements fit the first line of `s1`; a person says that it is `m1`."""
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order"}, {"key": "m2", "reference": "order"})
    merchant.statement("s1", LINE, *others, sequence="1")
    reconcile_everything(as_of=as_of)
    movement = Movement.objects.get(movement_key="m1")
    confirm(line_id=StatementLine.objects.get(line_number=2).pk, movement_id=movement.pk, by=by)
    reconcile_everything(as_of=as_of)
    return merchant


def corrected(merchant: Merchant, *rows: dict[str, Any], sequence: str = "2", as_of: date = AS_OF) -> None:
    merchant.statement("s1", *rows, sequence=sequence)
    reconcile_everything(as_of=as_of)


def pairs() -> list[tuple[str, int, int, bool]]:
    """Movement key, line number, rule and equality of every match."""
    return sorted(Match.objects.values_list("movement__movement_key", "line__line_number", "rule", "is_equal"))


def waiting() -> list[tuple[str, str]]:
    """Kind and natural key's end of every break that waits, but for the movement that was never settled."""
    rows = Break.objects.exclude(state="resolved").exclude(movement__movement_key="m2").order_by("natural_key")
    return [(row.kind, row.natural_key.split("/", 2)[2]) for row in rows]


def test_a_line_that_stays_as_it_was_keeps_its_confirmation(kim: User) -> None:
    merchant = confirmed(kim)
    before = Match.objects.get()
    corrected(merchant, {"line_key": "new", "amount": 5}, LINE)

    after = Match.objects.get()
    assert pairs() == [("m1", 3, 3, True)]
    assert (after.matched_by_id, after.matched_at) == (kim.pk, before.matched_at)
    assert waiting() == [("missing_in_ledger", "s1/1/new")]


def test_other_fees_and_dates_leave_the_confirmation_as_it_is(kim: User) -> None:
    merchant = confirmed(kim)
    corrected(merchant, {**LINE, "fee": 300, "on": date(2026, 7, 3)})
    assert pairs() == [("m1", 2, 3, True)]
    assert waiting() == []


def test_another_amount_keeps_the_pair_and_asks_about_it(kim: User) -> None:
    merchant = confirmed(kim)
    corrected(merchant, {**LINE, "amount": 9_000})

    assert pairs() == [("m1", 2, 3, False)]
    assert waiting() == [("amount", "s1/1/a/m1")]
    broken = Break.objects.get(kind="amount")
    assert (broken.amount_at_risk, broken.expected, broken.found) == (1_000, 10_000, 9_000)
    corrected(merchant, LINE, sequence="3")
    assert (pairs(), waiting()) == ([("m1", 2, 3, True)], [])


def test_another_currency_keeps_the_pair_and_asks_about_it(kim: User) -> None:
    merchant = confirmed(kim)
    corrected(merchant, {**LINE, "currency": "JPY"})
    assert pairs() == [("m1", 2, 3, False)]
    assert waiting() == [("currency", "s1/1/a/m1")]


@pytest.mark.parametrize("as_of", [EARLY, AS_OF], ids=["before it is due", "when it is overdue"])
def test_a_line_that_is_gone_is_asked_about_at_once_and_once(kim: User, as_of: date) -> None:
    merchant = confirmed(kim, as_of=as_of)
    corrected(merchant, {"line_key": "b"}, as_of=as_of)

    assert pairs() == []
    assert [each for each in waiting() if each[0] == "missing_on_statement"] == [("missing_on_statement", "m1@s1")]
    broken = Break.objects.get(natural_key="missing_on_statement/toss/m1@s1")
    told = Confirmation.objects.get()
    assert (told.confirmed_by_id, told.line_id, told.movement.movement_key) == (kim.pk, broken.line_id, "m1")
    assert (broken.amount_at_risk, broken.expected, broken.found) == (10_000, 10_000, None)
    assert broken.line.statement.version == 1  # type: ignore[union-attr]

    corrected(merchant, {"line_key": "b"}, LINE, sequence="3", as_of=as_of)
    assert pairs() == [("m1", 3, 3, True)]
    broken.refresh_from_db()
    assert (broken.state, broken.reason) == ("resolved", "timing")
    assert list(BreakEvent.objects.filter(on_break=broken).order_by("id").values_list("verb", flat=True)) == [
        "opened",
        "closed",
    ]


def test_two_lines_left_of_its_name_are_for_a_person_to_tell_apart(kim: User) -> None:
    merchant = confirmed(kim)
    corrected(merchant, {**LINE, "amount": 4_000}, {**LINE, "amount": 6_000})
    assert pairs() == []
    assert ("missing_on_statement", "m1@s1") in waiting()


def test_the_machine_guesses_no_other_line_but_asks(kim: User) -> None:
    merchant = confirmed(kim)
    corrected(merchant, {"line_key": "b"})
    merchant.statement("s2", {**LINE, "line_key": "c", "on": date(2026, 7, 2)})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == []
    assert MatchSuggestion.objects.filter(movement__movement_key="m1").count() == 1

    line = StatementLine.objects.get(line_key="c")
    confirm(line_id=line.pk, movement_id=Movement.objects.get(movement_key="m1").pk, by=kim)
    old = Break.objects.get(natural_key="missing_on_statement/toss/m1@s1")
    assert (old.state, old.reason) == ("resolved", "matched_by_hand")
    corrected(merchant, {"line_key": "b"}, LINE, sequence="3")
    assert [(key, rule) for key, _, rule, _ in pairs()] == [("m1", 3), ("m2", 2)], "the later word stands"


def test_a_provider_key_is_certain_enough_to_answer(kim: User) -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order", "provider_key": "p1"}, {"key": "m2", "reference": "order"})
    merchant.statement("s1", LINE, sequence="1")
    reconcile_everything(as_of=AS_OF)
    confirm(line_id=StatementLine.objects.get().pk, movement_id=Movement.objects.get(movement_key="m1").pk, by=kim)
    merchant.statement("s2", {"provider_key": "p1", "line_key": "k"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2, 3, True)]
    assert waiting() == [("missing_in_ledger", "s2/1/p1")]

    corrected(merchant)
    assert [(key, rule) for key, _, rule, _ in pairs()] == [("m1", 1)]
    assert waiting() == []

    corrected(merchant, LINE, sequence="3")
    assert [(key, rule) for key, _, rule, _ in pairs()] == [("m1", 3)]
    assert waiting() == [("missing_in_ledger", "s2/1/p1")]
    assert OpenLine.objects.get().line.line_key == "k"


def page(client: Client, **found: str) -> str:
    broken = Break.objects.get(**found)
    return client.get(reverse("settlement:break", args=[broken.pk])).content.decode()


def test_the_break_says_who_confirmed_what_and_what_became_of_it(client: Client, kim: User) -> None:
    merchant = confirmed(kim)
    line = StatementLine.objects.get()
    client.force_login(kim)
    corrected(merchant, {**LINE, "amount": 9_000})
    changed = page(client, kind="amount")
    assert f"{kim} said that our movement <code>m1</code> and this line belong together" in changed
    assert f'href="{reverse("settlement:line", args=[line.pk])}"' in changed
    assert "gives that line another amount" in changed
    assert "came without that line" not in changed

    corrected(merchant, sequence="3")
    gone = page(client, natural_key="missing_on_statement/toss/m1@s1")
    assert f"{kim} said that our movement <code>m1</code> and this line belong together" in gone
    assert "came without that line" in gone
    assert "Our movement waits again." in gone

    corrected(merchant, LINE, sequence="4")
    closed = page(client, natural_key="missing_on_statement/toss/m1@s1")
    assert ("came without that line" in closed, "Our movement waits again." in closed) == (True, False)


def test_a_break_that_no_confirmation_is_behind_says_nothing_of_one(client: Client, kim: User) -> None:
    confirmed(kim)
    client.force_login(kim)
    assert "Confirmed by hand" not in page(client, kind="missing_on_statement", movement__movement_key="m2")
    assert "Confirmed by hand" not in page(client, kind="ambiguous")


VERSIONS: tuple[list[dict[str, Any]], ...] = (
    [LINE],
    [],
    [{**LINE, "amount": 9_000}],
    [{**LINE, "fee": 10}],
    [LINE, LINE],
    [{**LINE, "amount": 4_000}, {**LINE, "amount": 6_000}],
    [{"reference": "order", "line_key": "b"}],
    [{"reference": "order", "line_key": "b", "provider_key": "p1"}, LINE],
)
OTHERS: tuple[tuple[str, Any], ...] = (
    ("statement", ("s2", "1", [{"reference": "order", "line_key": "c"}])),
    ("statement", ("s3", "1", [{"provider_key": "p1", "line_key": "d"}])),
    ("movements", {"key": "m3", "reference": "order"}),
    ("movements", {"key": "m0", "reference": "order", "provider_key": "p1"}),
)


@st.composite
def files(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """Corrected versions of the confirmed statement, and whatever else comes afterwards."""
    bodies = draw(st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3))
    versions = [("statement", ("s1", str(number), rows)) for number, rows in enumerate(bodies, start=2)]
    return [*versions, *draw(st.lists(st.sampled_from(OTHERS), max_size=3, unique_by=repr))]


def state_after(arrivals: list[tuple[str, Any]], by: User, *, runs: bool) -> snapshot.Snapshot:
    """Confirm, let the files come, reconcile after each or only at the end, and take everything back."""
    point = transaction.savepoint()
    try:
        merchant = confirmed(by, {"reference": "other", "line_key": "z"})
        for kind, what in arrivals:
            if kind == "movements":
                merchant.movements(what)
            else:
                key, sequence, rows = what
                merchant.statement(key, *rows, sequence=sequence)
            if runs:
                reconcile_everything(as_of=AS_OF)
        reconcile_everything(as_of=AS_OF)
        return snapshot.take()
    finally:
        transaction.savepoint_rollback(point)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(arrivals=files(), data=st.data())
def test_what_is_left_of_a_confirmation_depends_on_no_order(
    kim: User, arrivals: list[tuple[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(arrivals))
    assert state_after(list(shuffled), kim, runs=True) == state_after(arrivals, kim, runs=False)
