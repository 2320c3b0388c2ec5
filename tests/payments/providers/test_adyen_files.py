"""Adyen's settlement details report: encodings, delimiters, places in the file, names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import PayoutFact
from payments.providers.adyen import AdyenAdapter
from tests.payments.files import Read, cut_out, read_all, stored
from tests.payments.providers.adyen_files import TERMS, about_batch, payment, read, report


@given(st.permutations(range(5)))
def test_the_order_of_the_rows_changes_nothing(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    rows = [
        payment("Settled", "38.1", "37.45", number=1, markup="0.65", created="2026-06-30 10:00:00"),
        payment("Refunded", "-10.00", "-10.10", number=2, commission="0.10"),
        about_batch("Fee", "-0.40"),
        about_batch("MerchantPayout", "-26.95", created="2026-07-02 01:00:00"),
        payment("Settled", "1.00", "1.00", number=3, batch="8"),
    ]

    def summary(found: Read) -> tuple[list[object], list[object], list[object]]:
        statements = sorted(found.reading.statements(), key=lambda fact: fact.statement_key)
        return list(statements), list(found.reading.payouts()), sorted(found.reading.checks(), key=repr)

    folder = tmp_path_factory.mktemp("order")
    expected = summary(read(folder, report(rows)))
    assert summary(read(folder, report([rows[place] for place in order]))) == expected
    assert expected[1] == [PayoutFact("Shop/7", "7", "EUR", 2_695, date(2026, 7, 2), is_stated=True)]


def test_lines_can_be_cut_out_of_the_file_again(tmp_path: Path) -> None:
    rows = [
        payment("Settled", "1.00", "1.00", number=1, reference='a\n"b"\nc'),
        payment("Settled", "2.00", "2.00", number=2),
    ]
    source = stored(tmp_path, "\ufeff" + report(rows))
    found = read_all(AdyenAdapter(), source, TERMS)

    assert [line.line_number for line in found.lines] == [2, 5]
    cut = [piece.decode() for piece in cut_out(source, found.lines)]
    assert cut == [report(rows[:1]).split("\n", 1)[1], report(rows[1:]).split("\n", 1)[1]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_content_is_the_same_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    words = {"cp949": "주문번호 가나다 결제 정산", "cp932": "注文番号のテスト"}
    rows = [
        payment("Settled", "1.00", "1.00", number=number, reference=words.get(encoding, "주문")) for number in (1, 2)
    ]
    source = stored(tmp_path, report(rows, delimiter=delimiter).encode(encoding))
    found = read_all(AdyenAdapter(), source, TERMS)

    assert found.problems == []
    assert [line.merchant_reference for line in found.lines] == [words.get(encoding, "주문")] * 2
    codec = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    lines = report(rows, delimiter=delimiter).splitlines(keepends=True)[1:]
    assert cut_out(source, found.lines) == [line.encode(codec) for line in lines]


@pytest.mark.parametrize(
    ("name", "sequence"),
    [
        ("settlement_detail_report_batch_7.csv", ""),
        ("settlement_detail_report_batch_7_v2.csv", "000002"),
        ("settlement_detail_report_batch_7 (3).csv", "000003"),
        ("report(12).csv", "000012"),
        ("v2.csv", ""),
    ],
)
def test_a_version_suffix_of_the_name_orders_versions(tmp_path: Path, name: str, sequence: str) -> None:
    found = read(tmp_path, report([payment("Settled", "1.00", "1.00")]), name=name)
    assert found.reading.statements()[0].sequence == sequence
