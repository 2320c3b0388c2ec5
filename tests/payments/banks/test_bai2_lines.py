"""BAI2 whose records do not keep to their lines: several on one, and one over several."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.banks.registry import recognise
from tests.payments.banks.test_bai2 import read, refusal, report
from tests.payments.files import cut_out, stored

ENTRIES = (
    "16,142,2500,Z,,,TRANSFER 08/18/26 PAYPAL/",
    "16,451,600,Z,,,ACH_SETL  111/\n88,  222/",
    "16,142,100,Z,,,WIRE/",
)
FILE = report(*ENTRIES, total=3200, closing=12000)


@pytest.mark.parametrize("gap", ["   ", " ", "\t"])
def test_several_records_on_one_line_are_told_apart(tmp_path: Path, gap: str) -> None:
    plain = read(tmp_path, FILE)
    content = FILE.replace("/\n02", f"/{gap}02").replace("/\n16", f"/{gap}16").replace("/\n49", f"/{gap}49")
    source = stored(tmp_path, content)
    assert recognise(source)[0][0] == "bai2"
    found = read(tmp_path, content)
    assert found.problems == []
    assert [(line.amount, line.remittance) for line in found.lines] == [
        (line.amount, line.remittance) for line in plain.lines
    ]
    assert all(b"16," in part for part in cut_out(source, found.lines))


def test_a_text_that_looks_like_a_record_stays_a_text_where_records_keep_to_their_lines(tmp_path: Path) -> None:
    content = FILE.replace("WIRE/", "WIRE 12/ 16,142,5,Z,,,X/")
    assert [line.remittance for line in read(tmp_path, content).lines][-1] == "WIRE 12/ 16,142,5,Z,,,X"


@pytest.mark.parametrize("gap", ["", " "])
@pytest.mark.parametrize("rest", ["222 333 /", "88:EREF: 7/"])
def test_a_record_that_no_slash_closes_goes_on_in_the_next_line(tmp_path: Path, rest: str, gap: str) -> None:
    content = FILE.replace("ACH_SETL  111/\n88,  222/", f"ACH_SETL  111{gap}\n{rest}")
    # The trailers count records, and the rest of one is none.
    content = content.replace("49,25200,6/", "49,25200,5/").replace(",1,8/", ",1,7/").replace(",1,10/", ",1,9/")
    found = read(tmp_path, content)
    assert (found.problems, [line.amount for line in found.lines]) == ([], [2500, -600, 100])
    assert found.lines[1].remittance == f"ACH_SETL 111{gap}{rest.rstrip('/').strip()}"


def test_behind_a_closed_record_nothing_goes_on(tmp_path: Path) -> None:
    line, _, message = refusal(tmp_path, FILE.replace("ACH_SETL  111/", "ACH_SETL  111/\nrest of something"))
    assert (line, "is not a record of a BAI2 file" in message) == (6, True)
