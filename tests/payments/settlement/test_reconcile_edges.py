"""Rare turns of reconciliation, each of which once gave a result that depended on what came first."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from payments.methods.models import BankAccount, PayoutSchedule
from payments.settlement.models import (
    BankStatement,
    Break,
    Deposit,
    Match,
    MatchSuggestion,
    OpenLine,
    OpenMovement,
    Payout,
    StatementPayout,
)
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)
SALE = {"reference": "o1", "amount": 10_000}


def pairs() -> list[tuple[str, int]]:
    """Movement key and line number of every match."""
    return sorted(Match.objects.values_list("movement__movement_key", "line__line_number"))


def kinds() -> list[tuple[str, str]]:
    """Kind and reference of every break that waits."""
    return sorted(Break.objects.exclude(state="resolved").values_list("kind", "reference"))


def test_a_match_by_reference_that_follows_a_corrected_file_stays_provisional() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", **SALE})
    merchant.statement("s1", {**SALE, "line_key": "a"})
    reconcile_everything(as_of=AS_OF)
    merchant.statement("s1", {**SALE, "line_key": "a"}, {"line_key": "b", "provider_key": "p9"}, sequence="2")
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2)]
    merchant.statement("s2", {**SALE, "line_key": "c"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == []
    assert MatchSuggestion.objects.count() == 2


def test_a_movement_for_a_repeated_line_ranks_the_whole_key_again() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m2", "provider_key": "p1"})
    merchant.statement("s1", {"provider_key": "p1"}, {"provider_key": "p1"})
    reconcile_everything(as_of=AS_OF)
    merchant.movements({"key": "m1", "provider_key": "p1"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2), ("m2", 3)]


def test_a_movement_that_a_corrected_file_sets_free_is_ranked_again() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"}, {"key": "m2", "provider_key": "p1"})
    merchant.statement("s1", {"provider_key": "p1"})
    merchant.statement("s2", {}, {"provider_key": "p1"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2), ("m2", 3)]
    merchant.statement("s1", {"provider_key": "p2"}, sequence="2")
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 3)]


def test_a_movement_pushed_out_of_its_key_is_sought_by_reference() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m2", "provider_key": "p1", **SALE})
    merchant.statement("s1", {"provider_key": "p1", "reference": "x"}, {**SALE, "line_key": "a"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m2", 2)]
    merchant.movements({"key": "m1", "provider_key": "p1", "reference": "x"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2), ("m2", 3)]


def test_a_line_pushed_out_of_its_key_is_due_like_any_other() -> None:
    late, early = date(2026, 7, 8), date(2026, 7, 7)
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    merchant.statement("s2", {"provider_key": "p1"}, {"line_key": "never ours"}, on=late)
    reconcile_everything(as_of=AS_OF)
    merchant.statement("s1", {"provider_key": "p1"}, on=early)
    reconcile_everything(as_of=AS_OF)
    assert kinds() == [("duplicate", "p1"), ("missing_in_ledger", "s2")]
    due = dict(OpenLine.objects.values_list("line__line_number", "due_on"))
    assert due == {2: date(2026, 7, 9), 3: date(2026, 7, 9)}


def test_a_line_matched_by_key_is_no_suggestion_any_more() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", **SALE}, {"key": "m2", **SALE})
    merchant.statement("s1", {**SALE, "provider_key": "p1"})
    reconcile_everything(as_of=AS_OF)
    assert MatchSuggestion.objects.count() == 2
    merchant.movements({"key": "m3", "provider_key": "p1", **SALE})
    reconcile_everything(as_of=AS_OF)
    assert (pairs(), MatchSuggestion.objects.count()) == ([("m3", 2)], 0)
    assert kinds() == [("missing_on_statement", "o1")] * 2


def test_a_line_that_turns_out_to_repeat_another_gives_its_reference_match_back() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", **SALE})
    merchant.statement("s2", {**SALE, "provider_key": "p1"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2)]
    merchant.statement("s1", {"provider_key": "p1", "reference": "other"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == []
    merchant.statement("s1", {"provider_key": "p7", "reference": "other"}, sequence="2")
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2)]


def test_a_wider_window_matches_what_waits() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", **SALE, "on": date(2026, 6, 1)})
    merchant.statement("s1", {**SALE, "line_key": "a"})
    reconcile_everything(as_of=AS_OF)
    assert pairs() == []
    merchant.provider.match_window_days = 40
    merchant.provider.save()
    reconcile_everything(as_of=AS_OF)
    assert pairs() == [("m1", 2)]


def test_a_fee_that_was_agreed_stays_agreed_when_a_corrected_file_moves_its_line() -> None:
    merchant = Merchant(fee_basis_points=Decimal("231"))
    row = {"provider_key": "a", "fee": 200, "vat": 20}
    merchant.statement("s1", row)
    reconcile_everything(as_of=AS_OF)
    Break.objects.filter(kind="fee").update(state="resolved", reason="fee_agreed", resolved_at="2026-07-31T00:00Z")
    merchant.statement("s1", {"provider_key": "b", "fee": 231, "vat": 23}, row, sequence="2")
    reconcile_everything(as_of=AS_OF)
    assert list(Break.objects.filter(kind="fee").values_list("state", "line__line_number")) == [("resolved", 3)]


def test_a_provider_may_change_its_bank_account() -> None:
    merchant = Merchant()
    merchant.statement(
        "s1", {"payout": "payout-1"}, payout={"key": "payout-1", "amount": 10_000, "on": date(2026, 7, 3)}
    )
    merchant.bank({"amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    assert Deposit.objects.get().account == merchant.account
    merchant.account = BankAccount.objects.create(code="a", name="a", currency="KRW", zone="Asia/Seoul", country="KR")
    merchant.provider.bank_account = merchant.account
    merchant.provider.save()
    merchant.bank({"amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    assert Deposit.objects.get().account == merchant.account


def test_a_payout_stated_in_one_file_and_summed_in_another_counts_once() -> None:
    merchant = Merchant()
    first = merchant.statement("s1", {"amount": 6_000, "payout": "w1"}, payout={"key": "w1", "amount": 6_000})
    StatementPayout.objects.filter(statement=first).update(is_stated=False)
    merchant.statement("s2", {"amount": 4_000, "payout": "w1"}, payout={"key": "w1", "amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    assert list(Payout.objects.values_list("amount", "residual")) == [(10_000, 0)]


def test_a_date_in_a_remittance_names_no_payout() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"payout": "2026-07-03"}, payout={"key": "2026-07-03", "amount": 10_000})
    merchant.bank({"amount": -700_000, "text": "RENT 2026-07-03"}, {"amount": 10_000, "text": "SETTLEMENT"})
    reconcile_everything(as_of=AS_OF)
    assert list(Deposit.objects.values_list("rule", "received")) == [("amount_and_date", 10_000)]


def test_an_account_that_nobody_pays_to_any_more_keeps_no_break_for_ever() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"payout": "w1"}, payout={"key": "w1", "amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    assert ("missing_deposit", "w1") in kinds()
    merchant.provider.bank_account = None
    merchant.provider.save()
    reconcile_everything(as_of=AS_OF)
    assert ("missing_deposit", "w1") not in kinds()


def test_each_currency_has_its_own_cut_off() -> None:
    merchant = Merchant()
    PayoutSchedule.objects.filter(provider=merchant.provider).update(cut_off=time(11))
    PayoutSchedule.objects.create(
        provider=merchant.provider, currency="USD", cycle="daily", lag_business_days=2, country="KR", cut_off=time(23)
    )
    merchant.movements({"key": "m1"}, {"key": "m2", "currency": "USD"})  # at noon in Seoul
    reconcile_everything(as_of=AS_OF)
    due = OpenMovement.objects.values_list("movement__movement_key", "due_on").order_by("movement__movement_key")
    assert list(due) == [("m1", date(2026, 7, 6)), ("m2", date(2026, 7, 3))]


def test_a_break_goes_along_when_its_provider_changes_its_bank_account() -> None:
    merchant, other = Merchant(), Merchant(code="other")
    merchant.statement("s1", {"payout": "w1"}, payout={"key": "w1", "amount": 10_000})
    reconcile_everything(as_of=AS_OF)
    merchant.provider.bank_account, other.provider.bank_account = other.account, merchant.account
    merchant.provider.save()
    other.provider.save()
    for _ in range(2):
        reconcile_everything(as_of=AS_OF)
        found = Break.objects.get(kind="missing_deposit")
        assert (found.state, found.account) == ("open", other.account)


def test_an_interim_report_counts_only_for_days_without_a_statement() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"payout": "payout-77"}, payout={"key": "payout-77", "amount": 10_000})
    first = {"amount": 10_000, "on": date(2026, 7, 2), "text": "payout-77"}
    merchant.bank(first, key="booked")
    report = merchant.bank(first, {"amount": 5, "on": date(2026, 7, 3), "text": "payout-77"}, key="interim")
    BankStatement.objects.filter(pk=report.pk).update(is_interim=True)
    reconcile_everything(as_of=AS_OF)
    assert Deposit.objects.get().received == 10_005


def test_an_empty_corrected_file_takes_everything_back() -> None:
    merchant = Merchant()
    merchant.provider.payout_schedules.all().delete()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    payout = {"key": "a%b'c/(1)", "amount": 10_000}
    merchant.statement("s1", {"provider_key": "p1", "payout": payout["key"]}, payout=payout)
    merchant.bank({"amount": 10_000, "text": "A%B'C/(1)"})
    reconcile_everything(as_of=AS_OF)
    assert (pairs(), Deposit.objects.get().rule, kinds()) == ([("m1", 2)], "reference", [])
    merchant.statement("s1", sequence="2")
    reconcile_everything(as_of=AS_OF)
    assert (pairs(), Deposit.objects.count(), Payout.objects.count()) == ([], 0, 0)
    assert kinds() == [("missing_on_statement", "m1")]
