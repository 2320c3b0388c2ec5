"""Payout thresholds, and what the pages say of differences from the contract."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.facts import LineKind
from payments.settlement import labels
from payments.settlement.models import Break
from payments.settlement.models.breaks import SUBJECT_SQL
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.test_standing_fees import AS_OF, agree, charge, pays

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("amount", "less", "breaks"),
    [(4_999, 0, [("amount", 4_999)]), (5_000, 0, []), (4_000, 10, [("residual", 10)]), (-100, 0, [])],
)
def test_a_payout_below_the_threshold_must_be_explained(amount: int, less: int, breaks: list[tuple[str, int]]) -> None:
    merchant = Merchant()
    agree(merchant, payout_threshold_minor=5_000)
    pays(merchant, "p1", {"kind": LineKind.RESERVE_HOLD, "amount": amount - 10_000}, less=less)
    reconcile_everything(as_of=AS_OF)
    rows = Break.objects.filter(layer="settlement").values_list("kind", "amount_at_risk")
    assert list(rows) == breaks


@pytest.mark.parametrize(("threshold", "breaks"), [(10_001, []), (10_000, [("amount", 10_000, 0)]), (0, [])])
def test_a_balance_carried_over_at_the_threshold_must_be_explained(
    threshold: int, breaks: list[tuple[str, int, int]]
) -> None:
    merchant = Merchant()
    agree(merchant, payout_threshold_minor=threshold)
    merchant.statement(
        "s1", {"provider_key": "a", "payout": "7"}, {"kind": LineKind.CARRY_OUT, "amount": -10_000, "payout": "7"}
    )
    reconcile_everything(as_of=AS_OF)
    rows = Break.objects.filter(layer="settlement").values_list("kind", "expected", "found")
    assert list(rows) == breaks


def test_a_carried_balance_must_be_explained_while_a_line_of_it_is_missing() -> None:
    merchant = Merchant()
    agree(merchant, payout_threshold_minor=10_000)
    lacking = {"provider_key": "a", "payout": "7", "amount": 6_000}
    carried = {"kind": LineKind.CARRY_OUT, "amount": -10_000, "payout": "7"}
    merchant.statement("s1", lacking, carried, payout={"key": "7", "amount": 0, "is_stated": False})
    reconcile_everything(as_of=AS_OF)
    # What is left of the lines is below zero: nothing was paid out of this balance.
    rows = Break.objects.filter(natural_key__startswith="threshold").values_list("kind", "expected", "found")
    assert list(rows) == [("amount", 10_000, 0)]


def test_the_break_page_and_the_day_say_what_differs(client: Client) -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200, payout_threshold_minor=9_900)
    pays(merchant, "p1", charge(275))
    reconcile_everything(as_of=AS_OF)
    client.force_login(person(Role.FINANCE))
    rows = {row.kind: row for row in Break.objects.filter(layer="settlement")}
    told = {kind: client.get(reverse("settlement:break", args=[row.pk])).content.decode() for kind, row in rows.items()}
    assert "of this payout’s transfer is not the one the contract agrees: charged too much." in told["fee"]
    assert "Paid out, although the balance is below the payout threshold." in told["amount"]
    day = client.get(reverse("settlement:day", args=["toss", "2026-07-01"])).content.decode()
    assert "Transfer fee" in day
    assert "Payout threshold" in day


@pytest.mark.parametrize(
    ("key", "expected", "found_minor", "story"),
    [
        ("monthly_fee/a/2026-07/KRW", 5, 0, "the contract agrees a monthly fee, and none was charged"),
        ("transfer_fee/a/p/KRW", 5, 0, "the contract agrees a fee for each transfer, and none was charged"),
        ("fee/a", 5, 4, "the fee of this line is not the one the contract agrees: charged too little"),
        ("fee/a", 5, 5, "the fee of this line is not the one the contract agrees: fee and VAT are split differently"),
        ("other_fee/a", 0, 4, "the contract agrees to no such fee, or it was charged twice: charged too much"),
        ("threshold/a", 5, 0, "carried over, although the balance reaches the payout threshold"),
    ],
)
def test_every_fee_break_tells_its_story(key: str, expected: int, found_minor: int, story: str) -> None:
    kind = "amount" if key.startswith("threshold") else "fee"
    assert labels.break_story(Break(natural_key=key, kind=kind, expected=expected, found=found_minor)) == story


def test_sql_and_python_read_the_same_subject_from_a_natural_key() -> None:
    merchant = Merchant()
    agree(merchant, transfer_fee_minor=200, payout_threshold_minor=9_900)
    pays(merchant, "p1", charge(275))
    merchant.statement("s9", {"provider_key": "lost"}, on=date(2026, 7, 2))
    reconcile_everything(as_of=AS_OF)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {SUBJECT_SQL} FROM payments_break b")
        found = dict(cursor.fetchall())
    assert found == {row.pk: row.subject for row in Break.objects.all()}
    assert {"transfer_fee", "threshold", "missing_in_ledger"} <= set(found.values())
