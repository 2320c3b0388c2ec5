"""Long runs of entries are read the quick way: with the same result, to the byte and line, as one by one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.banks.camt import CamtAdapter, stream
from payments.facts import BankLineFact, FileRefused
from tests.payments.banks.camt_files import TERMS, document, entry, read
from tests.payments.files import cut_out, read_bank, stored

INSIDE = (
    "",
    "<AcctSvcrRef>B&amp;1</AcctSvcrRef>",
    "<AcctSvcrRef/><NtryRef>\n N1 </NtryRef>",
    "<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>A  &lt; B</Nm></Dbtr></RltdPties>"
    "<RmtInf><Ustrd>one</Ustrd><Ustrd>two</Ustrd><Ustrd>one</Ustrd></RmtInf></TxDtls></NtryDtls>",
    "<NtryDtls><Btch><MsgId>M</MsgId></Btch><TxDtls><RmtInf><Ustrd>a</Ustrd></RmtInf></TxDtls><TxDtls><RmtInf><Strd>"
    "<CdtrRefInf><Ref>RF1</Ref></CdtrRefInf></Strd></RmtInf><AddtlTxInf>x</AddtlTxInf></TxDtls></NtryDtls>",
    "<NtryDtls><TxDtls/></NtryDtls><AddtlNtryInf>&#x41;&#66;\n정산</AddtlNtryInf>",
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>",
    '<NtryDtls a=">"><TxDtls><RltdPties><UltmtDbtr><Nm b=\'"\'>U</Nm></UltmtDbtr></RltdPties></TxDtls></NtryDtls>',
    "<NtryDtls><TxDtls><RmtInf><Ustrd><![CDATA[a < b]]></Ustrd></RmtInf></TxDtls></NtryDtls>",
    "<!-- <Ntry></Ntry> --><AcctSvcrRef>C</AcctSvcrRef>",
)


def entries(picks: list[int]) -> list[str]:
    return [entry(f"{place + 1}.5", inside=INSIDE[pick]) for place, pick in enumerate(picks)]


def both(
    monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes
) -> tuple[list[BankLineFact], list[BankLineFact]]:
    source = stored(folder, content, "x.xml")
    found = []
    for fewest in (1, 10**9):
        monkeypatch.setattr(stream, "FEWEST", fewest)
        reading = read_bank(CamtAdapter(), source, TERMS)
        assert reading.problems == []
        assert all(check.is_met for check in reading.reading.checks())
        assert {part[:5] for part in cut_out(source, reading.lines)} <= {b"<Ntry", b"<n:Nt"}
        assert {part[-5:] for part in cut_out(source, reading.lines)} <= {b"Ntry>"}
        found.append(reading.lines)
    return found[0], found[1]


@given(picks=st.lists(st.integers(0, len(INSIDE) - 1), min_size=1, max_size=20), data=st.data())
def test_both_ways_find_the_same(picks: list[int], data: st.DataObject) -> None:
    found = entries(picks)
    total = sum((place + 1) * 100 + 50 for place in range(len(picks)))
    # Their own order of units: 1.5 is 150 cents.
    closing = 10_000 + total
    content = document(*found, closing=f"{closing // 100}.{closing % 100:02}").encode()
    if data.draw(st.booleans()):
        content = content.replace(b"\n", b"\r\n")
    if data.draw(st.booleans()):
        content = (
            content.replace(b"<Ntry", b"<n:Ntry")
            .replace(b"</Ntry", b"</n:Ntry")
            .replace(b"<Document xmlns=", b'<Document xmlns:n="x" xmlns=')
        )
    with pytest.MonkeyPatch.context() as monkeypatch, tempfile.TemporaryDirectory() as folder:
        quick, slow = both(monkeypatch, Path(folder), content)
    assert quick == slow
    assert len(quick) == len(picks)


ODD = {
    "1.50": ("1.50", "1.", ".5", "+1.50", "-1.50", "1,50", "1e3", " 2.00 ", "", ".", "１.00", "1.505", "9" * 15, "9" * 40,
             "4111111111111111"),
    "CRDT": ("CRDT", "DBIT", "crdt", ""),
    ">BOOK<": (">BOOK<", "><Cd>BOOK</Cd><", ">book<", ">PDNG<", "><Prtry>BOOKED</Prtry><", ">BOOK<Cd>PDNG</Cd><", "><"),
    "2026-07-02": ("2026-07-02", "2026-07-02T23:00:00+02:00", "2026-02-30", "", "</Dt><DtTm>2026-07-02</DtTm><Dt>"),
    "2026-07-01": ("2026-07-01", "20260701", ""),
    '"EUR"': ('"EUR"', '"USD"', '"XYZ"', '""'),
    "</ValDt>": ("</ValDt>", "</ValDt><AcctSvcrRef>nonref</AcctSvcrRef><NtryRef>N 2</NtryRef>",
                 "</ValDt><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>", "</ValDt><RvslInd>true</RvslInd>"),
}  # fmt: skip
"""What may stand in an entry in the place of what usually does."""


@given(st.lists(st.tuples(st.integers(0, len(INSIDE) - 3), *(st.sampled_from(each) for each in ODD.values())),
                min_size=1, max_size=6))  # fmt: skip
def test_both_ways_say_the_same_of_odd_entries(picks: list[tuple[int, *tuple[str, ...]]]) -> None:
    found = []
    for inside, *others in picks:
        text = entry("1.50", inside=INSIDE[inside])
        for usual, other in zip(ODD, others, strict=True):
            text = text.replace(usual, other, 1)
        found.append(text)
    # Without balances nothing contradicts them: what counts is what each way makes of the entries.
    content = document(*found, closing="1").replace("OPBD", "XXXX").replace("CLBD", "YYYY")
    seen: list[object] = []
    with pytest.MonkeyPatch.context() as monkeypatch, tempfile.TemporaryDirectory() as folder:
        source = stored(Path(folder), content, "x.xml")
        for fewest in (1, 10**9):
            monkeypatch.setattr(stream, "FEWEST", fewest)
            try:
                reading = read_bank(CamtAdapter(), source, TERMS)
                seen.append((reading.lines, reading.problems, reading.reading.statements(), reading.reading.checks()))
            except FileRefused as refusal:
                seen.append(refusal.problem)
    assert seen[0] == seen[1]


def test_a_run_over_many_blocks_keeps_every_place(tmp_path: Path) -> None:
    count = 3000
    found = entries([place % 8 for place in range(count)])
    total = 10_000 + sum((place + 1) * 100 + 50 for place in range(count))
    content = document(*found, closing=f"{total // 100}.{total % 100:02}")
    reading = read(tmp_path, content)
    assert reading.problems == []
    assert len(reading.lines) == count
    source = stored(tmp_path, content, "x.xml")
    assert [part.decode() for part in cut_out(source, reading.lines)] == found
    assert [line.line_number for line in reading.lines[:2]] == [4, 4 + found[0].count("\n") + 1]
    lines = content.split("\n")
    assert all(lines[line.line_number - 1].startswith("<Ntry") for line in reading.lines)


def test_a_bad_amount_in_a_run_names_its_own_line(tmp_path: Path) -> None:
    found = entries([0] * 20)
    found[12] = found[12].replace("<Amt", "\n\n<Amt").replace("13.5", "12..34")
    content = document(*found, closing="0")
    reading = read(tmp_path, content)
    place = 1 + content[: content.index("12..34")].count("\n")
    assert [(line, field) for line, field, _ in reading.problems] == [(place, "Amt")]
    assert len(reading.lines) == 19


@pytest.mark.parametrize(
    ("before", "after"),
    [("</CdtDbtInd>", "</CdtDbtIn>"), ("<Sts>", "<Sts"), ("CRDT", "\x01"), ("CRDT", "&bogus;"), ("CRDT", "&#xFFFF;")],
)
def test_pitfall_14_what_is_not_well_formed_in_a_run_is_refused(tmp_path: Path, before: str, after: str) -> None:
    found = entries([0] * 20)
    found[12] = found[12].replace(before, after)
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, document(*found, closing="0"))
    assert caught.value.problem.line == 16


def test_entries_in_a_comment_are_none(tmp_path: Path) -> None:
    hidden = "<!-- " + "\n".join(entries([0] * 20)) + " -->"
    shown = entries([0] * 10)
    total = 10_000 + sum((place + 1) * 100 + 50 for place in range(10))
    content = document(*shown[:5], hidden, *shown[5:], closing=f"{total // 100}.{total % 100:02}")
    assert len(read(tmp_path, content).lines) == 10


def test_entries_of_more_shapes_than_are_learned(tmp_path: Path) -> None:
    found = [entry("1.00", inside=f"<X{place}>y</X{place}>") for place in range(200)]
    assert len(read(tmp_path, document(*found, closing="300.00")).lines) == 200


def test_an_entry_longer_than_a_run_takes_is_read_all_the_same(tmp_path: Path) -> None:
    long = entry("1.00", inside=f"<AddtlNtryInf>{'x ' * 40_000}</AddtlNtryInf>")
    found = [entry("1.00"), long] * 20
    reading = read(tmp_path, document(*found, closing="140.00"))
    assert [len(line.remittance) > 1000 for line in reading.lines] == [False, True] * 20


def test_another_encoding_of_single_bytes(tmp_path: Path) -> None:
    found = [entry("1.00", inside="<AddtlNtryInf>Gebühr</AddtlNtryInf>")] * 20
    content = document(*found, closing="120.00").replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert {line.remittance for line in read(tmp_path, content).lines} == {"Gebühr"}
    wide = document(*found, closing="120.00").replace("UTF-8", "UTF-16").encode("utf-16")
    assert {line.remittance for line in read(tmp_path, wide).lines} == {"Gebühr"}
