"""Disputes that only a statement shows: opened once, closed by the line that gives the money back, left to events."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from payments.facts import EventKind, LineKind
from payments.ledger.models import Dispute
from payments.ledger.services.disputes import ChargebackLine, open_from_statement
from payments.methods.models import Provider
from payments.settlement.posting.chargebacks import open_disputes
from tests.payments.acts.stories import captured, tell_all
from tests.payments.ledger.telling import NOON, make_provider, tell
from tests.payments.settlement.facts import Merchant

pytestmark = pytest.mark.django_db

TAKEN = ChargebackLine("dp_1", "ch_A-1", "", 6_000, "KRW", NOON, is_reversal=False)
BACK = ChargebackLine("dp_1r", "ch_A-1", "", 6_000, "KRW", NOON + timedelta(days=9), is_reversal=True)
EVENT = tell(EventKind.CHARGED_BACK, 90, provider_key="dp_1", attempt_reference="pi_A-1", amount=6_000, reason="fraud")


@pytest.fixture
def provider() -> Provider:
    """A provider with one captured payment."""
    made = make_provider()
    captured()
    return made


def disputes() -> list[tuple[object, ...]]:
    """Every dispute."""
    return list(
        Dispute.objects.order_by("provider_reference").values_list(
            "provider_reference", "payment__merchant_reference", "merchant_reference", "amount", "status",
            "is_from_statement",
        )
    )  # fmt: skip


def test_a_chargeback_of_a_statement_is_a_dispute_once(provider: Provider) -> None:
    assert (open_from_statement(provider, [TAKEN]), open_from_statement(provider, [TAKEN, TAKEN])) == (1, 0)
    assert disputes() == [("dp_1", "A-1", "A-1", 6_000, "charged_back", True)]
    assert Dispute.objects.get().opened_at == NOON


def test_an_event_takes_it_over(provider: Provider) -> None:
    open_from_statement(provider, [TAKEN])
    tell_all([EVENT])
    assert disputes() == [("dp_1", "A-1", "A-1", 6_000, "charged_back", False)]
    assert Dispute.objects.get().reason == "fraud"


def test_a_statement_after_the_event_opens_nothing(provider: Provider) -> None:
    tell_all([EVENT])
    before = disputes()
    assert open_from_statement(provider, [TAKEN]) == 0
    assert disputes() == before


@pytest.mark.parametrize("is_event_first", [True, False])
def test_a_dispute_that_events_call_by_another_name_is_one(provider: Provider, is_event_first: bool) -> None:
    event = tell(
        EventKind.CHARGED_BACK, 90, provider_key="dp_1", object_key="case_1", attempt_reference="pi_A-1", amount=6_000
    )
    if is_event_first:
        tell_all([event])
    open_from_statement(provider, [TAKEN])
    if not is_event_first:
        tell_all([event])
    assert disputes() == [("case_1", "A-1", "A-1", 6_000, "charged_back", False)]


@pytest.mark.parametrize("is_event_first", [True, False])
def test_a_line_without_a_key_gives_way_too(provider: Provider, is_event_first: bool) -> None:
    if is_event_first:
        tell_all([EVENT])
    open_from_statement(provider, [TAKEN._replace(provider_key="")])
    if not is_event_first:
        assert disputes() == [("line/ch_A-1/2026-07-01/6000", "A-1", "A-1", 6_000, "charged_back", True)]
        tell_all([EVENT])
    assert disputes() == [("dp_1", "A-1", "A-1", 6_000, "charged_back", False)]


@pytest.mark.parametrize("same_key", [True, False])
@pytest.mark.parametrize("files", [(0, 1), (1, 0), (0, 1, 0, 1), (1, 0, 1, 1, 0)])
def test_a_reversal_closes_it_in_any_order_of_files(provider: Provider, files: tuple[int, ...], same_key: bool) -> None:
    back = BACK._replace(provider_key="dp_1") if same_key else BACK
    for which in files:
        open_from_statement(provider, [(TAKEN, back)[which]])
    assert disputes() == [("dp_1", "A-1", "A-1", 6_000, "reversed", True)]


def test_a_second_chargeback_is_not_closed_by_the_first_reversal_told_again(provider: Provider) -> None:
    second = TAKEN._replace(provider_key="dp_2", occurred_at=NOON + timedelta(days=20))
    for rows in ([TAKEN], [BACK], [second], [BACK, TAKEN]):
        open_from_statement(provider, rows)
    assert [(row[0], row[4]) for row in disputes()] == [("dp_1", "reversed"), ("dp_2", "charged_back")]


def test_of_several_chargebacks_the_one_of_the_amount_is_reversed(provider: Provider) -> None:
    small = TAKEN._replace(provider_key="dp_0", amount=500)
    open_from_statement(provider, [small, TAKEN, BACK])
    assert [(row[0], row[4]) for row in disputes()] == [("dp_0", "charged_back"), ("dp_1", "reversed")]


def test_a_payment_that_nobody_knows_leaves_the_dispute_without_one(provider: Provider) -> None:
    stranger = TAKEN._replace(payment_reference="ch_unknown", merchant_reference="B-7")
    open_from_statement(provider, [stranger, BACK._replace(payment_reference="", merchant_reference="B-7")])
    assert disputes() == [("dp_1", None, "B-7", 6_000, "reversed", True)]
    nothing = ChargebackLine("", "", "", 5, "KRW", NOON, is_reversal=False)
    assert open_from_statement(provider, [nothing]) == 0


def test_the_merchants_own_reference_leads_to_the_payment(provider: Provider) -> None:
    open_from_statement(provider, [TAKEN._replace(payment_reference="", merchant_reference="A-1")])
    assert disputes()[0][1] == "A-1"


@pytest.mark.parametrize("count", [2, 60])
def test_many_lines_cost_as_many_queries_as_few(
    provider: Provider, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [
        row._replace(provider_key=f"{row.provider_key}-{n}", payment_reference="", merchant_reference=f"O-{n}")
        for n in range(count)
        for row in (TAKEN, BACK)
    ]
    with django_assert_num_queries(25):
        assert open_from_statement(provider, rows) == count
    assert {row[4] for row in disputes()} == {"reversed"}


def test_a_chargeback_takes_a_name_that_another_gives_up(provider: Provider) -> None:
    """Two reversals came first, and each chargeback is called as the other's reversal was."""
    first, second = (BACK._replace(provider_key=key, amount=amount) for key, amount in (("x", 6_000), ("y", 500)))
    open_from_statement(provider, [first, second])
    early, late = (
        TAKEN._replace(provider_key=key, amount=amount, occurred_at=NOON + timedelta(minutes=minute))
        for key, amount, minute in (("z", 6_000, 0), ("x", 500, 1))
    )
    assert open_from_statement(provider, [early, late]) == 2
    assert [(row[0], row[3], row[4]) for row in disputes()] == [("x", 500, "reversed"), ("z", 6_000, "reversed")]


def test_a_posted_statement_opens_its_disputes() -> None:
    merchant = Merchant()
    statement = merchant.statement(
        "s-1",
        {"amount": 10_000, "reference": "T-1"},
        {"kind": LineKind.CHARGEBACK, "amount": -10_000, "reference": "T-1", "provider_key": "cb-1"},
    )
    open_disputes(merchant.provider, [statement.pk])
    assert disputes() == [("cb-1", None, "T-1", 10_000, "charged_back", True)]
