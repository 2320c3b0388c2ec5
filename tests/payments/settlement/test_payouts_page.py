"""Payouts: expected and paid, the residual, and where the money is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.facts import LineKind
from payments.settlement.labels import DepositState
from payments.settlement.models import Payout
from payments.settlement.selectors.payouts import payout_detail
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 9)


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who may look."""
    client.force_login(person(Role.AUDITOR))
    return client


def pay(merchant: Merchant, key: str, amount: int, lines: int = 10_000, on: date = date(2026, 7, 3)) -> None:
    merchant.statement(
        f"s-{key}",
        {"provider_key": f"{key}-a", "amount": lines, "payout": key},
        payout={"key": key, "amount": amount, "on": on},
    )


def states(client: Client, query: str = "") -> dict[str, str]:
    page = client.get(f"{reverse('settlement:payouts')}?{query}")
    return {row.record.payout_key: row.record.deposit_state for row in page.context["table"].rows}


def test_each_state_of_a_deposit_is_told_apart_in_list_and_detail(reader: Client) -> None:
    merchant = Merchant()
    pay(merchant, "received-1", 10_000)
    pay(merchant, "different-1", 7_000, lines=7_000)
    pay(merchant, "missing-1", 2_000, lines=2_000)
    pay(merchant, "awaited-1", 3_000, lines=3_000, on=date(2026, 7, 8))
    pay(merchant, "zero-1", 0, lines=0)
    merchant.bank({"amount": 10_000, "text": "received-1"}, {"amount": 6_500, "text": "different-1"})
    reconcile_everything(as_of=AS_OF)

    found = states(reader)

    assert found == {
        "received-1": "received",
        "different-1": "differs",
        "missing-1": "missing",
        "awaited-1": "awaited",
        "zero-1": "nothing",
    }
    assert {row.payout_key: str(payout_detail(row.pk).state) for row in Payout.objects.all()} == found
    assert states(reader, "deposit=missing") == {"missing-1": "missing"}
    assert states(reader, "paid_from=2026-07-08") == {"awaited-1": "awaited"}


def test_a_payout_is_its_named_sums_plus_the_unexplained_residual(reader: Client) -> None:
    merchant = Merchant()
    merchant.statement(
        "s1",
        {"amount": 10_000, "fee": 300, "payout": "pay-1"},
        {"kind": LineKind.REFUND, "amount": -1_000, "payout": "pay-1"},
        {"kind": LineKind.PAYOUT, "amount": -8_650, "payout": "pay-1"},
        payout={"key": "pay-1", "amount": 8_650},
    )
    reconcile_everything(as_of=AS_OF)
    row = Payout.objects.get()

    found = payout_detail(row.pk)

    assert [(each.kind, each.net) for each in found.kinds] == [(LineKind.SALE, 9_700), (LineKind.REFUND, -1_000)]
    assert sum(each.net for each in found.kinds) + row.residual == row.amount
    assert (row.line_net, row.residual) == (8_700, -50)
    assert {each.kind for each in found.breaks} == {"missing_deposit", "residual"}
    page = reader.get(reverse("settlement:payout", args=[row.pk]))
    assert ">-50<" in page.content.decode()
    assert list(states(reader, "residual=yes")) == ["pay-1"]
    assert states(reader, "residual=no") == {}


def test_several_payouts_in_one_bank_line_name_each_other() -> None:
    merchant = Merchant()
    pay(merchant, "payout-1", 10_000)
    pay(merchant, "payout-2", 4_000, lines=4_000)
    merchant.bank({"amount": 14_000, "text": "payout-1 payout-2"})
    reconcile_everything(as_of=AS_OF)
    first = Payout.objects.get(payout_key="payout-1")

    found = payout_detail(first.pk)

    assert [each.payout_key for each in found.siblings] == ["payout-2"]
    assert [each.amount for each in found.bank_lines] == [14_000]
    assert found.arrival is not None
    assert (found.arrival.expected, found.arrival.received, found.state) == (14_000, 14_000, DepositState.RECEIVED)


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_and_the_detail_ask_a_fixed_number_of_questions(
    count: int, reader: Client, django_assert_num_queries: Callable[..., Any]
) -> None:
    merchant = Merchant()
    for place in range(count):
        pay(merchant, f"payout-{place:02}", 1_000 + place, lines=1_000 + place)
    merchant.bank(*({"amount": 1_000 + place, "text": f"payout-{place:02}"} for place in range(count)))
    reconcile_everything(as_of=AS_OF)
    first = Payout.objects.order_by("pk")[0]

    with django_assert_num_queries(8):
        assert len(states(reader)) == count
    with django_assert_num_queries(11):
        assert reader.get(reverse("settlement:payout", args=[first.pk])).status_code == 200
