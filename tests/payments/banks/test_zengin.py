"""全銀 files: columns, eras, trailers, both kinds, with and without line ends, and what they are refused for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.banks.registry import recognise
from payments.banks.zengin import ZenginAdapter
from payments.facts import FileRefused, ReadingTerms
from payments.simulator.rendering import zengin
from payments.simulator.world import BankDocument, BankEntry
from tests.payments.banks.rendered import DAY, account
from tests.payments.files import BankRead, cut_out, read_bank, stored

TERMS = ReadingTerms("Asia/Tokyo", ("JPY",))
OWNER = account("JPY", "Asia/Tokyo", "0005-005-1234567")
ENTRIES = [
    BankEntry("a", DAY, 39754, "カ)ジヨンサンペイメント", "SBPS20260701", "TRF", "1234567890"),
    BankEntry("a", DAY, -440, "", "フリコミテスウリヨウ", "CHG", "0"),
]
DOCUMENT = BankDocument("a", DAY, 7, 1_000_000, ENTRIES, DAY, interim_count=2)
FILE = zengin.render_day(OWNER, DOCUMENT)
LINES = FILE.splitlines(keepends=True)
((NOTICE_NAME, NOTICE),) = zengin.interim_reports(OWNER, DOCUMENT)


def read(folder: Path, content: bytes) -> BankRead:
    return read_bank(ZenginAdapter(), stored(folder, content, "x.txt"), TERMS)


def refusal(folder: Path, content: bytes) -> tuple[int | None, str]:
    with pytest.raises(FileRefused) as caught:
        read(folder, content)
    return caught.value.problem.line, caught.value.problem.field


def test_entries_with_half_width_kana_and_era_dates(tmp_path: Path) -> None:
    source = stored(tmp_path, FILE, "x.txt")
    found = read_bank(ZenginAdapter(), source, TERMS)

    assert {len(line) for line in LINES} == {202}
    assert [(line.booked_on, line.value_on, line.amount, line.transaction_code) for line in found.lines] == [
        (date(2026, 7, 1), date(2026, 7, 1), 39754, "11"),
        (date(2026, 7, 1), date(2026, 7, 1), -440, "18"),
    ]
    assert [(line.counterparty, line.remittance) for line in found.lines] == [
        ("ｶ)ｼﾞﾖﾝｻﾝﾍﾟｲﾒﾝﾄ", "SBPS20260701"),
        ("", "ﾌﾘｺﾐﾃｽｳﾘﾖｳ"),
    ]
    assert [(line.bank_reference, line.end_to_end_reference) for line in found.lines] == [
        ("00000001", "1234567890"),
        ("00000002", ""),
    ]
    (statement,) = found.reading.statements()
    assert (statement.statement_key, statement.account_reference) == (
        "0005-005-1234567/2026-07-01",
        "0005-005-1234567",
    )
    assert (statement.opening_balance, statement.closing_balance) == (1_000_000, 1_039_314)
    assert len(found.reading.checks()) == 6
    assert all(check.is_met for check in found.reading.checks())
    assert cut_out(source, found.lines) == LINES[1:3]


@pytest.mark.parametrize(
    "content",
    [
        FILE.replace(b"\r\n", b""),
        FILE.replace(b"\r\n", b"\n"),
        FILE.replace(b"\r\n", b"\r"),
        FILE + b"\x1a",
        b"\r\n".join(line.rstrip() for line in LINES),
        FILE.decode("cp932").encode(),
        b"\xef\xbb\xbf" + FILE.decode("cp932").encode(),
    ],
    ids=["no line ends", "LF", "CR", "end mark", "blanks cut off", "UTF-8", "UTF-8 with mark"],
)
def test_pitfall_14_other_ways_to_save_it_read_the_same(tmp_path: Path, content: bytes) -> None:
    source = stored(tmp_path, content, "x.txt")
    assert [(code, one.confidence >= 60) for code, one in recognise(source)] == [("zengin", True)]
    found = read_bank(ZenginAdapter(), source, TERMS)
    assert [(line.amount, line.counterparty) for line in found.lines] == [(39754, "ｶ)ｼﾞﾖﾝｻﾝﾍﾟｲﾒﾝﾄ"), (-440, "")]
    assert [part[:9] for part in cut_out(source, found.lines)] == [b"200000001", b"200000002"]


def test_a_notice_is_interim_and_a_transfer_taken_back_is_negative(tmp_path: Path) -> None:
    back = NOTICE.splitlines()[1]
    back = back[:1] + b"000002" + back[7:127] + b"1" + back[128:]
    lines = NOTICE.splitlines()
    trailer = b"8" + b"000001" + b"%012d" % 39754 + b"000001" + b"%012d" % 39754
    found = read(tmp_path, b"\n".join([lines[0], lines[1], back, trailer.ljust(200), lines[-1]]))
    assert [line.amount for line in found.lines] == [39754, -39754]
    (statement,) = found.reading.statements()
    assert (statement.statement_key, statement.is_interim, statement.opening_balance) == (
        "0005-005-1234567/2026-07-01/notice 000001",
        True,
        None,
    )


def test_pitfall_3_overlapping_periods_give_the_same_statement_for_a_date(tmp_path: Path) -> None:
    later = [line.replace(b"080701080701", b"080702080702") for line in LINES[1:3]]
    tail = b"8" + b"%06d%013d" % (2, 2 * 39754) + b"%06d%013d" % (2, 880) + b"1%014d%07d" % (1_078_628, 4)
    content = b"".join([LINES[0], *LINES[1:3], *later, tail.ljust(200) + b"\r\n", b"9%010d%05d\r\n" % (7, 1)])
    whole = read(tmp_path, content).reading.statements()
    assert [(s.statement_key[-10:], s.opening_balance, s.closing_balance) for s in whole] == [
        ("2026-07-01", 1_000_000, 1_039_314),
        ("2026-07-02", 1_039_314, 1_078_628),
    ]
    assert whole[0].statement_key == read(tmp_path, FILE).reading.statements()[0].statement_key


@pytest.mark.parametrize(
    ("place", "start", "text", "refused"),
    [
        (0, 1, b"21", (1, "種別コード")),
        (0, 3, b"1", (1, "コード区分")),
        (0, 4, b"081301", (1, "作成日")),
        (0, 16, b"280503", (1, "勘定日")),
        (0, 115, b"x", (1, "取引前残高")),
        (3, 1, b"000002", (4, "トレーラ")),
        (3, 7, b"0000000039755", (4, "トレーラ")),
        (3, 40, b"00000001039315", (4, "取引後残高")),
        (3, 54, b"0000003", (4, "件数")),
        (4, 1, b"0000000006", (5, "件数")),
        (4, 11, b"00002", (5, "件数")),
        (3, 0, b"7", (4, "")),
        (0, 0, b"2", (1, "")),
    ],
)
def test_pitfall_14_a_contradiction_is_refused_with_line_and_field(
    tmp_path: Path, place: int, start: int, text: bytes, refused: tuple[int, str]
) -> None:
    lines = [*LINES]
    lines[place] = lines[place][:start] + text + lines[place][start + len(text) :]
    assert refusal(tmp_path, b"".join(lines)) == refused


@pytest.mark.parametrize("count", range(1, 5))
def test_a_file_without_its_end_is_refused(tmp_path: Path, count: int) -> None:
    assert refusal(tmp_path, b"".join(LINES[:count]))[0] == count


@pytest.mark.parametrize(
    ("start", "text", "field"),
    [
        (9, b"080732", "勘定日"),
        (15, b"      ", "預入・払出日"),
        (21, b"3", "入払区分"),
        (24, b"00000003975A", "取引金額"),
    ],
)
def test_a_bad_entry_is_reported_and_the_others_are_read(tmp_path: Path, start: int, text: bytes, field: str) -> None:
    line = LINES[1][:start] + text + LINES[1][start + len(text) :]
    found = read(tmp_path, b"".join([LINES[0], line, *LINES[2:]]))
    assert [problem[:2] for problem in found.problems] == [(2, field)]
    assert [each.amount for each in found.lines] == [-440]


def test_a_year_that_may_be_of_two_eras_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, FILE.replace(b"080701", b"260701"))
    assert "may be one of Heisei or of the common era" in str(caught.value)


def test_a_record_that_is_too_wide_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"".join([LINES[0], LINES[1][:-2] + b"XY\r\n", *LINES[2:]])) == (2, "")


def test_a_period_without_entries_keeps_its_balance(tmp_path: Path) -> None:
    content = zengin.render_day(OWNER, BankDocument("a", DAY, 7, -500, [], DAY))
    (statement,) = read(tmp_path, content).reading.statements()
    assert (statement.opening_balance, statement.closing_balance) == (-500, -500)
