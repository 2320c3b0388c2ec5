"""What the simulator writes as Stripe's and PayPal's files is read as it was written: money, keys, dates, payouts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.facts import MOVEMENT_LINE_KINDS, LineFact, LineKind, ReadingTerms
from payments.providers.registry import ADAPTERS
from payments.simulator.further.asia import KOMOJU
from payments.simulator.rendering import paypal_activity, paypal_settlement, stripe
from payments.simulator.world import Charges, Document, Line, Version
from tests.payments.files import read_all, stored

DAY = date(2026, 9, 18)
KINDS = (
    LineKind.SALE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSAL, LineKind.RESERVE_HOLD,
    LineKind.RESERVE_RELEASE, LineKind.FEE, LineKind.UNKNOWN,
)  # fmt: skip
TAKES = (LineKind.REFUND, LineKind.CHARGEBACK, LineKind.RESERVE_HOLD)
LAYOUTS: dict[str, tuple[ModuleType, str, str, str]] = {
    "stripe": (stripe, "stripe", "GB", "Europe/London"),
    "activity-en": (paypal_activity, "paypal", "US", "America/Los_Angeles"),
    "activity-de": (paypal_activity, "paypal", "DE", "Europe/Berlin"),
    "activity-ja": (paypal_activity, "paypal", "JP", "Asia/Tokyo"),
    "settlement": (paypal_settlement, "paypal", "US", "America/Los_Angeles"),
}


def line(number: int, kind: LineKind, amount: int, fee: int, currency: str) -> Line:
    is_movement = kind in MOVEMENT_LINE_KINDS
    gross = 0 if kind is LineKind.FEE else -amount if kind in TAKES else amount
    key = f"key{number:05d}x"
    charges = Charges(commission=fee if is_movement else amount if kind is LineKind.FEE else 0)
    return Line(
        kind=kind, line_key=key, provider_key=key if is_movement else "", payment_reference=key if is_movement else "",
        merchant_reference=f"order-{number}" if is_movement else "", method="", currency=currency, gross=gross,
        net_currency=currency, gross_settled=gross, charges=charges,
        occurred_at=datetime(2026, 9, 18, 12, tzinfo=UTC) + timedelta(seconds=number), occurred_on=DAY, booked_on=DAY,
        words="mystery" if kind is LineKind.UNKNOWN else "",
    )  # fmt: skip


def read_back(
    folder: Path, layout: str, lines: list[Line], currency: str, number: int = 1
) -> tuple[list[LineFact], Callable[[], object]]:
    module, adapter, country, zone = LAYOUTS[layout]
    plan = replace(KOMOJU, code=layout, currency=currency, country=country, zone=zone, account_name="ACC1")
    version = Version(number, DAY + timedelta(days=1), lines, [])
    document = Document(layout, "", "20260918", DAY, [version])
    name = module.file_name(plan, document, version)
    source = stored(folder, module.render(plan, document, version), name)
    found = read_all(ADAPTERS[adapter], source, ReadingTerms(zone, (currency,)))
    assert found.problems == []
    assert all(check.is_met for check in found.reading.checks() if check.is_refusing)
    return found.lines, lambda: found.reading


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from(KINDS), st.integers(1, 10**9), st.integers(-(10**4), 10**4)), min_size=1, max_size=12
    ),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_lines_are_read_as_they_were_written(
    tmp_path: Path, layout: str, rows: list[tuple[LineKind, int, int]], currency: str
) -> None:
    lines = [line(place, *row, currency) for place, row in enumerate(rows)]
    found, _ = read_back(tmp_path, layout, lines, currency)
    assert [(x.kind, x.provider_key, x.gross, x.fee, x.net, x.net_currency, x.merchant_reference) for x in found] == [
        (x.kind, x.provider_key, x.gross, x.charges.fee, x.net, x.net_currency, x.merchant_reference) for x in lines
    ]
    assert {fact.booked_on for fact in found} == {DAY}
    assert [fact.occurred_at for fact in found] == [one.occurred_at for one in lines]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_payouts_and_versions_are_read_as_they_were_written(tmp_path: Path, layout: str) -> None:
    lines = [line(1, LineKind.SALE, 10_000, 300, "EUR"), line(2, LineKind.PAYOUT, 0, 0, "EUR")]
    lines[1].gross = lines[1].gross_settled = -9_700
    for one in lines:
        one.payout_key, one.paid_on = "po_77", DAY
    _, first = read_back(tmp_path, layout, lines, "EUR")
    reading = first()
    (payout,) = reading.payouts()  # type: ignore[attr-defined]
    assert (payout.payout_key, payout.currency, payout.amount, payout.paid_on, payout.is_stated) == (
        "po_77", "EUR", 9_700, DAY, True,
    )  # fmt: skip
    (statement,) = reading.statements()  # type: ignore[attr-defined]
    keys = {"stripe": "po_77", "settlement": f"ACC1/{DAY}"}
    assert (statement.statement_key, statement.booked_on) == (keys.get(layout, str(DAY)), DAY)
    _, second = read_back(tmp_path, layout, lines, "EUR", number=2)
    assert statement.sequence < second().statements()[0].sequence  # type: ignore[attr-defined]


@pytest.mark.parametrize("layout", ["activity-en", "activity-de"])
def test_a_converted_line_is_a_payment_two_legs_and_its_fee(tmp_path: Path, layout: str) -> None:
    sale = line(1, LineKind.SALE, 10_000, 300, "EUR")
    sale.currency, sale.gross = "USD", 11_000
    found, _ = read_back(tmp_path, layout, [sale], "EUR")
    assert [(x.kind, x.currency, x.gross, x.net) for x in found] == [
        (LineKind.SALE, "USD", 11_000, 11_000), (LineKind.FX, "USD", -11_000, -11_000),
        (LineKind.FX, "EUR", 10_000, 10_000), (LineKind.FEE, "EUR", 0, -300),
    ]  # fmt: skip


def test_what_a_buyer_of_stripe_paid_in_is_told(tmp_path: Path) -> None:
    sale = line(1, LineKind.SALE, 10_000, 300, "EUR")
    sale.currency, sale.gross = "JPY", 17_500
    found, _ = read_back(tmp_path, "stripe", [sale], "EUR")
    assert [(x.currency, x.gross, x.net_currency, x.gross_settled, x.net) for x in found] == [
        ("JPY", 17_500, "EUR", 10_000, 9_700)
    ]
