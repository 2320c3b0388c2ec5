"""Layer 1: movements against statement lines."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from payments.facts import LineKind, MovementKind
from payments.settlement.models import Break, BreakEvent, Match, MatchRule, MatchSuggestion
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 7, 31)


def run() -> dict[str, dict[str, object]]:
    return reconcile_everything(as_of=AS_OF)[0].layers


def kinds() -> list[str]:
    return sorted(row.kind for row in snapshot.take().breaks)


def test_a_line_and_a_movement_with_one_provider_key_match() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    merchant.statement("s1", {"provider_key": "p1"})
    figures = run()["transaction"]
    assert (figures["matched"], figures["suggested"], figures["breaks"]) == (1, 0, {})
    assert Match.objects.get().rule == MatchRule.PROVIDER_KEY


def test_a_refund_does_not_match_the_sale_that_shares_its_key() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1", "kind": MovementKind.REFUND, "amount": -10_000})
    merchant.statement("s1", {"provider_key": "p1"})
    run()
    assert kinds() == ["missing_in_ledger", "missing_on_statement"]


def test_another_amount_is_a_break_that_names_the_difference() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1", "amount": 10_000})
    merchant.statement("s1", {"provider_key": "p1", "amount": 9_000})
    run()
    found = Break.objects.get()
    assert (found.kind, found.amount_at_risk, found.expected, found.found) == ("amount", 1_000, 10_000, 9_000)


def test_another_currency_is_a_break() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    merchant.statement("s1", {"provider_key": "p1", "currency": "JPY"})
    run()
    assert kinds() == ["currency"]


def test_a_second_line_of_a_key_is_a_duplicate_and_the_earlier_statement_keeps_the_match() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    merchant.statement("s2", {"provider_key": "p1"}, on=date(2026, 7, 2))
    run()
    merchant.statement("s1", {"provider_key": "p1"}, on=date(2026, 7, 1))
    run()
    state = snapshot.take()
    assert [(row.statement_key, row.rule) for row in state.matches] == [("s1", 1)]
    assert [row.kind for row in state.breaks] == ["duplicate"]


def test_without_a_key_one_candidate_on_each_side_matches_by_reference() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order-1"})
    merchant.statement("s1", {"reference": "order-1", "line_key": "r1"})
    run()
    assert Match.objects.get().rule == MatchRule.MERCHANT_REFERENCE
    assert kinds() == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"amount": 9_999}, "amount"),
        ({"currency": "JPY"}, "currency"),
        ({"kind": LineKind.REFUND}, "kind"),
        ({"on": date(2026, 6, 30)}, "a day too early"),
        ({"on": date(2026, 7, 9)}, "a day beyond the window"),
        ({"reference": "order-2"}, "reference"),
    ],
)
def test_by_reference_everything_must_agree(line: dict[str, object], reason: str) -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order-1", "on": date(2026, 7, 1)})
    merchant.statement("s1", {"reference": "order-1", "line_key": "r1", **line}, on=date(2026, 7, 9))
    run()
    assert not Match.objects.exists(), reason
    assert kinds() == ["missing_in_ledger", "missing_on_statement"]


def test_the_last_day_of_the_window_matches() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order-1", "on": date(2026, 7, 1)})
    merchant.statement("s1", {"reference": "order-1", "on": date(2026, 7, 8)}, on=date(2026, 7, 8))
    run()
    assert Match.objects.count() == 1


def test_two_candidates_are_only_suggested() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order-1"}, {"key": "m2", "reference": "order-1"})
    merchant.statement("s1", {"reference": "order-1", "line_key": "r1"})
    run()
    assert (Match.objects.count(), MatchSuggestion.objects.count()) == (0, 2)
    assert kinds() == ["ambiguous"]


def test_a_new_candidate_undoes_a_provisional_match() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "order-1"})
    merchant.statement("s1", {"reference": "order-1", "line_key": "r1"})
    run()
    assert Match.objects.count() == 1
    merchant.movements({"key": "m2", "reference": "order-1"})
    run()
    assert (Match.objects.count(), MatchSuggestion.objects.count()) == (0, 2)


def test_a_candidate_taken_by_its_key_leaves_the_other_alone() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "o", "provider_key": "p1"}, {"key": "m2", "reference": "o"})
    merchant.statement("s1", {"reference": "o", "line_key": "r1"})
    run()
    assert MatchSuggestion.objects.count() == 2
    merchant.statement("s2", {"reference": "o", "provider_key": "p1"})
    run()
    state = snapshot.take()
    assert sorted((row.movement_key, row.statement_key, row.rule) for row in state.matches) == [
        ("m1", "s2", 1),
        ("m2", "s1", 2),
    ]
    assert state.suggestions == []


def test_a_key_outranks_a_provisional_match() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "o", "provider_key": "p1"})
    merchant.statement("s1", {"reference": "o", "line_key": "r1"})
    run()
    assert Match.objects.get().rule == MatchRule.MERCHANT_REFERENCE
    merchant.statement("s2", {"reference": "o", "provider_key": "p1"})
    run()
    assert [(row.statement_key, row.rule) for row in snapshot.take().matches] == [("s2", 1)]
    assert kinds() == ["missing_in_ledger"]


def test_different_keys_are_different_transactions() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "o", "provider_key": "p1"})
    merchant.statement("s1", {"reference": "o", "provider_key": "p2"})
    run()
    assert kinds() == ["missing_in_ledger", "missing_on_statement"]


def test_missing_is_a_matter_of_time() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1", "on": date(2026, 7, 1)})
    reconcile_everything(as_of=date(2026, 7, 3))
    assert kinds() == []
    reconcile_everything(as_of=date(2026, 7, 4))
    assert kinds() == ["missing_on_statement"]


def test_a_late_file_closes_the_old_break_by_itself_and_says_so() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    run()
    assert kinds() == ["missing_on_statement"]
    merchant.statement("s1", {"provider_key": "p1"})
    run()
    assert kinds() == []
    closed = Break.objects.get()
    assert (closed.state, closed.reason) == ("resolved", "timing")
    assert list(BreakEvent.objects.order_by("id").values_list("verb", flat=True)) == ["opened", "closed"]


def test_a_correction_keeps_equal_lines_matched_and_reopens_the_rest() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"}, {"key": "m2", "provider_key": "p2"})
    merchant.statement("s1", {"provider_key": "p1"}, {"provider_key": "p2"})
    run()
    first = Match.objects.get(movement__movement_key="m1").matched_at
    merchant.statement("s1", {"provider_key": "p1"}, sequence="2")
    run()
    assert Match.objects.get().matched_at == first
    assert kinds() == ["missing_on_statement"]


def test_an_unchanged_state_costs_nothing_and_changes_nothing() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    run()
    before = snapshot.take()
    assert reconcile_everything(as_of=AS_OF)[0].has_worked is False
    assert snapshot.take() == before


def test_the_database_lets_nothing_be_claimed_twice() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "provider_key": "p1"})
    merchant.statement("s1", {"provider_key": "p1"}, {"provider_key": "p1"})
    run()
    match = Match.objects.get()
    other = Break.objects.get(kind="duplicate").line_id
    assert other is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Match.objects.create(
            line_id=other,
            movement_id=match.movement_id,
            provider=merchant.provider,
            rule=1,
            is_equal=True,
            matched_at=match.matched_at,
        )


def test_what_bulk_rows_point_to_cannot_be_deleted() -> None:
    merchant = Merchant()
    batch = merchant.movements({"key": "m1"})
    statement = merchant.statement("s1", {"reference": "o"})
    for row in (batch, statement):
        with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
            type(row).objects.filter(pk=row.pk)._raw_delete("default")
