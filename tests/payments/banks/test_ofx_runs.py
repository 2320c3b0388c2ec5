"""Transactions in a row are read the quick way: with the same result, to the byte and line, as one by one with care."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.banks.ofx import OfxAdapter, shapes, stream
from payments.facts import FileRefused
from tests.payments.banks.test_ofx import TERMS, read, sgml
from tests.payments.files import cut_out, read_bank, stored

ODD = {
    "OTHER": ("OTHER", "DEBIT", "CREDIT", " POS\r", "", "A B"),
    "20260701": ("20260701", "20260702120000.000[-5:EST]", " 20260701\r\n", "20260230", "", "</DTPOSTED>"),
    "-1.50": ("-1.50", "2", "+1.50", "1,50", ".5", "5.", "1.234,56", "", "1e5", "- 3", "3.333", "9" * 20, "１"),
    "<FITID>F1": ("<FITID>F1", "<FITID>F  1</FITID>", "", "<FITID>F1<FITID>F2", "<REFNUM>R<CHECKNUM>7", "<fitid>F1"),
    "<NAME>Shop": ("<NAME>Shop", "<NAME> A  B </NAME>", "<PAYEE><NAME>P</PAYEE>", "<EXTDNAME>Long", "<NAME>A &amp; B",
                   "<NAME>x < y", "<NAME>카페", "", "<NAME>4111 1111 1111 1111"),
    "<MEMO>m": ("<MEMO>m", "<MEMO></MEMO>", "<MEMO><![CDATA[a < b]]>", "<CURRENCY><CURRATE>1<CURSYM>EUR</CURRENCY>", "",
                "<DTAVAIL>20260703", "<DTAVAIL>x", "<TRNAMT>9", "<BANKACCTTO><ACCTID>1</BANKACCTTO>"),
    "</STMTTRN>\n": ("</STMTTRN>\n", "</STMTTRN>\n", "</STMTTRN>", "\n", "</STMTTRN>\n<!-- <STMTTRN> -->\n",
                     "</STMTTRN><BALAMT>3\n"),
}  # fmt: skip
"""What may stand in a transaction in the place of what usually does."""
USUAL = "<STMTTRN><TRNTYPE>OTHER\n<DTPOSTED>20260701<TRNAMT>-1.50<FITID>F1<NAME>Shop<MEMO>m</STMTTRN>\n"


@given(
    st.lists(st.tuples(*(st.one_of(st.just(usual), st.sampled_from(odd)) for usual, odd in ODD.items())), max_size=5),
    st.booleans(),
)
def test_both_ways_say_the_same(picks: list[tuple[str, ...]], is_windows: bool) -> None:
    entries = []
    for others in picks:
        text = USUAL
        for usual, other in zip(ODD, others, strict=True):
            text = text.replace(usual, other, 1)
        entries.append(text)
    content = sgml(*entries, encoding="UTF-8", charset="NONE")
    content = content.replace("\r\n", "\n").replace("\n", "\r\n") if is_windows else content
    seen: list[object] = []
    with pytest.MonkeyPatch.context() as monkeypatch, tempfile.TemporaryDirectory() as folder:
        source = stored(Path(folder), content, "x.ofx")
        for fewest, most in ((1, shapes.MOST), (10**9, 0)):
            monkeypatch.setattr(stream, "FEWEST", fewest)
            monkeypatch.setattr(shapes, "MOST", most)
            try:
                reading = read_bank(OfxAdapter(), source, TERMS)
                seen.append((reading.lines, reading.problems, reading.reading.statements(), reading.reading.checks()))
            except FileRefused as refusal:
                seen.append(refusal.problem)
    assert seen[0] == seen[1]


def test_a_run_over_many_blocks_keeps_every_place(tmp_path: Path) -> None:
    entries = [USUAL.replace("Shop", f"Shop {number}").replace("\n", "\n" * (1 + number % 3)) for number in range(6000)]
    content = sgml(*entries)
    reading = read(tmp_path, content)
    assert (len(reading.lines), reading.problems) == (6000, [])
    source = stored(tmp_path, content, "x.ofx")
    assert [part.decode() for part in cut_out(source, reading.lines)] == [entry.rstrip() for entry in entries]
    lines = content.splitlines()
    assert all(lines[line.line_number - 1].startswith("<STMTTRN>") for line in reading.lines)


def test_what_stands_between_transactions_is_followed(tmp_path: Path) -> None:
    """A pending entry among others breaks the run, and is counted and not read."""
    pending = "<STMTTRNP><TRNTYPE>POS<DTTRAN>20260701<TRNAMT>-9<NAME>Later</STMTTRNP>\n"
    reading = read(tmp_path, sgml(*[USUAL] * 20, pending, *[USUAL] * 20))
    assert len(reading.lines) == 40
    assert [check.found for check in reading.reading.checks() if not check.is_refusing] == [1]
