"""Payouts that no line names (pitfall 10): what is withdrawn from a balance at Stripe and PayPal, and reports in parts."""

from __future__ import annotations

from datetime import date

import pytest

from payments.methods.models import Provider
from payments.settlement.models import Break, Deposit, Payout, Statement, StatementLine
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.providers import paypal_files as paypal
from tests.payments.providers import stripe_files as stripe
from tests.payments.settlement.arrivals import Desk, adyen, bank_account, problems

AS_OF = date(2026, 9, 30)
BY_HAND = {"automatic_payout_id": "", "automatic_payout_effective_at_utc": "", "currency": "eur"}


def account(adapter: str) -> Provider:
    return adyen(adapter, adapter=adapter, bank_account=bank_account(), currencies=["EUR", "USD"])


def kinds() -> list[str]:
    reconcile_everything(as_of=AS_OF)
    found = Break.objects.exclude(state="resolved").exclude(kind="missing_in_ledger")
    return sorted(found.values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_payout_by_hand_has_no_residual_and_is_looked_for_at_the_bank(desk: Desk) -> None:
    provider = account("stripe")
    rows = [
        stripe.row("charge", "100.00", "97.00", "ch_1", fee="3.00", **BY_HAND),
        stripe.row("payout", "-80.00", "-80.00", "po_9", **BY_HAND),
    ]
    assert problems(desk.take(provider, stripe.report(rows), "balance.csv")) == []
    assert kinds() == ["missing_deposit"]
    payout = Payout.objects.get()
    assert (payout.payout_key, payout.amount, payout.residual, payout.line_count) == ("po_9", 8_000, 0, 0)

    statement = (
        ":20:1\n:25:NL01\n:28C:1/1\n:60F:C260915EUR0,00\n"
        ":61:2609160916C80,00NTRF7//X\n:86:STRIPE\n:62F:C260916EUR80,00\n-\n"
    )
    assert provider.bank_account is not None
    assert desk.take(provider.bank_account, statement, "bank.sta").state == "posted"
    assert kinds() == []
    assert Deposit.objects.count() == 1


@pytest.mark.django_db
def test_a_payout_that_only_its_own_row_names_keeps_its_residual(desk: Desk) -> None:
    desk.take(account("stripe"), stripe.report([stripe.row("payout", "-80.00", "-80.00", "po_1", currency="eur")]))
    assert "residual" in kinds()
    assert Payout.objects.get().residual == 8_000


@pytest.mark.django_db
def test_a_withdrawal_from_paypal_has_no_residual(desk: Desk) -> None:
    rows = [
        paypal.row("Website Payment", "100.00", "-3.00", "97.00", "97.00", key="A1"),
        paypal.row("General Withdrawal", "-50.00", "0.00", "-50.00", "47.00", key="A2", time="12:00:00"),
    ]
    file_import = desk.take(account("paypal"), paypal.activity(rows), "Download.CSV")
    assert (problems(file_import), file_import.state) == ([], "posted")
    assert kinds() == ["missing_deposit"]
    assert [(payout.payout_key, payout.residual) for payout in Payout.objects.all()] == [("A2", 0)]


@pytest.mark.django_db
def test_a_settlement_report_in_two_files_is_one_statement(desk: Desk) -> None:
    """Pitfall 3: the second file first; each is posted, and nothing is lost or doubled."""
    provider = account("paypal")
    first = [paypal.body("T0006", "CR", "1000", key=f"A{place}") for place in range(3)]
    second = [paypal.body("T0006", "CR", "500", key="B1"), paypal.body("T0400", "DR", "3500", key="W1")]
    files = {
        "STL-20260820.02.009.CSV": paypal.settlement(second, number="02", report_count=5),
        "STL-20260820.01.009.CSV": paypal.settlement(first, number="01", report_count=None),
    }
    for name, content in files.items():
        file_import = desk.take(provider, content, name)
        assert (problems(file_import), file_import.state) == ([], "posted")
    kinds()
    assert StatementLine.objects.count() == 5
    assert set(Statement.objects.values_list("statement_key", "is_current")) == {("ACC/2026-08-20", True)}
    payout = Payout.objects.get()
    assert (payout.amount, payout.residual, payout.is_complete) == (3_500, 0, True)


@pytest.mark.django_db
@pytest.mark.parametrize("is_empty_first", [True, False])
def test_a_day_without_rows_is_a_version_like_any_other(desk: Desk, *, is_empty_first: bool) -> None:
    """A settlement report of a day on which nothing happened is posted; the report generated last counts."""
    provider = account("paypal")
    filled = [paypal.body("T0006", "CR", "1000", key="A1")]
    days = [([], "20"), (filled, "21")] if is_empty_first else [(filled, "20"), ([], "21")]
    for rows, minute in days:
        content = paypal.settlement(rows, generated=f"2026/08/21 02:{minute}:19 -0700")
        file_import = desk.take(provider, content, f"STL-20260820.01.009_{minute}.CSV")
        assert (problems(file_import), file_import.state) == ([], "posted")
    kinds()
    current = Statement.objects.get(is_current=True)
    assert (current.statement_key, current.version) == ("ACC/2026-08-20", 2)
    assert current.line_count == (1 if is_empty_first else 0)
    assert current.reconciled_at is not None
    assert Break.objects.exclude(state="resolved").count() == (1 if is_empty_first else 0)
