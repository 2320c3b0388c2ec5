"""What the simulator writes as Mollie's settlements is what the reader reads: totals, money, payouts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.calendars import Cycle
from payments.facts import LineKind, ReadingTerms
from payments.providers.mollie import MollieAdapter
from payments.simulator.rendering import mollie
from payments.simulator.terms import Contract, Offering, ProviderPlan, Schedule
from payments.simulator.world import Charges, Document, Line, StatedPayout, Version
from tests.payments.files import Read, read_all, stored

PAID_ON = date(2026, 8, 4)
REFERENCE = "1234567.2608.02"
PLAN = ProviderPlan(
    code="mollie",
    name="Mollie",
    adapter="mollie",
    layout="mollie",
    zone="Europe/Amsterdam",
    country="NL",
    currency="EUR",
    bank_account="eur",
    share=0.1,
    offerings=(Offering("ideal", ("ideal",), 60, 40), Offering("card", ("creditcard",), 40, 60)),
    contracts=(Contract("EUR", rate_basis_points="180", fixed_minor=25),),
    schedule=Schedule("EUR", Cycle.DAILY, 1, "NL"),
    payer="Stichting Mollie Payments",
    account_name="1234567",
)
KINDS = (LineKind.SALE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.RESERVE_HOLD, LineKind.UNKNOWN)


def a_line(kind: LineKind, method: str, cents: int, day: int) -> Line:
    gross = cents if kind in (LineKind.SALE, LineKind.UNKNOWN) else -cents
    on = date(2026, 7, day)
    line = Line(
        kind=kind,
        line_key="",
        provider_key="",
        payment_reference="",
        merchant_reference="",
        method=method,
        currency="EUR",
        gross=gross,
        net_currency="EUR",
        gross_settled=gross,
        charges=Charges(commission=cents // 50 + 25, vat=cents // 250) if kind is LineKind.SALE else Charges(),
        occurred_at=datetime(2026, 7, day, 12, tzinfo=UTC),
        occurred_on=on,
        booked_on=PAID_ON,
        payout_key=REFERENCE,
    )
    line.line_key = mollie.total_key(line)
    return line


lines_of_a_settlement = st.lists(
    st.builds(
        a_line,
        st.sampled_from(KINDS),
        st.sampled_from(("ideal", "creditcard")),
        st.integers(1, 500_000),
        st.integers(29, 31),
    ),
    min_size=1,
    max_size=12,
)


def read_back(folder: Path, lines: list[Line], number: int = 1) -> Read:
    payout = StatedPayout(REFERENCE, "EUR", sum(line.net for line in lines), PAID_ON, is_stated=True)
    version = Version(number, PAID_ON, lines, [payout])
    document = Document("mollie", REFERENCE, REFERENCE, PAID_ON, [version])
    content = mollie.render(PLAN, document, version)
    name = mollie.file_name(PLAN, document, version)
    return read_all(MollieAdapter(), stored(folder, content, name), ReadingTerms("Europe/Amsterdam", ("EUR",)))


@given(lines=lines_of_a_settlement)
def test_totals_are_read_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, lines: list[Line]) -> None:
    found = read_back(tmp_path_factory.mktemp("settlement"), lines)

    assert found.problems == []
    totals = [line for line in found.lines if line.kind not in (LineKind.FEE, LineKind.ROUNDING)]
    written: dict[str, tuple[int, int]] = {}
    for line in lines:
        count, gross = written.get(line.line_key, (0, 0))
        written[line.line_key] = count + 1, gross + line.gross
    assert {line.line_key: (line.transaction_count, line.gross) for line in totals} == written
    assert {line.kind for line in totals} == {line.kind for line in lines}
    fees = sum(line.fee + line.fee_vat for line in found.lines)
    assert fees == sum(line.charges.fee + line.charges.vat for line in lines)
    assert sum(line.net for line in found.lines) == sum(line.net for line in lines)
    assert {line.payout_key for line in found.lines} == {REFERENCE}
    assert {(payout.payout_key, payout.amount, payout.paid_on) for payout in found.reading.payouts()} <= {
        (REFERENCE, sum(line.net for line in lines), PAID_ON)
    }


def test_fees_are_totals_by_the_key_the_renderer_names(tmp_path: Path) -> None:
    lines = [a_line(LineKind.SALE, "ideal", 1_000, 30), a_line(LineKind.SALE, "ideal", 2_000, 31)]
    fees = {line.line_key: line.fee for line in read_back(tmp_path, lines).lines if line.kind is LineKind.FEE}
    assert fees == {mollie.fee_key(lines[0]): 20 + 25 + 40 + 25}


def test_a_corrected_file_is_a_newer_version(tmp_path: Path) -> None:
    lines = [a_line(LineKind.SALE, "ideal", 1_000, 30)]
    sequences = [read_back(tmp_path, lines, number).reading.statements()[0].sequence for number in (1, 2)]
    assert sequences == sorted(set(sequences))
