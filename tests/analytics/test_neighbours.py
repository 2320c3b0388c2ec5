"""What a change does to days that it does not lie in: those before and behind it of the same customer or payout."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from analytics.metrics.catalogue import METRICS
from analytics.metrics.facts import Family
from analytics.rollups.models import Buyer, DirtyBucket
from analytics.rollups.questions import Question
from analytics.rollups.selectors import answer
from analytics.rollups.services import computing, replacing
from analytics.rollups.services.computing import compute_dirty, keep_quick_current, keep_slow_current
from analytics.rollups.services.resolving import resolve
from analytics.rollups.spans import Span, day_of
from payments import models as rows
from payments.facts import CheckoutFact, CustomerFact, EventKind
from payments.ledger import pipeline
from payments.methods.models import Provider
from tests.analytics import books, town
from tests.analytics.naive import SEOUL
from tests.analytics.test_together import counted_by_hand
from tests.payments.ledger.telling import NOON, tell
from tests.payments.valid_rows import row


@pytest.fixture(autouse=True)
def now(db: None) -> Iterator[None]:
    """The town, at an instant that stands still."""
    with time_machine.travel(town.NOW, tick=False):
        town.build()
        yield


def order(name: str, day: float, *kinds: EventKind) -> list[town.Told]:
    """A checkout of the one customer so many days after the first, with what became of it."""
    of: dict[str, Any] = {
        "merchant_reference": name,
        "attempt_reference": f"pi_{name}",
        "amount": 10_000,
        "method": "card",
    }
    keys: dict[EventKind, dict[str, Any]] = {
        EventKind.CAPTURED: {"provider_key": f"ch_{name}"},
        EventKind.CAPTURE_FAILED: {"provider_key": f"ch_{name}"},
        EventKind.REFUNDED: {"provider_key": f"re_{name}", "references": (f"ch_{name}",)},
        EventKind.REFUND_FAILED: {"provider_key": f"re_{name}", "references": (f"ch_{name}",)},
    }
    at = NOON + timedelta(days=day)
    events = [
        tell(kind, day * 1440 + place, source_event_id=f"{name}:{kind}", **of, **keys.get(kind, {}))
        for place, kind in enumerate(kinds)
    ]
    return [CheckoutFact(name, 10_000, "KRW", at, customer=CustomerFact("the-one")), *events]


def told(*parts: list[town.Told]) -> None:
    """Tell it and count."""
    town.tell([each for part in parts for each in part])
    compute_dirty()


PAID = EventKind.CAPTURED


@pytest.mark.parametrize("before", [0, 3, 15])
def test_a_purchase_that_comes_late_changes_what_lies_around_it(before: int) -> None:
    """Who came back, after how many days, and who was new: before, between, and with nothing bought behind it."""
    told(order("B", 10.3, PAID), order("C", 20, PAID), order("D", 30), order("E", 5, EventKind.FAILED))
    counted_by_hand()
    told(order("A", before, PAID))
    counted_by_hand()
    told(order("A", before, PAID, EventKind.CAPTURE_FAILED))
    counted_by_hand()


@pytest.mark.parametrize("which", ["A", "B", "C"])
def test_a_refund_takes_a_purchase_back_only_as_one_that_is_made_again(which: str) -> None:
    days = {"A": 0, "B": 12, "C": 40}
    told(*(order(name, day, PAID) for name, day in days.items()))
    told(order(which, days[which], PAID, EventKind.REFUNDED))
    counted_by_hand()
    again = answer(Question(METRICS["repurchase_30"], date(2026, 7, 1), date(2026, 7, 2), SEOUL)).whole
    assert (again.part, again.whole) == (0 if which == "B" else 1, 1)
    told(order(which, days[which], PAID, EventKind.REFUNDED, EventKind.REFUND_FAILED))
    counted_by_hand()


@pytest.mark.parametrize(("day", "is_counted_anew"), [(20.0, True), (89.9, True), (90.1, False)])
def test_who_comes_back_later_than_is_asked_has_no_day_counted_anew(day: float, is_counted_anew: bool) -> None:
    """Whoever buys for the second time changes what is known of them, and the day of the first time only until then."""
    told(order("A", 0, PAID))
    town.tell(order("B", day, PAID))
    resolve()
    first_on = day_of(NOON).start
    assert Buyer.objects.get().again_at is not None
    assert DirtyBucket.objects.filter(facts="buyers", starts_at=first_on).exists() is is_counted_anew
    compute_dirty()
    counted_by_hand()
    told(order("B", day, PAID, EventKind.REFUNDED))
    counted_by_hand()


@pytest.mark.parametrize(("hours", "days"), [(0, 0), (11, 0), (12, 1), (35, 1), (36, 2)])
def test_an_interval_is_counted_in_whole_days_rounded(hours: int, days: int) -> None:
    told(order("A", 0, PAID), order("B", hours / 24 + 1 / 86_400, PAID))
    counted_by_hand()
    found = answer(Question(METRICS["purchase_interval"], date(2026, 7, 1), date(2026, 7, 5), SEOUL))
    assert found.spread == {days: 1}


def test_what_lies_in_the_present_is_counted_at_once_and_who_came_back_later() -> None:
    town.tell([*order("A", 0, PAID), *order("B", 12, PAID)])
    keep_quick_current()
    assert set(DirtyBucket.objects.values_list("facts", flat=True)) == {"buyers", "intervals", "people"}
    keep_slow_current()
    assert DirtyBucket.objects.count() == 0
    counted_by_hand()


def test_what_changes_while_slow_facts_are_counted_waits_for_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    town.tell([*order("A", 0, PAID), *order("B", 12, PAID)])
    plain, counted = replacing.replace, list[tuple[str, Span]]()

    def replaced(cursor: Any, family: Family, span: Span) -> None:
        plain(cursor, family, span)
        counted.append((family.name, span))
        DirtyBucket.objects.get_or_create(facts=family.name, starts_at=span.start)

    monkeypatch.setattr(computing, "replace", replaced)
    monkeypatch.setattr(computing, "BUDGET_SECONDS", 20)
    keep_slow_current()
    assert len(counted) == len(set(counted)) > 3
    monkeypatch.setattr(computing, "replace", plain)
    keep_quick_current()
    keep_slow_current()
    counted_by_hand()


def test_a_payout_that_another_statement_dates_dates_the_sales_of_this_one() -> None:
    """The last word of the statements that stand, wherever it stands; a corrected one is silent from then on."""
    provider = Provider.objects.get(code="toss")
    sold_on, paid_on = date(2026, 7, 1), date(2026, 7, 9)
    books.sold(provider, sold_on, None)
    compute_dirty()
    assert times_to_cash() == {}
    later = row(rows.Statement, provider=provider, booked_on=paid_on, period_from=paid_on, period_to=paid_on)
    row(rows.StatementPayout, statement=later, payout_key="po-1", paid_on=paid_on)
    pipeline.run(pipeline.Changed(statements=(later.pk,)))
    compute_dirty()
    assert times_to_cash() == {6: 1}
    rows.Statement.objects.filter(pk=later.pk).update(is_current=False)
    pipeline.run(pipeline.Changed(statements=(later.pk,)))
    compute_dirty()
    assert times_to_cash() == {}


def times_to_cash() -> dict[int, int]:
    return dict(answer(Question(METRICS["time_to_cash"], date(2026, 7, 1), date(2026, 7, 31), SEOUL)).spread)
