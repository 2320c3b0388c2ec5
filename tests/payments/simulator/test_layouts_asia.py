"""What the simulator writes as KOMOJU, Square, GMO-like and KakaoPay-like files is read as it was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from payments.facts import LineFact, LineKind, ReadingTerms
from payments.providers import mapped
from payments.providers.registry import ADAPTERS
from payments.simulator.further.asia import KOMOJU
from payments.simulator.rendering import gmo, kakaopay, komoju, square
from payments.simulator.world import Charges, Document, Line, StatedPayout, Version
from tests.payments.files import read_all, stored

EXAMPLES = Path(mapped.__file__).parent / "examples"
DAY, PAID = date(2026, 9, 1), date(2026, 9, 15)
MOVED = (LineKind.SALE, LineKind.REFUND, LineKind.CHARGEBACK)


def example(name: str) -> dict[str, Any]:
    """A shipped mapping."""
    content: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return content


def line(kind: LineKind, number: int, gross: int, charges: Charges, payout_key: str, currency: str) -> Line:
    key = f"key{number:08d}abcdefgh" if kind in MOVED else ""
    return Line(
        kind=kind, line_key=key or f"line{number}", provider_key=key, payment_reference=f"pay{number}" if key else "",
        merchant_reference=f"ORDER-{number}" if key else "", method="card" if key else "", currency=currency, gross=gross,
        net_currency=currency, gross_settled=gross, charges=charges,
        occurred_at=datetime(2026, 9, 1, 3, number, tzinfo=UTC), occurred_on=DAY, booked_on=DAY, payout_key=payout_key,
        paid_on=PAID, words={LineKind.FEE: "振込手数料", LineKind.UNKNOWN: "MYSTERY"}.get(kind, ""),
    )  # fmt: skip


CASES: Mapping[str, tuple[ModuleType, str, str | None, str, tuple[LineKind, ...]]] = {
    "komoju": (komoju, "komoju", None, "JPY", (LineKind.ADJUSTMENT, LineKind.UNKNOWN)),
    "square": (square, "square", None, "USD", (LineKind.FEE, LineKind.RESERVE_HOLD, LineKind.UNKNOWN)),
    "gmo": (gmo, "mapped", "gmo_like", "JPY", (LineKind.FEE, LineKind.CARRY_IN, LineKind.UNKNOWN, LineKind.PAYOUT)),
    "kakaopay": (kakaopay, "mapped", "kakaopay_like", "KRW", (LineKind.RESERVE_HOLD, LineKind.UNKNOWN)),
}


def written(line: Line, layout: str) -> tuple[object, ...]:
    is_cost = line.kind is LineKind.FEE
    gross = 0 if is_cost else line.gross
    fee, vat = (line.charges.fee, line.charges.vat) if layout != "square" else (line.charges.fee + line.charges.vat, 0)
    return line.kind, line.identity, line.payment_reference, gross, fee, vat, line.net, line.payout_key


def as_read(fact: LineFact) -> tuple[object, ...]:
    key = fact.provider_key or fact.line_key
    return fact.kind, key, fact.payment_reference, fact.gross, fact.fee, fact.fee_vat, fact.net, fact.payout_key


@pytest.mark.parametrize("layout", CASES)
def test_a_rendered_file_is_read_as_it_was_written(tmp_path: Path, layout: str) -> None:
    module, code, mapping, currency, others = CASES[layout]
    payout_key = f"{PAID}/{currency}" if layout == "komoju" else "PO20260915"
    lines = [
        line(LineKind.SALE, 1, 10_000, Charges(commission=300, vat=30), payout_key, currency),
        line(LineKind.REFUND, 2, -4_000, Charges(commission=-120, vat=-12), payout_key, currency),
        line(LineKind.CHARGEBACK, 3, -2_000, Charges(), payout_key, currency),
    ]
    if layout == "square":
        lines[0].payment_reference = lines[0].provider_key
    if layout == "kakaopay":
        lines.pop()
    for number, kind in enumerate(others, 4):
        is_fee = kind is LineKind.FEE
        charges = Charges(commission=220, vat=0 if layout == "square" else 22) if is_fee else Charges()
        amount = -sum(one.net for one in lines) if kind is LineKind.PAYOUT else 0 if is_fee else -500
        lines.append(line(kind, number, amount, charges, payout_key, currency))
    zone = {"KRW": "Asia/Seoul", "USD": "America/Los_Angeles"}.get(currency, "Asia/Tokyo")
    plan = replace(KOMOJU, code=layout, currency=currency, zone=zone, account_name="SHOP1")
    version = Version(2, DAY, lines, [])
    document = Document(layout, payout_key, "20260901", DAY, [version])

    terms = ReadingTerms(zone, (currency,), example(mapping) if mapping else None)
    source = stored(tmp_path, module.render(plan, document, version), module.file_name(plan, document, version))
    found = read_all(ADAPTERS[code], source, terms)

    assert found.problems == []
    assert [as_read(fact) for fact in found.lines] == [written(one, layout) for one in lines]
    paid = sum(one.net for one in lines if one.kind is not LineKind.PAYOUT)
    (payout,) = found.reading.payouts()
    assert (payout.payout_key, payout.currency, payout.amount) == (payout_key, currency, paid)
    (statement,) = found.reading.statements()
    assert (statement.statement_key, statement.sequence) == (payout_key, "000002")


def test_a_stated_payout_of_square_is_a_statement_of_its_own(tmp_path: Path) -> None:
    lines = [line(LineKind.SALE, 1, 10_000, Charges(commission=300), "po_1", "USD")]
    version = Version(1, DAY, lines, [StatedPayout("po_1", "USD", 9_700, PAID, is_stated=True)])
    document = Document("square", "po_1", "po_1", DAY, [version])
    plan = replace(KOMOJU, currency="USD", account_name="L1")
    source = stored(tmp_path, square.render(plan, document, version), "entries.json")
    found = read_all(ADAPTERS["square"], source, ReadingTerms("America/Los_Angeles", ("USD",)))
    assert [(one.kind, one.net, one.payout_key) for one in found.lines] == [
        (LineKind.PAYOUT, -9_700, "po_1"), (LineKind.SALE, 9_700, "po_1"),
    ]  # fmt: skip
    assert all(check.is_met for check in found.reading.checks())
