"""What is wrong with the books of one provider or account keeps no other from being reconciled, and is seen."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.methods.models import BankAccount
from payments.settlement import tasks
from payments.settlement.models import AccountRun, Match, Payout, ReconciliationRun, Statement, StatementPayout
from payments.settlement.reconciliation import deposits
from payments.settlement.selectors.freshness import freshness_by_provider, freshness_of
from payments.settlement.services.reconcile import ReconciliationFailed, reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)


def poisoned() -> Merchant:
    """A provider whose books no run gets through: the lines of one payout add up to more than 64 bits."""
    merchant = Merchant("a-first")
    poison(merchant)
    return merchant


def poison(merchant: Merchant) -> None:
    whole = 9 * 10**18
    for key in ("x1", "x2"):
        merchant.statement(
            key, {"provider_key": key, "amount": whole, "payout": "w"}, payout={"key": "w", "amount": whole}
        )
    StatementPayout.objects.filter(payout_key="w").update(is_stated=False)


def sound() -> Merchant:
    merchant = Merchant("b-second")
    merchant.movements({"key": "m1", "provider_key": "p1"})
    merchant.statement("s1", {"provider_key": "p1", "payout": "w1"}, payout={"key": "w1", "amount": 10_000})
    return merchant


def heal(merchant: Merchant) -> None:
    """A corrected file takes the amount back."""
    for key in ("x1", "x2"):
        merchant.statement(key, {"provider_key": key}, sequence="2")


def test_all_others_are_reconciled_when_one_provider_cannot_be() -> None:
    bad, good = poisoned(), sound()
    with pytest.raises(ReconciliationFailed, match=r"^could not reconcile provider a-first$") as caught:
        reconcile_everything(as_of=AS_OF)
    assert caught.value.failed == ["provider a-first"]
    assert [result.provider for result in caught.value.results] == ["b-second"]
    assert list(Match.objects.values_list("provider", flat=True)) == [good.provider.pk]
    assert set(AccountRun.objects.values_list("account", flat=True)) == {bad.account.pk, good.account.pk}
    assert not Statement.objects.filter(provider=bad.provider, reconciled_at__isnull=False).exists()


def test_all_others_are_reconciled_when_one_account_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Merchant("a-first"), sound()
    run = deposits.run

    def failing(account: BankAccount, as_of: date | None) -> Any:
        if account == first.account:
            raise ZeroDivisionError
        return run(account, as_of)

    monkeypatch.setattr(deposits, "run", failing)
    with pytest.raises(ReconciliationFailed) as caught:
        reconcile_everything(as_of=AS_OF)
    assert caught.value.failed == ["bank account bank-a-first"]
    assert [result.provider for result in caught.value.results] == ["a-first", "b-second"]
    assert list(AccountRun.objects.values_list("account", flat=True)) == [second.account.pk]


def test_the_task_says_at_its_end_that_something_failed() -> None:
    poisoned()
    good = sound()
    with pytest.raises(ReconciliationFailed):
        tasks.reconcile_everything()
    assert list(Payout.objects.values_list("provider", flat=True)) == [good.provider.pk]


def test_the_command_names_what_failed_and_tells_the_rest() -> None:
    poisoned()
    sound()
    out = StringIO()
    with pytest.raises(CommandError, match=r"^Reconciliation failed of provider a-first; the log says why\.$") as error:
        call_command("reconcile", "--json", "--as-of", "2026-07-31", stdout=out)
    assert error.value.returncode == 1
    assert list(json.loads(out.getvalue())["providers"]) == ["b-second"]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1989-12-31", "2026-02-30", "soon"])
def test_a_date_that_no_row_may_have_is_misuse(day: str) -> None:
    Merchant()
    with pytest.raises(CommandError, match="--as-of") as error:
        call_command("reconcile", "--as-of", day)
    assert day in str(error.value)


def test_the_first_failure_is_remembered_until_a_success() -> None:
    merchant = poisoned()
    for _ in range(2):
        with pytest.raises(ReconciliationFailed):
            reconcile_everything(as_of=AS_OF)
    failing = ReconciliationRun.objects.get()
    assert freshness_of(merchant.provider).failing_since == failing.started_at
    assert freshness_by_provider()[merchant.provider.pk].reconciled_at is None

    heal(merchant)
    reconcile_everything(as_of=AS_OF)
    fresh = freshness_of(merchant.provider)
    assert (fresh.as_of, fresh.failing_since) == (AS_OF, None)
    assert fresh.reconciled_at == ReconciliationRun.objects.get().finished_at


def test_a_failure_after_a_success_keeps_what_was_known() -> None:
    merchant = sound()
    reconcile_everything(as_of=AS_OF)
    before = freshness_of(merchant.provider)
    poison(merchant)
    with pytest.raises(ReconciliationFailed):
        reconcile_everything(as_of=date(2026, 8, 1))
    after = freshness_of(merchant.provider)
    assert (after.as_of, after.reconciled_at) == (before.as_of, before.reconciled_at)
    assert after.failing_since is not None


def test_pages_say_that_reconciliation_fails(client: Client) -> None:
    poisoned()
    with pytest.raises(ReconciliationFailed):
        reconcile_everything(as_of=AS_OF)
    client.force_login(person(Role.AUDITOR))
    day = client.get(reverse("settlement:day", kwargs={"provider": "a-first", "booked_on": "2026-07-01"}))
    text = day.content.decode()
    assert "Reconciliation fails" in text
    assert "follow in a moment" not in text
    assert "reconciliation has failed since" in text
    assert text.count("<span>not reconciled yet</span>") == 3
    assert "Agrees" not in text
    assert "<dt>Matched</dt>" not in text
    client.force_login(person(Role.FINANCE))
    assert "Reconciliation fails" in client.get("/").content.decode()
