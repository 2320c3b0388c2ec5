"""What is no Mollie settlement is refused by its field, and what is one is read whatever it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import FileRefused
from tests.payments.providers.test_mollie import SALES, USUAL, changed, entry, money, read, settlement


def problems(folder: Path, content: Any) -> list[tuple[str, str]]:
    found = read(folder, content)
    assert found.lines == []
    return [(field, message) for _, field, message in found.problems]


@pytest.mark.parametrize(
    ("content", "field", "said"),
    [
        (changed(status="open"), "status", "still open"),
        (changed(id="next"), "status", "still open"),
        (changed(id="open"), "status", "still open"),
        ({key: value for key, value in USUAL.items() if key not in ("status", "settledAt")}, "status", "still open"),
        (changed(amount=money("39.77")), "amount", "Revenue less costs is 39.754 EUR"),
        (changed(amount=money("39.74")), "amount", "Revenue less costs is 39.754 EUR"),
        (settlement("39.75", [], []), "amount", "Revenue less costs is 0.00 EUR"),
        (changed(amount=money("39.75", "XXQ")), "amount", "not a currency"),
        (changed(amount=None), "amount", "missing"),
        (changed(periods=None), "periods", "not what Mollie writes"),
        (changed(periods={"2026": {"13": {}}}), "periods.2026.13", "not what Mollie writes"),
        (changed(periods={"0000": {"1": {}}}), "periods.0000.1", "not what Mollie writes"),
        (changed(periods={"2026": {"7": {"revenue": {}, "costs": [3]}}}), "periods.2026.7.costs[0]", "not what Mollie"),
        (changed(createdAt="2026-07-06"), "createdAt", "distance to UTC"),
        (changed(reference=None), "reference", "missing"),
        (changed(resource="payment"), "resource", "no settlement"),
        (settlement("1.00", [{**SALES, "count": "6.5"}], []), "periods.2026.7.revenue[0].count", "number of trans"),
        (settlement("1.00", [{**SALES, "count": -6}], []), "periods.2026.7.revenue[0].count", "number of trans"),
        (
            settlement("1.00", [{**SALES, "amountGross": money("85")}], []),
            "periods.2026.7.revenue[0].amountGross",
            "amountGross 85.00 EUR is not amountNet plus amountVat (86.10 EUR)",
        ),
        (
            settlement("1.00", [{**SALES, "amountNet": money("86.10", "USD")}], []),
            "periods.2026.7.revenue[0].amountNet",
            "is in USD",
        ),
    ],
)
def test_what_is_no_statement_is_refused_by_its_field(tmp_path: Path, content: Any, field: str, said: str) -> None:
    ((found, message),) = problems(tmp_path, content)
    assert found == field
    assert said in message


@pytest.mark.parametrize("value", ["1E-80000000", "1e400", "0" * 2_000, "12..34", "1.234,56", "", "NaN", "1.1234567"])
def test_pitfall_12_no_amount_is_guessed(tmp_path: Path, value: str) -> None:
    ((field, _),) = problems(tmp_path, settlement("1.00", [{**SALES, "amountNet": money(value)}], []))
    assert field == "periods.2026.7.revenue[0].amountNet.value"


def test_a_bad_settlement_is_told_by_its_line_and_number_and_the_others_are_still_read(tmp_path: Path) -> None:
    lines = [json.dumps(changed(reference="a.1")), json.dumps(changed(status="open")), json.dumps(changed(amount={}))]
    found = read(tmp_path, "\n".join(lines))

    assert {line.statement_key for line in found.lines} == {"a.1"}
    assert [(each.line, each.record, each.field) for each in found.reading.problems.first] == [
        (2, 2, "status"),
        (3, 3, "amount.currency"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"status": 401, "title": "Unauthorized Request", "detail": "Missing authentication"}, "Unauthorized Request"),
        ([], "The list of settlements is empty. If nothing happened"),
        ({"count": 0, "_embedded": {"settlements": []}}, "The list of settlements is empty. If nothing happened"),
        (changed(description="4111 1111 1111 1111"), "card number"),
    ],
)
def test_files_that_cannot_be_taken_at_all(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        read(tmp_path, content)


amounts = st.integers(0, 10**9).map(lambda units: f"{units // 10_000}.{units % 10_000:04d}")
listed = st.lists(st.tuples(st.sampled_from(["ideal", "creditcard", "refund"]), amounts, amounts), max_size=8)


@given(revenue=listed, costs=listed)
def test_the_lines_of_any_settlement_come_to_its_payout(
    tmp_path_factory: pytest.TempPathFactory, revenue: list[tuple[str, str, str]], costs: list[tuple[str, str, str]]
) -> None:
    def units(text: str) -> int:
        return int(text.replace(".", ""))

    def gross(net: str, vat: str) -> str:
        total = units(net) + units(vat)
        return f"{total // 10_000}.{total % 10_000:04d}"

    exact = sum(-units(net) if method == "refund" else units(net) for method, net, _ in revenue)
    exact -= sum(units(net) + units(vat) for _, net, vat in costs)
    cents = exact // 100
    amount = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
    content = settlement(
        amount,
        [entry(method, 1, f"-{net}" if method == "refund" else net) for method, net, _ in revenue],
        [entry(method, 1, net, vat=vat, gross=gross(net, vat)) for method, net, vat in costs],
    )
    found = read(tmp_path_factory.mktemp("settlement"), content)

    assert found.problems == []
    assert sum(line.net for line in found.lines) == cents
    assert all(line.net == line.gross_settled - line.fee - line.fee_vat for line in found.lines)
