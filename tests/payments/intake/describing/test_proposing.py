"""Proposals for unknown files: what their columns mean, how they are written, and that the proposal reads them."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.facts import FileRefused, ReadingTerms, SourceFile
from payments.intake.describing import values, vocabulary
from payments.intake.describing.description import Description, described
from payments.intake.describing.proposing import Proposal, propose
from payments.intake.describing.sampling import MASKED, Writing, sample_of
from payments.intake.describing.trying import Trial, try_mapping


def proposed(
    folder: Path, content: str, zone: str, currency: str, **how: Any
) -> tuple[Proposal, Trial, dict[str, Any]]:
    """What is proposed for a file, and what the proposal reads."""
    path = folder / "file"
    path.write_bytes(content.encode(how.get("encoding", "utf-8")))
    source, terms = SourceFile(path, "file", path.stat().st_size), ReadingTerms(zone, (currency,))
    sample = sample_of(source, Writing(), zone)
    proposal = propose(sample, terms, is_bank=how.get("is_bank", False))
    positions = frozenset(str(column.key) for column in sample.columns if isinstance(column.key, int))
    mapping = proposal.description.as_mapping(positions)
    return proposal, try_mapping(source, mapping, terms, is_bank=how.get("is_bank", False)), mapping


def test_a_korean_statement_with_a_title_kinds_without_sign_and_a_total(tmp_path: Path) -> None:
    content = (
        "가맹점 정산내역\n조회기간: 2026.07\n\n거래일자,주문번호,구분,결제금액,수수료,부가세,정산금액\n"
        "2026.07.01,A-1,승인,10000,300,30,9670\n2026.07.02,A-2,취소,10000,300,30,9670\n합계,,,20000,,,\n"
    )
    _, trial, mapping = proposed(tmp_path, content, "Asia/Seoul", "KRW", encoding="cp949")
    assert mapping == {
        "format": "csv",
        "delimiter": ",",
        "date_format": "%Y.%m.%d",
        "skip_lines": 3,
        "columns": {
            "sold_on": "거래일자",
            "merchant_reference": "주문번호",
            "kind": "구분",
            "gross": "결제금액",
            "fee": "수수료",
            "fee_vat": "부가세",
            "net": "정산금액",
        },
        "kinds": {"승인": "sale", "취소": "refund"},
        "signs": {"amounts": "by_kind", "fees": "by_kind"},
        "skip_rows": {"column": "거래일자", "values": ["합계"]},
    }
    assert [fact.net for fact in trial.facts] == [9_670, -9_670]  # type: ignore[union-attr]
    assert trial.is_good


def test_a_japanese_statement_with_fees_as_deductions_and_dates_without_zeros(tmp_path: Path) -> None:
    content = "注文番号;決済日;決済金額;手数料;入金額\nX1;2026/7/1;1000;-30;970\nX2;2026/7/12;2000;-60;1940\n"
    _, trial, mapping = proposed(tmp_path, content, "Asia/Tokyo", "JPY", encoding="cp932")
    assert (mapping["date_format"], mapping["signs"]["fees"]) == ("%Y/%-m/%-d", "deduction")
    assert [fact.fee for fact in trial.facts] == [30, 60]  # type: ignore[union-attr]


def test_a_fee_that_holds_its_vat_is_seen_in_the_sums(tmp_path: Path) -> None:
    content = "Order,Date,Amount,Fee,VAT,Net\n1,2026-07-01,100.00,3.30,0.30,96.70\n2,2026-07-02,50.00,1.65,0.15,48.35\n"
    _, trial, mapping = proposed(tmp_path, content, "Europe/Amsterdam", "EUR")
    assert mapping["fee_includes_vat"] is True
    assert [(fact.fee, fact.fee_vat) for fact in trial.facts] == [(300, 30), (150, 15)]  # type: ignore[union-attr]


def test_a_file_without_header_is_told_by_its_values(tmp_path: Path) -> None:
    content = "2026-07-01 10:00:00,1001,12.50,0.30\n2026-07-01 11:00:00,1002,2.50,0.10\n"
    proposal, trial, mapping = proposed(tmp_path, content, "Europe/Amsterdam", "EUR")
    assert mapping["columns"] == {"occurred_at": 1, "merchant_reference": 2, "gross": 3, "fee": 4}
    assert mapping["header"] is False
    assert all(guess.confidence <= 60 for guess in proposal.guesses.values())
    assert trial.is_good


def test_objects_of_a_list_with_a_name_of_its_own(tmp_path: Path) -> None:
    content = json.dumps(
        {
            "bookings": [
                {"orderId": "a", "total": {"amount": "10.50", "currency": "EUR"}, "createdAt": "2026-07-01T10:00:00Z"}
            ],
        }
    )
    _, trial, mapping = proposed(tmp_path, content, "Europe/Amsterdam", "EUR")
    assert mapping["list"] == "bookings"
    assert mapping["columns"]["gross"] == "total.amount"
    assert [fact.gross for fact in trial.facts] == [1_050]  # type: ignore[union-attr]


def test_a_bank_history_with_two_sides_and_a_balance(tmp_path: Path) -> None:
    content = "거래일시,적요,출금액,입금액,거래후잔액\n2026-07-01 10:00:00,정산,0,1000,5000\n2026-07-02 09:00:00,이체,100,0,4900\n"
    _, trial, mapping = proposed(tmp_path, content, "Asia/Seoul", "KRW", encoding="cp949", is_bank=True)
    assert set(mapping["columns"]) == {"booked_on", "remittance", "debit", "credit", "balance"}
    assert [fact.amount for fact in trial.facts] == [1_000, -100]  # type: ignore[union-attr]


def test_what_looks_like_a_card_number_is_masked(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("order,card\n1,4111 1111 1111 1111\n")
    sample = sample_of(SourceFile(path, "file", path.stat().st_size), Writing(), "UTC")
    assert sample.columns[1].values == (MASKED,)


@pytest.mark.parametrize(
    ("texts", "zone", "expected"),
    [
        (["2026-07-31"], "UTC", "iso"),
        (["03/04/2026", "15/04/2026"], "America/New_York", "%d/%m/%Y"),
        (["03/04/2026"], "America/New_York", "%m/%d/%Y"),
        (["03/04/2026"], "Europe/Amsterdam", "%d/%m/%Y"),
        (["20260731"], "UTC", "%Y%m%d"),
        (["2026年7月1日"], "UTC", "%Y年%-m月%-d日"),
        (["yesterday"], "UTC", None),
        ([], "UTC", None),
    ],
)
def test_formats_of_dates(texts: list[str], zone: str, expected: str | None) -> None:
    assert values.date_format(texts, zone) == expected


def test_every_word_of_a_kind_means_one_kind() -> None:
    assert {vocabulary.kind_of(word) for word in ("승인취소", "返金", "Refund")} == {"refund"}
    assert vocabulary.kind_of("특별") == ""
    assert vocabulary.meaning_of("수수료 부가세 (원)", vocabulary.STATEMENT_HEADERS)[0] == "fee_vat"


@pytest.mark.parametrize("path", sorted(Path("payments").glob("*/mapped/examples/*.json")), ids=lambda path: path.stem)
def test_every_shipped_mapping_comes_back_from_the_page_as_it_was(path: Path) -> None:
    mapping = json.loads(path.read_text(encoding="utf-8"))
    is_bank = "banks" in path.parts
    again = described(mapping, is_bank=is_bank).as_mapping()
    defaults = {"format": "csv"} | ({} if is_bank else {"signs": {"amounts": "as_written", "fees": "cost"}})
    assert again == defaults | mapping


@given(st.text(max_size=400), st.booleans())
def test_no_text_makes_the_proposal_fail_otherwise_than_by_refusing(text: str, is_bank: bool) -> None:
    with TemporaryDirectory() as folder:
        try:
            _, trial, _ = proposed(Path(folder), text.replace("\ud800", ""), "Asia/Seoul", "KRW", is_bank=is_bank)
        except (FileRefused, UnicodeEncodeError):
            return
        assert trial.problem_count >= len(trial.problems)


def test_an_empty_description_makes_a_mapping_without_columns() -> None:
    assert Description(is_bank=False).as_mapping() == {
        "format": "csv",
        "columns": {},
        "signs": {"amounts": "as_written", "fees": "cost"},
    }
