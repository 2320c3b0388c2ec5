"""全銀 files written field by field from the published record layouts, by nothing that our renderer shares."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.banks.registry import recognise
from payments.banks.zengin import ZenginAdapter
from payments.facts import ReadingTerms
from tests.payments.files import read_bank, stored

TERMS = ReadingTerms("Asia/Tokyo", ("JPY",))
Field = tuple[str, int]


def record(*fields: Field) -> bytes:
    """One record: digits fill their field from the right with zeros, texts from the left with blanks."""
    cells = []
    for value, width in fields:
        content = value.encode("cp932")
        assert len(content) <= width
        cells.append(content.rjust(width, b"0") if value.isdigit() else content.ljust(width))
    return b"".join(cells).ljust(200)


def header(account: str, holder: str, owed: str, before: str) -> bytes:
    """入出金取引明細, ヘッダーレコード."""
    return record(
        ("1", 1), ("03", 2), ("0", 1), ("080731", 6), ("080730", 6), ("080731", 6), ("0009", 4), ("ﾐﾂｲｽﾐﾄﾓ", 15),
        ("218", 3), ("ﾏﾙﾉｳﾁ", 15), ("", 3), ("2", 1), (account, 10), (holder, 40), (owed, 1), ("1", 1), (before, 14),
    )  # fmt: skip


def entry(number: str, day: str, side: str, kind: str, amount: str, payer: str, words: str, edi: str = "") -> bytes:
    """入出金取引明細, データレコード."""
    return record(
        (number, 8), (day, 6), (day, 6), (side, 1), (kind, 2), (amount, 12), ("0", 12), ("", 6), ("", 6), ("", 1),
        ("", 7), ("", 3), ("0", 10), (payer, 48), ("ﾐｽﾞﾎ", 15), ("ｼﾝｼﾞﾕｸ", 15), (words, 20), (edi, 20),
    )  # fmt: skip


def trailer(credits: Field, debits: Field, owed: str, after: str, count: str) -> bytes:
    """入出金取引明細, トレーラレコード: count and sum of what came and of what went, balance, records."""
    return record(
        ("8", 1), (str(credits[1]), 6), (credits[0], 13), (str(debits[1]), 6), (debits[0], 13), (owed, 1), (after, 14),
        (count, 7),
    )  # fmt: skip


ENTRIES = [
    header("0001234567", "ｶ)ｼﾞﾖﾝｻﾝ", "1", "1500000"),
    b"2" + entry("1", "080730", "1", "11", "98765", "GMOﾍﾟｲﾒﾝﾄｹﾞ-ﾄｳｴｲ(ｶ", "ﾌﾘｺﾐ", "INV-2026-0730")[:199],
    b"2" + entry("2", "080730", "2", "14", "330", "", "ﾌﾘｺﾐﾃｽｳﾘﾖｳ")[:199],
    b"2" + entry("3", "080731", "2", "11", "2000000", "ﾁﾝﾘﾖｳ", "ﾔﾁﾝ")[:199],
    trailer(("98765", 1), ("2000330", 2), "2", "401565", "3"),
    header("0007654321", "ｶ)ｼﾞﾖﾝｻﾝ ｹﾂｻｲﾖｳ", "1", "0"),
    b"2" + entry("1", "080731", "1", "11", "1234567890", "ﾊﾟﾙｽﾏﾈ-", "")[:199],
    trailer(("1234567890", 1), ("0", 0), "1", "1234567890", "1"),
    record(("9", 1), ("9", 10), ("2", 5)),
]
NOTICE = [
    record(
        ("1", 1), ("01", 2), ("0", 1), ("080731", 6), ("080731", 6), ("080731", 6), ("0009", 4), ("ﾐﾂｲｽﾐﾄﾓ", 15),
        ("218", 3), ("ﾏﾙﾉｳﾁ", 15), ("2", 1), ("1234567", 7), ("ｶ)ｼﾞﾖﾝｻﾝ", 40),
    ),
    record(
        ("2", 1), ("1", 6), ("080731", 6), ("080731", 6), ("54321", 10), ("0", 10), ("0", 10), ("ﾔﾏﾀﾞ ﾊﾅｺ", 48),
        ("ﾕｳﾁﾖ", 15), ("ｾﾞﾛｲﾁﾊﾁ", 15), ("", 1), ("ORDER 77", 20),
    ),
    record(("8", 1), ("1", 6), ("54321", 12), ("0", 6), ("0", 12)),
    record(("9", 1), ("4", 10), ("1", 5)),
]  # fmt: skip


@pytest.mark.parametrize("ending", [b"\r\n", b""], ids=["lines", "blocks of 200 bytes"])
def test_entries_of_two_accounts_one_of_which_ends_overdrawn(tmp_path: Path, ending: bytes) -> None:
    source = stored(tmp_path, ending.join(ENTRIES) + ending, "20260731.txt")
    assert [code for code, _ in recognise(source)] == ["zengin"]
    found = read_bank(ZenginAdapter(), source, TERMS)
    assert [(line.booked_on, line.amount, line.counterparty, line.remittance) for line in found.lines] == [
        (date(2026, 7, 30), 98_765, "GMOﾍﾟｲﾒﾝﾄｹﾞ-ﾄｳｴｲ(ｶ", "ﾌﾘｺﾐ INV-2026-0730"),
        (date(2026, 7, 30), -330, "", "ﾌﾘｺﾐﾃｽｳﾘﾖｳ"),
        (date(2026, 7, 31), -2_000_000, "ﾁﾝﾘﾖｳ", "ﾔﾁﾝ"),
        (date(2026, 7, 31), 1_234_567_890, "ﾊﾟﾙｽﾏﾈ-", ""),
    ]
    statements = [
        (each.statement_key, each.opening_balance, each.closing_balance) for each in found.reading.statements()
    ]
    assert statements == [
        ("0009-218-1234567/2026-07-30", 1_500_000, 1_598_435),
        ("0009-218-1234567/2026-07-31", 1_598_435, -401_565),
        ("0009-218-7654321/2026-07-31", 0, 1_234_567_890),
    ]
    assert all(check.is_met for check in found.reading.checks())


def test_a_notice_of_transfers_received(tmp_path: Path) -> None:
    found = read_bank(ZenginAdapter(), stored(tmp_path, b"\r\n".join(NOTICE) + b"\r\n\x1a", "notice.txt"), TERMS)
    [line] = found.lines
    assert (line.amount, line.counterparty, line.remittance) == (54_321, "ﾔﾏﾀﾞ ﾊﾅｺ", "ORDER 77")
    [statement] = found.reading.statements()
    assert (statement.is_interim, statement.account_reference) == (True, "0009-218-1234567")
