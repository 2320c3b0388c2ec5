"""The settlement day: the figures tie, every state is told apart, and page and command read the same selector."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.staff.roles import Role
from payments.facts import LineKind
from payments.money import Money
from payments.settlement.labels import DepositState
from payments.settlement.models import Break, SettlementDay
from payments.settlement.selectors.day_layers import Risk
from payments.settlement.selectors.day_totals import KindSum, totals_of
from payments.settlement.selectors.days import Day, neighbours, settlement_day
from payments.settlement.services import breaks
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)
AS_OF = date(2026, 7, 31)
Counted = Callable[..., Any]


def ledger_and_statement(merchant: Merchant, count: int = 1) -> None:
    """A day on which everything agrees but what a test adds."""
    merchant.movements(*({"key": f"m{n}", "provider_key": f"p{n}"} for n in range(count)))
    merchant.statement(
        "s1",
        *({"provider_key": f"p{n}", "fee": 300, "vat": 30, "payout": "pay-1"} for n in range(count)),
        payout={"key": "pay-1", "amount": 9_670 * count, "on": date(2026, 7, 3)},
    )


def seen(merchant: Merchant, day: date = DAY, as_of: date = AS_OF) -> Day:
    reconcile_everything(as_of=as_of)
    return settlement_day(merchant.provider, day)


def test_a_day_on_which_all_three_layers_agree_is_ready_and_clean() -> None:
    merchant = Merchant()
    ledger_and_statement(merchant)
    merchant.bank({"amount": 9_670, "text": "pay-1 settlement"})

    day = seen(merchant)

    assert (day.status, day.verdict, day.unexplained.count) == ("ready", "clean", 0)
    assert [total.as_json() for total in day.totals] == [
        {
            "line_count": 1,
            "gross": 10_000,
            "refunds": 0,
            "chargebacks": 0,
            "fees": -300,
            "vat": -30,
            "other": 0,
            "net": 9_670,
            "payouts": 9_670,
        }
    ]
    assert (day.transaction.line_count, day.transaction.matched) == (1, 1)
    assert [payout.deposit_state for payout in day.deposit.payouts] == [DepositState.RECEIVED]
    arrival = day.deposit.payouts[0].arrival
    assert arrival is not None
    assert arrival.arrived_on == (date(2026, 7, 3),)


def test_what_is_unexplained_is_summed_per_currency_and_never_across() -> None:
    merchant = Merchant()
    merchant.statement(
        "s1", {"provider_key": "a", "amount": 700}, {"provider_key": "b", "amount": 50, "currency": "USD"}
    )

    day = seen(merchant)

    assert (day.status, day.verdict) == ("open", "unexplained")
    assert day.unexplained.risks == (Risk("KRW", 700, 1), Risk("USD", 50, 1))
    assert day.unexplained.kinds == (("missing_in_ledger", 2),)
    assert day.transaction.unexplained.count == 2
    assert day.settlement.unexplained.count == day.deposit.unexplained.count == 0


def test_every_kind_has_its_place_and_the_payout_line_is_not_part_of_the_net() -> None:
    merchant = Merchant()
    merchant.statement(
        "s1",
        {"kind": LineKind.SALE, "amount": 10_000, "fee": 100, "payout": "x"},
        {"kind": LineKind.REFUND, "amount": -2_000, "payout": "x"},
        {"kind": LineKind.REFUND_FAILURE, "amount": 500, "payout": "x"},
        {"kind": LineKind.CHARGEBACK, "amount": -900, "payout": "x"},
        {"kind": LineKind.CHARGEBACK_REVERSAL, "amount": 400, "payout": "x"},
        {"kind": LineKind.FEE, "amount": -70, "payout": "x"},
        {"kind": LineKind.TAX, "amount": -7, "payout": "x"},
        {"kind": LineKind.RESERVE_HOLD, "amount": -1_000, "payout": "x"},
        {"kind": LineKind.PAYOUT, "amount": -6_823, "payout": "x"},
        payout={"key": "x", "amount": 6_823},
    )

    totals = seen(merchant).totals[0]

    assert totals.as_json() == {
        "line_count": 9,
        "gross": 10_000,
        "refunds": -1_500,
        "chargebacks": -500,
        "fees": -170,
        "vat": -7,
        "other": -1_000,
        "net": 6_823,
        "payouts": 6_823,
    }
    assert [(each.kind, each.gross) for each in totals.other_sums] == [(LineKind.RESERVE_HOLD, -1_000)]


amounts = st.integers(-(10**12), 10**12)


@given(
    st.lists(
        st.builds(
            lambda kind, currency, gross, fee, vat, rounding: KindSum(
                kind, currency, 1, gross, fee, vat, rounding, gross - fee - vat + rounding
            ),
            st.sampled_from([kind.value for kind in LineKind]),
            st.sampled_from(["KRW", "USD"]),
            amounts,
            amounts,
            amounts,
            st.integers(-1, 1),
        ),
        max_size=20,
    )
)
def test_the_named_sums_of_a_currency_are_its_net_whatever_the_lines(sums: list[KindSum]) -> None:
    for total in totals_of(sums, {}):
        named = total.gross + total.refunds + total.chargebacks + total.fees + total.vat + total.other
        assert named == total.net
        paid = sum(each.net for each in sums if each.currency == total.currency and each.kind == LineKind.PAYOUT)
        assert total.net + paid == sum(each.net for each in sums if each.currency == total.currency)


def test_a_day_that_is_not_due_reads_differently_from_a_broken_one() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "amount": 4_000}, {"key": "m2", "amount": 1_000})

    day = seen(merchant, as_of=date(2026, 7, 2))
    assert (day.status, day.verdict, day.transaction.awaited.count) == ("awaited", "waiting", 2)
    assert day.transaction.awaited.amounts == (Money(5_000, "KRW"),)
    assert day.transaction.awaited.due_on == date(2026, 7, 3)

    day = seen(merchant, as_of=date(2026, 7, 10))
    assert (day.status, day.verdict) == ("missing", "missing")
    assert day.unexplained.risks == (Risk("KRW", 5_000, 2),)


def test_a_payout_the_bank_need_not_show_yet_keeps_the_day_waiting_and_not_clean() -> None:
    merchant = Merchant()
    ledger_and_statement(merchant)

    day = seen(merchant, as_of=date(2026, 7, 3))
    assert (day.status, day.verdict) == ("ready", "waiting")
    assert [payout.deposit_state for payout in day.deposit.payouts] == [DepositState.AWAITED]

    day = seen(merchant, as_of=date(2026, 7, 8))
    assert (day.status, day.verdict) == ("open", "unexplained")
    assert [payout.deposit_state for payout in day.deposit.payouts] == [DepositState.MISSING]
    assert day.deposit.unexplained.risks == (Risk("KRW", 9_670, 1),)


def test_another_amount_at_the_bank_is_seen_at_the_payout() -> None:
    merchant = Merchant()
    ledger_and_statement(merchant)
    merchant.bank({"amount": 9_000, "text": "settlement of batch pay-1"})

    day = seen(merchant)

    assert [payout.deposit_state for payout in day.deposit.payouts] == [DepositState.DIFFERS]
    assert day.deposit.unexplained.risks == (Risk("KRW", 670, 1),)


def test_a_day_nobody_knows_of_expects_nothing() -> None:
    day = seen(Merchant(), day=date(2026, 7, 5))

    assert (day.status, day.verdict, day.totals, day.statements) == ("nothing", "nothing", (), ())


def test_a_statement_that_no_run_has_worked_through_is_being_read() -> None:
    merchant = Merchant()
    ledger_and_statement(merchant)

    day = settlement_day(merchant.provider, DAY)

    assert (day.status, day.verdict) == ("reading", "reading")


def test_a_submitted_day_stays_submitted_but_never_looks_clean_with_a_break() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"provider_key": "a"})
    reconcile_everything(as_of=AS_OF)
    SettlementDay.objects.update(state="submitted", submitted_by=person(Role.FINANCE), submitted_at="2026-07-02T00:00Z")

    day = settlement_day(merchant.provider, DAY)

    assert (day.status, day.verdict) == ("submitted", "unexplained")
    assert day.signature.submitted_by == "김하늘"


def test_suggested_waiting_and_explained_lines_are_counted_apart() -> None:
    merchant = Merchant()
    merchant.movements({"key": "m1", "reference": "same"}, {"key": "m2", "reference": "same"})
    merchant.statement("s1", {"reference": "same"}, {"provider_key": "late"}, {"provider_key": "lost"})

    layer = seen(merchant, as_of=DAY).transaction
    assert (layer.line_count, layer.matched, layer.suggested, layer.waiting, layer.unmatched) == (3, 0, 1, 2, 0)

    layer = seen(merchant).transaction
    assert (layer.matched, layer.suggested, layer.waiting, layer.unmatched) == (0, 1, 0, 2)

    broken = Break.objects.filter(kind="missing_in_ledger").first()
    assert broken is not None
    breaks.resolve(broken, "our_error", "booked by hand", by=person(Role.FINANCE))
    layer = settlement_day(merchant.provider, DAY).transaction
    assert (layer.unmatched, dict(layer.unexplained.kinds)["missing_in_ledger"]) == (2, 1)


def test_both_versions_of_a_statement_are_named_and_the_current_one_counts() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"amount": 1_000}, sequence="1")
    merchant.statement("s1", {"amount": 3_000}, sequence="2")

    day = seen(merchant)

    assert [(each.version, each.is_current) for each in day.statements] == [(2, True), (1, False)]
    assert day.totals[0].gross == 3_000


def test_a_statement_over_several_days_gives_each_day_its_own_lines() -> None:
    merchant = Merchant()
    merchant.statement("s1", {"amount": 1_000}, on=DAY)
    merchant.statement("s2", {"amount": 2_000}, on=date(2026, 7, 4))
    reconcile_everything(as_of=AS_OF)

    assert settlement_day(merchant.provider, DAY).totals[0].gross == 1_000
    assert neighbours(merchant.provider, DAY) == (None, date(2026, 7, 4))
    assert neighbours(merchant.provider, date(2026, 7, 3)) == (DAY, date(2026, 7, 4))


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_grow_with_the_day(count: int, django_assert_num_queries: Counted) -> None:
    merchant = Merchant()
    ledger_and_statement(merchant, count)
    merchant.statement("s2", *({"provider_key": f"lost{n}"} for n in range(count)))
    merchant.bank({"amount": 9_670 * count, "text": "pay-1 settlement"})
    reconcile_everything(as_of=AS_OF)

    with django_assert_num_queries(12):
        day = settlement_day(merchant.provider, DAY)

    assert day.unexplained.count == count
