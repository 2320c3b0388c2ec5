"""What an account remembers of its last run: nothing new is nothing to do, and whatever changes wakes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.settlement.models import AccountRun, BankStatement, Deposit, DepositBankLine, DepositRule, Payout
from payments.settlement.reconciliation import credits
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant
from tests.payments.settlement.test_deposits import deposit_breaks, paid, sharing_one_account

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
PAID_ON = date(2026, 7, 3)


def test_nothing_new_reads_no_bank_line() -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", 10_000)
    merchant.bank({"amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    with CaptureQueriesContext(connection) as queries:
        reconcile_everything(as_of=AS_OF)
    assert AccountRun.objects.count() == 1
    assert not [query for query in queries if "payments_bankline" in query["sql"]]
    assert not [query for query in queries if "finding" in query["sql"]]


def test_another_date_judges_again_without_reading_a_bank_line() -> None:
    toss, naver = sharing_one_account()
    paid(toss, "2026-07-03", 10_000)
    paid(naver, "2026-07-03", 10_000)
    toss.bank({"amount": 10_000}, {"amount": 10_000})
    reconcile_everything(as_of=PAID_ON)
    assert deposit_breaks() == []
    with CaptureQueriesContext(connection) as queries:
        reconcile_everything(as_of=AS_OF)
    assert [kind for _, kind, _, _ in deposit_breaks()] == ["ambiguous", "ambiguous"]
    assert not [query for query in queries if "payments_bankline" in query["sql"]]
    assert list(AccountRun.objects.order_by("id").values_list("account__code", "has_paired")) == [
        ("bank-naver", True),
        ("bank-toss", True),
        ("bank-naver", False),
        ("bank-toss", False),
    ]


def by_hand(merchant: Merchant) -> None:
    """A person pairs the payout with the line."""
    deposit = Deposit.objects.get()
    deposit.rule = DepositRule.HAND
    deposit.save()


def superseded(merchant: Merchant) -> None:
    """The bank's statement is in force no more."""
    DepositBankLine.objects.all().delete()
    BankStatement.objects.update(is_current=False)


def renumbered(merchant: Merchant) -> None:
    """The provider states another amount."""
    Payout.objects.update(amount=10_001)


def unpaired(merchant: Merchant) -> None:
    """Something took the deposit back."""
    Deposit.objects.all().delete()


@pytest.mark.parametrize("change", [by_hand, superseded, renumbered, unpaired, lambda merchant: merchant.bank()])
def test_whatever_changes_wakes_the_account(change: Callable[[Merchant], object]) -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", 10_000)
    merchant.bank({"amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    change(merchant)
    reconcile_everything(as_of=AS_OF)
    assert list(AccountRun.objects.values_list("has_paired", flat=True)) == [True, True]


def test_a_line_that_a_person_paired_is_not_paired_again_through_another_interim_report() -> None:
    merchant = Merchant()
    paid(merchant, "payout-1", 10_000)
    merchant.bank({"amount": 10_000}, key="first")
    BankStatement.objects.update(is_interim=True)
    reconcile_everything(as_of=AS_OF)
    by_hand(merchant)
    second = merchant.bank({"amount": 10_000}, key="second")
    BankStatement.objects.filter(pk=second.pk).update(is_interim=True)
    assert credits.of_account(merchant.account) == []
