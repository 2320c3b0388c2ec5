"""Where a statement does not tell the day of a sale, the movement does that it is matched with, as long as it is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.dashboards.told import as_json
from analytics.metrics.catalogue import METRICS
from analytics.metrics.facts import FAMILIES, LINES
from analytics.rollups.models import Mark, Rollup
from analytics.rollups.questions import Question
from analytics.rollups.selectors import answer
from analytics.rollups.services.computing import compute_dirty
from config.staff.models import User
from config.staff.roles import Role
from payments.intake.configuration import configuration_rules
from payments.ledger import pipeline
from payments.ledger.models import Movement
from payments.methods.models import PayoutSchedule
from payments.methods.services.configuration import apply_configuration
from payments.settlement.models import MatchSuggestion, Statement, StatementLine
from payments.settlement.services.matches import confirm
from payments.settlement.services.reconcile import reconcile_everything
from tests.analytics import naive_shop
from tests.analytics.naive import SEOUL
from tests.analytics.test_every_metric import rows_by_hand, rows_kept
from tests.cast import person
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.test_order_of_arrival import AS_OF, arrivals

PERIOD = date(2026, 6, 1), date(2026, 8, 31)
JULY = date(2026, 7, 1)
FRIDAY, MONDAY, TUESDAY = date(2026, 7, 3), date(2026, 7, 6), date(2026, 7, 7)
SALE: dict[str, Any] = {"provider_key": "p1", "reference": "order", "sold_on": None, "paid": TUESDAY}


def told(merchant: Merchant, key: str, *lines: dict[str, Any], **terms: Any) -> None:
    """Post a statement, or the next version of it, as files are posted."""
    merchant.statement(key, *lines, **terms)
    posted = Statement.objects.filter(statement_key=key).values_list("pk", flat=True)
    pipeline.run(pipeline.Changed(statements=tuple(posted)))


def days() -> dict[int, int]:
    """How many sales took so many business days, counted; as each line says by hand too."""
    compute_dirty(families=[each for each in FAMILIES if LINES in each.facts])
    found = answer(Question(METRICS["time_to_cash"], *PERIOD, SEOUL))
    lines = naive_shop.lines(SEOUL)
    for cube in LINES.cubes:
        assert rows_kept(LINES, cube, "d") == rows_by_hand(LINES, cube, lines, "d")
    by_hand = Counter(fact.times["time_to_cash"] for fact in lines if fact.times["time_to_cash"] is not None)
    assert found.spread == by_hand
    for day, figure in found.steps.items():
        counts = sum((fact.counts for fact in lines if fact.at.astimezone(SEOUL).date() == day), Counter[str]())
        assert figure.is_decided == (counts["awaited"] * 50 <= counts["awaited"] + counts["paid_out"]), (day, counts)
    return dict(found.spread)


@pytest.fixture
def kim(db: None) -> User:
    """Works on breaks."""
    return person(Role.FINANCE)


def test_the_movement_may_come_before_the_statement_or_behind_it(kim: User) -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1", "on": FRIDAY})
    told(merchant, "s1", SALE, {**SALE, "provider_key": "p2"})
    assert days() == {}
    reconcile_everything(as_of=AS_OF)
    assert days() == {2: 1}  # over a weekend
    merchant.movements({"key": "m2", "provider_key": "p2", "on": MONDAY})
    reconcile_everything(as_of=AS_OF)
    assert days() == {2: 1, 1: 1}


def test_a_reference_that_is_no_longer_the_only_one_is_no_day_until_a_person_says_so(kim: User) -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order", "on": FRIDAY})
    told(merchant, "s1", {**SALE, "provider_key": "", "on": MONDAY})
    reconcile_everything(as_of=AS_OF)
    assert days() == {2: 1}
    merchant.movements({"key": "m2", "reference": "order", "on": MONDAY})
    reconcile_everything(as_of=AS_OF)
    assert days() == {}
    movement = Movement.objects.get(movement_key="m2")
    confirm(line_id=StatementLine.objects.get().pk, movement_id=movement.pk, by=kim)
    assert days() == {1: 1}
    reconcile_everything(as_of=AS_OF)
    told(merchant, "s1", {**SALE, "provider_key": "", "amount": 5, "reference": "another"}, sequence="2")
    assert days() == {}
    told(merchant, "s1", {**SALE, "provider_key": "", "on": MONDAY}, sequence="3")
    assert days() == {1: 1}


def test_the_day_of_the_statement_goes_before_that_of_the_movement_and_totals_have_none(kim: User) -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1", "on": FRIDAY})
    told(merchant, "s1", {**SALE, "sold_on": MONDAY}, {**SALE, "provider_key": "", "sold_on": MONDAY, "from": FRIDAY},
         {**SALE, "provider_key": "", "sold_on": MONDAY, "from": MONDAY})  # fmt: skip
    reconcile_everything(as_of=AS_OF)
    assert days() == {1: 2}


def is_told_complete() -> dict[str, bool]:
    """Of the first of July, by the API; the file and the page have it from there."""
    days()
    told = as_json(answer(Question(METRICS["time_to_cash"], JULY, JULY, SEOUL, split=("provider",))))
    (step,), (part,) = told["steps"], told["parts"]
    assert step["is_complete"] == part["is_complete"] == told["whole"]["is_complete"]
    return {str(step["whole"]): step["is_complete"]}


@pytest.mark.parametrize(("undated", "is_complete"), [(0, True), (2, True), (3, False)])
def test_a_day_is_complete_when_nearly_all_of_it_has_a_payout_date(undated: int, is_complete: bool, kim: User) -> None:
    with time_machine.travel(AS_OF + timedelta(days=1), tick=False):
        merchant = Merchant()
        dated = [{**SALE, "provider_key": "", "sold_on": JULY, "paid": FRIDAY} for _ in range(98)]
        late = [{**SALE, "provider_key": "", "sold_on": JULY, "paid": None, "payout": "po"} for _ in range(undated)]
        told(merchant, "s1", *dated, *late, on=JULY)
        assert is_told_complete() == {"98": is_complete}
        told(merchant, "s2", {**SALE, "provider_key": ""}, on=MONDAY, payout={"key": "po", "amount": 1, "on": TUESDAY})
        assert is_told_complete() == {str(98 + undated): True}


def test_sales_wait_for_a_payout_date_where_one_is_to_come(kim: User) -> None:
    """A provider without a plan of payouts, as a wallet, may never pay out what names no payout."""
    with time_machine.travel(AS_OF + timedelta(days=1), tick=False):
        merchant = Merchant()
        late = {**SALE, "provider_key": "", "sold_on": JULY, "paid": None}
        told(merchant, "s1", {**late, "paid": FRIDAY}, late, on=JULY)
        assert is_told_complete() == {"1": False}
        PayoutSchedule.objects.all().delete()
        told(merchant, "s1", {**late, "paid": FRIDAY}, late, on=JULY, sequence="2")
        assert is_told_complete() == {"1": True}
        told(merchant, "s1", {**late, "paid": FRIDAY}, {**late, "payout": "po"}, on=JULY, sequence="3")
        assert is_told_complete() == {"1": False}


CONFIGURED = """
[[method]]
code = "ours"
family = "card"
name_ko = "ours"
name_ja = "ours"
name_en = "ours"

[[provider]]
code = "toss"
name = "toss"
adapter = "toss"
zone = "Asia/Seoul"
country = "KR"
currencies = ["KRW"]
"""


def configure(more: str) -> None:
    """Make the only provider agree with a file."""
    apply_configuration((CONFIGURED + more).encode(), configuration_rules(), name="c.toml", by=None)


def test_a_payout_schedule_that_is_set_later_is_asked_of_the_statements_that_are_here(kim: User) -> None:
    with time_machine.travel(AS_OF + timedelta(days=1), tick=False):
        merchant = Merchant()
        PayoutSchedule.objects.all().delete()
        late = {**SALE, "provider_key": "", "sold_on": JULY, "paid": None}
        told(merchant, "s1", {**late, "paid": FRIDAY}, late, on=JULY)
        assert is_told_complete() == {"1": True}
        configure('[[provider.payout_schedule]]\ncurrency = "KRW"\ncycle = "daily"\ncountry = "KR"\n')
        assert is_told_complete() == {"1": False}


def test_a_name_of_a_method_that_is_configured_later_is_told_of_the_lines_that_are_here(kim: User) -> None:
    merchant = Merchant()
    told(merchant, "s1", {**SALE, "sold_on": JULY, "paid": FRIDAY, "method": "CARD_X"}, on=JULY)
    methods = Question(METRICS["payment_cost"], *PERIOD, SEOUL, {"currency": ("KRW",)}, ("method",))
    days()
    assert set(answer(methods).parts) == {("CARD_X",)}
    configure('[[provider.offering]]\nmethod = "ours"\nprovider_names = ["CARD_X"]\n')
    days()
    assert set(answer(methods).parts) == {("ours",)}
    configure('[[provider.offering]]\nmethod = "ours"\nprovider_names = ["CARD_X"]\n')
    assert not Mark.objects.exists()


def test_what_was_kept_before_anybody_counted_what_waits_is_told_until_it_is_counted_again(kim: User) -> None:
    with time_machine.travel(AS_OF + timedelta(days=1), tick=False):
        told(Merchant(), "s1", {**SALE, "sold_on": JULY, "paid": FRIDAY}, on=JULY)
        assert is_told_complete() == {"1": True}
        for row in Rollup.objects.filter(cube__startswith="lines:"):
            Rollup.objects.filter(pk=row.pk).update(measures=row.measures[:4])
        found = answer(Question(METRICS["time_to_cash"], JULY, JULY, SEOUL)).whole
        assert (found.sample, found.is_decided) == (1, True)


def happening(merchant: Merchant, facts: list[tuple[str, Any]], by: User, dice: random.Random) -> Iterator[None]:
    """Deliver the facts, in versions of their own; between any two of them a run or a word of a person."""
    for kind, what in facts:
        if kind == "movements":
            merchant.movements(*what)
            yield
        elif kind == "statement":
            key, day, versions = what
            chosen = {row["line_key"]: _dated(dice, row["on"]) for row in versions[0][0]}
            for number, (rows, payout) in enumerate(versions):
                lines = [{**row, **chosen[row["line_key"]]} for row in rows]
                told(merchant, key, *lines, on=day, sequence=str(number), payout=payout)
                yield
                yield from _worked(by, dice)
        yield from _worked(by, dice)


def _dated(dice: random.Random, on: date) -> dict[str, Any]:
    paid: dict[str, Any] = {"paid": dice.choice((None, on + timedelta(days=dice.randint(0, 20))))}
    paid |= {"payout": dice.choice(("", "", "po"))}
    return paid | dice.choice(({"sold_on": None}, {"sold_on": None}, {"sold_on": on}, {"from": on - timedelta(days=2)}))


def _worked(by: User, dice: random.Random) -> Iterator[None]:
    if dice.random() < 0.6:
        reconcile_everything(as_of=AS_OF)
        yield
    suggested = list(MatchSuggestion.objects.order_by("line_id", "movement_id"))
    if suggested and dice.random() < 0.7:
        pair = dice.choice(suggested)
        confirm(line_id=pair.line_id, movement_id=pair.movement_id, by=by)
        yield


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(facts=arrivals(), seed=st.integers(0, 10_000))
def test_it_is_right_after_every_step_whatever_comes_when(kim: User, facts: list[tuple[str, Any]], seed: int) -> None:
    dice = random.Random(seed)
    dice.shuffle(facts)
    point = transaction.savepoint()
    try:
        merchant = Merchant()
        if seed % 2:
            PayoutSchedule.objects.all().delete()
        for _ in happening(merchant, facts, kim, dice):
            days()
    finally:
        transaction.savepoint_rollback(point)
