"""The result of reconciliation is a function of the facts: not of their order, nor of how often and when it runs."""

from __future__ import annotations

import itertools
import random
import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.facts import LineKind, MovementKind
from payments.settlement.models import Match
from payments.settlement.selectors import snapshot
from payments.settlement.services.reconcile import reconcile_everything
from tests.payments.settlement.facts import Merchant

AS_OF = date(2026, 7, 31)
DAYS = [date(2026, 7, day) for day in (1, 2, 3, 6, 12)]

movement_rows = st.fixed_dictionaries(
    {
        "provider_key": st.sampled_from(["", "", "p1", "p2", "p3"]),
        "reference": st.sampled_from(["o1", "o2"]),
        "amount": st.sampled_from([10_000, 20_000]),
        "on": st.sampled_from(DAYS),
        "kind": st.sampled_from([MovementKind.CAPTURE, MovementKind.CAPTURE, MovementKind.CHARGEBACK_REVERSAL]),
    }
)
line_rows = st.fixed_dictionaries(
    {
        "provider_key": st.sampled_from(["", "", "p1", "p2", "p3"]),
        "reference": st.sampled_from(["o1", "o2", ""]),
        "amount": st.sampled_from([10_000, 20_000]),
        "on": st.sampled_from(DAYS),
        "kind": st.sampled_from([LineKind.SALE, LineKind.SALE, LineKind.CHARGEBACK_REVERSAL, LineKind.UNKNOWN]),
        "payout": st.sampled_from(["", "w1", "w2"]),
    }
)


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """A handful of ledger exports, statements (some in two versions) and bank statements."""
    found: list[tuple[str, Any]] = []
    serial = itertools.count(1)
    for _ in range(draw(st.integers(1, 3))):
        rows = draw(st.lists(movement_rows, min_size=1, max_size=3))
        found.append(("movements", [{**row, "key": f"m{next(serial)}"} for row in rows]))
    for number in range(draw(st.integers(1, 3))):
        rows = draw(st.lists(line_rows, min_size=1, max_size=4))
        lines = [{**row, "line_key": f"r{number}-{index}"} for index, row in enumerate(rows)]
        payout = draw(st.sampled_from([None, {"key": f"w{number + 1}", "amount": 10_000, "on": DAYS[2]}]))
        versions = [(lines, payout)]
        if draw(st.booleans()):
            versions.append((lines[1:] or lines, payout))
        found.append(("statement", (f"s{number}", DAYS[draw(st.integers(0, 4))], versions)))
    for number in range(draw(st.integers(0, 2))):
        found.append(("bank", (f"b{number}", [{"amount": 10_000, "on": DAYS[draw(st.integers(1, 4))], "text": "x"}])))
    return found


def deliver(merchant: Merchant, kind: str, what: Any) -> None:
    """Post one arrival. Versions of a statement come in their order here: posting orders them (see test_posting)."""
    if kind == "movements":
        merchant.movements(*what)
    elif kind == "bank":
        merchant.bank(*what[1], key=what[0])
    else:
        key, day, versions = what
        for number, (lines, payout) in enumerate(versions):
            merchant.statement(key, *lines, on=day, sequence=str(number), payout=payout)


def state_after(facts: list[tuple[str, Any]], runs: random.Random | None) -> snapshot.Snapshot:
    """Deliver the facts to a fresh merchant, reconciling now and then, and return the end state."""
    point = transaction.savepoint()
    try:
        merchant = Merchant()
        for kind, what in facts:
            deliver(merchant, kind, what)
            if runs is not None and runs.random() < 0.6:
                reconcile_everything(as_of=AS_OF)
        reconcile_everything(as_of=AS_OF)
        return snapshot.take()
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(facts=arrivals(), seed=st.integers(0, 10_000))
def test_any_order_and_any_number_of_runs_end_in_the_same_state(facts: list[tuple[str, Any]], seed: int) -> None:
    shuffled = list(facts)
    random.Random(seed).shuffle(shuffled)
    assert state_after(shuffled, random.Random(seed)) == state_after(facts, None)


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_time_claim_nothing_twice_and_surface_no_deadlock() -> None:
    merchant = Merchant()
    merchant.movements(*({"key": f"m{n}", "provider_key": f"p{n}"} for n in range(60)))
    merchant.statement("s1", *({"provider_key": f"p{n}"} for n in range(60)))
    merchant.bank({"amount": 5})
    failures: list[BaseException] = []

    def work() -> None:
        try:
            reconcile_everything(as_of=AS_OF)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Match.objects.count() == 60
    assert Match.objects.values("movement_id").distinct().count() == 60
