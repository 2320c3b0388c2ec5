"""Files that are almost right: whatever is changed in them, rows are read or named as problems, or the file is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.banks import registry as banks
from payments.facts import BankAdapter, FileRefused, LineFact, ReadingTerms, StatementAdapter
from payments.providers import registry as providers
from tests.payments.banks.camt_files import document, entry
from tests.payments.banks.mt940_files import statement
from tests.payments.files import stored
from tests.payments.providers.adyen_files import NEW_ORDER, about_batch, payment, report
from tests.payments.providers.test_mapped import PLAIN
from tests.payments.providers.test_toss import CANCEL, PAYMENT

ODD = st.one_of(
    st.sampled_from(
        (
            "|| |0|-0|-1|1.5|1,5|1.234,56|(1.00)|1E-80000000|NaN|=1+1|KRW|2026-02-30|0000-00-00|9999-12-31 23:59:59|\u202e"
            "|４|🙂|null|4111111111111111|\t|-|'|EUR|Settled|Chargeback|CET|Balancetransfer|refund|sale|1:2|D|RC|CRDT"
            "|2026-07-01|" + "9" * 40 + "|" + "0" * 2000
        ).split("|")
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
TERMS = ReadingTerms("Asia/Seoul", ("EUR",), PLAIN)
BANK_TERMS = ReadingTerms(
    "Asia/Seoul",
    ("EUR",),
    {"columns": {"booked_on": "day", "amount": "amount", "balance": "balance", "currency": "ccy"}},
)
Factory = pytest.TempPathFactory


def ties(line: LineFact) -> bool:
    parts = (
        line.fee_commission,
        line.fee_markup,
        line.fee_scheme,
        line.fee_interchange,
        line.fee_installment,
        line.fee_other,
    )
    return (
        line.net == line.gross_settled - line.fee - line.fee_vat + line.rounding
        and line.fee == sum(filter(None, parts))
        and abs(line.rounding) <= 1
    )


def outcome(adapter: StatementAdapter, factory: Factory, content: bytes | str) -> int | None:
    """Lines plus problems of a provider file; None when it is refused. Every line ties, every fact can be asked for."""
    source = stored(factory.mktemp("fuzz"), content)
    try:
        reading = adapter.read(source, TERMS)
        lines = list(reading)
    except FileRefused:
        return None
    assert all(map(ties, lines))
    keys = {statement_fact.statement_key for statement_fact in reading.statements()}
    assert keys == {line.statement_key for line in lines}
    assert {payout.statement_key for payout in reading.payouts()} <= keys
    assert reading.checks() is not None
    return len(lines) + reading.problems.count


def bank_outcome(adapter: BankAdapter, factory: Factory, content: bytes | str) -> int | None:
    """The same for a bank file."""
    source = stored(factory.mktemp("fuzz"), content)
    try:
        reading = adapter.read(source, BANK_TERMS)
        lines = list(reading)
    except FileRefused:
        return None
    assert {line.statement_key for line in lines} <= {fact.statement_key for fact in reading.statements()}
    return len(lines) + reading.problems.count


ADYEN_ROWS = [
    payment("Settled", "38.1", "37.45", number=1, markup="0.30", scheme="0.05", interchange="0.3"),
    payment(
        "Refunded", "-10.00", "-10.10", number=2, commission="0.10", booked="2026-07-02 10:00:00", booked_zone="CET"
    ),
    payment("Settled", "1000", "6.10", number=3, currency="JPY", rate="0.0061"),
    about_batch("Fee", "-0.40"),
    about_batch("MerchantPayout", "-33.05"),
]


@given(st.integers(0, 4), st.sampled_from(NEW_ORDER), ODD)
def test_any_cell_of_an_adyen_report_may_be_odd(tmp_path_factory: Factory, row: int, column: str, text: str) -> None:
    rows = [dict(entry) for entry in ADYEN_ROWS]
    rows[row][column] = text
    found = outcome(providers.ADAPTERS["adyen"], tmp_path_factory, report(rows, NEW_ORDER).replace("\r", "\n"))
    assert found in (5, None) or "\r" in text or "\n" in text or '"' in text


@given(
    st.integers(0, 1),
    st.sampled_from(sorted({**PAYMENT, **CANCEL})),
    st.one_of(ODD, st.integers(), st.floats(), st.none()),
)
def test_any_field_of_a_toss_settlement_may_be_odd(tmp_path_factory: Factory, row: int, name: str, value: Any) -> None:
    rows = [dict(PAYMENT), dict(CANCEL)]
    rows[row][name] = value
    assert outcome(providers.ADAPTERS["toss"], tmp_path_factory, json.dumps(rows)) in (2, None)


@given(st.integers(0, 1), st.sampled_from(["id", "type", "gross", "fee", "net", "day"]), ODD)
def test_any_cell_of_a_mapped_file_may_be_odd(tmp_path_factory: Factory, row: int, column: str, text: str) -> None:
    rows = [
        dict.fromkeys(["id"], "a")
        | {"type": "sale", "gross": "1.00", "fee": "0.10", "net": "0.90", "day": "2026-07-01"}
    ] * 2
    rows[row] = {**rows[row], column: '"' + text.replace('"', '""') + '"'}
    content = "id,type,gross,fee,net,day\n" + "".join(",".join(entry.values()) + "\n" for entry in rows)
    assert outcome(providers.ADAPTERS["mapped"], tmp_path_factory, content) in (2, None)


@given(st.integers(0, 1), st.sampled_from(["day", "amount", "balance", "ccy"]), ODD)
def test_any_cell_of_a_bank_csv_may_be_odd(tmp_path_factory: Factory, row: int, column: str, text: str) -> None:
    rows = [
        {"day": "2026-07-01", "amount": "1.50", "balance": "1.50", "ccy": "EUR"},
        {"day": "2026-07-01", "amount": "1.25", "balance": "2.75", "ccy": "EUR"},
    ]
    rows[row][column] = '"' + text.replace('"', '""') + '"'
    content = "day,amount,balance,ccy\n" + "".join(",".join(entry.values()) + "\n" for entry in rows)
    assert bank_outcome(banks.ADAPTERS["mapped"], tmp_path_factory, content) in (2, None)


MT940 = statement(
    ":61:2607010702C12,5NTRFREF1//B1",
    ":86:166?20EREF+E1?21SVWZ+Payout?32Adyen",
    ":61:260701D2,NMSC",
    closing="C260702EUR110,5",
)
CAMT = document(entry("12.50"), entry("2", "DBIT"), closing="110.50")
BASES: dict[str, tuple[Callable[[Factory, bytes], int | None], bytes]] = {
    "mt940": (lambda factory, content: bank_outcome(banks.ADAPTERS["mt940"], factory, content), MT940.encode()),
    "camt": (lambda factory, content: bank_outcome(banks.ADAPTERS["camt"], factory, content), CAMT.encode()),
    "adyen": (
        lambda factory, content: outcome(providers.ADAPTERS["adyen"], factory, content),
        report(ADYEN_ROWS).encode(),
    ),
    "toss": (
        lambda factory, content: outcome(providers.ADAPTERS["toss"], factory, content),
        json.dumps([PAYMENT, CANCEL]).encode(),
    ),
}


@pytest.mark.parametrize("name", BASES)
@given(st.data())
def test_bytes_may_be_changed_cut_and_doubled_anywhere(
    tmp_path_factory: Factory, name: str, data: st.DataObject
) -> None:
    read, content = BASES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        middle = data.draw(st.one_of(st.binary(max_size=8), st.just(content[start:end] * 2), ODD.map(str.encode)))
        content = content[:start] + middle + content[end:]
    read(tmp_path_factory, content)


@pytest.mark.parametrize("name", ["mt940", "adyen"])
@given(st.data())
def test_lines_may_be_lost_doubled_and_shuffled(tmp_path_factory: Factory, name: str, data: st.DataObject) -> None:
    read, content = BASES[name]
    lines = content.splitlines(keepends=True)
    chosen = data.draw(st.lists(st.sampled_from(lines), max_size=len(lines) + 3))
    read(tmp_path_factory, b"".join(lines[:1] + chosen))


@given(st.sampled_from(["Amt", "CdtDbtInd", "Sts", "Dt", "Id", "IBAN", "Cd", "CreDtTm"]), ODD)
def test_any_element_of_a_camt_statement_may_be_odd(tmp_path_factory: Factory, name: str, text: str) -> None:
    start = CAMT.index(">", CAMT.rindex(f"<{name}")) + 1
    end = CAMT.index("<", start)
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    bank_outcome(banks.ADAPTERS["camt"], tmp_path_factory, CAMT[:start] + escaped + CAMT[end:])
