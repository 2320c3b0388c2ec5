"""全銀 files with commas between their columns, and transfers of more than ten digits."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from payments.banks.accounts import accounts_in
from payments.banks.registry import recognise
from payments.banks.zengin.delimited import _WIDTHS
from tests.payments.banks.test_zengin import FILE, NOTICE, read, refusal
from tests.payments.files import stored


def delimited(content: bytes) -> str:
    """A fixed-width file as banks write it with commas: numbers as they are, or without their zeros."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    lines = content.splitlines()
    kind = lines[0][1:3].decode()
    for line in lines:
        cells, start = [], 0
        for width in _WIDTHS[kind, line[:1].decode()]:
            cells.append(line[start : start + abs(width)].decode("cp932").rstrip())
            start += abs(width)
        writer.writerow([*cells, ""])
    return out.getvalue()


@pytest.mark.parametrize("content", [FILE, NOTICE], ids=["entries", "notice"])
@pytest.mark.parametrize("codec", ["cp932", "utf-8", "utf-8-sig"])
def test_the_same_columns_between_commas_read_the_same(tmp_path: Path, content: bytes, codec: str) -> None:
    written = delimited(content).encode(codec)
    source = stored(tmp_path, written)
    assert recognise(source)[0][0] == "zengin"
    assert recognise(source)[0][1].confidence == 95
    assert accounts_in(written, "zengin") == accounts_in(content, "zengin") == {"00050051234567"}

    plain, found = read(tmp_path, content), read(tmp_path, written)
    assert found.problems == []
    assert [line[3:] for line in found.lines] == [line[3:] for line in plain.lines]
    assert found.reading.statements() == plain.reading.statements()
    assert found.reading.checks() == plain.reading.checks()


def test_numbers_may_stand_without_their_zeros(tmp_path: Path) -> None:
    written = delimited(FILE).replace(f"{39754:012d}", "39754").replace(f"{39754:013d}", "39754")
    assert [line.amount for line in read(tmp_path, written.encode("cp932")).lines] == [39754, -440]


def test_a_number_longer_than_its_column_is_refused(tmp_path: Path) -> None:
    written = delimited(FILE).replace(f"{39754:012d}", "9" * 13)
    assert refusal(tmp_path, written.encode("cp932")) == (2, "")


def test_a_row_that_contradicts_its_trailer_is_refused(tmp_path: Path) -> None:
    written = delimited(FILE).replace(f"{39754:012d}", f"{39755:012d}")
    assert refusal(tmp_path, written.encode("cp932")) == (4, "取引後残高")


@pytest.mark.parametrize(
    ("short", "long", "amount"), [(0, 12_345_678_901, 12_345_678_901), (39754, 0, 39754)], ids=["long", "short"]
)
def test_a_notice_with_long_amounts_keeps_its_text_behind_them(
    tmp_path: Path, short: int, long: int, amount: int
) -> None:
    header, transfer, _, end = NOTICE.splitlines()
    text = transfer[128:148]
    transfer = transfer[:19] + b"%010d" % short + transfer[29:128] + b"%012d%012d" % (long, 0) + text + b" " * 28
    trailer = (b"8000001%012d000000" % amount + b"0" * 12).ljust(200)
    found = read(tmp_path, b"\r\n".join([header, transfer, trailer, end]))
    plain = read(tmp_path, NOTICE)
    assert [(line.amount, line.remittance) for line in found.lines] == [(amount, plain.lines[0].remittance)]


@pytest.mark.parametrize("name", ["振込依頼人" * 12, "ｶ)" + "漢字" * 30], ids=["even", "odd"])
def test_a_text_longer_than_its_column_is_kept_whole(tmp_path: Path, name: str) -> None:
    first = delimited(FILE)
    column = FILE.splitlines()[1][81:129].decode("cp932").rstrip()
    assert column
    found = read(tmp_path, first.replace(column, name).encode("cp932"))
    assert found.problems == []
    assert found.lines[0].counterparty == name
    assert found.reading.statements() == read(tmp_path, FILE).reading.statements()
