"""Layer 3 in the books: shared accounts, all accounts, returns, currencies, configuration that changes later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from payments.facts import LineKind
from payments.methods.models import BankAccount
from payments.settlement.models import Break, Deposit
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
PAID_ON = date(2026, 7, 3)


def paid(merchant: Merchant, key: str, amount: int, on: date = PAID_ON) -> None:
    """One payout with its line."""
    merchant.statement(
        f"s-{key}-{on}",
        {"amount": amount, "provider_key": f"{key}-{on}", "payout": key},
        payout={"key": key, "amount": amount, "on": on},
        on=on,
    )


def deposit_breaks() -> list[tuple[str, str, str, int]]:
    """Party, kind, payout and amount of every deposit break that waits."""
    waiting = Break.objects.filter(layer="deposit").exclude(state="resolved")
    return sorted(
        (row.provider.code if row.provider else "", row.kind, row.reference, row.amount_at_risk) for row in waiting
    )


def deposits() -> list[tuple[str, str, list[str], list[int]]]:
    """Provider, rule, payout keys and received amounts of every deposit."""
    return sorted(
        (
            row.provider.code,
            row.rule,
            sorted(row.payouts.values_list("payout__payout_key", flat=True)),
            sorted(row.bank_lines.values_list("bank_line__amount", flat=True)),
        )
        for row in Deposit.objects.all()
    )


def sharing_one_account() -> tuple[Merchant, Merchant]:
    """Two providers that pay into one bank account."""
    toss, naver = Merchant(code="toss"), Merchant(code="naver")
    naver.account = toss.account
    naver.provider.bank_account = toss.account
    naver.provider.save()
    return toss, naver


@pytest.mark.parametrize("key", ["2026-07-03", "20260703-1"])
def test_two_providers_with_one_key_and_different_amounts(key: str) -> None:
    toss, naver = sharing_one_account()
    paid(toss, key, 10_000)
    paid(naver, key, 20_000)
    toss.bank({"amount": 10_000, "text": key}, {"amount": 20_000, "text": key})
    reconcile_everything(as_of=AS_OF)
    rule = "amount_and_date" if key == "2026-07-03" else "reference"
    assert deposits() == [("naver", rule, [key], [20_000]), ("toss", rule, [key], [10_000])]
    assert deposit_breaks() == []


@pytest.mark.parametrize("key", ["2026-07-03", "20260703-1"])
def test_two_providers_with_one_key_and_equal_amounts_of_which_the_bank_names_one(key: str) -> None:
    toss, naver = sharing_one_account()
    paid(toss, key, 10_000)
    paid(naver, key, 10_000)
    toss.bank({"amount": 10_000, "text": f"NAVER {key}"}, {"amount": 10_000, "text": "SETTLEMENT"})
    reconcile_everything(as_of=AS_OF)
    rule = "amount_and_date" if key == "2026-07-03" else "reference"
    assert deposits() == [("naver", rule, [key], [10_000]), ("toss", "amount_and_date", [key], [10_000])]


def test_two_providers_with_one_key_and_one_short_line_that_names_none() -> None:
    toss, naver = sharing_one_account()
    paid(toss, "20260703-1", 10_000)
    paid(naver, "20260703-1", 10_000)
    toss.bank({"amount": 9_000, "text": "20260703-1"})
    reconcile_everything(as_of=AS_OF)
    assert deposits() == []
    assert deposit_breaks() == [
        ("naver", "ambiguous", "20260703-1", 10_000),
        ("toss", "ambiguous", "20260703-1", 10_000),
    ]


def test_balance_gaps_of_an_account_that_nobody_pays_to_are_named() -> None:
    merchant = Merchant()
    merchant.provider.bank_account = None
    merchant.provider.save()
    merchant.bank({"amount": 5, "on": date(2026, 7, 1)}, key="b1", opening=100)
    merchant.bank({"amount": 5, "on": date(2026, 7, 3)}, key="b3", opening=112)
    reconcile_everything(as_of=AS_OF)
    assert deposit_breaks() == [("", "residual", "b3", 7)]


def test_lines_in_a_currency_that_the_payout_does_not_pay_are_named() -> None:
    merchant = Merchant()
    rows: list[dict[str, Any]] = [
        {"provider_key": "a", "payout": "w1"},
        {"provider_key": "b", "payout": "w1", "currency": "USD", "amount": 700},
    ]
    merchant.statement("s1", *rows, payout={"key": "w1", "amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    found = Break.objects.get(kind="residual")
    assert (found.currency, found.reference, found.expected, found.found) == ("USD", "w1", 0, 700)
    carried = {"kind": LineKind.CARRY_OUT, "amount": -700, "payout": "w1", "currency": "USD"}
    merchant.statement("s1", *rows, carried, payout={"key": "w1", "amount": 10_000}, sequence="2")
    reconcile_everything(as_of=AS_OF)
    assert Break.objects.filter(kind="residual").exclude(state="resolved").count() == 0


def test_a_payout_that_the_provider_collects() -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", -3_000)
    merchant.bank({"amount": -3_000, "text": "payout-1"})
    reconcile_everything(as_of=AS_OF)
    assert (deposits(), deposit_breaks()) == ([("toss", "reference", ["payout-1"], [-3_000])], [])


def test_a_provider_that_collects_more_than_it_said_is_named_before_the_bank_is_due() -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", -3_000)
    merchant.bank({"amount": -3_500, "text": "payout-1"})
    reconcile_everything(as_of=PAID_ON)
    assert deposit_breaks() == [("toss", "amount", "payout-1", 500)]


def test_a_payout_that_went_the_wrong_way_is_named_before_the_bank_is_due() -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", 3_000)
    merchant.bank({"amount": -3_000, "text": "payout-1"})
    reconcile_everything(as_of=PAID_ON)
    assert deposit_breaks() == [("toss", "amount", "payout-1", 6_000)]


@pytest.mark.parametrize("text", ["payout-1", ""])
def test_a_payout_returned_by_the_bank_and_sent_again(text: str) -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", 10_000)
    sent = {"amount": 10_000, "text": text, "from": "Toss"}
    merchant.bank(sent)
    merchant.bank({**sent, "amount": -10_000, "on": date(2026, 7, 6)})
    reconcile_everything(as_of=AS_OF)
    kind = "amount" if text else "missing_deposit"
    assert deposit_breaks() == [("toss", kind, "payout-1", 10_000)]
    merchant.bank({**sent, "on": date(2026, 7, 7)})
    reconcile_everything(as_of=AS_OF)
    assert deposit_breaks() == []
    assert [received for _, _, _, received in deposits()] == [[-10_000, 10_000, 10_000] if text else [10_000]]


def test_one_line_for_payouts_of_several_days_waits_for_the_last_of_them() -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", 10_000)
    paid(merchant, "payout-2", 20_000, on=date(2026, 7, 6))
    merchant.bank({"amount": 29_000, "text": "payout-1 payout-2", "on": date(2026, 7, 6)})
    reconcile_everything(as_of=date(2026, 7, 7))
    assert deposits() == [("toss", "reference", ["payout-1", "payout-2"], [29_000])]
    assert deposit_breaks() == []
    reconcile_everything(as_of=AS_OF)
    assert deposit_breaks() == [("toss", "amount", "payout-1", 1_000)]


def test_several_lines_for_one_payout() -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", 10_000)
    merchant.bank({"amount": 4_000, "from": "Toss"}, {"amount": 6_000, "from": "Toss", "on": date(2026, 7, 6)})
    reconcile_everything(as_of=AS_OF)
    assert (deposits(), deposit_breaks()) == ([("toss", "amount_and_date", ["payout-1"], [4_000, 6_000])], [])


def test_a_foreign_payout_that_the_bank_changed_is_a_break_of_its_currency_with_the_line() -> None:
    merchant = Merchant()
    merchant.statement(
        "s1",
        {"amount": 10_000, "currency": "USD", "payout": "payout-7"},
        payout={"key": "payout-7", "amount": 10_000, "on": PAID_ON, "currency": "USD"},
    )
    merchant.bank({"amount": 13_575_000, "text": "payout-7 FX"})
    reconcile_everything(as_of=AS_OF)
    found = Break.objects.get(layer="deposit")
    assert (found.kind, found.currency, found.amount_at_risk) == ("currency", "USD", 10_000)
    assert found.bank_line is not None
    assert found.bank_line.amount == 13_575_000


def moved(merchant: Merchant, other: BankAccount) -> None:
    """The provider pays to another account."""
    merchant.provider.bank_account = merchant.account = other
    merchant.provider.save()


def closed(merchant: Merchant, _: BankAccount) -> None:
    """The provider pays nowhere that we know."""
    merchant.provider.bank_account = None
    merchant.provider.save()


def switched_off(merchant: Merchant, _: BankAccount) -> None:
    """The provider is switched off."""
    merchant.provider.is_enabled = False
    merchant.provider.save()


def renamed(merchant: Merchant, _: BankAccount) -> None:
    """The provider is called what the bank calls it."""
    merchant.provider.name = "토스페이먼츠"
    merchant.provider.save()


def patient(merchant: Merchant, _: BankAccount) -> None:
    """The bank has more time."""
    merchant.provider.deposit_grace_days = 30
    merchant.provider.save()


@pytest.mark.parametrize("change", [moved, closed, switched_off, renamed, patient])
def test_a_change_of_configuration_ends_in_the_state_of_one_made_at_the_start(
    change: Callable[[Merchant, BankAccount], None],
) -> None:
    def state(at: int) -> Any:
        point = transaction.savepoint()
        try:
            toss, naver = sharing_one_account()
            other = BankAccount.objects.create(code="a", name="a", currency="KRW", zone="Asia/Seoul", country="KR")
            if at == 0:
                change(toss, other)
            for merchant, amount in ((toss, 10_000), (naver, 10_000)):
                paid(merchant, "2026-07-03", amount)
                paid(merchant, f"payout-{merchant.code}", 4_000)
            naver.bank({"amount": 10_000, "text": "토스페이먼츠 정산"}, {"amount": 10_000}, {"amount": 4_000})
            naver.bank({"amount": 4_000, "text": "payout-toss"}, key="more")
            if at == 1:
                reconcile_everything(as_of=AS_OF)
                change(toss, other)
            reconcile_everything(as_of=AS_OF)
            accounts = sorted(Deposit.objects.values_list("provider__code", "account__code", "received"))
            return (
                snapshot.take(),
                accounts,
                sorted(Break.objects.exclude(state="resolved").values_list("natural_key", "account__code")),
            )
        finally:
            transaction.savepoint_rollback(point)

    late, early = state(1), state(0)
    assert late == early
